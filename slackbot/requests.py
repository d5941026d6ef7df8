"""How requests for approval get into Slack: posted once, kept true, and the next in line called."""

import re
from dataclasses import dataclass, replace

from slackbot.cards import SlackDeed, find_block, since
from slackbot.render.approval import RequestMessage, render_request, render_request_ping
from slackbot.render.text import Message
from slackbot.sender import Posted, respond
from workflows.domain.effects import Effect, Kind, State
from workflows.errors import DeliveryError, TryLater, Undeliverable
from workflows.services import board
from workflows.services.late_approvals import CASE, REQUEST, ping_wanted
from workflows.services.requests import Request, request_of, show_request
from workflows.store.approvals import Approval, ApprovalId
from workflows.store.unit_of_work import UnitOfWork

TRY_AGAIN_S = 60
MOST_ATTEMPTS = 3
_LONGEST_PAUSE_S = 3600
_LOST_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action"})
_LOST_MESSAGE = frozenset({"message_not_found", "cant_update_message"})


@dataclass(frozen=True, slots=True)
class ReadyRequest:
    """A rendered request, where it goes or stands, and the click through whose answer it may be shown.

    private  how it looks where direct messages may be read; None when it is about none.
    """

    approval: Approval
    shown: RequestMessage
    at: Posted
    private: Message | None = None
    answer_url: str = ""


class _RequestDeed(SlackDeed):
    """What posting and refreshing have in common."""

    def ready(
        self, uow: UnitOfWork, request: Request, effect: Effect, at: Posted, answer_url: str = ""
    ) -> ReadyRequest:
        case = request.view.case
        card_link = _link(uow, case.card_channel, case.card_ts)
        shown = render_request(request, attempt=effect.attempt, card_link=card_link)
        private = None
        if request.is_bare:
            whole = replace(request, is_bare=False)
            private = render_request(whole, attempt=effect.attempt, card_link=card_link).message
        return ReadyRequest(request.approval, shown, at, private, answer_url)

    def message(self, ready: ReadyRequest) -> Message:
        """Return it with the words of direct messages only where Slack says that the channel is private."""
        if ready.private is None:
            return ready.shown.message
        try:
            is_private = self.sender.channel_is_private(ready.at.channel)
        except DeliveryError:
            is_private = False
        return ready.private if is_private else ready.shown.message


class PostRequest(_RequestDeed):
    """Post the request of an approval, once; a doubtful post is looked for by the ids of its blocks."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyRequest | None:
        """Render it; None when it is there, or when nobody needs to be asked any more."""
        request = request_of(uow, ApprovalId(int(effect.key)))
        approval = request.approval
        in_doubt = effect.state == State.IN_DOUBT  # it may stand there, with buttons, though it was settled
        if approval.card_ts is not None or not (approval.is_pending or in_doubt):
            return None
        return self.ready(uow, request, effect, Posted(effect.payload["channel"], ""))

    def perform(self, ready: ReadyRequest) -> str:
        """Post it."""
        posted = self.sender.post(ready.at.channel, self.message(ready))
        return f"{posted.channel}/{posted.ts}"

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyRequest, external_id: str) -> None:
        """Remember where it is; what was decided meanwhile is shown by a refresh."""
        channel, _, ts = external_id.rpartition("/")
        digest = ready.shown.digest if effect.state == State.SENDING else ""
        uow.approvals.note(ready.approval.id, card_channel=channel, card_ts=ts, card_digest=digest)
        approval, before = uow.approvals.get(ready.approval.id), ready.approval
        known = (approval.state, approval.step, approval.voters)
        if not digest or known != (before.state, before.step, before.voters):
            show_request(uow, approval)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Ask in the cards' channel when its own is lost, else again and again; the operators are told."""
        fallback = self.desk.settings.slack_channel
        channel = effect.payload["channel"]
        _tell_of_refusal(self, uow, channel, error)
        lost = error.reason in _LOST_CHANNEL and channel != fallback
        channel = fallback if lost else channel
        uow.outbox.add(
            Kind.POST_REQUEST,
            effect.key,
            case_id=effect.case_id,
            budget=f"slack:post:{channel}",
            payload=effect.payload | {"channel": channel},
            after_s=0 if lost else TRY_AGAIN_S,
        )

    def find(self, ready: ReadyRequest, effect: Effect) -> str | None:
        """Look for our own message in the channel's history."""
        messages = self.sender.history(ready.at.channel, oldest=since(effect))
        ts = find_block(messages, f"request-{ready.approval.id}-")
        return f"{ready.at.channel}/{ts}" if ts else None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Ask (again): twice is better than not at all, and one decision settles both."""
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


class RefreshRequest(_RequestDeed):
    """Let a request show the newest state: through the click on it, else by chat.update."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyRequest | None:
        """Render it; None when it shows that already or is not posted yet."""
        request = request_of(uow, ApprovalId(int(effect.key)))
        approval = request.approval
        if approval.card_ts is None or approval.card_channel is None:
            return None
        # After a failed answer to a click the effect spends the budget of updates.
        answer_url = effect.payload.get("answer_url", "") if not effect.budget else ""
        at = Posted(approval.card_channel, approval.card_ts)
        ready = self.ready(uow, request, effect, at, answer_url)
        return None if ready.shown.digest == approval.card_digest else ready

    def perform(self, ready: ReadyRequest) -> str:
        """Show it."""
        message = self.message(ready)
        if ready.answer_url:
            body = {"replace_original": True, "text": message.text, "blocks": message.blocks}
            try:
                respond(ready.answer_url, body)
            except DeliveryError as error:
                raise TryLater("answer_url_failed", after_s=0) from error
            return ready.at.ts
        self.sender.update(ready.at, message)
        return ready.at.ts

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyRequest, external_id: str) -> None:
        """Remember what is shown."""
        uow.approvals.note(ready.approval.id, card_digest=ready.shown.digest)

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """After a failed answer to a click, go by chat.update and its budget."""
        if error.reason == "answer_url_failed":
            uow.outbox.redirect(effect, budget=board.UPDATES)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """One that a person deleted is asked anew if it still waits; for the rest the operators are told.

        What is settled is not tried again: whoever presses its buttons is told how it ended.
        """
        approval = uow.approvals.get(ApprovalId(int(effect.key)))
        if error.reason not in _LOST_MESSAGE:
            _tell_of_refusal(self, uow, approval.card_channel or "", error)
            if approval.is_pending:
                pause_s = TRY_AGAIN_S * 2 ** min(max(effect.attempt - 1, 0), 10)
                show_request(uow, approval, after_s=min(pause_s, _LONGEST_PAUSE_S))
            return
        uow.approvals.note(approval.id, card_channel=None, card_ts=None, card_digest="")
        posted = uow.outbox.find(Kind.POST_REQUEST, effect.key)
        if approval.is_pending and posted:
            budget = posted.budget
            uow.outbox.add(Kind.POST_REQUEST, effect.key, case_id=effect.case_id, budget=budget)

    def come_late(self, uow: UnitOfWork, effect: Effect) -> None:
        """An older state may stand there now: show the newest."""
        approval_id = ApprovalId(int(effect.key))
        uow.approvals.note(approval_id, card_digest="")
        show_request(uow, uow.approvals.get(approval_id))


@dataclass(frozen=True, slots=True)
class ReadyCall:
    """A call in its words, and where it goes; an empty ts is no thread."""

    at: Posted
    message: Message


class PingRequest(SlackDeed):
    """Call the next in line to a request on which nobody has acted, once."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyCall | None:
        """Put it into words; None when somebody has decided meanwhile."""
        payload = effect.payload
        if not ping_wanted(uow, payload):
            return None
        request = request_of(uow, ApprovalId(int(payload["approval"])))
        approval, case = request.approval, request.view.case
        place = payload["place"]
        card = _link(uow, case.card_channel, case.card_ts)
        own = _link(uow, approval.card_channel, approval.card_ts)
        message = render_request_ping(
            request,
            payload["who"],
            block_id=f"fx-{effect.id}-{effect.attempt}",
            link="" if place == REQUEST else own,
            card_link="" if place == CASE else card,
        )
        threads = {
            REQUEST: Posted(approval.card_channel or payload["channel"], approval.card_ts or ""),
            CASE: Posted(case.card_channel or payload["channel"], case.card_ts or ""),
        }
        return ReadyCall(threads.get(place, Posted(payload["channel"], "")), message)

    def perform(self, ready: ReadyCall) -> str:
        """Say it: a new message, because an edited one rings nobody."""
        posted = self.sender.post(ready.at.channel, ready.message, thread_ts=ready.at.ts or None)
        return f"{posted.channel}/{posted.ts}"

    def find(self, ready: ReadyCall, effect: Effect) -> str | None:
        """Look for our own message where it was to be said."""
        oldest = since(effect)
        at = ready.at
        said = (
            self.sender.replies(at, oldest=oldest)
            if at.ts
            else self.sender.history(at.channel, oldest=oldest)
        )
        found = find_block(said, f"fx-{effect.id}-")
        return f"{at.channel}/{found}" if found else None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Say it again, a call twice is better than none; but not for ever, where nobody can look."""
        if effect.attempt < MOST_ATTEMPTS:
            uow.outbox.postponed(effect, after_s=0, reason="not_seen")
        else:
            uow.outbox.failed(effect, "not_seen")

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Tell the operators: the call stands in its other places."""
        _tell_of_refusal(self, uow, effect.payload["channel"], error)


def _link(uow: UnitOfWork, channel: str | None, ts: str | None) -> str:
    """Return a message's address, as Slack's own links are made; "" while there is none."""
    workspace = uow.views.workspace()
    if not (workspace and workspace.url and channel and ts) or not re.fullmatch(r"\d+\.\d+", ts):
        return ""
    return f"{workspace.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def _tell_of_refusal(deed: SlackDeed, uow: UnitOfWork, channel: str, error: Undeliverable) -> None:
    """Tell the operators, once an hour, that Slack does not take the requests of a channel."""
    hour = uow.machine.strftime("%Y%m%d%H")
    key = f"request:{channel}:{error.reason}:{hour}"
    facts = {"channel": channel, "why": error.reason}
    board.alert(uow, deed.desk.settings.admin_channel, key, "request_refused", **facts)
