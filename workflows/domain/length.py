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
_HEAVY_SIGN = "\u4e00"  # weighs two, as every emoji does, and is no part of any

_ZWJ, _TONES = "\u200d", "\U0001f3fb-\U0001f3ff"
# Emoji of several code points by the grammar of UTS #51, narrowed to what X counts as one: U+FE0F belongs
# to signs that are text by default or were so once (most of those of the basic plane). An emoji of one
# code point weighs two like any sign and needs no looking for.
_SIGNS = "".join(map(chr, [*range(0xA9, 0x32A0), *range(0x1F000, 0x1FB00)]))
_TONED = regex.findall(r"\p{Emoji_Modifier_Base}+", _SIGNS)
_TEXT_SIGNS = regex.findall(
    r"[[\p{Emoji}--\p{Emoji_Presentation}][\p{Emoji}&&[\u2300-\u2BFF]]🀄🈚🈯]+", _SIGNS, regex.V1
)


def _one_of(runs: list[str]) -> str:
    """Write the pattern of one sign out of runs of signs that follow each other in Unicode."""
    return f"[{''.join(f'{run[0]}-{run[-1]}' for run in runs)}]"


def _joined(rows: list[list[str]]) -> str:
    """Write the pattern of emoji joined by ZWJ, as a tree: of `rows` the longest that is there."""
    after: dict[str, list[list[str]]] = {}
    for first, *rest in rows:
        after.setdefault(first, []).append(rest)
    return "|".join(_part(first) + _joined_on(rests) for first, rests in after.items())


def _joined_on(rests: list[list[str]]) -> str:
    longer = [rest for rest in rests if rest]
    if not longer:
        return ""
    return f"(?:{_ZWJ}(?:{_joined(longer)}))" + ("" if longer == rests else "?")


def _part(sign: str) -> str:
    tails = []
    if any(sign in run for run in _TONED):
        tails.append(rf"\ufe0f?[{_TONES}]")
    if any(sign in run for run in _TEXT_SIGNS):
        tails.append(r"\ufe0f")
    return f"{sign}(?:{'|'.join(tails)})?" if tails else sign


def _flags(names: list[str]) -> str:
    """Write the pattern of the flags with these names of two letters."""
    seconds: dict[str, str] = {}
    for name in names:
        first, second = (chr(0x1F1E6 - ord("A") + ord(letter)) for letter in name)
        seconds[first] = seconds.get(first, "") + second
    return "|".join(f"{first}[{second}]" for first, second in seconds.items())


_EMOJI = read_words("emoji.txt")
_ROWS = [word for word in _EMOJI if not word.isascii()]
_SEQUENCE = re.compile(
    # Whatever the sequence, one of these comes second: looking for it first spares most of the work.
    rf"(?=[0-9#*©®\u203c-\u3299\U0001f000-\U0001f3fa\U0001f400-\U0001faff][{_ZWJ}\ufe0f\u20e3{_TONES}🇦-🇿\U000e0067])(?:"
    + "|".join(
        [
            f"(?=[🇦-🇿])(?:{_flags([word for word in _EMOJI if word.isascii()])})",
            rf"(?=.[\ufe0f{_TONES}]{{0,2}}{_ZWJ})(?:{_joined([word.split(_ZWJ) for word in _ROWS])})",
            rf"{_one_of(_TONED)}\ufe0f?[{_TONES}]",
            rf"{_one_of(_TEXT_SIGNS)}\ufe0f",
            r"[0-9#*]\ufe0f?\u20e3",
            (  # England, Scotland, Wales
                "🏴\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|"
                "\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
            ),
        ]
    )
    + ")",
    re.DOTALL,
)


def weighted_length(text: str) -> int:
    """Return what `text` weighs as a post on X, whatever its size; a post may weigh `POST_LIMIT`.

    It is weighed in NFC and with "\\n" for "\\r\\n", as X does. An @mention counts like any text: X
    leaves out only those that it puts before a reply by itself.
    Source: twitter-text 3, config/v3.json and conformance/validate.yml.
    """
    post = nfc(text).replace("\r\n", "\n")
    found = links(post)
    edges = [0, *(edge for link in found for edge in link), len(post)]
    # Line breaks part what stood around a link, so that no emoji comes about across it.
    plain = "\n".join([post[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)])
    return _weigh(plain) + len(found) * (URL_WEIGHT - len("\n"))


def _weigh(text: str) -> int:
    """Weigh a text that holds no link."""
    if not text.isascii():
        text = _SEQUENCE.sub(_HEAVY_SIGN, text)
    return len(text) + sum(map(len, _HEAVY.findall(text)))
