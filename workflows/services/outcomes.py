"""Outcomes: what became of an answer at the network, and the question to a person when nobody knows."""

from workflows.domain.case import answered
from workflows.domain.effects import Effect
from workflows.domain.post import Post
from workflows.errors import Conflict
from workflows.services.board import Asker, refresh_card, show
from workflows.services.clocks import keep_time
from workflows.services.dm_help import answer_out
from workflows.services.sending import held_draft, kind_of, send_next_part
from workflows.services.upkeep import answer_refused
from workflows.store import drafts as states
from workflows.store.cases import NewMessage
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork

CANNOT_ANSWER = frozenset(
    {
        "not_summoned",
        "reply_restricted",
        "target_gone",
        "author_unavailable",
        "author_suspended",
        "author_protected",
        "blocked",
    }
)


def reply_sent(uow: UnitOfWork, effect: Effect, external_id: str) -> None:
    """Record that the answer stands on the network as `external_id` ("" when only a person knows)."""
    draft = _settle(uow, effect, Event.REPLY_SENT, to=states.SENT, external_id=external_id)
    if draft is None:
        return
    case = uow.cases.get(draft.case_id)
    if external_id:
        _attach(uow, draft, case.account_id, external_id)
    send_next_part(uow, draft, external_id)
    answer_out(uow, draft)
    case = keep_time(uow, case)
    show(uow, uow.cases.save(case, answered(case, customer_wrote_since=case.waiting_since is not None)))


def reply_refused(uow: UnitOfWork, effect: Effect, reason: str) -> None:
    """Record that the network refuses this answer for good; it is learned where it concerns the post."""
    draft = _settle(uow, effect, Event.REPLY_REFUSED, to=states.REFUSED, reason=reason)
    if draft is None:
        return
    case = uow.cases.get(draft.case_id)
    if reason in CANNOT_ANSWER and draft.is_public and not draft.thread_of:
        uow.cases.refuse_message(case.account_id, draft.target, reason)
        target = uow.views.message(case.account_id, draft.target)
        if reason == "not_summoned" and target.summons.follows_up:
            uow.accounts.remember_follow_ups_refused(case.account_id)
        answer_refused(uow, draft, reason)
    if not draft.thread_of:
        uow.drafts.drop_later_parts(draft.id)
        uow.drafts.copy_open(draft, draft.whole or draft.text)  # to be made personal, or said elsewhere
    uow.cases.touch(case.id)
    case = uow.cases.get(case.id)
    show(uow, case)


def reply_postponed(uow: UnitOfWork, effect: Effect, reason: str) -> None:
    """Let the card say why an answer waits; the draft stays submitted."""
    draft_id = DraftId(int(effect.key))
    if uow.drafts.get(draft_id).reason == reason:
        return  # the card says so already
    if uow.drafts.move(draft_id, states.SUBMITTED, states.DOUBTED, to=states.SUBMITTED, reason=reason):
        _show_case(uow, effect)


def reply_doubted(uow: UnitOfWork, effect: Effect) -> None:
    """Record that nobody knows whether the answer is out; the desk looks for it."""
    if _settle(uow, effect, Event.REPLY_DOUBTED, to=states.DOUBTED):
        _show_case(uow, effect)


def reply_asked(uow: UnitOfWork, effect: Effect) -> None:
    """Put the question to the agent: is it there?"""
    if _settle(uow, effect, Event.REPLY_ASKED, to=states.ASKED):
        _show_case(uow, effect)


def confirm_reply(uow: UnitOfWork, draft_id: DraftId, asker: Asker) -> None:
    """A person has seen the answer on X: it is there.

    Raises Missing, Conflict ("doubt_settled").
    """
    effect = _doubted_effect(uow, draft_id)
    uow.outbox.done(effect)
    _decided(uow, draft_id, asker, Event.REPLY_CONFIRMED)
    reply_sent(uow, effect, "")
    refresh_card(uow, uow.cases.get(uow.drafts.get(draft_id).case_id), asker)


def send_again(uow: UnitOfWork, draft_id: DraftId, asker: Asker) -> None:
    """A person has looked and not seen the answer: it goes out again.

    Raises Missing, Conflict ("doubt_settled").
    """
    effect = _doubted_effect(uow, draft_id)
    uow.outbox.postponed(effect, after_s=0, reason="")
    _decided(uow, draft_id, asker, Event.REPLY_RESENT)
    uow.drafts.move(draft_id, states.ASKED, to=states.SUBMITTED, reason="")
    case = uow.cases.get(uow.drafts.get(draft_id).case_id)
    uow.cases.touch(case.id)
    show(uow, case, asker)


def _doubted_effect(uow: UnitOfWork, draft_id: DraftId) -> Effect:
    draft = held_draft(uow, draft_id)
    effect = uow.outbox.find(kind_of(draft), str(draft.id))
    if effect is None or draft.state != states.ASKED:
        raise Conflict("doubt_settled")
    return effect


def _decided(uow: UnitOfWork, draft_id: DraftId, asker: Asker, event: Event) -> None:
    draft = uow.drafts.get(draft_id)
    uow.history.add(draft.case_id, event, ("agent", asker.agent), draft=str(draft.id))


def _settle(uow: UnitOfWork, effect: Effect, event: Event, *, to: str, **values: str) -> Draft | None:
    """Move the draft of this effect and tell the history; None when it was there already."""
    draft_id = DraftId(int(effect.key))
    under_way = (states.SUBMITTED, states.DOUBTED, states.ASKED)
    if not uow.drafts.move(
        draft_id, *(state for state in under_way if state != to), to=to, settled_at=uow.now, **values
    ):
        return None
    draft = uow.drafts.get(draft_id)
    facts = {name: value for name, value in values.items() if value}
    uow.history.add(draft.case_id, event, draft=str(draft_id), **facts)
    return draft


def _show_case(uow: UnitOfWork, effect: Effect) -> None:
    case = uow.cases.get(uow.drafts.get(DraftId(int(effect.key))).case_id)
    uow.cases.touch(case.id)
    show(uow, case)


def _attach(uow: UnitOfWork, draft: Draft, account_id: str, external_id: str) -> None:
    """Store our answer as a message of the case; its echo from the network then changes nothing."""
    account = next(a for a in uow.accounts.all() if a.id == account_id)
    post = Post(
        id=external_id,
        author=account,
        text=draft.text,
        written_at=uow.now,
        conversation_id="",
        in_reply_to=draft.target if draft.is_public else "",
    )
    kind = "reply" if draft.is_public else "dm"
    uow.cases.add_message(
        NewMessage(draft.case_id, account_id, "brand", kind, post, names_us=False, follows_up=False)
    )
