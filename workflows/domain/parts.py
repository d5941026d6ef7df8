"""A long answer as several posts: numbered, cut between words, never inside one."""

import regex

from workflows.domain.length import weighted_length
from workflows.errors import Refusal

MOST_PARTS = 9
_LONGEST = 10_000
# Where a text may be cut, the better places first: after a paragraph, a sentence, a word.
_ENDS = (
    regex.compile(r"\n\s*"),
    regex.compile(r"(?<=[.!?…।॥。])\s+"),
    regex.compile(r"\s+"),
)
_NUMBER = regex.compile(r" \(\d/\d\)\Z")
_GRAPHEMES = regex.compile(r"\X")
_SHORTEST_SHARE = 0.5  # a sentence's end in the first half would waste a post


def split_in_parts(text: str, *, limit: int) -> list[str]:
    """Return the posts that a text goes out in, each with its number "(1/3)" where there are several.

    limit  weighted characters of one post.

    Raises Refusal ("too_long") when it would take more than nine.
    """
    if weighted_length(text[:_LONGEST]) <= limit and len(text) <= _LONGEST:
        return [text]
    room = limit - weighted_length(f" ({MOST_PARTS}/{MOST_PARTS})")
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        if len(pieces) == MOST_PARTS:
            over = weighted_length(rest[:_LONGEST])
            length = str(weighted_length(text[:_LONGEST]))
            raise Refusal("too_long", length=length, limit=str(limit * MOST_PARTS), over=str(over))
        at = _cut(rest, room)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [f"{piece} ({number}/{len(pieces)})" for number, piece in enumerate(pieces, start=1)]


def without_number(post: str) -> str:
    """Return a part's words without its number."""
    return _NUMBER.sub("", post)


def _cut(text: str, room: int) -> int:
    """Return where the first post of this text ends."""
    fits = _longest_that_fits(text, room)
    if fits == len(text):
        return fits
    for ends in _ENDS:
        places = [found.start() for found in ends.finditer(text, 0, fits + 1) if found.start() <= fits]
        good = [place for place in places if place >= fits * _SHORTEST_SHARE]
        if good:
            return good[-1]
    inside = [found.end() for found in _GRAPHEMES.finditer(text, 0, fits)]
    return inside[-2] if len(inside) > 1 else fits


def _longest_that_fits(text: str, room: int) -> int:
    low, high = 1, min(len(text), room)  # no character weighs less than one
    while low < high:
        middle = (low + high + 1) // 2
        if weighted_length(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low
