"""RQ doors of Slack, and the small deeds: private words, alerts, dialogs, people (cards: slackbot.cards)."""

import contextlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from slackbot.cards import PostCard, RefreshCard, SlackDeed, TellThread, TidyCard, find_block, since
from slackbot.direct import PostDirectCard, RefreshDirectCard
from slackbot.pings import Ping, ShowTaken
from slackbot.quotes import CorrectQuotes
from slackbot.render.modals import render_reply_modal
from slackbot.render.notices import render_alert, render_notice
from slackbot.render.text import Json, Message
from slackbot.requests import PingRequest, PostRequest, RefreshRequest
from slackbot.sender import Sender, respond
from workflows.delivery import Deed, deliver_effect, reconcile_effect
from workflows.desk import Desk, the_desk
from workflows.domain.effects import GROUPS, Effect, Kind
from workflows.domain.people import Group, Person
from workflows.errors import DeliveryError, Missing, OutcomeUnknown, TryLater, Undeliverable
from workflows.services.replies import look_at, shown
from workflows.store import drafts as draft_states
from workflows.store.drafts import DraftId
from workflows.store.unit_of_work import UnitOfWork


def deliver(effect_id: int) -> None:
    """Carry out one effect on Slack."""
    desk = the_desk()
    deliver_effect(desk.performer, _deeds(), effect_id)


def reconcile(effect_id: int) -> None:
    """Look in Slack for a message that may or may not have been posted."""
    desk = the_desk()
    reconcile_effect(desk.performer, _deeds(), effect_id)


@lru_cache(maxsize=1)
def _deeds() -> dict[Kind, Deed]:
    desk = the_desk()
    return deeds_of(desk, Sender(desk.settings))


def deeds_of(desk: Desk, sender: Sender) -> dict[Kind, Deed]:
    """Return how each kind of effect on Slack is carried out."""
    return {
        Kind.POST_CARD: PostCard(desk, sender),
        Kind.REFRESH_CARD: RefreshCard(desk, sender),
        Kind.THREAD: TellThread(desk, sender),
        Kind.NOTICE: TellPrivately(desk, sender),
        Kind.ALERT: Alert(desk, sender),
        Kind.MODAL: RefreshModal(desk, sender),
        Kind.TIDY_CARD: TidyCard(desk, sender),
        Kind.PEOPLE: FetchPeople(desk, sender),
        Kind.HELLO: Hello(desk, sender),
        Kind.PING: Ping(desk, sender),
        Kind.PING_TAKEN: ShowTaken(desk, sender),
        Kind.QUOTES: CorrectQuotes(desk, sender),
        Kind.POST_REQUEST: PostRequest(desk, sender),
        Kind.REFRESH_REQUEST: RefreshRequest(desk, sender),
        Kind.REQUEST_PING: PingRequest(desk, sender),
        Kind.POST_DM_CARD: PostDirectCard(desk, sender),
        Kind.REFRESH_DM_CARD: RefreshDirectCard(desk, sender),
    }


class TellPrivately(SlackDeed):
    """Tell the one who clicked, and nobody else."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> tuple[Message, dict[str, Any], str]:
        """Put the code into words."""
        payload = effect.payload
        message = render_notice(payload["code"], payload["facts"], f"fx-{effect.id}-{effect.attempt}")
        return message, payload, _usable(uow, effect)

    def perform(self, ready: tuple[Message, dict[str, Any], str]) -> str:
        """Answer the click; without an answer_url, by an ephemeral message."""
        message, payload, answer_url = ready
        if answer_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": message.text}
            try:
                respond(answer_url, body | {"blocks": message.blocks})
            except DeliveryError:
                pass  # a private word twice is better than none
            else:
                return ""
        if payload["channel"]:
            self.sender.private(payload["channel"], payload["user"], message)
        return ""


class Alert(SlackDeed):
    """Tell the operators."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> tuple[str, Message]:
        """Put the code into words."""
        payload = effect.payload
        return payload["channel"], render_alert(
            payload["code"], payload["facts"], f"fx-{effect.id}-{effect.attempt}"
        )

    def perform(self, ready: tuple[str, Message]) -> str:
        """Post it in the admins' channel."""
        return self.sender.post(*ready).ts

    def find(self, ready: tuple[str, Message], effect: Effect) -> str | None:
        """Look for our own message in that channel."""
        return find_block(self.sender.history(ready[0], oldest=since(effect)), f"fx-{effect.id}-")

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Say it again: an alarm twice is better than none."""
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


class RefreshModal(SlackDeed):
    """Let an open reply dialog show what was filled in comes to; a comfort, never needed to send."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> tuple[str, Json, DraftId, str] | None:
        """Render the dialog from the saved draft; None when it was sent."""
        try:
            draft = uow.drafts.get(DraftId(int(effect.payload["draft"])))
        except Missing:
            return None
        if draft.state != draft_states.OPEN:
            return None
        reply = look_at(uow, draft)
        return effect.key, render_reply_modal(reply), draft.id, reply.composed.final

    def perform(self, ready: tuple[str, Json, DraftId, str]) -> str:
        """Update the view; one that was closed meanwhile is no loss."""
        view_id, view, *_ = ready
        try:
            self.sender.update_view(view_id, view)
        except (Undeliverable, OutcomeUnknown, TryLater):
            return ""
        return view_id

    def record(
        self, uow: UnitOfWork, effect: Effect, ready: tuple[str, Json, DraftId, str], external_id: str
    ) -> None:
        """Remember which words the author has seen as they will stand."""
        if external_id:
            shown(uow, uow.drafts.get(ready[2]), ready[3])


class FetchPeople(SlackDeed):
    """Keep who is a guest, a bot, a leaver; one person by key, everybody, or who is in which group."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> str:
        """Return whom to ask for."""
        return effect.key

    def perform(self, ready: str) -> str:
        """Ask Slack, and keep each answer; a Slack without these methods leaves everybody a full member."""
        people: list[Person] = []
        groups: list[Group] = []
        if ready != GROUPS:
            with contextlib.suppress(Undeliverable):
                people = [self.sender.person(ready)] if ready else list(self.sender.people())
        else:
            with contextlib.suppress(Undeliverable):  # a plan or token without user groups
                groups = list(self.sender.groups())
        with self.desk.begin() as uow:
            for person in people:
                uow.accounts.keep_person(person, uow.machine)
            for group in groups:
                uow.accounts.keep_group(group, uow.machine)
            if groups:
                uow.accounts.drop_groups(but=[group.id for group in groups])
        return ""


class Hello(SlackDeed):
    """Learn our workspace and bot from auth.test."""

    def prepare(self, uow: UnitOfWork, effect: Effect) -> bool:
        """Nothing to read."""
        return True

    def perform(self, ready: bool) -> str:
        """Ask, and keep the answer."""
        me = self.sender.who_am_i()
        with self.desk.begin() as uow:
            uow.accounts.join_workspace(
                team_id=str(me.get("team_id") or ""),
                bot_user_id=str(me.get("user_id") or ""),
                bot_id=str(me.get("bot_id") or ""),
                name=str(me.get("team") or ""),
                url=str(me.get("url") or ""),
            )
        return str(me.get("team_id") or "")


def _usable(uow: UnitOfWork, effect: Effect) -> str:
    """Return the click's answer_url while Slack still takes it."""
    until = effect.payload.get("until")
    if not until or datetime.fromisoformat(until) < uow.machine:
        return ""
    return str(effect.payload.get("answer_url") or "")
