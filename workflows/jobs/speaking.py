"""Saying an agent's words on X, once: in public, or by direct message."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.delivery import Deed
from workflows.desk import Desk
from workflows.domain.case import CaseId
from workflows.domain.effects import Effect
from workflows.domain.reply import same_words
from workflows.errors import DeliveryError, TryLater, Undeliverable
from workflows.jobs.upkeep import RECHECK_TIMER
from workflows.services import outcomes
from workflows.services.board import refresh_card
from workflows.services.dm_help import answer_out
from workflows.services.handoffs import CLOSED_DMS, note_reach
from workflows.services.sending import hold_if_spoilt
from workflows.store.contacts import NO, UNKNOWN, YES
from workflows.store.drafts import DOUBTED, SUBMITTED, Draft, DraftId
from workflows.store.unit_of_work import UnitOfWork
from workflows.x.gateway import Gateway

OWN_WINDOW = timedelta(seconds=30)
MOST_TRIES = 3  # of an answer to a post that X says has a newer version
LOOK_FIRST_S = 10.0


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer with its words frozen.

    to         the post that it goes under: the newest version of the one that it answers.
    attempt    how often it was tried, this time included.
    person_id  to whom a direct message goes.
    known      ids of direct messages that earlier answers became: none of them proves this one.
    """

    draft: Draft
    account_id: str
    to: str = ""
    attempt: int = 1
    person_id: str = ""
    known: frozenset[str] = frozenset()


class _SpeechOnX(Deed):
    """What saying something on X has in common.

    Looks for a proof at 5 s, 60 s and 120 s: X's timelines lag, and one that lacks the words proves nothing
    before that. What no look finds is put to the agent.
    """

    checks_s = (5.0, 60.0, 120.0)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _gateway(self) -> Gateway:
        return self._desk.gateway

    def prepare(self, uow: UnitOfWork, effect: Effect) -> Ready | None:
        """Read the frozen words; None when the draft was settled otherwise, or something has spoilt it."""
        draft = uow.drafts.get(DraftId(int(effect.key)))
        if draft.state not in (SUBMITTED, DOUBTED) or hold_if_spoilt(uow, draft, effect):
            return None
        return self._ready(uow, draft, effect)

    def _ready(self, uow: UnitOfWork, draft: Draft, effect: Effect) -> Ready:
        raise NotImplementedError

    def record(self, uow: UnitOfWork, effect: Effect, ready: Any, external_id: str) -> None:
        """Write down the id that it has on X."""
        outcomes.reply_sent(uow, effect, external_id)
        answer_out(uow, uow.drafts.get(ready.draft.id))

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Write down why X will not have it."""
        outcomes.reply_refused(uow, effect, error.reason)

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """Let the card say what the answer waits for."""
        outcomes.reply_postponed(uow, effect, error.reason)

    def doubt(self, uow: UnitOfWork, effect: Effect) -> None:
        """Let the card say that we look."""
        outcomes.reply_doubted(uow, effect)

    def find(self, ready: Ready, effect: Effect) -> str | None:
        """Look on X for these words of ours."""
        return self._seen(ready, effect.started_at)

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Ask a person: only they can tell whether it is there."""
        if uow.outbox.asked(effect):
            outcomes.reply_asked(uow, effect)

    def _seen(self, ready: Ready, since: datetime | None) -> str | None:
        raise NotImplementedError


class ReplyDeed(_SpeechOnX):
    """Say an agent's words under a post, once."""

    def _ready(self, uow: UnitOfWork, draft: Draft, effect: Effect) -> Ready:
        account = uow.cases.get(draft.case_id).account_id
        message = uow.cases.message(account, draft.target)
        newest = message.newest_id if message else ""
        return Ready(draft, account, to=newest or draft.target, attempt=effect.attempt)

    def perform(self, ready: Ready) -> str:
        """Publish the answer; a refused duplicate may be our own, said before.

        Of a post with a version that we have not seen, the new words are fetched first: then the answer is
        held, and its author looks again.
        """
        try:
            return self._gateway.reply(to=ready.to, text=ready.draft.text)
        except Undeliverable as error:
            if error.reason == "duplicate_text":
                found = self._seen(ready, ready.draft.submitted_at)
                if found is not None:
                    return found
            if error.reason == "target_edited" and ready.attempt < MOST_TRIES:
                raise TryLater("edited_meanwhile", after_s=LOOK_FIRST_S) from error
            if error.reason == "not_summoned" and not self._is_open_to_all(ready.to):
                raise Undeliverable("reply_restricted", str(error)) from error
            raise

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """Let the card say what the answer waits for; an edit that we have not seen is looked for."""
        if error.reason == "edited_meanwhile":
            draft = uow.drafts.get(DraftId(int(effect.key)))
            uow.posts.look_soon(uow.cases.get(draft.case_id).account_id, draft.target)
            uow.timers.set_next(RECHECK_TIMER, after_s=0)
        super().postpone(uow, effect, error)

    def _is_open_to_all(self, post_id: str) -> bool:
        """Tell whether everybody may answer in a post's conversation.

        X refuses in the same words where the author has limited who may answer: that says nothing about
        other conversations. What cannot be found out is taken for limited, so that nothing wrong is learned.
        """
        with contextlib.suppress(DeliveryError):
            for post in self._gateway.look_up([post_id]).posts:
                roots = self._gateway.look_up([post.conversation_id or post.in_reply_to]).posts
                return bool(roots) and all(p.reply_settings == "everyone" for p in (post, *roots))
        return False

    def _seen(self, ready: Ready, since: datetime | None) -> str | None:
        for post in self._gateway.own_posts(ready.account_id, since=_from(since)):
            if post.in_reply_to in (ready.to, ready.draft.target) and same_words(ready.draft.text, post.text):
                return post.id
        return None


class DmDeed(_SpeechOnX):
    """Say an agent's words to the customer directly, once."""

    def _ready(self, uow: UnitOfWork, draft: Draft, effect: Effect) -> Ready:
        case = uow.cases.get(draft.case_id)
        person = uow.contacts.person_of(case.customer_id)
        return Ready(draft, case.account_id, person_id=person, known=uow.directs.sent_ids(case.id))

    def perform(self, ready: Ready) -> str:
        """Send the message."""
        return self._gateway.send_dm(to=ready.person_id, text=ready.draft.text)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Write down why X will not have it; that the customer takes no messages is learned."""
        if error.reason in CLOSED_DMS:
            case = uow.cases.get(uow.drafts.get(DraftId(int(effect.key))).case_id)
            note_reach(uow, case, takes_dms=False)
        super().refuse(uow, effect, error)

    def _seen(self, ready: Ready, since: datetime | None) -> str | None:
        since = _from(since)
        for message in self._gateway.messages_with(ready.account_id, ready.person_id):
            is_ours = message.sender.id == ready.account_id and message.id not in ready.known
            if is_ours and message.written_at >= since and same_words(ready.draft.text, message.text):
                return message.id
        return None


def _from(since: datetime | None) -> datetime:
    """Return from when on words of ours may be that attempt's: X's clock and ours differ a little."""
    now = datetime.now(UTC)
    return min(since or now, now) - OWN_WINDOW


@dataclass(frozen=True, slots=True)
class ReadyToAsk:
    """Whom to ask for."""

    case_id: CaseId
    person_id: str


class ReachDeed(Deed):
    """Learn whether a customer takes our direct messages; the card says it before anybody types."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyToAsk | None:
        """Read who it is about."""
        if effect.case_id is None:
            return None
        case = uow.cases.get(CaseId(effect.case_id))
        return ReadyToAsk(case.id, uow.contacts.person_of(case.customer_id))

    def perform(self, ready: ReadyToAsk) -> str:
        """Ask; what X does not say stays unknown."""
        reach = self._desk.gateway.people([ready.person_id]).get(ready.person_id)
        if reach is None or reach.takes_dms is None:
            return UNKNOWN
        return YES if reach.takes_dms else NO

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyToAsk, external_id: str) -> None:
        """Keep the answer, and let the card say it."""
        case = uow.cases.get(ready.case_id)
        if external_id != UNKNOWN and note_reach(uow, case, takes_dms=external_id == YES):
            uow.cases.touch(case.id)
            refresh_card(uow, case)
