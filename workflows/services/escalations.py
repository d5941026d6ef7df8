"""Escalations: what is due of a case's clocks and ladder, help asked for by hand, and who takes it on."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from workflows.domain.case import Case, CaseId, Status
from workflows.domain.effects import PRIORITIES, Kind
from workflows.domain.escalation import LATE_AFTER, Step, Turn, turn_of
from workflows.domain.people import Staff
from workflows.domain.playbook import Ladder, Playbook, Rung
from workflows.errors import Conflict, Refusal
from workflows.services.board import UPDATES, Asker, alert, show
from workflows.services.clocks import (
    Timing,
    case_playbook,
    change_ladder,
    is_quiet,
    keep_time,
    rearm_at,
    timing_of,
)
from workflows.services.playbooks import staff_of
from workflows.store.history import DESK, Event
from workflows.store.unit_of_work import UnitOfWork

NEXT_STEP, SUPERVISOR, TEAM = "next_step", "on_duty_supervisor", "team:"
MOST_REASON = 500
AWAIT_CARD_S = 5.0
ASIDE = timedelta(minutes=1)

log = logging.getLogger(__name__)


def wake_due(uow: UnitOfWork, most: int = 50) -> int:
    """Do what is due of cases, the longest due first, and return of how many."""
    due = uow.escalations.due(most)
    for case in due:
        try:
            with uow.attempt():
                wake(uow, case)
        except DBAPIError:
            raise  # the store's trouble, not this case's
        except Exception:
            log.exception("case=%s cannot be timed", case.id)
            uow.cases.keep_time(case, replace(case, wake_at=uow.now + ASIDE))
            hour = uow.machine.strftime("%Y%m%d%H")
            facts = {"case": str(case.id)}
            alert(uow, uow.house.channel("admins"), f"timing:{case.id}:{hour}", "case_not_timed", **facts)
    return len(due)


def wake(uow: UnitOfWork, case: Case) -> None:
    """Mark what is late, say the highest due step of the ladder, and set when to look again."""
    playbook = case_playbook(uow, case)
    timing = timing_of(uow.history.of(case.id), case, playbook, uow.now)
    marked = _mark_late(uow, case, timing)
    turn = _turn(uow, case, timing, playbook)
    after = replace(case, reached=turn.reached) if turn else case
    if after != case:
        case = uow.cases.keep_time(case, after)
    if turn:
        _tell(uow, case, timing, turn, staff_of(uow, playbook))
    case = keep_time(uow, case)
    if marked or (turn and (turn.say or turn.off)):
        uow.cases.touch(case.id)
        show(uow, uow.cases.get(case.id))


def _mark_late(uow: UnitOfWork, case: Case, timing: Timing) -> bool:
    """Note in the history, once for each clock, that its target was missed."""
    for clock in timing.newly_late:
        facts = {"clock": clock.kind, "number": timing.number_of(clock)}
        facts |= {"since": clock.started_at.isoformat()}
        facts |= {"due": clock.due_at.isoformat() if clock.due_at else ""}
        uow.history.add(case.id, Event.BREACHED, DESK, **facts)
    return bool(timing.newly_late)


def _turn(uow: UnitOfWork, case: Case, timing: Timing, playbook: Playbook) -> Turn | None:
    """Return what the ladder does now; None when it has nothing to do."""
    if not timing.steps or case.status is Status.RESOLVED or is_quiet(case, timing.ladder):
        return None
    staff = staff_of(uow, playbook)

    def on_duty(rung: Rung, at: object) -> bool:
        who = staff.pinged(rung.ping, uow.now, team=case.team, owner=case.assignee)
        return bool(who) or not rung.ping  # a step may tell a channel and ring nobody

    turn = turn_of(
        timing.steps,
        reached=case.reached,
        now=uow.now,
        rearm_at=rearm_at(case, timing.ladder),
        on_duty=on_duty,
    )
    if turn.say and timing.raised_at and timing.raised_at > turn.say.at:
        # The step is of a ladder that the case was not on at its time: nothing was missed before that.
        late = uow.now - timing.raised_at
        turn = replace(turn, late=late if late > LATE_AFTER else timedelta())
    return turn if turn.reached != case.reached else None


def _tell(uow: UnitOfWork, case: Case, timing: Timing, turn: Turn, staff: Staff) -> None:
    ladder = timing.ladder.name if timing.ladder else ""
    for step in turn.off:
        uow.history.add(
            case.id, Event.STEP_SKIPPED, DESK, ladder=ladder, step=str(step.index + 1), why="off_duty"
        )
    if turn.say is None:
        return
    skipped = [str(step.index + 1) for step in turn.unheard]
    facts = {"ladder": ladder, "step": str(turn.say.index + 1), "late_s": str(int(turn.late.total_seconds()))}
    facts["turn"] = str(case.turn)
    if skipped:
        facts["skipped"] = ",".join(skipped)
    uow.history.add(case.id, Event.PINGED, DESK, **facts)
    who = staff.pinged(turn.say.rung.ping, uow.now, team=case.team, owner=case.assignee)
    after_t0 = timing.steps[turn.say.index].at - (timing.since or uow.now)
    key = f"{case.id}:{case.turn}:{ladder}:{int(after_t0.total_seconds())}"
    ping(uow, case, key, who, channel=turn.say.rung.channel, words={"text": turn.say.rung.text, **facts})


def ping(
    uow: UnitOfWork,
    case: Case,
    key: str,
    who: Sequence[str],
    *,
    channel: str,
    words: dict[str, str],
) -> None:
    """Wish for a ping in the case's thread, and in the step's channel if it has one; each is said once.

    key    of the step: the same one is never said twice.
    words  the playbook's text, the step, how late; or the number of an escalation by hand.
    """
    payload = {"case": case.id, "who": list(who), "wished_at": uow.now.isoformat(), **words}
    after_s = 0.0 if case.card_ts else AWAIT_CARD_S  # its thread is where the ping belongs
    places = {"thread": case.card_channel or case.channel}
    if channel:
        places["channel"] = uow.house.channel(channel)
    for place, to in places.items():
        uow.outbox.add(
            Kind.PING,
            f"{key}:{place}",
            case_id=case.id,
            priority=case.priority,
            budget=f"slack:post:{to}",
            payload=payload | {"place": place, "channel": to},
            after_s=after_s,
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom an agent can ask for help.

    next_step  the ladder's next step; None when there is none.
    teams      names of the playbook's teams.
    """

    case: Case
    next_step: Step | None
    teams: Sequence[str]


def escalation_choices(uow: UnitOfWork, case_id: CaseId) -> Choices:
    """Return whom the Escalate dialog offers.

    Raises Missing, Refusal ("resolved").
    """
    case = uow.cases.get(case_id)
    if case.status is Status.RESOLVED:
        raise Refusal("resolved")
    playbook = case_playbook(uow, case)
    teams = sorted(name for name, team in playbook.people.teams.items() if team.members)
    return Choices(case, _next_step(uow, case, playbook), teams)


def escalate(uow: UnitOfWork, case_id: CaseId, asker: Asker, *, target: str, reason: str) -> None:
    """Ask for help at once: ping whom the agent chose, mark the case, and raise it if the playbook says so.

    target  NEXT_STEP, SUPERVISOR, or TEAM with a team's name.

    Raises Missing, Refusal ("resolved", "empty", "nobody_on_duty"), Conflict ("no_next_step").
    """
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise Refusal("empty")
    case = uow.cases.get(case_id)
    if case.status is Status.RESOLVED:
        raise Refusal("resolved")
    playbook = case_playbook(uow, case)
    before = timing_of(uow.history.of(case.id), case, playbook, uow.now)
    step = next(iter(before.steps[case.reached :]), None) if target == NEXT_STEP else None
    if target == NEXT_STEP and step is None:
        raise Conflict("no_next_step")
    rung = step.rung if step else _asked_for(playbook, target)
    team = target.removeprefix(TEAM) if target.startswith(TEAM) else case.team
    who = staff_of(uow, playbook).pinged(rung.ping, uow.now, team=team, owner=case.assignee)
    if not who and rung.ping:
        raise Refusal("nobody_on_duty")
    number = uow.escalations.add(case.id, asker.agent, target, reason)
    facts = {"escalation": str(number), "target": target}
    if step:
        facts |= {"step": str(step.index + 1), "ladder": case.ladder}
    uow.history.add(case.id, Event.ESCALATED, ("agent", asker.agent), **facts)
    reached = step.index + 1 if step else case.reached
    after = replace(case, escalated=True, reached=reached, quiet_at=None, quiet_by="")
    if playbook.escalation.raise_priority:
        after = _raised(uow, after, before, asker)
    saved = keep_time(uow, uow.cases.save(case, after))
    ping(uow, saved, f"{case.id}:hand:{number}", who, channel=rung.channel, words={"escalation": str(number)})
    show(uow, saved, asker)


def acknowledge(uow: UnitOfWork, case_id: CaseId, asker: Asker, *, clicked_ts: str = "") -> None:
    """Take the wait on: the pings of this turn stop, or rest as long as the playbook says, if it lets them.

    Every ping of the case that was said then tells who has taken it; the one that was clicked at once.

    Raises Missing, Refusal ("resolved", "nobody_waits"), Conflict ("taken_on").
    """
    case = uow.cases.get(case_id)
    if case.status is Status.RESOLVED:
        raise Refusal("resolved")
    if case.waiting_since is None and not case.escalated:
        raise Refusal("nobody_waits")
    ladder = _ladder(uow, case)
    if case.quiet_at and case.quiet_by and _rests(uow, case):
        if case.quiet_by == asker.agent:
            return
        raise Conflict("taken_on", holder=case.quiet_by, since=case.quiet_at.isoformat())
    uow.history.add(case.id, Event.ACKNOWLEDGED, ("agent", asker.agent))
    after = case
    if case.waiting_since and (ladder is None or "acknowledge" in ladder.quieted_by):
        after = replace(case, quiet_at=uow.now, quiet_by=asker.agent)
    # Without the click: its answer address belongs to the ping, and would draw the card over it.
    show(uow, keep_time(uow, uow.cases.save(case, after)))
    for ping_id, said_at in uow.outbox.said(Kind.PING, case.id):
        mine = clicked_ts and said_at.endswith(f"/{clicked_ts}")
        payload = {"ping": ping_id, "at": said_at, "by": asker.agent, "taken_at": uow.now.isoformat()}
        uow.outbox.add(
            Kind.PING_TAKEN,
            str(ping_id),
            case_id=case.id,
            budget="" if mine else UPDATES,
            payload=payload | {"answer_url": asker.answer_url if mine else ""},
        )


def _rests(uow: UnitOfWork, case: Case) -> bool:
    """Tell whether somebody has taken the wait on, so that no ping of the ladder is said now."""
    ladder = _ladder(uow, case)
    again = rearm_at(case, ladder)
    return is_quiet(case, ladder) or (again is not None and again > uow.now)


def quiet_by_claim(uow: UnitOfWork, case: Case, agent: str) -> Case:
    """Let a claim stop the pings, if the case's ladder says that it does."""
    ladder = _ladder(uow, case)
    if case.waiting_since is None or ladder is None or "claim" not in ladder.quieted_by:
        return case
    return uow.cases.keep_time(case, replace(case, quiet_at=uow.now, quiet_by=agent))


def _ladder(uow: UnitOfWork, case: Case) -> Ladder | None:
    playbook = case_playbook(uow, case)
    return next((ladder for ladder in playbook.escalation.ladders if ladder.name == case.ladder), None)


def _next_step(uow: UnitOfWork, case: Case, playbook: Playbook) -> Step | None:
    timing = timing_of(uow.history.of(case.id), case, playbook, uow.now)
    return next(iter(timing.steps[case.reached :]), None)


def _asked_for(playbook: Playbook, target: str) -> Rung:
    """Return whom a choice of the dialog calls.

    Raises Refusal ("nobody_on_duty") for one that the playbook has not (any more).
    """
    if target == SUPERVISOR:
        return Rung(ping=("on_duty_supervisor",), channel="supervisors")
    team = playbook.people.teams.get(target.removeprefix(TEAM)) if target.startswith(TEAM) else None
    if team is None or not team.members:
        raise Refusal("nobody_on_duty")
    return Rung(ping=("team",), channel="supervisors")


def _raised(uow: UnitOfWork, case: Case, before: Timing, asker: Asker) -> Case:
    """Raise a case by one priority, and let its ladder go on from there."""
    raised = PRIORITIES[max(0, PRIORITIES.index(case.priority) - 1)]
    if raised == case.priority:
        return case
    uow.history.add(case.id, Event.PRIORITY_CHANGED, ("agent", asker.agent), priority=raised)
    return change_ladder(uow, replace(case, priority=raised), before, by_hand=True)


def still_wanted(uow: UnitOfWork, payload: Mapping[str, Any]) -> bool:
    """Tell whether a ping that is about to leave still makes sense.

    It does not when somebody has answered since, or when a higher step is to be said: after an hour without
    Slack each case calls once.

    payload  of the ping's effect.
    """
    case = uow.cases.get(CaseId(int(payload["case"])))
    if case.status is Status.RESOLVED:
        return False
    if "escalation" in payload:
        return True
    if payload["turn"] != str(case.turn) or case.waiting_since is None or _rests(uow, case):
        return False
    said = [e.facts for e in uow.history.of(case.id) if e.event == Event.PINGED]
    return not any(
        facts.get("turn") == payload["turn"]
        and facts["ladder"] == payload["ladder"]
        and int(facts["step"]) > int(payload["step"])
        for facts in said
    )
