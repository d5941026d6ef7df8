"""Saying an agent's words on X, once: in public, or by direct message."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.delivery import Deed
from workflows.desk import Desk
from workflows.domain.effects import Effect
from workflows.domain.reply import same_words
from workflows.errors import TryLater, Undeliverable
from workflows.services import outcomes
from workflows.services.dm_help import answer_out
from workflows.services.handoffs import CLOSED_DMS, note_reach
from workflows.services.sending import hold_if_spoilt
from workflows.store.drafts import DOUBTED, SUBMITTED, Draft, DraftId
from workflows.store.unit_of_work import UnitOfWork
from workflows.x.gateway import Gateway

OWN_WINDOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer with its words frozen.

    person_id  to whom a direct message goes.
    known      ids of direct messages that earlier answers became: none of them proves this one.
    """

    draft: Draft
    account_id: str
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
        return self._ready(uow, draft)

    def _ready(self, uow: UnitOfWork, draft: Draft) -> Ready:
        return Ready(draft, uow.cases.get(draft.case_id).account_id)

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

    def perform(self, ready: Ready) -> str:
        """Publish the answer; a refused duplicate may be our own, said before."""
        try:
            return self._gateway.reply(to=ready.draft.target, text=ready.draft.text)
        except Undeliverable as error:
            found = self._seen(ready, ready.draft.submitted_at) if error.reason == "duplicate_text" else None
            if found is None:
                raise
            return found

    def _seen(self, ready: Ready, since: datetime | None) -> str | None:
        for post in self._gateway.own_posts(ready.account_id, since=_from(since)):
            if post.in_reply_to == ready.draft.target and same_words(ready.draft.text, post.text):
                return post.id
        return None


class DmDeed(_SpeechOnX):
    """Say an agent's words to the customer directly, once."""

    def _ready(self, uow: UnitOfWork, draft: Draft) -> Ready:
        case = uow.cases.get(draft.case_id)
        person = uow.contacts.person_of(case.customer_id)
        return Ready(draft, case.account_id, person, uow.directs.sent_ids(case.id))

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
