"""How cards and their threads get into Slack: posted once, kept true, told on, tidied up."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slackbot.render.card import Card, render_card, render_safe_card
from slackbot.render.text import Json, Message
from slackbot.render.thread import MOST_EVENTS, render_events
from slackbot.sender import Posted, Sender, respond
from workflows.delivery import Deed
from workflows.desk import Desk
from workflows.domain.case import Case, CaseId
from workflows.domain.effects import Effect, Kind
from workflows.errors import DeliveryError, TryLater, Undeliverable
from workflows.services import board
from workflows.services.direct import leaves_at
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import CaseView

LOOK_BACK = timedelta(minutes=10)  # more than two clocks differ; the ids of blocks are unique anyway
TIDY_AFTER_S = 60.0
_LOST_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action"})
_LOST_CARD = frozenset({"message_not_found", "cant_update_message", "thread_not_found"})
_TOO_MUCH = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text"}
)


class SlackDeed(Deed):
    """What every deed on Slack has: the desk, and the sender."""

    checks_s = (5.0, 30.0)
    trusts_first_look = True

    def __init__(self, desk: Desk, sender: Sender) -> None:
        self.desk = desk
        self.sender = sender

    @property
    def rule(self) -> str:
        """How strictly X lets us answer."""
        return self.desk.settings.x_reply_rule

    def draw(self, uow: UnitOfWork, view: CaseView, attempt: int) -> Card:
        """Return the card of a case as it is now."""
        leaves = leaves_at(uow, view.case, view.direct)
        return render_card(view, rule=self.rule, direct_leaves_at=leaves, attempt=attempt)


@dataclass(frozen=True, slots=True)
class ReadyCard:
    """A rendered card and where it goes or stands."""

    view: CaseView
    card: Card
    at: Posted

    @property
    def case(self) -> Case:
        """The case as it was when it was rendered."""
        return self.view.case


class PostCard(SlackDeed):
    """Post the card of a case, once; a doubtful post is looked for by the ids of its blocks."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyCard | None:
        """Render the newest state; None when the card is there."""
        view = uow.views.case(CaseId(int(effect.key)))
        if view.case.card_ts is not None:
            return None
        channel = effect.payload.get("channel") or view.case.channel
        card = self.draw(uow, view, effect.attempt)
        return ReadyCard(view, card, Posted(channel, ""))

    def perform(self, ready: ReadyCard) -> str:
        """Post it; when Slack will not have it, post the plain one."""
        posted = _posting(ready, lambda m: self.sender.post(ready.at.channel, m))
        return f"{posted.channel}/{posted.ts}"

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyCard, external_id: str) -> None:
        """Remember where the card is; what changed meanwhile is shown by a refresh."""
        channel, _, ts = external_id.rpartition("/")
        found = effect.state != "sending"
        shown = 0 if found else ready.case.version
        case = uow.cases.note_card(
            ready.case.id,
            card_channel=channel,
            card_ts=ts,
            card_version=shown,
            card_digest="" if found else ready.card.digest,
            answer_uses=0,  # a click's answer_url belongs to the message that was clicked
        )
        if case.version != shown:
            board.refresh_card(uow, case)
        if uow.views.events(case.id, after=case.threaded_to, limit=1):
            board.tell_thread(uow, case)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Send the card to the default channel when its own is lost, and tell the operators."""
        case = uow.cases.get(CaseId(int(effect.key)))
        fallback = self.desk.settings.slack_channel
        tried = effect.payload.get("channel") or case.channel
        _tell_of_refusal(self.desk, uow, tried, error)
        if error.reason in _LOST_CHANNEL and tried != fallback:
            elsewhere = {"channel": fallback}
            budget = f"slack:post:{fallback}"
            uow.outbox.add(Kind.POST_CARD, effect.key, case_id=case.id, budget=budget, payload=elsewhere)
            return
        # Nothing slips: it is tried again for as long as it takes an operator to mend the channel.
        uow.outbox.add(
            Kind.POST_CARD,
            effect.key,
            case_id=case.id,
            priority=case.priority,
            budget=effect.budget,
            after_s=60,
        )

    def find(self, ready: ReadyCard, effect: Effect) -> str | None:
        """Look for our own message in the channel's history."""
        channel = ready.case.card_channel or ready.at.channel
        ts = find_block(self.sender.history(channel, oldest=since(effect)), f"card-{ready.case.id}-")
        return f"{channel}/{ts}" if ts else None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """It is not there (or cannot be seen): post it; an extra one is removed later."""
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")
        uow.outbox.add(Kind.TIDY_CARD, effect.key, case_id=effect.case_id, after_s=TIDY_AFTER_S)


@dataclass(frozen=True, slots=True)
class ReadyRefresh:
    """What the card should show now, and the click through whose answer it may be shown."""

    ready: ReadyCard
    answer_url: str


class RefreshCard(SlackDeed):
    """Let the card show the newest state: through the click's answer if there is one, else by chat.update."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyRefresh | None:
        """Render the newest state; None when the card shows it already or is not posted yet."""
        view = uow.views.case(CaseId(int(effect.key)))
        case = view.case
        if case.card_ts is None or case.card_channel is None:
            return None
        card = self.draw(uow, view, effect.attempt)
        if card.digest == case.card_digest:
            uow.cases.note_card(case.id, card_version=case.version)
            return None
        answer_url = _take_answer(uow, case)
        at = Posted(case.card_channel, case.card_ts)
        return ReadyRefresh(ReadyCard(view, card, at), answer_url)

    def perform(self, ready: ReadyRefresh) -> str:
        """Show it; a click's answer that Slack refuses gives way to chat.update."""
        if ready.answer_url:
            try:
                _posting(ready.ready, lambda m: _replace(ready.answer_url, m))
            except DeliveryError as error:
                raise TryLater("answer_url_failed", after_s=0) from error
            return ready.ready.at.ts
        _posting(ready.ready, lambda m: self.sender.update(ready.ready.at, m))
        return ready.ready.at.ts

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyRefresh, external_id: str) -> None:
        """Remember what is shown; when more has changed meanwhile, show that in a moment."""
        shown = ready.ready
        case = uow.cases.note_card(
            shown.case.id, card_version=shown.case.version, card_digest=shown.card.digest
        )
        if case.version != shown.case.version:
            board.refresh_card(uow, case)

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """After a failed answer to a click, go by chat.update and its budget."""
        if error.reason == "answer_url_failed":
            uow.cases.note_card(CaseId(int(effect.key)), answer_uses=0)
            uow.outbox.redirect(effect, budget=board.UPDATES)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """A card that a person deleted is posted anew, once."""
        case_id = CaseId(int(effect.key))
        if error.reason in _LOST_CARD:
            uow.history.add(case_id, Event.CARD_LOST)
            board.lost_card(uow, case_id)
            return
        # Whatever Slack objects to, the card is not true: it is tried again, and the operators are told.
        _tell_of_refusal(self.desk, uow, uow.cases.get(case_id).channel, error)
        board.refresh_card(uow, uow.cases.get(case_id), after_s=60)

    def come_late(self, uow: UnitOfWork, effect: Effect) -> None:
        """An older state may stand on the card now: show the newest."""
        case = uow.cases.note_card(CaseId(int(effect.key)), card_digest="")
        board.refresh_card(uow, case)


@dataclass(frozen=True, slots=True)
class ReadyThread:
    """A message that tells the thread what happened up to event `to`."""

    case: Case
    at: Posted
    message: Message | None
    to: int
    more: bool


class TellThread(SlackDeed):
    """Tell the thread under the card what happened since it was last told."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyThread | None:
        """Gather the events; None when there are none or the card is not posted yet."""
        case = uow.cases.get(CaseId(int(effect.key)))
        events = uow.views.events(case.id, after=case.threaded_to, limit=MOST_EVENTS + 1)
        if not events:
            return None
        if case.card_ts is None or case.card_channel is None:
            return None
        customer = uow.views.case(case.id).customer.username
        told = events[:MOST_EVENTS]
        message = render_events(told, customer=customer, block_id=f"fx-{effect.id}-{told[-1].id}")
        at = Posted(case.card_channel, case.card_ts)
        return ReadyThread(case, at, message, told[-1].id, len(events) > MOST_EVENTS)

    def perform(self, ready: ReadyThread) -> str:
        """Post it under the card."""
        if ready.message is None:
            return ""
        return self.sender.post(ready.at.channel, ready.message, thread_ts=ready.at.ts).ts

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyThread, external_id: str) -> None:
        """Remember how far the thread has been told."""
        found = external_id.partition("/")[2]
        to = int(found) if found else ready.to
        uow.cases.note_card(ready.case.id, threaded_to=to)
        if ready.more or uow.views.events(ready.case.id, after=to, limit=1):
            board.tell_thread(uow, uow.cases.get(ready.case.id))

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """A thread whose card is gone goes on under the new one."""
        if error.reason in _LOST_CARD:
            board.lost_card(uow, CaseId(int(effect.key)))
            board.tell_thread(uow, uow.cases.get(CaseId(int(effect.key))))

    def find(self, ready: ReadyThread, effect: Effect) -> str | None:
        """Look for our own message in the thread."""
        if ready.message is None:
            return ""
        # More may have happened since: what was told then is known by the number in its blocks' ids.
        for message in self.sender.replies(ready.at, oldest=since(effect)):
            for block in message.get("blocks") or ():
                told = re.match(rf"fx-{effect.id}-(\d+)-", str(block.get("block_id", "")))
                if told and int(told[1]) > ready.case.threaded_to:
                    return f"{message.get('ts')}/{told[1]}"
        return None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Tell it (again): a note twice is better than none."""
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


class TidyCard(SlackDeed):
    """Remove the extra card that a doubtful post left behind."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> tuple[Case, Posted | None, datetime] | None:
        """Read which card is the true one."""
        case = uow.cases.get(CaseId(int(effect.key.partition(":")[0])))
        if case.card_ts is None or case.card_channel is None:
            return None
        extra = effect.payload.get("ts")
        known = Posted(effect.payload.get("channel") or case.card_channel, extra) if extra else None
        return case, known, uow.machine - timedelta(minutes=30)

    def perform(self, ready: tuple[Case, Posted | None, datetime]) -> str:
        """Delete the extra that was clicked, or those that the history shows."""
        case, known, oldest = ready
        channel = case.card_channel or ""
        try:
            extras = [known] if known else list(self._extras(case, channel, oldest))
            for extra in extras:
                self.sender.delete(extra)
        except Undeliverable:
            return ""
        return ",".join(extra.ts for extra in extras)

    def _extras(self, case: Case, channel: str, oldest: datetime) -> Iterable[Posted]:
        for message in self.sender.history(channel, oldest=oldest):
            if message.get("ts") != case.card_ts and _has_block(message, f"card-{case.id}-"):
                yield Posted(channel, str(message["ts"]))


def _tell_of_refusal(desk: Desk, uow: UnitOfWork, channel: str, error: Undeliverable) -> None:
    """Tell the operators, once an hour, that Slack does not take the cards of a channel."""
    hour = uow.machine.strftime("%Y%m%d%H")
    facts = {"channel": channel, "why": error.reason}
    board.alert(
        uow, desk.settings.admin_channel, f"channel:{channel}:{error.reason}:{hour}", "card_refused", **facts
    )


def _posting(ready: ReadyCard, post: Callable[[Message], Any]) -> Any:
    """Show the card; when Slack refuses its blocks, show the plain one instead."""
    try:
        return post(ready.card.message)
    except Undeliverable as error:
        if error.reason not in _TOO_MUCH:
            raise
        return post(render_safe_card(ready.view))


def _replace(answer_url: str, message: Message) -> None:
    respond(answer_url, {"replace_original": True, "text": message.text, "blocks": message.blocks})


def _take_answer(uow: UnitOfWork, case: Case) -> str:
    """Use the last click's answer_url once, while Slack takes it."""
    if case.answer_uses <= 0 or case.answer_until is None or case.answer_until <= uow.machine:
        return ""
    uow.cases.note_card(case.id, answer_uses=case.answer_uses - 1)
    return case.answer_url


def since(effect: Effect) -> datetime:
    """Return from when on a doubtful message could be in Slack."""
    return (effect.started_at or datetime.now(UTC)) - LOOK_BACK


def find_block(messages: Iterable[Json], prefix: str) -> str | None:
    """Return the ts of the first message that has a block of ours with this beginning of an id."""
    return next((str(m["ts"]) for m in messages if m.get("ts") and _has_block(m, prefix)), None)


def _has_block(message: Json, prefix: str) -> bool:
    return any(str(block.get("block_id", "")).startswith(prefix) for block in message.get("blocks") or ())
