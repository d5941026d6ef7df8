"""Cuts and cleans text without breaking what a reader sees as one sign.

Customers' posts come in every script and are hostile: a sign may be thousands of combining marks
long, and an invisible control may turn the reading order of a whole card round. All work here is
linear in the text (n log n where marks must be sorted).
"""

import re
import unicodedata

import regex

ELLIPSIS = "…"

# Flags in a row are taken by pairs: for each, \X would count back to the first one again.
_SIGN = regex.compile(r"\p{RI}\p{RI}(?=\p{RI})|\X")

_LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
# A subdivision's flag is made of invisible tags; it may keep them. So may ZWJ and ZWNJ, which Indic
# scripts and joined emoji need, and the few format controls that show (prepended Arabic signs).
_FORMAT = regex.compile(
    r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f(*SKIP)(*FAIL)"
    r"|[\p{Cf}--\p{PCM}--[\u200c\u200d]]|[\p{Cn}&&\p{DI}]",
    regex.V1,
)

_MANY_MARKS = 64
# The three Tibetan vowels decompose into marks though they do not count as marks themselves.
_MARKS = regex.compile(rf"[\P{{ccc=0}}\u0f73\u0f75\u0f81]{{{_MANY_MARKS},}}+")


def nfc(text: str) -> str:
    """Return the NFC of `text`.

    The standard library sorts combining marks by insertion: ten thousand of them on one letter take
    it a tenth of a second, and twice as many four times that. Such a pile is sorted here beforehand.
    """
    return unicodedata.normalize("NFC", _MARKS.sub(_sort_marks, text))


def _sort_marks(run: regex.Match[str]) -> str:
    marks = "".join(unicodedata.normalize("NFD", mark) for mark in run.group())
    return "".join(sorted(marks, key=unicodedata.combining))


def clip(text: str, limit: int) -> str:
    """Return `text`, cut between two signs and ended with "…" if it has over `limit` code points.

    The result, the "…" included, has at most `limit` code points. A first sign that is too long by
    itself is cut inside, so that a pile of marks cannot hide the letter under it.
    """
    if len(text) <= limit:
        return text
    room = limit - len(ELLIPSIS)
    if room < 0:
        return ""
    end = 0
    for sign in _SIGN.finditer(text, 0, limit):  # one more than fits: it tells whether a sign ends there
        if sign.end() > room:
            break
        end = sign.end()
    return text[: end or room] + ELLIPSIS


def first_line(text: str) -> str:
    """Return the first line of `text` that shows anything, without the space around it."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def neutral(text: str) -> str:
    """Return `text` in NFC with nothing in it that a reader cannot see but a screen would obey.

    Lone surrogates become U+FFFD, line breaks of every kind "\\n". Control characters other than
    "\\n" and "\\t" are dropped. Overrides and isolates of the reading order and other invisible format
    controls are written out, as in "[U+202E]". Doing it twice changes nothing.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    seen = _CONTROL.sub("", _LINE_BREAK.sub("\n", whole))
    return nfc(_FORMAT.sub(lambda found: f"[U+{ord(found.group()):04X}]", seen))
