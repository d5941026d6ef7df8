"""Why a case is as it is: the rule behind its priority, what its clocks counted, and its ladder in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.domain.case import Case, CaseId, Status
from workflows.domain.clocks import Clock, Interval, intervals_of
from workflows.domain.playbook import Playbook
from workflows.domain.rules import Rule
from workflows.services.clocks import Timing, case_playbook, hours_for, is_quiet, rearm_at, timing_of
from workflows.store.escalations import HandEscalation
from workflows.store.history import Entry, Event
from workflows.store.unit_of_work import UnitOfWork

_TOLD = frozenset(
    {
        Event.TRIAGED,
        Event.PRIORITY_CHANGED,
        Event.ASSIGNED,
        Event.BREACHED,
        Event.PINGED,
        Event.STEP_SKIPPED,
        Event.ESCALATED,
        Event.ACKNOWLEDGED,
        Event.PLAYBOOK_CHANGED,
    }
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A clock and the parts of its time."""

    clock: Clock
    intervals: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder as it stands.

    state  done, skipped (for a higher one, or nobody was on duty), next, later, or quiet: somebody took
           the wait on, so that it is not said.
    """

    number: int
    at: datetime
    ping: Sequence[str]
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class Why:
    """All that `why?` tells.

    rule    that gave the priority; None where none did, or where the playbook has it no more.
    told    the history's lines about priority, clocks and pings, old to new.
    again   when the pings go on after somebody took the wait on.
    """

    case: Case
    playbook: Playbook
    rule: Rule | None
    clocks: Sequence[Counted]
    rungs: Sequence[Rung]
    told: Sequence[Entry]
    asked: Sequence[HandEscalation]
    now: datetime
    again: datetime | None


def why_of(uow: UnitOfWork, case_id: CaseId) -> Why:
    """Return why a case is as it is.

    Raises Missing.
    """
    case = uow.cases.get(case_id)
    playbook = case_playbook(uow, case)
    entries = uow.history.of(case_id)
    timing = timing_of(entries, case, playbook, uow.now)
    hours_of = hours_for(playbook, case.team)
    return Why(
        case=case,
        playbook=playbook,
        rule=_rule(playbook, case.rule),
        clocks=[Counted(c, intervals_of(c, hours_of, uow.now)) for c in timing.clocks.all],
        rungs=_rungs(case, timing, entries, uow.now),
        told=[entry for entry in entries if entry.event in _TOLD],
        asked=uow.escalations.of_case(case_id),
        now=uow.now,
        again=rearm_at(case, timing.ladder),
    )


def _rule(playbook: Playbook, named: str) -> Rule | None:
    for rules in playbook.triage.rule_sets:
        for rule in rules.rules:
            if f"{rules.name}/{rule.name}" == named:
                return rule
    return None


def _rungs(case: Case, timing: Timing, entries: Sequence[Entry], now: datetime) -> list[Rung]:
    said = _said(case, entries)
    again = rearm_at(case, timing.ladder)
    quiet = is_quiet(case, timing.ladder) or (again is not None and again > now)
    rungs = []
    for step in timing.steps:
        at = step.at
        if step.index < case.reached:
            state = "done" if step.index + 1 in said else "skipped"
        else:
            state = "quiet" if quiet else "next" if step.index == case.reached else "later"
            at = max(at, again) if again else at
        rungs.append(Rung(step.index + 1, at, step.rung.ping, step.rung.channel, state))
    return [] if case.status is Status.RESOLVED else rungs


def _said(case: Case, entries: Sequence[Entry]) -> set[int]:
    """Return the numbers of the steps that were said in this turn."""
    numbers: set[int] = set()
    for entry in entries:
        if entry.event in (Event.REPLY_SENT, Event.RESOLVED, Event.REOPENED):
            numbers.clear()
        elif entry.facts.get("step") and entry.event in (Event.PINGED, Event.ESCALATED):
            numbers |= {int(entry.facts["step"])} if entry.facts.get("ladder") == case.ladder else set()
    return numbers
