"""Replies: may X's API answer this post, is the text fit to send, and is it already there."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from workflows.domain.length import weighted_length
from workflows.domain.links import has_link
from workflows.domain.playbook import Prices
from workflows.errors import Refusal


class Answer(StrEnum):
    """How a post can be answered."""

    BY_API = "by_api"
    ON_X = "on_x"


@dataclass(frozen=True, slots=True)
class Summons:
    """What decides whether X's API takes an answer to a post.

    names_us   its author mentioned or quoted us in it.
    follows_up it answers ours, naming us only as X itself does.
    refused    the reason of a refusal that X gave to an answer to this very post.
    """

    names_us: bool
    follows_up: bool
    refused: str = ""


def may_answer(summons: Summons, *, rule: str, follow_ups_refused: bool) -> Answer:
    """Return how to answer: since 2026-02 self-serve apps may only answer who summoned them.

    rule                `summoned`: only posts that surely name us; `open`: also follow-ups in our own
                        thread, until X refuses one.
    follow_ups_refused  X refused an answer to a follow-up before: learned, not asked again.
    Source: X's reply restrictions of 2026-02-23; docs/adr/0009.
    """
    if summons.refused:
        return Answer.ON_X
    if summons.names_us:
        return Answer.BY_API
    if rule == "open" and not follow_ups_refused:
        return Answer.BY_API
    return Answer.ON_X


def nfc_lines(text: str) -> str:
    """Return the text in NFC, with X's line ends and no blank edges."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fit_text(text: str, *, limit: int) -> str:
    """Return the text as it will be sent: NFC, line ends as X has them, no blank edges.

    Raises Refusal ("empty", or "too_long" with the weighted length).
    """
    text = nfc_lines(text)
    if not text:
        raise Refusal("empty")
    length = weighted_length(text)
    if length > limit:
        raise Refusal("too_long", length=str(length), limit=str(limit), over=str(length - limit))
    return text


def price_of(text: str, prices: Prices, *, is_public: bool, summons: Summons | None) -> float:
    """Return what X bills for saying this, in US dollars; a link wins over the price of a reply.

    Source: X's price list of 2026-04-20; which price a summoned reply with a link has is not published.
    """
    if not is_public:
        return prices.dm
    if has_link(text):
        return prices.link
    return prices.reply if summons and (summons.names_us or summons.follows_up) else prices.post


def digest(text: str) -> str:
    """Return a short fingerprint of a text, for the history, which holds no words."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


_LEADING_MENTIONS = re.compile(r"\A(?:@\w{1,50}\s+){0,60}")
_SPACES = re.compile(r"\s+")


def same_words(sent: str, seen: str) -> bool:
    """Tell whether a post on our timeline is the text that we sent.

    X puts the mentions of the thread in front and normalises spaces; links were already unfolded by
    the gateway.
    """
    return _bare(sent) == _bare(seen)


def _bare(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", _LEADING_MENTIONS.sub("", text)).strip()
