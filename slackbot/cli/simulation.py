"""`playbook simulate`: which day, through which playbooks, into which figures, tables and picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from workflows.domain.playbook import PRIORITIES, Playbook
from workflows.playbook.explain import zone_of
from workflows.playbook.figures import difference, figures
from workflows.playbook.given import WrongUsage
from workflows.playbook.simulate import simulate
from workflows.playbook.staffing import Staffing
from workflows.playbook.synthetic_day import Incoming, synthetic_day

_BAR = 40
_MOST_HOURS = 36
_MOST_NAMES = 12


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
    from workflows.playbook.figures import draw  # noqa: PLC0415

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


def lines_about(outcome: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables of a simulation, as its JSON has them."""
    yield from _day(outcome)
    if "second" in outcome:
        yield ""
        yield from _day(outcome["second"])
        yield ""
        yield from _difference(outcome)


def _day(day: Mapping[str, Any]) -> Iterator[str]:
    name, file = day["playbook"]["name"], day["playbook"]["file"]
    yield f"{name} ({file})" if file else name
    yield f"{day['mentions']:,} mentions, {day['answered']:,} answered within a week"
    yield ""
    yield f"  {'priority':<10}{'mentions':>10}{'targets missed':>16}{'half within':>13}{'9 of 10':>10}"
    for priority in PRIORITIES:
        waits = day["waits"][priority]
        yield (
            f"  {priority:<10}{day['by_priority'][priority]:>10,}{day['breaches_by_priority'][priority]:>16,}"
            f"{_span(waits['p50_s']):>13}{_span(waits['p90_s']):>10}"
        )
    yield ""
    yield from _hours(day)
    yield ""
    yield f"  pinged       {day['ping_count']:,} times: {_named(day['pings_by_target'])}"
    yield f"  passed over  {day['steps_off_duty']:,} steps, as everybody was off duty"
    yield f"  rules        {_named(day['by_rule'])}"
    yield f"  tags         {_named(day['by_tag'])}"
    yield f"  channels     {_named(day['by_channel'])}"
    yield f"  languages    {_named(day['by_language'])}"


def _hours(day: Mapping[str, Any]) -> Iterator[str]:
    rows = day["by_hour"]
    most = max((sum(row[name] for name in PRIORITIES) for row in rows), default=0) or 1
    yield f"  {'hour':<10}{'high':>7}{'medium':>8}{'low':>7}{'pings':>8}{'missed':>8}   {day['time_zone']}"
    for row in rows[:_MOST_HOURS]:
        if not any(row[name] for name in (*PRIORITIES, "pings", "breaches")):
            continue
        bar = _bar([row[name] for name in PRIORITIES], most)
        figures = (
            f"{row['high']:>7,}{row['medium']:>8,}{row['low']:>7,}{row['pings']:>8,}{row['breaches']:>8,}"
        )
        yield f"  {datetime.fromisoformat(row['hour']):%a %H:%M} {figures}   {bar}".rstrip()
    later = sum(row["pings"] for row in rows[_MOST_HOURS:])
    if later:
        yield f"  later{'':>26}{later:>7,}"


def _bar(heights: list[int], most: int) -> str:
    """Return the hour's posts as a bar, the urgent ones the darkest."""
    signs, drawn, so_far = "", 0, 0
    for height, sign in zip(heights, "█▓░", strict=True):
        so_far += height
        width = round(so_far * _BAR / most) - drawn
        signs, drawn = signs + sign * width, drawn + width
    return signs


def _difference(outcome: Mapping[str, Any]) -> Iterator[str]:
    difference = outcome["difference"]
    yield "Difference of the second from the first"
    yield f"  judged differently  {difference['judged_differently']:,} of {outcome['mentions']:,} mentions"
    yield f"  another channel     {difference['channel']:,}"
    yield f"  another priority    {difference['priority']:,}: {_named(difference['moves']) or 'none'}"
    yield f"  pings               {difference['pings']:+,}"
    yield f"  targets missed      {difference['breaches']:+,}"
    for one in difference["first"]:
        sides = [
            f"{side['priority']} ({side['rule'] or 'otherwise'})" for side in (one["first"], one["second"])
        ]
        yield f"    {' → '.join(sides)}: {one['text']}"


def _named(counts: Mapping[str, int]) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:_MOST_NAMES]]
    return ", ".join(shown) + (" …" if len(counts) > _MOST_NAMES else "")


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "–"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h{minutes % 60:02}m" if minutes < 48 * 60 else f"{minutes // 1440}d"
