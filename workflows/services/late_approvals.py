"""Approvals on which nobody has acted in time: the next in line are asked, and it is said that it is late."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from workflows.domain.approval import longest_line, next_in_line
from workflows.domain.case import Case, Status
from workflows.domain.effects import Kind
from workflows.services.approvals import CASE_RESOLVED, void_approvals
from workflows.services.approvers import called, first_in_line, next_to_come, open_needs, staff_for
from workflows.services.board import show
from workflows.services.requests import show_request
from workflows.store.approvals import Approval, ApprovalId
from workflows.store.history import DESK, Event
from workflows.store.unit_of_work import UnitOfWork

ASIDE = timedelta(minutes=1)
REQUEST, CHANNEL, CASE = "request", "channel", "case"  # where a late one is said

log = logging.getLogger(__name__)


def approvals_due(uow: UnitOfWork, most: int = 10) -> int:
    """Ask the next in line for the approvals that nobody gave in time, and return of how many."""
    due = uow.approvals.due(most)
    for approval_id in due:
        try:
            with uow.attempt():
                _ask_next(uow, approval_id)
        except DBAPIError:
            raise  # the store's trouble, not this approval's
        except Exception:
            log.exception("approval=%s: the next in line cannot be asked", approval_id)
            uow.approvals.note(approval_id, wake_at=uow.now + ASIDE)
    return len(due)


@dataclass(frozen=True, slots=True)
class _Next:
    """Who comes next in line.

    names    as the rules name them.
    who      of them is called.
    step     how many steps are behind then.
    wake_at  when somebody comes who is off duty now; None when nobody does.
    """

    names: Sequence[str]
    who: Sequence[str]
    step: int
    wake_at: datetime | None = None


def _ask_next(uow: UnitOfWork, approval_id: ApprovalId) -> None:
    """Ask the next of whom somebody is on duty; with none left it stays as it is, and is shown late.

    While those left are merely off duty, it waits for the first who comes.
    """
    case = uow.cases.get(uow.approvals.case_of(approval_id))
    approval = uow.approvals.get(approval_id)
    if approval.wake_at is None or approval.wake_at > uow.now:
        return  # somebody acted while the case was not ours
    if case.status is Status.RESOLVED:
        void_approvals(uow, case.id, CASE_RESOLVED)
        return
    following = _next(uow, case, approval)
    if following.wake_at:
        # Not later than that: playbooks and rotas change meanwhile.
        uow.approvals.note(approval_id, wake_at=min(following.wake_at, uow.now + approval.within))
        return
    step, who = following.step, following.who
    uow.approvals.note(approval_id, step=step, wake_at=uow.now + approval.within if who else None)
    facts = {"approval": str(approval.id), "draft": str(approval.draft_id), "digest": approval.digest}
    facts |= {"step": str(step), "who": ",".join(following.names), "author": approval.requested_by}
    uow.history.add(case.id, Event.APPROVAL_LATE, DESK, **facts)
    if who:
        _ping(uow, case, approval, step, who)
    show_request(uow, approval)
    uow.cases.touch(case.id)
    show(uow, uow.cases.get(case.id))


def _next(uow: UnitOfWork, case: Case, approval: Approval) -> _Next:
    staff = staff_for(uow, case.id, approval.needs)
    left = open_needs(staff, approval)
    draft = uow.drafts.get(approval.draft_id)
    steps = range(approval.step, longest_line(left))
    line = [_Next(next_in_line(left, step), (), step + 1) for step in steps]
    if _first_were_off_duty(uow, approval):
        line.insert(0, _Next(first_in_line(approval.needs), (), 0))
    for one in line:
        who = called(staff, uow, case, draft, one.names)
        if who:
            return replace(one, who=who)
    last = max(approval.step, longest_line(left))
    everybody = [name for one in line for name in one.names]
    return _Next((), (), last, next_to_come(staff, uow, case, draft, everybody))


def _first_were_off_duty(uow: UnitOfWork, approval: Approval) -> bool:
    """Tell whether nobody was called yet, neither by the request nor after it."""
    posted = uow.outbox.find(Kind.POST_REQUEST, str(approval.id))
    asked = uow.outbox.find(Kind.REQUEST_PING, f"{approval.id}:0:{REQUEST}")
    return not (approval.step or asked or (posted and posted.payload.get("who")))


def _ping(uow: UnitOfWork, case: Case, approval: Approval, step: int, who: Sequence[str]) -> None:
    leads = uow.house.channel("supervisors")
    places = {
        CHANNEL: leads,
        REQUEST: approval.card_channel or leads,
        CASE: case.card_channel or case.channel,
    }
    for place, channel in places.items():
        uow.outbox.add(
            Kind.REQUEST_PING,
            f"{approval.id}:{step}:{place}",
            case_id=case.id,
            priority=case.priority,
            budget=f"slack:post:{channel}",
            payload={
                "approval": approval.id,
                "step": step,
                "who": list(who),
                "place": place,
                "channel": channel,
            },
        )


def ping_wanted(uow: UnitOfWork, payload: Mapping[str, Any]) -> bool:
    """Tell whether a call about to leave still makes sense: nobody has decided, nobody later was asked."""
    approval = uow.approvals.get(ApprovalId(int(payload["approval"])))
    return approval.is_pending and approval.step == int(payload["step"])
