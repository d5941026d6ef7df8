"""Text on its way to Slack: the one place where strange words are clipped, then made harmless.

Words of customers and agents go into `rich_text`, where no markup lives; where Slack wants mrkdwn
(the notification text), they are escaped here, once.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.domain.graphemes import clip, neutral

Json = dict[str, Any]

_CONTROL = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL_SIGN = re.compile(r"[&<>]")
_LIVE = re.compile(r"(?<=<)(?=[!@#hmt])")  # pings, channels, and links of http, mailto and tel


@dataclass(frozen=True, slots=True)
class Message:
    """What a Slack message shows: its blocks, and the text of notifications and screen readers."""

    text: str
    blocks: list[Json]


def escape(text: str, limit: int = 300) -> str:
    """Return strange words for a mrkdwn field: clipped first, because escaping lengthens."""
    return _CONTROL_SIGN.sub(lambda sign: _CONTROL[sign[0]], clip(neutral(text), limit))


def inert(text: str, *, limit: int = 1500, **style: bool) -> list[Json]:
    """Return strange words as rich_text elements, where `<!channel>` is only eleven characters.

    A sequence that would be live in mrkdwn is split over two elements besides, so that it stands in no
    single string of the payload, whatever later reads it.
    """
    extra: Json = {"style": style} if style else {}
    parts = [part for part in _LIVE.split(clip(neutral(text), limit)) if part]
    return [{"type": "text", "text": part} | extra for part in parts or [" "]]


def quote(text: str, *, limit: int = 1500) -> Json:
    """Return strange words as a quotation."""
    return {"type": "rich_text_quote", "elements": inert(text, limit=limit)}


def rich(block_id: str, *elements: Json) -> Json:
    """Return a rich_text block."""
    return {"type": "rich_text", "block_id": block_id, "elements": list(elements)}


def line(*elements: Json) -> Json:
    """Return one line of a rich_text block."""
    return {"type": "rich_text_section", "elements": list(elements)}


def plain(text: str) -> Json:
    """Return a plain_text object of our own words."""
    return {"type": "plain_text", "text": text, "emoji": True}


def context(block_id: str, *sentences: str) -> Json:
    """Return a context block of our own sentences (mrkdwn)."""
    return {
        "type": "context",
        "block_id": block_id,
        "elements": [{"type": "mrkdwn", "text": sentence} for sentence in sentences],
    }


def section(block_id: str, sentence: str) -> Json:
    """Return a section of our own words (mrkdwn)."""
    return {"type": "section", "block_id": block_id, "text": {"type": "mrkdwn", "text": sentence}}


def person(user_id: str) -> str:
    """Return a mention of a Slack user, for mrkdwn; only ids that Slack could have given."""
    return f"<@{user_id}>" if re.fullmatch(r"[UWB][A-Z0-9]{1,30}", user_id) else escape(user_id, 40)


def clipped(text: str, limit: int) -> str:
    """Return strange words for a plain_text of one line; what would be live in mrkdwn loses its bracket."""
    return clip(neutral(" ".join(text.split())), limit).replace("<", "‹") or " "


def option(text: str, value: str) -> Json:
    """Return a choice of a menu, with our own words or strange ones."""
    return {"text": plain(clipped(text, 75)), "value": value}


def moment(at: datetime, pattern: str = "{date_short_pretty} {time}") -> str:
    """Return a time that Slack's client draws in the reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{pattern}|{at:%Y-%m-%d %H:%M} UTC>"


def button(action_id: str, label: str, value: str, *, style: str = "", url: str = "") -> Json:
    """Return a button."""
    made: Json = {"type": "button", "action_id": action_id, "text": plain(label), "value": value}
    if style:
        made["style"] = style
    if url:
        made["url"] = url
    return made
