"""`playbook simulate`: which day, through which playbooks, into which figures and picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from workflows.domain.playbook import Playbook
from workflows.playbook.explain import zone_of
from workflows.playbook.figures import difference, figures
from workflows.playbook.given import WrongUsage
from workflows.playbook.simulate import simulate
from workflows.playbook.staffing import Staffing
from workflows.playbook.synthetic_day import Incoming, synthetic_day


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of a simulation.

    day      None: today, where the desk is.
    history  the desk's own newest cases, at most `mentions`, instead of a made-up day.
    minutes  that one answer takes.
    """

    mentions: int
    seed: int
    day: date | None
    history: bool
    agents: int
    minutes: float


def simulated(playbooks: Sequence[Playbook], wanted: Wanted) -> dict[str, Any]:
    """Return what comes of it, in the form of `playbook simulate --json`.

    Raises WrongUsage unless it is one playbook or two; NoHistory.
    """
    if not 1 <= len(playbooks) <= 2:
        raise WrongUsage("name one playbook, or two to hold against each other")
    incoming = _incoming(playbooks[0], wanted)
    staffing = Staffing(wanted.agents, timedelta(minutes=wanted.minutes))
    lives = simulate(playbooks, incoming, staffing)
    days = [figures(playbook, lived) for playbook, lived in zip(playbooks, lives, strict=True)]
    outcome: dict[str, Any] = days[0] | {
        "agents": wanted.agents,
        "answer_s": int(wanted.minutes * 60),
        "seed": None if wanted.history else wanted.seed,
    }
    if len(days) == 2:
        outcome["second"] = days[1]
        outcome["difference"] = difference(incoming, lives[0], lives[1], zone_of(playbooks[0]))
    return outcome


def draw_into(file: Path, outcome: dict[str, Any], wanted: Wanted) -> None:
    """Write the picture.

    Raises WrongUsage when the file cannot be written.
    """
    from workflows.playbook.chart import draw  # noqa: PLC0415

    what = "The desk's own cases" if wanted.history else "A made-up day"
    title = f"{what}, {wanted.agents} agents on duty, {wanted.minutes:g} minutes for an answer"
    days = [outcome, outcome["second"]] if "second" in outcome else [outcome]
    try:
        draw(days, file, title=title)
    except OSError as error:
        raise WrongUsage(f"{file}: the picture cannot be written ({error.strerror})") from error


def _incoming(playbook: Playbook, wanted: Wanted) -> list[Incoming]:
    if wanted.history:
        from slackbot.cli.desk_history import cases_of_the_desk  # noqa: PLC0415
        from workflows.settings import load_settings  # noqa: PLC0415

        return cases_of_the_desk(load_settings(), most=wanted.mentions)
    day = wanted.day or datetime.now(UTC).astimezone(zone_of(playbook)).date()
    return synthetic_day(playbook, day, mentions=wanted.mentions, seed=wanted.seed)
