"""Escalation: a ladder's steps in time, and which one is due.

Steps count from T0, when the customer began to wait; after an outage only the highest due one is said
(docs/adr/0015).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows.domain.hours import moment_after
from workflows.domain.playbook import Hours, Ladder, Playbook, Rung

LATE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Step:
    """A rung with its time; repeats of the last rung are steps of their own.

    index  its place, from 0.
    """

    index: int
    at: datetime
    rung: Rung


@dataclass(frozen=True, slots=True)
class Turn:
    """What the ladder does now.

    say      the step to ping, if any.
    unheard  steps that are passed over because a higher one is due too.
    off      steps that are passed over because nobody they would ping is on duty.
    reached  how many steps are behind us afterwards.
    late     how much later than its time `say` comes; zero unless that is more than a minute.
    next_at  when the ladder has to be looked at again; None when it has ended.
    """

    say: Step | None
    unheard: Sequence[Step]
    off: Sequence[Step]
    reached: int
    late: timedelta
    next_at: datetime | None


def ladder_for(playbook: Playbook, priority: str, team: str | None) -> Ladder | None:
    """Return the first ladder that is for such cases."""
    for ladder in playbook.escalation.ladders:
        if ladder.priorities and priority not in ladder.priorities:
            continue
        if ladder.teams and team not in ladder.teams:
            continue
        return ladder
    return None


def steps_of(ladder: Ladder, t0: datetime, *, target: timedelta | None, hours: Hours) -> list[Step]:
    """Return the ladder's steps with their times, in order of time.

    t0      since when the customer waits.
    target  of the response clock: what shares are of; without one, steps at a share are left out.
    hours   in which time counts; a step that they never reach is left out.
    """
    timed: list[tuple[timedelta, Rung]] = []
    for rung in ladder.rungs:
        if rung.after is not None:
            timed.append((rung.after, rung))
        elif rung.share is not None and target is not None:
            timed.append((target * rung.share, rung))
    timed.sort(key=lambda pair: pair[0])
    if timed and ladder.repeat_every:
        after, last = timed[-1]
        timed += [(after + ladder.repeat_every * n, last) for n in range(1, ladder.repeat_times + 1)]
    reached = [(moment_after(hours, t0, after), rung) for after, rung in timed]
    return [
        Step(index, at, rung)
        for index, (at, rung) in enumerate((at, rung) for at, rung in reached if at is not None)
    ]


def turn_of(
    steps: Sequence[Step],
    *,
    reached: int,
    now: datetime,
    rearm_at: datetime | None = None,
    on_duty: Callable[[Rung, datetime], bool],
) -> Turn:
    """Return what to do now: of several due steps only the highest is said.

    reached   how many steps are behind us already.
    rearm_at  somebody took it on: until then nothing is said, and what fell due meanwhile is due then.
    on_duty   tells whether anybody whom a rung would ping is on duty.
    """
    left = [_not_before(step, rearm_at) for step in steps[reached:]]
    due = [step for step in left if step.at <= now]
    later = next((step.at for step in left if step.at > now), None)
    off = [step for step in due if not on_duty(step.rung, now)]
    heard = [step for step in due if step not in off]
    say = heard[-1] if heard else None
    late = now - say.at if say else timedelta()
    return Turn(
        say=say,
        unheard=heard[:-1],
        off=off,
        reached=reached + len(due),
        late=late if late > LATE_AFTER else timedelta(),
        next_at=later,
    )


def passed(steps: Sequence[Step], now: datetime) -> int:
    """Return how many steps have had their time: a case that changes its ladder goes on from there."""
    return sum(step.at <= now for step in steps)


def carried_over(old: Sequence[Step], reached: int, new: Sequence[Step]) -> int:
    """Return how many of the new steps are behind us, so that nothing of the old ones is said again.

    The order of one ladder's steps changes with the target that its shares are of. Of another ladder
    nothing is behind us.
    """
    behind = _times(old)[:reached]
    return max((place for place, step in enumerate(_times(new), start=1) if step in behind), default=0)


def _times(steps: Sequence[Step]) -> list[tuple[Rung, int]]:
    """Return each step as its rung, and the how many-eth time it is that this is said."""
    rungs = [step.rung for step in steps]
    return [(rung, rungs[:place].count(rung)) for place, rung in enumerate(rungs)]


def _not_before(step: Step, rearm_at: datetime | None) -> Step:
    return replace(step, at=rearm_at) if rearm_at and step.at < rearm_at else step
