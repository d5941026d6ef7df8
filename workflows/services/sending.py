"""Sending: a draft is frozen and waits for the undo window; until it leaves it can be taken back."""

from dataclasses import replace
from datetime import timedelta

from workflows.domain.case import may_write
from workflows.domain.effects import Effect, Kind
from workflows.domain.parts import split_in_parts, without_number
from workflows.domain.reply import digest
from workflows.errors import Conflict, Refusal
from workflows.services.board import Asker, refresh_card, show
from workflows.services.clocks import case_playbook
from workflows.services.composing import compose
from workflows.services.context import changes_since
from workflows.store import drafts as states
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork

_BUDGETS = {states.PUBLIC: "x:post", states.DM: "x:dm"}
# What makes any answer wrong that still waits; an approved one is bound to all that its approver saw.
_SPOILS = frozenset({Event.POST_EDITED, Event.POST_GONE, Event.ANSWERED_ON_X})


def kind_of(draft: Draft) -> Kind:
    """Return the kind of effect that says this draft."""
    return Kind.REPLY if draft.is_public else Kind.DM


def send_draft(uow: UnitOfWork, draft: Draft, *, undo: timedelta | None = None) -> Draft:
    """Let a draft, open or approved, go out as it stands after the undo window; return it submitted.

    undo  the playbook's for public answers, unless given.

    Raises Conflict ("already_submitted"), Refusal ("too_long").
    """
    case = uow.cases.get(draft.case_id)
    if undo is None:
        undo = case_playbook(uow, case).replies.undo if draft.is_public else timedelta()
    whole = draft.whole or draft.text
    limit = uow.house.post_limit
    parts = split_in_parts(whole, limit=limit) if draft.as_thread and draft.is_public else [whole]
    several = {"part": 1, "parts": len(parts), "whole": whole} if len(parts) > 1 else {}
    moved = uow.drafts.move(
        draft.id,
        states.OPEN,
        states.AWAITING,
        to=states.SUBMITTED,
        text=parts[0],
        digest=digest(whole),
        submitted_at=uow.now,
        leaves_at=uow.machine + undo if undo else None,
        opened_at=None,
        reason="",
        **several,
    )
    if not moved:
        raise Conflict("already_submitted", digest=draft.digest)
    for number, text in enumerate(parts[1:], start=2):
        uow.drafts.add_part(draft, number, len(parts), text)
    _wish(uow, draft, after_s=undo.total_seconds())
    _note(uow, draft, digest(whole))
    return uow.drafts.get(draft.id)


def _wish(uow: UnitOfWork, draft: Draft, *, after_s: float = 0.0) -> None:
    case = uow.cases.get(draft.case_id)
    kind = kind_of(draft)
    taken_back = uow.outbox.find(kind, str(draft.id))
    if taken_back is not None:
        uow.outbox.let_go_after_all(taken_back, after_s=after_s)
        return
    budget = f"{_BUDGETS[draft.channel]}:{case.account_id}"
    uow.outbox.add(
        kind, str(draft.id), case_id=case.id, priority=case.priority, budget=budget, after_s=after_s
    )


def _note(uow: UnitOfWork, draft: Draft, sealed: str) -> None:
    facts = {"draft": str(draft.id), "to": draft.target, "digest": sealed}
    optional = {
        "macro": draft.macro,
        "channel": "" if draft.is_public else draft.channel,
        "purpose": draft.purpose,
        "promised_by": draft.promised_by.isoformat() if draft.promised_by else "",
        "part": str(draft.part) if draft.thread_of else "",
    }
    facts |= {name: value for name, value in optional.items() if value}
    uow.history.add(draft.case_id, Event.REPLY_SUBMITTED, ("agent", draft.author), **facts)


def send_next_part(uow: UnitOfWork, sent: Draft, external_id: str) -> None:
    """Let the next part of a thread follow the one that is out, or could be seen by a person."""
    following = uow.drafts.later_part(sent.thread_of or sent.id, sent.part + 1) if sent.parts else None
    if following is None:
        return
    uow.drafts.move(
        following.id,
        states.LATER,
        to=states.SUBMITTED,
        target=external_id or sent.target,
        digest=digest(following.text),
    )
    following = uow.drafts.get(following.id)
    _wish(uow, following)
    _note(uow, following, following.digest)


def held_draft(uow: UnitOfWork, draft_id: DraftId) -> Draft:
    """Return a draft, its case held before it: who holds both holds them in this order.

    Raises Missing.
    """
    uow.cases.get(uow.drafts.case_of(draft_id))
    return uow.drafts.get(draft_id)


def resume_thread(uow: UnitOfWork, draft_id: DraftId, asker: Asker) -> None:
    """Send a refused part of a thread again, and with it what follows.

    An approved text whose case has gone on is given back instead: what it was approved for is over.

    Raises Missing, HeldByOther, Refusal ("not_your_draft", "resolved"), Conflict ("doubt_settled").
    """
    refused = held_draft(uow, draft_id)
    if asker.agent not in (refused.author, refused.editor):
        raise Refusal("not_your_draft")
    if refused.state != states.REFUSED or refused.thread_of is None:
        raise Conflict("doubt_settled")
    case = uow.cases.get(refused.case_id)
    may_write(case, asker.agent, uow.now)
    first = uow.drafts.get(DraftId(refused.thread_of))
    uow.drafts.move(refused.id, states.REFUSED, to=states.DROPPED)
    news = changes_since(uow, case.id, first.seen, but_by=refused.author)
    if news and uow.approvals.of_draft(first.id):
        rest = [refused, *uow.drafts.later_parts(first.id)]
        uow.drafts.copy_open(first, " ".join(without_number(part.text) for part in rest))
        uow.drafts.drop_later_parts(first.id)
        uow.history.add(case.id, Event.REPLY_HELD, draft=str(first.id), why=str(news[-1].event))
    else:
        # An effect that X refused for good stays so: the part goes out as a draft of its own.
        again = uow.drafts.copy_part(refused)
        _wish(uow, again)
        _note(uow, again, again.digest)
    uow.cases.touch(case.id)
    show(uow, case, asker)


def undo_reply(uow: UnitOfWork, draft_id: DraftId, asker: Asker) -> None:
    """Take back an answer that has not left: its author finds it again behind Reply.

    Raises Missing, Refusal ("not_your_draft"), Conflict ("left_already").
    """
    draft = held_draft(uow, draft_id)
    if asker.agent not in (draft.author, draft.editor):
        raise Refusal("not_your_draft")
    if draft.state == states.OPEN:
        return  # taken back already: a second press is no other wish
    if not take_back(uow, draft, Event.REPLY_UNDONE, asker):
        raise Conflict("left_already")
    case = uow.cases.get(draft.case_id)
    uow.cases.touch(case.id)
    show(uow, case)


def take_back(
    uow: UnitOfWork, draft: Draft, event: Event, asker: Asker | None = None, *, reason: str = ""
) -> bool:
    """Give a submitted draft that waits still back to its author; False when it is leaving or has left."""
    effect = uow.outbox.find(kind_of(draft), str(draft.id))
    if draft.state != states.SUBMITTED or draft.thread_of or effect is None:
        return False  # a later part follows one that the world has read already
    if not uow.outbox.take_back(effect):
        return False
    whole = draft.whole or draft.text
    fresh = {"text": whole, "whole": "", "part": 0, "parts": 0, "leaves_at": None}
    uow.drafts.move(draft.id, states.SUBMITTED, to=states.OPEN, reason=reason, **fresh)
    uow.drafts.drop_later_parts(draft.id)
    actor = ("agent", str(asker.agent)) if asker else ("desk", "")
    facts = {"why": reason} if reason else {}
    uow.history.add(draft.case_id, event, actor, draft=str(draft.id), **facts)
    return True


def hold_if_spoilt(uow: UnitOfWork, draft: Draft, effect: Effect) -> bool:
    """Give a draft that is about to leave back to its author if something has made it wrong meanwhile.

    Checked in the very transaction that claims it; an approved one is held for all that its approver did not
    see, any other for what surely spoils it (the post was edited or is gone, somebody answered by hand), or
    when the case has become one whose answers need an approval.
    """
    if draft.thread_of or draft.state != states.SUBMITTED:
        return False
    why = _spoilt_by(uow, draft)
    if not why or not uow.outbox.postponed(effect, after_s=0, reason=""):
        return False
    take_back(uow, draft, Event.REPLY_HELD, reason=why)
    case = uow.cases.get(draft.case_id)
    uow.cases.touch(case.id)
    show(uow, case)
    refresh_card(uow, case)
    return True


def _spoilt_by(uow: UnitOfWork, draft: Draft) -> str:
    """Return what makes a draft wrong to send now; "" when nothing does."""
    view = uow.views.case(draft.case_id)
    target = uow.views.message(view.case.account_id, draft.target)
    if target.gone:
        return Event.POST_GONE
    news = changes_since(uow, draft.case_id, draft.seen, but_by=draft.author)
    is_approved = bool(uow.approvals.of_draft(draft.id))
    spoils = news if is_approved else [line for line in news if line.event in _SPOILS]
    if spoils:
        return spoils[-1].event
    whole = replace(draft, text=draft.whole or draft.text)
    return "needs_approval" if not is_approved and compose(uow, whole, view, target).needs else ""
