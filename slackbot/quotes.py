"""Quotes of customers' posts in Slack, beside the card: kept as the posts are now, or taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from slackbot.cards import SlackDeed
from slackbot.pings import words_of
from slackbot.render.ladder import render_ping
from slackbot.render.quotes import corrected
from slackbot.render.text import Message
from slackbot.sender import Posted
from workflows.domain.case import Case, CaseId
from workflows.domain.effects import Effect, Kind, State
from workflows.errors import TryLater, Undeliverable
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import MessageView

UNSETTLED_S = 5.0


@dataclass(frozen=True, slots=True)
class ReadyQuotes:
    """What is to be corrected.

    posts         that changed, by the line of the history that the thread quotes them with.
    pings         that quote the case's newest post outside its thread, and where they stand.
    is_unsettled  the thread is being told just now: what it will say is not there yet.
    """

    at: Posted
    posts: Mapping[int, MessageView]
    pings: Sequence[tuple[Posted, Message]]
    is_unsettled: bool
    attempt: int


class CorrectQuotes(SlackDeed):
    """Let thread and pings quote posts as they are now: X wants what was deleted removed, and edits followed.

    Which messages quote a post, the ids of their blocks tell.
    """

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyQuotes | None:
        """Gather which posts have changed; None when there is no card yet."""
        case = uow.cases.get(CaseId(int(effect.key)))
        if case.card_ts is None or case.card_channel is None:
            return None
        changed = {post.external_id: post for post in uow.views.changed_posts(case.id)}
        told = uow.history.after(case.id, 0, {Event.POST_RECEIVED})
        posts = {line.number: changed[p] for line in told if (p := line.facts.get("post", "")) in changed}
        thread = uow.outbox.find(Kind.THREAD, str(case.id))
        unsettled = thread is not None and thread.state in (State.SENDING, State.IN_DOUBT)
        at = Posted(case.card_channel, case.card_ts)
        return ReadyQuotes(at, posts, _pings(uow, case, effect.attempt), unsettled, effect.attempt)

    def perform(self, ready: ReadyQuotes) -> str:
        """Read the thread, and update what quotes them; doing it twice is harmless."""
        if ready.is_unsettled:
            raise TryLater("thread_unsettled", after_s=UNSETTLED_S)
        for at, ping in ready.pings:
            self._update(at, ping)
        began = datetime.fromtimestamp(float(ready.at.ts), UTC)
        said = self.sender.replies(ready.at, oldest=began) if ready.posts else ()
        for message in list(said):
            blocks = corrected(message.get("blocks") or (), ready.posts, attempt=ready.attempt)
            if blocks:
                at = Posted(ready.at.channel, str(message["ts"]))
                self._update(at, Message(str(message.get("text") or ""), blocks))
        return ready.at.ts

    def _update(self, at: Posted, message: Message) -> None:
        try:
            self.sender.update(at, message)
        except Undeliverable:
            return  # somebody deleted it, or nobody may change it: the others are corrected all the same

    def come_late(self, uow: UnitOfWork, effect: Effect) -> None:
        """An older state may stand there now: look once more."""
        uow.outbox.add(Kind.QUOTES, effect.key, case_id=effect.case_id, budget=effect.budget)


def _pings(uow: UnitOfWork, case: Case, attempt: int) -> list[tuple[Posted, Message]]:
    """Return the pings of a case outside its thread, as they look now."""
    view = uow.views.case(case.id)
    found = []
    for ping_id, said_at in uow.outbox.said(Kind.PING, case.id):
        said = uow.outbox.get(ping_id)
        channel, _, ts = said_at.rpartition("/")
        if said is None or not channel or said.payload["place"] == "thread":
            continue
        taken = uow.outbox.find(Kind.PING_TAKEN, str(ping_id))
        late_s = int(said.payload.get("late_s") or 0)
        message = render_ping(
            view,
            words_of(uow, said.payload, in_thread=False, late_s=late_s),
            block_id=f"fx-{ping_id}-quotes{attempt}",
            taken_by=taken.payload["by"] if taken else "",
            taken_at=datetime.fromisoformat(taken.payload["taken_at"]) if taken else None,
        )
        found.append((Posted(channel, ts), message))
    return found
