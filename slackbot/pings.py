"""Pings: a ladder's step, or a colleague's call for help, said in the thread and where its people look."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.cards import SlackDeed, find_block, since
from slackbot.render.ladder import PingWords, render_ping
from slackbot.render.text import Json, Message
from slackbot.sender import Posted, respond
from workflows.domain.case import CaseId
from workflows.domain.effects import Effect, Kind
from workflows.domain.escalation import LATE_AFTER
from workflows.errors import DeliveryError, TryLater, Undeliverable
from workflows.services import board
from workflows.services.escalations import still_wanted
from workflows.store.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 3
_LOST_THREAD = frozenset({"message_not_found", "thread_not_found"})


@dataclass(frozen=True, slots=True)
class ReadyPing:
    """A ping in its words, and where it goes; an empty ts is no thread."""

    at: Posted
    message: Message


class Ping(SlackDeed):
    """Call people to a case, once; the words are the playbook's, or those of the colleague who asks."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyPing | None:
        """Put it into words; None when the customer has been answered meanwhile."""
        payload = effect.payload
        case_id = CaseId(int(payload["case"]))
        if not still_wanted(uow, payload):
            return None
        view = uow.views.case(case_id)
        case = view.case
        in_thread = payload["place"] == "thread" and case.card_ts is not None
        words = words_of(uow, payload, in_thread=in_thread, late_s=_late_s(payload, uow.now))
        message = render_ping(view, words, block_id=f"fx-{effect.id}-{effect.attempt}")
        channel = (case.card_channel or case.channel) if in_thread else payload["channel"]
        return ReadyPing(Posted(channel, case.card_ts or "" if in_thread else ""), message)

    def perform(self, ready: ReadyPing) -> str:
        """Say it: a new message, because an edited one rings nobody."""
        posted = self.sender.post(ready.at.channel, ready.message, thread_ts=ready.at.ts or None)
        return f"{posted.channel}/{posted.ts}"

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyPing, external_id: str) -> None:
        """Somebody may have taken the wait on while this was being said: let it say so, too."""
        case = uow.cases.get(CaseId(int(effect.payload["case"])))
        if not (case.quiet_by and case.quiet_at):
            return
        taken = {"ping": effect.id, "at": external_id, "by": case.quiet_by, "answer_url": ""}
        uow.outbox.add(
            Kind.PING_TAKEN,
            str(effect.id),
            case_id=case.id,
            budget=board.UPDATES,
            payload=taken | {"taken_at": case.quiet_at.isoformat()},
        )

    def find(self, ready: ReadyPing, effect: Effect) -> str | None:
        """Look for our own message in the thread and in the channel: a card may have come since."""
        oldest = since(effect)
        channel = ready.at.channel
        found = None
        if ready.at.ts:
            found = find_block(self.sender.replies(ready.at, oldest=oldest), f"fx-{effect.id}-")
        found = found or find_block(self.sender.history(channel, oldest=oldest), f"fx-{effect.id}-")
        return f"{channel}/{found}" if found else None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Say it again, a ping twice is better than none; but not for ever, where nobody can look."""
        if effect.attempt < MOST_ATTEMPTS:
            uow.outbox.postponed(effect, after_s=0, reason="not_seen")
        elif uow.outbox.failed(effect, "not_seen"):
            hour = uow.machine.strftime("%Y%m%d%H")
            facts = {"channel": effect.payload["channel"], "why": "not_seen"}
            key = f"ping:unseen:{effect.id}:{hour}"
            board.alert(uow, self.desk.settings.admin_channel, key, "ping_refused", **facts)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Say it in the cards' channel when its own is lost, and tell the operators."""
        fallback = self.desk.settings.slack_channel
        if error.reason in _LOST_THREAD:
            board.lost_card(uow, CaseId(int(effect.payload["case"])))
        channel = effect.payload["channel"]
        hour = uow.machine.strftime("%Y%m%d%H")
        facts = {"channel": channel, "why": error.reason}
        key = f"ping:{channel}:{error.reason}:{hour}"
        board.alert(uow, self.desk.settings.admin_channel, key, "ping_refused", **facts)
        if effect.payload["place"] == "elsewhere":
            return
        uow.outbox.add(
            Kind.PING,
            f"{effect.key}:elsewhere",
            case_id=effect.case_id,
            budget=f"slack:post:{fallback}",
            payload=effect.payload | {"place": "elsewhere", "channel": fallback},
        )


def words_of(uow: UnitOfWork, payload: Json, *, in_thread: bool, late_s: int) -> PingWords:
    """Return what a ping says; the words of a colleague who asks for help are kept with their call."""
    hand = uow.escalations.get(int(payload["escalation"])) if payload.get("escalation") else None
    case = uow.cases.get(CaseId(int(payload["case"])))
    return PingWords(
        who=payload["who"],
        text=hand.reason if hand else payload.get("text", ""),
        asked_by=hand.by if hand else "",
        step=payload.get("step", ""),
        late_s=late_s,
        skipped=payload.get("skipped", ""),
        card_link="" if in_thread else _link(uow, case.card_channel, case.card_ts),
    )


def _late_s(payload: Json, now: datetime) -> int:
    """Return how late a step is said: as it was when it was due, and what it has waited for Slack since."""
    waited = now - datetime.fromisoformat(payload["wished_at"]) if "wished_at" in payload else timedelta()
    late = timedelta(seconds=int(payload.get("late_s") or 0)) + (
        waited if waited > LATE_AFTER else timedelta()
    )
    return int(late.total_seconds())


def _link(uow: UnitOfWork, channel: str | None, ts: str | None) -> str:
    """Return the card's address, as Slack's own links are made; "" while there is no card."""
    workspace = uow.views.workspace()
    if not (workspace and workspace.url and channel and ts) or not re.fullmatch(r"\d+\.\d+", ts):
        return ""
    return f"{workspace.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


class ShowTaken(SlackDeed):
    """Let a ping say who has taken the case on; its button goes."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> tuple[Posted, Message, str] | None:
        """Put it into words; None when the ping is not known any more."""
        payload = effect.payload
        said = uow.outbox.get(int(payload["ping"]))
        channel, _, ts = str(payload["at"]).rpartition("/")
        if said is None or not channel:
            return None
        in_thread = said.payload["place"] == "thread"
        words = words_of(uow, said.payload, in_thread=in_thread, late_s=int(said.payload.get("late_s") or 0))
        view = uow.views.case(CaseId(int(said.payload["case"])))
        message = render_ping(
            view,
            words,
            block_id=f"fx-{said.id}-{effect.attempt}-taken",
            taken_by=payload["by"],
            taken_at=datetime.fromisoformat(payload["taken_at"]),
        )
        return Posted(channel, ts), message, payload["answer_url"] if effect.attempt == 1 else ""

    def perform(self, ready: tuple[Posted, Message, str]) -> str:
        """Show it through the click's answer, else by chat.update."""
        at, message, answer_url = ready
        if answer_url:
            body = {"replace_original": True, "text": message.text, "blocks": message.blocks}
            try:
                respond(answer_url, body)
            except DeliveryError as error:
                raise TryLater("answer_url_failed", after_s=0) from error
            return at.ts
        self.sender.update(at, message)
        return at.ts

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """After a failed answer to the click, go by chat.update and its budget."""
        if error.reason == "answer_url_failed":
            uow.outbox.redirect(effect, budget=board.UPDATES)
