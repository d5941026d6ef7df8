"""Replies: from the open modal to the post under the customer's, said once."""

from dataclasses import dataclass

from workflows.domain.case import CaseId, answered, claim, may_write
from workflows.domain.effects import Effect, Kind
from workflows.domain.post import Author, Post
from workflows.domain.reply import Answer, digest, fit_text, may_answer
from workflows.errors import Conflict, Refusal
from workflows.services.board import Asker, refresh_card, show
from workflows.services.clocks import keep_time
from workflows.services.escalations import quiet_by_claim
from workflows.store import drafts as states
from workflows.store.cases import NewMessage
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import DRAFTING_FOR, MessageView

CANNOT_ANSWER = frozenset(
    {"not_summoned", "reply_restricted", "target_gone", "author_unavailable", "blocked"}
)


@dataclass(frozen=True, slots=True)
class OpenReply:
    """What the reply modal shows.

    others  colleagues who have a draft of this case open at this moment.
    """

    draft: Draft
    target: MessageView
    customer: Author
    others: tuple[str, ...]


def open_reply(uow: UnitOfWork, case_id: CaseId, asker: Asker, *, rule: str) -> OpenReply:
    """Start (or take up) the asker's draft of an answer to the customer's newest post.

    Raises Missing, HeldByOther, Refusal ("resolved", "answer_on_x").
    """
    case = uow.cases.get(case_id)
    may_write(case, asker.agent, uow.now)
    view = uow.views.case(case_id)
    target = uow.views.target(case_id)
    if may_answer(target.summons, rule=rule, follow_ups_refused=view.follow_ups_refused) is Answer.ON_X:
        raise Refusal("answer_on_x", username=view.customer.username, post=target.external_id)
    others = tuple(who for who in view.drafting if who != asker.agent)
    draft = uow.drafts.start(case_id, asker.agent, target.external_id)
    if asker.agent not in view.drafting:
        uow.cases.touch(case_id)
        refresh_card(uow, case, asker)
    return OpenReply(draft, uow.views.message(case.account_id, draft.target), view.customer, others)


def leave_dialog(uow: UnitOfWork, draft_id: DraftId, asker: Asker | None = None) -> None:
    """Nobody writes this draft any more: its words stay, and the card no longer says that somebody writes."""
    draft = uow.drafts.get(draft_id)
    if (asker is None or draft.author == asker.agent) and uow.drafts.close(draft_id):
        case = uow.cases.get(draft.case_id)
        uow.cases.touch(case.id)
        refresh_card(uow, case)


def leave_old_dialogs(uow: UnitOfWork) -> None:
    """Slack does not always tell that a dialog was closed: after a quarter of an hour nobody writes."""
    for draft in uow.drafts.left_open(uow.now - DRAFTING_FOR):
        leave_dialog(uow, draft.id)


def keep_draft(uow: UnitOfWork, draft_id: DraftId, agent: str, text: str) -> None:
    """Keep what was typed so far, so that a closed modal loses nothing."""
    draft = uow.drafts.get(draft_id)
    if draft.author == agent:
        uow.drafts.keep_text(draft_id, draft.author, text)


def submit_reply(uow: UnitOfWork, draft_id: DraftId, asker: Asker, text: str, *, limit: int) -> None:
    """Queue the text as the asker's public answer; answering a free case claims it.

    limit  weighted characters that the account may post.

    Raises Missing, HeldByOther, Refusal ("empty", "too_long", "resolved", "not_your_draft"), Conflict
    ("already_submitted").
    """
    draft = uow.drafts.get(draft_id)
    if draft.author != asker.agent:
        raise Refusal("not_your_draft")
    if draft.state != states.OPEN:
        raise Conflict("already_submitted", digest=draft.digest)
    text = fit_text(text, limit=limit)
    before = uow.cases.get(draft.case_id)
    case = uow.cases.save(before, claim(before, asker.agent, uow.now))
    actor = ("agent", asker.agent)
    if case != before:
        uow.history.add(case.id, Event.CLAIMED, actor)
        case = keep_time(uow, quiet_by_claim(uow, case, asker.agent))
    else:
        uow.cases.touch(case.id)
    sealed = digest(text)
    uow.drafts.move(
        draft.id, states.OPEN, to=states.SUBMITTED, text=text, digest=sealed, submitted_at=uow.now
    )
    uow.outbox.add(
        Kind.REPLY,
        str(draft.id),
        case_id=case.id,
        priority=case.priority,
        budget=f"x:post:{case.account_id}",
    )
    uow.history.add(
        case.id, Event.REPLY_SUBMITTED, actor, draft=str(draft.id), to=draft.target, digest=sealed
    )
    refresh_card(uow, case, asker)


def reply_sent(uow: UnitOfWork, effect: Effect, external_id: str) -> None:
    """Record that the answer stands on the network as `external_id` ("" when only a person knows)."""
    draft = _settle(uow, effect, Event.REPLY_SENT, to=states.SENT, external_id=external_id)
    if draft is None:
        return
    case = uow.cases.get(draft.case_id)
    if external_id:
        _attach(uow, draft, case.account_id, external_id)
    case = keep_time(uow, case)
    show(uow, uow.cases.save(case, answered(case, customer_wrote_since=case.waiting_since is not None)))


def reply_refused(uow: UnitOfWork, effect: Effect, reason: str) -> None:
    """Record that the network refuses this answer for good; it is learned where it concerns the post."""
    draft = _settle(uow, effect, Event.REPLY_REFUSED, to=states.REFUSED, reason=reason)
    if draft is None:
        return
    case = uow.cases.get(draft.case_id)
    if reason in CANNOT_ANSWER:
        uow.cases.refuse_message(case.account_id, draft.target, reason)
        target = uow.views.message(case.account_id, draft.target)
        if reason == "not_summoned" and target.summons.follows_up:
            uow.accounts.remember_follow_ups_refused(case.account_id)
    uow.cases.touch(case.id)
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
    draft = uow.drafts.get(draft_id)
    effect = uow.outbox.find(Kind.REPLY, str(draft.id))
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
        in_reply_to=draft.target,
    )
    uow.cases.add_message(
        NewMessage(draft.case_id, account_id, "brand", "reply", post, names_us=False, follows_up=False)
    )
