"""Sending: a draft is frozen and waits for the undo window; until it leaves it can be taken back."""

from datetime import timedelta

from workflows.domain.effects import Kind
from workflows.domain.reply import digest
from workflows.errors import Conflict, Refusal
from workflows.services.board import Asker, refresh_card, show
from workflows.store import drafts as states
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork

_BUDGETS = {states.PUBLIC: "x:post", states.DM: "x:dm"}


def send_draft(uow: UnitOfWork, draft: Draft, *, undo: timedelta = timedelta()) -> Draft:
    """Let a draft, open or approved, go out as it stands after the undo window; return it submitted.

    Raises Conflict ("already_submitted").
    """
    case = uow.cases.get(draft.case_id)
    moved = uow.drafts.move(
        draft.id,
        states.OPEN,
        states.AWAITING,
        states.LATER,
        to=states.SUBMITTED,
        digest=digest(draft.text),
        submitted_at=uow.now,
        leaves_at=uow.machine + undo if undo else None,
        opened_at=None,
        reason="",
    )
    if not moved:
        raise Conflict("already_submitted", digest=draft.digest)
    kind = Kind.REPLY if draft.is_public else Kind.DM
    taken_back = uow.outbox.find(kind, str(draft.id))
    if taken_back is not None:
        uow.outbox.let_go_after_all(taken_back, after_s=undo.total_seconds())
    else:
        uow.outbox.add(
            kind,
            str(draft.id),
            case_id=case.id,
            priority=case.priority,
            budget=f"{_BUDGETS[draft.channel]}:{case.account_id}",
            after_s=undo.total_seconds(),
        )
    return uow.drafts.get(draft.id)


def undo_reply(uow: UnitOfWork, draft_id: DraftId, asker: Asker) -> None:
    """Take back an answer that has not left: its author finds it again behind Reply.

    Raises Missing, Refusal ("not_your_draft"), Conflict ("left_already").
    """
    draft = uow.drafts.get(draft_id)
    if asker.agent not in (draft.author, draft.editor):
        raise Refusal("not_your_draft")
    taken_back = take_back(uow, draft, Event.REPLY_UNDONE, asker)
    if not taken_back:
        raise Conflict("left_already")
    case = uow.cases.get(draft.case_id)
    uow.cases.touch(case.id)
    show(uow, case)
    refresh_card(uow, case, asker)


def take_back(
    uow: UnitOfWork, draft: Draft, event: Event, asker: Asker | None = None, *, reason: str = ""
) -> bool:
    """Give a submitted draft that waits still back to its author; False when it is leaving or has left."""
    effect = uow.outbox.find(Kind.REPLY if draft.is_public else Kind.DM, str(draft.id))
    if draft.state != states.SUBMITTED or effect is None or not uow.outbox.take_back(effect):
        return False
    uow.drafts.move(draft.id, states.SUBMITTED, to=states.OPEN, leaves_at=None, reason=reason)
    actor = ("agent", str(asker.agent)) if asker else ("desk", "")
    facts = {"why": reason} if reason else {}
    uow.history.add(draft.case_id, event, actor, draft=str(draft.id), **facts)
    return True
