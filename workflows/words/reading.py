"""A draft read with the word lists: which phrases of which section stand where."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from workflows.domain.language import ENGLISH, HINGLISH
from workflows.domain.phrases import Found, Phrases, Token
from workflows.words.understand import DRAFT_SECTIONS, LANGUAGES, language_of, words_for

READ = ("aggression", "apology", "acknowledgement", *DRAFT_SECTIONS)
_CANCELLED = frozenset(
    {"aggression", "swearing", "hostile", "blame", "defensive", "promise", "vague", "asking", "in_public"}
)
_SCRIPTS = (
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a section from `start` to before `end`, as it is written; sentences count from 0.

    is_name  it is one word, written as part of a name: "Kamina Beach".
    """

    section: str
    start: int
    end: int
    sentence: int
    clause: int
    what: str
    words: int
    is_name: bool = False


class Cover:
    """The places of a text that some hits cover; they come in the order of the text."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for hit in hits:
            if self._ends and hit.start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], hit.end)
            else:
                self._starts.append(hit.start)
                self._ends.append(hit.end)

    def touches(self, start: int, end: int) -> bool:
        """Say whether a hit covers some of the text from `start` to before `end`."""
        index = bisect_left(self._starts, end) - 1
        return index >= 0 and self._ends[index] > start


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its hits in order; `words` are those of the text."""

    text: str
    hits: Sequence[Hit]
    words: Sequence[Token]

    def of(self, *sections: str) -> list[Hit]:
        """Return the hits of these sections in the order of the text."""
        return [hit for hit in self.hits if hit.section in sections]

    def sentences(self) -> list[list[Token]]:
        """Return the words of each sentence that has some."""
        return [list(words) for _, words in groupby(self.words, key=lambda word: word.sentence)]

    def sentence_at(self, place: int) -> int:
        """Return the number of the sentence that this place of the text is in."""
        index = bisect_right(self.words, place, key=lambda word: word.start) - 1
        return self.words[max(0, index)].sentence if self.words else 0


def read(text: str, language: str = "") -> Reading:
    """Return the text with what the lists of its language, of English and of its scripts know of it.

    language  "" or "und" for unknown.

    What stands in a phrase of the section `fair` ("it is not your fault") counts for nothing else.
    """
    hits: set[Hit] = set()
    words: Sequence[Token] = ()
    for one, is_own in _languages_of(text, language).items():
        phrases = _phrases_of(one)
        tokens = phrases.tokens_of(text)
        words = words or tokens
        found = phrases.find(tokens)
        hits |= {_hit(text, one, tokens) for one in found if is_own or one.after - one.first > 1}
    ordered = sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.section))
    return Reading(text, _without_fair(ordered), words)


@cache
def _phrases_of(language: str) -> Phrases:
    sections = words_for(language)
    # What customers shout is looked for as it is written: alike in sound are "fool" and "full".
    exact = {
        entry if " " in entry or entry.endswith("*") else f"={entry}" for entry in sections["aggression"]
    }
    return Phrases(
        {name: exact if name == "aggression" else sections.get(name, {}) for name in READ}, language
    )


def _languages_of(text: str, language: str) -> dict[str, bool]:
    """Return the languages to read the text in, and whether single words of theirs count.

    Hinglish is also looked for in English, from which it is told only by its words: there, phrases count.
    """
    if language not in LANGUAGES:
        language = language_of(text)
    wanted = {language: True} if language in LANGUAGES else {}
    wanted |= {HINGLISH: False} if language == ENGLISH else {ENGLISH: True}
    return wanted | {name: True for name, script in _SCRIPTS if script.search(text)}


def _hit(text: str, found: Found, tokens: Sequence[Token]) -> Hit:
    first, last = tokens[found.first], tokens[found.after - 1]
    return Hit(
        found.section,
        first.start,
        last.end,
        first.sentence,
        last.clause,
        text[first.start : last.end],
        found.after - found.first,
        _is_name(text, tokens[found.first : found.after + 1]),
    )


def _is_name(text: str, tokens: Sequence[Token]) -> bool:
    if len(tokens) != 2 or tokens[0].clause != tokens[1].clause:
        return False
    return all(text[token.start : token.end].istitle() for token in tokens)


def _without_fair(hits: Sequence[Hit]) -> list[Hit]:
    fair = Cover(hit for hit in hits if hit.section == "fair")
    return [hit for hit in hits if hit.section not in _CANCELLED or not fair.touches(hit.start, hit.end)]
