"""A day through a playbook: what comes, who is pinged when, what is late. No clock but its own.

Judging, clocks, ladders and who is on duty are the running desk's own functions; only the staff is made up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from os import cpu_count

from workflows.domain.clocks import Happening, What, clocks_of
from workflows.domain.escalation import Step, ladder_for, steps_of, turn_of
from workflows.domain.playbook import ClockKind, Ladder, Playbook, Rung, hours_named
from workflows.domain.rules import Mention
from workflows.playbook.crew import CHUNK, Crew
from workflows.playbook.explain import duty_of
from workflows.playbook.forecast import answer_cost, needs_approval
from workflows.playbook.judge import judge
from workflows.playbook.staffing import Done, Staffing, Work, staffed
from workflows.playbook.synthetic_day import Incoming

_MOST_PROCESSES = 8
_HORIZON = timedelta(days=7)
_OnDuty = Callable[[Rung, datetime], bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the playbook made of one mention; `rule` is "" where `otherwise` decided.

    awaits_approval, cost  of its answer, as far as that is known before it is drafted.
    """

    priority: str
    rule: str
    team: str | None
    channel: str
    language: str
    sentiment: str
    tags: tuple[str, ...]
    awaits_approval: bool
    cost: float


@dataclass(frozen=True, slots=True)
class Pinged:
    """A step of a ladder that was said."""

    at: datetime
    step: int
    targets: tuple[str, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one mention.

    done      None: nobody took it within a week.
    late      which targets were missed.
    off_duty  how many steps were passed over because nobody was on duty.
    """

    at: datetime
    judged: Judged
    done: Done | None
    late: tuple[ClockKind, ...]
    pings: tuple[Pinged, ...]
    off_duty: int


def simulate(
    playbooks: Sequence[Playbook], incoming: Sequence[Incoming], staffing: Staffing
) -> list[list[Lived]]:
    """Let these mentions, in order of time, come to each of the playbooks: for each what became of them."""
    if not incoming:
        return [[] for _ in playbooks]
    end = incoming[-1].at + _HORIZON
    mentions = [one.mention for one in incoming]
    days = []
    count = min(cpu_count() or 1, len(incoming) // CHUNK, _MOST_PROCESSES)
    with Crew(count, _start, list(playbooks)) as crew:
        for index, playbook in enumerate(playbooks):
            judged = crew.run(partial(_judge_all, index), mentions)
            pairs = zip(incoming, judged, strict=True)
            works = [Work(one.at, found.priority, found.team, one.effort) for one, found in pairs]
            done = staffed(playbook, works, staffing, end)
            cases = list(zip((one.at for one in incoming), judged, done, strict=True))
            days.append(crew.run(partial(_live_all, index, end), cases))
    return days


# --- the work of one process


_playbooks: list[Playbook] = []
_duty: dict[tuple[int, str | None], _OnDuty] = {}


def _start(playbooks: list[Playbook]) -> None:
    _playbooks[:] = playbooks
    _duty.clear()


def _judge_all(index: int, mentions: Sequence[Mention]) -> list[Judged]:
    return [_judged(_playbooks[index], mention) for mention in mentions]


def _judged(playbook: Playbook, mention: Mention) -> Judged:
    judgement = judge(playbook, mention)
    verdict = judgement.verdict
    return Judged(
        verdict.priority,
        verdict.rule.name if verdict.rule else "",
        judgement.team,
        judgement.route.channel,
        verdict.language,
        verdict.sentiment.value,
        verdict.tags,
        needs_approval(playbook, mention, judgement),
        answer_cost(playbook, mention),
    )


def _live_all(
    index: int, end: datetime, cases: Sequence[tuple[datetime, Judged, Done | None]]
) -> list[Lived]:
    lives = []
    for at, judged, done in cases:
        key = (index, judged.team)
        if key not in _duty:
            _duty[key] = duty_of(_playbooks[index], judged.team)
        lives.append(_live(_playbooks[index], at, judged, done, end=end, on_duty=_duty[key]))
    return lives


def _live(
    playbook: Playbook, at: datetime, judged: Judged, done: Done | None, *, end: datetime, on_duty: _OnDuty
) -> Lived:
    """Let one case live until it is answered, which resolves it, or until the end."""
    happened = [Happening(at, What.WROTE)]
    if done:
        happened.append(Happening(done.taken_at, What.CLAIMED))
        happened += [Happening(done.answered_at, what) for what in (What.ANSWERED, What.RESOLVED)]
    hours_of = partial(hours_named, playbook, team=judged.team)
    clocks = clocks_of(happened, playbook.priorities, judged.priority, hours_of, end)
    late = tuple(clock.kind for clock in clocks.all if clock.is_late)
    ladder = ladder_for(playbook, judged.priority, judged.team)
    response = next(clock for clock in clocks.all if clock.kind is ClockKind.FIRST_RESPONSE)
    pings: list[Pinged] = []
    off_duty = 0
    if ladder:
        steps = steps_of(ladder, at, target=response.target, hours=hours_of(response.hours))
        pings, off_duty = _climb(ladder, steps, done, end, on_duty)
    return Lived(at, judged, done, late, tuple(pings), off_duty)


def _climb(
    ladder: Ladder, steps: Sequence[Step], done: Done | None, end: datetime, on_duty: _OnDuty
) -> tuple[list[Pinged], int]:
    """Return the steps that are said before the answer, and how many are passed over as all were off duty.

    Taking a case is a claim: it quiets the ladder as the playbook has it.
    """
    quiet_at = done.taken_at if done and "claim" in ladder.quieted_by else None
    until = done.answered_at if done else end
    pings: list[Pinged] = []
    reached, off_duty = 0, 0
    now = steps[0].at if steps else None
    while now is not None and now < until:
        rearm_at = None
        if quiet_at and now >= quiet_at:
            if ladder.rearm_after is None:
                break
            rearm_at = quiet_at + ladder.rearm_after
        turn = turn_of(steps, reached=reached, now=now, rearm_at=rearm_at, on_duty=on_duty)
        if turn.say:
            rung = turn.say.rung
            pings.append(Pinged(now, turn.say.index + 1, tuple(rung.ping), rung.channel))
        reached, off_duty, now = turn.reached, off_duty + len(turn.off), turn.next_at
    return pings, off_duty
