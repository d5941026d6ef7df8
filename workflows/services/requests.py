"""Requests: the message by which supervisors are asked for an approval, and what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.domain.approval import Need
from workflows.domain.case import Case
from workflows.domain.effects import Kind
from workflows.services.approvers import open_needs, staff_for
from workflows.services.board import UPDATES, Asker
from workflows.store.approvals import Approval, ApprovalId
from workflows.store.drafts import Draft
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import CaseView, MessageView


@dataclass(frozen=True, slots=True)
class Request:
    """All that a request shows.

    left      what is still needed.
    who       whom the message calls: user ids, group ids, or "here".
    is_bare   it shows nobody's words: they are of direct messages, which not every channel may show.
    """

    approval: Approval
    draft: Draft
    view: CaseView
    target: MessageView
    left: Sequence[Need]
    who: Sequence[str] = ()
    is_bare: bool = False


def request_of(uow: UnitOfWork, approval_id: ApprovalId) -> Request:
    """Return what the request shows now.

    Raises Missing.
    """
    approval = uow.approvals.get(approval_id)
    draft = uow.drafts.get(approval.draft_id)
    view = uow.views.case(approval.case_id)
    posted = uow.outbox.find(Kind.POST_REQUEST, str(approval_id))
    target = uow.views.message(view.case.account_id, draft.target)
    return Request(
        approval,
        draft,
        view,
        target,
        left=open_needs(staff_for(uow, approval.case_id, approval.needs), approval),
        who=posted.payload.get("who", ()) if posted else (),
        is_bare=target.is_dm or not draft.is_public,
    )


def post_request(uow: UnitOfWork, case: Case, approval: Approval, who: Sequence[str]) -> None:
    """Wish for the request in the supervisors' channel; it is posted once.

    who  whom it calls.
    """
    channel = uow.house.channel("supervisors")
    uow.outbox.add(
        Kind.POST_REQUEST,
        str(approval.id),
        case_id=case.id,
        priority=case.priority,
        budget=f"slack:post:{channel}",
        payload={"channel": channel, "who": list(who)},
    )


def show_request(
    uow: UnitOfWork,
    approval: Approval,
    asker: Asker | None = None,
    clicked_ts: str = "",
    *,
    after_s: float = 0.0,
) -> None:
    """Wish that the request shows the newest state: through the click on it if there was one."""
    mine = asker if asker and asker.answer_url and clicked_ts == approval.card_ts else None
    uow.outbox.add(
        Kind.REFRESH_REQUEST,
        str(approval.id),
        case_id=approval.case_id,
        budget="" if mine else UPDATES,
        payload={"answer_url": mine.answer_url if mine else ""},
        after_s=after_s,
    )
