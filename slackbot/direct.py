"""The card of direct messages: posted, kept true and taken away, in a private channel or nowhere."""

import re
from dataclasses import dataclass

from slackbot.cards import SlackDeed, find_block, since
from slackbot.render.card import Card
from slackbot.render.direct import render_direct_card
from slackbot.sender import Posted
from workflows.domain.case import CaseId
from workflows.domain.effects import Effect
from workflows.errors import OutcomeUnknown, TryLater, Undeliverable
from workflows.services import board
from workflows.services.direct import directs_of, leaves_at, refresh_directly, show_directly
from workflows.store.unit_of_work import UnitOfWork

NOT_PRIVATE = "not_private"
_LOST_CARD = frozenset({"message_not_found", "cant_update_message"})


@dataclass(frozen=True, slots=True)
class ReadyDirect:
    """A rendered card of direct messages and where it goes or stands."""

    case_id: CaseId
    card: Card
    at: Posted


class _DirectDeed(SlackDeed):
    """What both deeds have: nothing of a customer's direct message stands where everybody could read it."""

    def _render(self, uow: UnitOfWork, case_id: CaseId, attempt: int) -> Card:
        directs = directs_of(uow, case_id)
        case = directs.view.case
        leaves = leaves_at(uow, case, directs.state)
        link = _link(uow, case.card_channel, case.card_ts)
        back = uow.approvals.sent_back_direct(case_id)
        return render_direct_card(directs, card_link=link, leaves_at=leaves, attempt=attempt, sent_back=back)

    def _is_private(self, channel: str) -> bool:
        try:
            return self.sender.channel_is_private(channel)
        except OutcomeUnknown as error:
            raise TryLater("slack_unreachable", after_s=2) from error  # nothing was said yet

    def _tell_of_refusal(self, uow: UnitOfWork, channel: str, reason: str) -> None:
        """Tell the operators, once a day, that direct messages cannot be shown in their channel."""
        day = uow.machine.strftime("%Y%m%d")
        admins, key = self.desk.settings.admin_channel, f"dm_channel:{channel}:{reason}:{day}"
        if reason == NOT_PRIVATE:
            board.alert(uow, admins, key, "dm_channel_not_private", where=channel)
        else:
            board.alert(uow, admins, key, "dm_channel_refused", where=channel, why=reason)


class PostDirectCard(_DirectDeed):
    """Post the card of a case's direct messages, once, in a private channel; else a dialog opens them."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyDirect | None:
        """Render the newest state; None when the card is there."""
        case = uow.cases.get(CaseId(int(effect.key)))
        if case.dm_ts is not None:
            return None
        card = self._render(uow, case.id, effect.attempt)
        return ReadyDirect(case.id, card, Posted(str(effect.payload["channel"]), ""))

    def perform(self, ready: ReadyDirect) -> str:
        """Post it, after a look whether the channel is private."""
        if not self._is_private(ready.at.channel):
            raise Undeliverable(NOT_PRIVATE)
        posted = self.sender.post(ready.at.channel, ready.card.message)
        return f"{posted.channel}/{posted.ts}"

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyDirect, external_id: str) -> None:
        """Remember where the card is; what changed meanwhile is shown by a refresh."""
        channel, _, ts = external_id.rpartition("/")
        case = uow.cases.note_card(ready.case_id, dm_channel=channel, dm_ts=ts, dm_digest="")
        refresh_directly(uow, case)
        uow.cases.touch(case.id)
        board.refresh_card(uow, uow.cases.get(case.id))

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Leave the direct messages to the dialog; the next one tries the channel again."""
        self._tell_of_refusal(uow, str(effect.payload["channel"]), error.reason)

    def find(self, ready: ReadyDirect, effect: Effect) -> str | None:
        """Look for our own message in the channel's history."""
        found = find_block(
            self.sender.history(ready.at.channel, oldest=since(effect)), f"direct-{ready.case_id}-"
        )
        return f"{ready.at.channel}/{found}" if found else None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """It is not there (or cannot be seen): post it."""
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


class RefreshDirectCard(_DirectDeed):
    """Let the card of direct messages show the newest state; where everybody could read it, it is removed."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyDirect | None:
        """Render the newest state; None when the card shows it already."""
        case = uow.cases.get(CaseId(int(effect.key)))
        if case.dm_ts is None or case.dm_channel is None:
            return None
        card = self._render(uow, case.id, effect.attempt)
        if card.digest == case.dm_digest:
            return None
        return ReadyDirect(case.id, card, Posted(case.dm_channel, case.dm_ts))

    def perform(self, ready: ReadyDirect) -> str:
        """Show it, after a look whether the channel is private still."""
        if not self._is_private(ready.at.channel):
            self.sender.delete(ready.at)
            raise Undeliverable(NOT_PRIVATE)
        self.sender.update(ready.at, ready.card.message)
        return ready.at.ts

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyDirect, external_id: str) -> None:
        """Remember what is shown."""
        uow.cases.note_card(ready.case_id, dm_digest=ready.card.digest)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Post a card anew that somebody deleted; forget one whose channel is not private any more."""
        case_id = CaseId(int(effect.key))
        channel = uow.cases.get(case_id).dm_channel or ""
        if error.reason in (NOT_PRIVATE, *_LOST_CARD):
            case = uow.cases.note_card(case_id, dm_channel=None, dm_ts=None, dm_digest="")
            uow.cases.touch(case_id)
            board.refresh_card(uow, uow.cases.get(case_id))
            if error.reason in _LOST_CARD:
                show_directly(uow, case)
                return
        self._tell_of_refusal(uow, channel, error.reason)

    def come_late(self, uow: UnitOfWork, effect: Effect) -> None:
        """An older state may stand on the card now: show the newest."""
        refresh_directly(uow, uow.cases.note_card(CaseId(int(effect.key)), dm_digest=""))


def _link(uow: UnitOfWork, channel: str | None, ts: str | None) -> str:
    """Return the card's address, as Slack's own links are made; "" while there is no card."""
    workspace = uow.views.workspace()
    if not (workspace and workspace.url and channel and ts) or not re.fullmatch(r"\d+\.\d+", ts):
        return ""
    return f"{workspace.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
