"""The thread under a card: each post, reply and event, in the order in which they happened."""

from collections.abc import Sequence

from slackbot.render.approval_words import TOLD as APPROVALS
from slackbot.render.approval_words import event_sentence
from slackbot.render.direct_words import help_sentence, is_direct, render_help
from slackbot.render.notices import held_because, refusal_of_x
from slackbot.render.quotes import MOST_WORDS, gone_sentence
from slackbot.render.text import Json, Message, context, escape, moment, person, quote, rich
from slackbot.render.why import TIMED, event_words
from slackbot.words import say
from workflows.store.views import EventView

MOST_EVENTS = 12


def render_events(events: Sequence[EventView], *, customer: str, block_id: str) -> Message | None:
    """Return one message that tells these events; None when there is nothing to tell.

    customer  the customer's username.
    """
    blocks: list[Json] = []
    told = []
    for event in events[:MOST_EVENTS]:
        sentence = _sentence(event, customer)
        if not sentence:
            continue
        told.append(sentence)
        blocks.append(context(f"{block_id}-{event.id}", f"{sentence} · {moment(event.at)}"))
        if event.event == "dm_help_offered" and "offer" in event.facts:
            blocks += render_help(
                event.facts["offer"], event.text, event.facts["case"], f"{block_id}-{event.id}"
            )
        elif event.text and event.event in _WITH_WORDS and not is_direct(event):
            blocks.append(rich(f"{block_id}-{event.id}-words", quote(event.text, limit=MOST_WORDS)))
    return Message(" · ".join(told), blocks) if blocks else None


def news_sentence(event: EventView, customer: str) -> str:
    """Return one line of the history as a sentence; for a dialog that tells what happened meanwhile."""
    if event.event == "reply_submitted":
        return say("%(who)s handed in another answer", who=person(event.actor))
    return _sentence(event, customer)


_WITH_WORDS = frozenset({"post_received", "reply_sent", "reply_refused", "reply_asked", "sent_back"})


def _sentence(event: EventView, customer: str) -> str:
    who = person(event.actor) if event.actor_kind == "agent" else f"@{escape(customer, 20)}"
    if event.event == "released" and event.actor_kind == "desk":
        return say("back to the queue: %(who)s is off duty", who=person(event.facts.get("off_duty", "")))
    if event.event == "taken_over":
        before = event.facts.get("from_whom", "")
        if before:
            return say("%(who)s took the case over from %(before)s", who=who, before=person(before))
        return say("%(who)s took the case over", who=who)
    if event.event in APPROVALS:
        return event_sentence(event)
    if event.event in TIMED:
        return event_words(event, {})
    return _plain_sentences(event, who).get(event.event, "")


def _plain_sentences(event: EventView, who: str) -> dict[str, str]:
    """Return the sentences that need no more than who did it; what is missing here is not told.

    A ping is a message of its own; who tried to decide what they may not was told in private.
    """
    return {
        "post_received": say("%(who)s wrote by direct message", who=who)
        if is_direct(event)
        else say("%(who)s wrote", who=who),
        "claimed": say("%(who)s claimed the case", who=who),
        "released": say("%(who)s released the case", who=who),
        "resolved": say("%(who)s resolved the case", who=who),
        "reply_sent": say("The reply is on X"),
        "reply_refused": say("X refused the reply: %(why)s", why=refusal_of_x(event.facts.get("reason", ""))),
        "reply_doubted": say("X gave no clear answer to the reply; looking whether it is there"),
        "reply_asked": say("We could not confirm that the reply is on X; the card asks"),
        "reply_confirmed": say("%(who)s has seen the reply on X", who=who),
        "reply_undone": say("%(who)s took the reply back before it left", who=who),
        "reply_held": say("The reply was held: %(why)s", why=held_because(event.facts.get("why", ""))),
        "reply_resent": say("%(who)s sends the reply again", who=who),
        "reopened": say("%(who)s re-opened the case", who=who),
        "answered_on_x": say("Answered on X itself, past the desk"),
        "post_edited": say("%(who)s edited a post: the card shows its newest words", who=who),
        "post_gone": gone_sentence(event.facts.get("why", "")),
        "post_back": say("A post of %(who)s can be seen on X again", who=who),
        "dm_invited": say("%(who)s invited the customer to a direct message", who=who),
        "dm_followed": say("The invitation to a direct message was followed"),
        "dm_help_offered": help_sentence(event.facts.get("offer", ""), event.facts.get("to", "")),
        "dm_closed": say("The public thread is closed: it went on by direct message"),
        "opted_out": say("%(who)s wants no automatic messages: the desk offers none any more", who=who),
        "dm_read": say("%(who)s read the direct messages", who=who),
    }
