"""X's weighted length of a post, by the third configuration of twitter-text, in linear time.

Most letters weigh one, East Asian ones and signs two, an emoji two however many code points it has,
and a link twenty-three. A post may weigh 280.
"""

import re

import regex

from workflows.domain.graphemes import nfc
from workflows.domain.links import has_link, links, read_words

__all__ = ["POST_LIMIT", "URL_WEIGHT", "has_link", "links", "weighted_length"]

POST_LIMIT = 280
URL_WEIGHT = 23

_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_EMOJI_WEIGHT = 2

_ZWJ = "\u200d"
# The grammar of UTS #51, narrowed to what X counts as one: U+FE0F belongs to signs that are text by
# default or were so once (most of those of the basic plane). An emoji of one code point weighs two
# like any sign and needs no looking for.
_ONE = r"""(?:
    \p{Emoji_Modifier_Base}\uFE0F?\p{Emoji_Modifier}
  | (?:[\p{Emoji}--\p{Emoji_Presentation}--[0-9\#*]]|[\p{Emoji}&&[\u2300-\u2BFF]]|[🀄🈚🈯])\uFE0F
)"""
_ANY = rf"(?:{_ONE}|[\p{{Emoji}}--\p{{RI}}--[0-9\#*©®]])"
_SEQUENCE = regex.compile(
    rf"""
    (?P<flags>\p{{RI}}{{2,}}+)
  | (?P<joined>{_ANY}(?:\u200D{_ANY})++)
  | {_ONE}
  | [0-9\#*]\uFE0F?\u20E3
  | 🏴\U000E0067\U000E0062(?:
      \U000E0065\U000E006E\U000E0067 | \U000E0073\U000E0063\U000E0074 | \U000E0077\U000E006C\U000E0073
    )\U000E007F
    """,
    regex.V1 | regex.VERBOSE,
)
_BARE = regex.compile(r"\uFE0F|\p{Emoji_Modifier}")

_EMOJI = read_words("emoji.txt")
_FLAGS = frozenset(
    word.translate({letter: 0x1F1E6 + letter - ord("A") for letter in range(ord("A"), ord("Z") + 1)})
    for word in _EMOJI
    if word.isascii()
)
_JOINED = frozenset(word for word in _EMOJI if not word.isascii())
_MOST_JOINED = max(word.count(_ZWJ) + 1 for word in _JOINED)


def weighted_length(text: str) -> int:
    """Return what `text` weighs as a post on X, whatever its size; a post may weigh `POST_LIMIT`.

    It is weighed in NFC and with "\\n" for "\\r\\n", as X does. An @mention counts like any text: X
    leaves out only those that it puts before a reply by itself.
    Source: twitter-text 3, config/v3.json and conformance/validate.yml.
    """
    post = nfc(text).replace("\r\n", "\n")
    weight = at = 0
    for start, end in links(post):
        weight += _weigh(post[at:start]) + URL_WEIGHT
        at = end
    return weight + _weigh(post[at:])


def _weigh(text: str) -> int:
    """Weigh a text that holds no link."""
    return _weigh_plainly(text) + sum(
        _weigh_emoji(sequence) - _weigh_plainly(sequence.group()) for sequence in _SEQUENCE.finditer(text)
    )


def _weigh_plainly(text: str) -> int:
    return len(text) + sum(map(len, _HEAVY.findall(text)))


def _weigh_emoji(sequence: regex.Match[str]) -> int:
    """Weigh what the grammar takes for one emoji; flags and joined ones that X cannot know fall apart."""
    if sequence["flags"]:
        return _weigh_flags(sequence["flags"])
    if sequence["joined"]:
        return _weigh_joined(_BARE.sub("", sequence["joined"]).split(_ZWJ))
    return _EMOJI_WEIGHT


def _weigh_flags(letters: str) -> int:
    weight = at = 0
    while at < len(letters):
        at += 2 if letters[at : at + 2] in _FLAGS else 1
        weight += _EMOJI_WEIGHT
    return weight


def _weigh_joined(parts: list[str]) -> int:
    """Weigh emoji joined by ZWJ: each longest row of parts that is an emoji counts as one."""
    weight = at = 0
    while at < len(parts):
        sizes = range(_MOST_JOINED, 1, -1)
        at += next((size for size in sizes if _ZWJ.join(parts[at : at + size]) in _JOINED), 1)
        weight += _EMOJI_WEIGHT + len(_ZWJ)
    return weight - len(_ZWJ)
