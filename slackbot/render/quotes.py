"""A post as it is quoted anywhere in Slack: its newest words, marked as edited, or a tombstone."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from slackbot.render.text import Json, line, quote
from slackbot.words import say
from workflows.store.views import MessageView

MOST_WORDS = 800  # of each event: twelve of them, with their sentences, are what one message holds

_TOMBSTONES: dict[str, Callable[[], str]] = {
    "deleted": lambda: say("This post was deleted on X."),
    "protected": lambda: say("This post cannot be shown: its author’s account is protected now."),
    "suspended": lambda: say("This post cannot be shown: X has suspended its author."),
    "unavailable": lambda: say("This post cannot be seen on X any more."),
}
_QUOTE = re.compile(r"(fx-\d+-\d+-(\d+)-words)(?:-\d+)?")


def quoted(message: MessageView, *, limit: int) -> list[Json]:
    """Return a post as elements of rich_text."""
    if message.gone:
        return [_aside(tombstone(message.gone))]
    shown = [quote(message.text, limit=limit)]
    if message.newest_id and message.edited_at:
        shown.append(_aside(say("edited at") + " ", _date(message.edited_at)))
    return shown


def tombstone(why: str) -> str:
    """Return what stands in the place of a post that is gone."""
    return _TOMBSTONES.get(why, _TOMBSTONES["unavailable"])()


def gone_sentence(why: str) -> str:
    """Return what the thread tells of a post that is gone."""
    return {
        "deleted": say("A post was deleted on X; its words are removed here, too"),
        "protected": say("The customer’s account is protected now; the words of the post are removed"),
        "suspended": say("X has suspended the customer’s account; the words of the post are removed"),
    }.get(why, say("A post cannot be seen on X any more; its words are removed here, too"))


def corrected(blocks: Sequence[Json], posts: Mapping[int, MessageView], *, attempt: int) -> list[Json] | None:
    """Return a thread's message with these posts quoted as they are now; None when it quotes none of them.

    posts    by the number of the history's line that told of each.
    attempt  makes the ids of changed blocks new, as Slack asks for updates.
    """
    changed = False
    fresh = []
    for block in blocks:
        known = _QUOTE.fullmatch(str(block.get("block_id", "")))
        post = posts.get(int(known[2])) if known else None
        elements = quoted(post, limit=MOST_WORDS) if post else None
        if known is None or elements is None or elements == block.get("elements"):
            fresh.append(block)
            continue
        fresh.append({"type": "rich_text", "block_id": f"{known[1]}-{attempt}", "elements": elements})
        changed = True
    return fresh if changed else None


def _aside(words: str, *more: Json) -> Json:
    return line({"type": "text", "text": words, "style": {"italic": True}}, *more)


def _date(at: datetime) -> Json:
    """Return a time that Slack's client draws in the reader's own zone, inside rich_text."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
    }
