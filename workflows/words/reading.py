"""A draft read with the word lists: which phrases of which section stand where."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from workflows.domain.phrases import Found, Phrases, Token
from workflows.words.understand import ENGLISH, HINGLISH, LANGUAGES, language_of, words_for

READ = (
    "aggression",
    "swearing",
    "hostile",
    "blame",
    "defensive",
    "fair",
    "apology",
    "acknowledgement",
    "next_step",
    "promise",
    "time",
    "asking",
    "personal",
    "secret",
    "private",
    "in_public",
    "offer",
    "opt_out",
    "opt_out_filler",
)
_SCRIPTS = (
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a section from `start` to before `end`, as it is written; sentences count from 0."""

    section: str
    start: int
    end: int
    sentence: int
    what: str
    words: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its hits in order; `words` are those of the text."""

    text: str
    hits: Sequence[Hit]
    words: Sequence[Token]

    def of(self, *sections: str) -> list[Hit]:
        """Return the hits of these sections in the order of the text."""
        return [hit for hit in self.hits if hit.section in sections]


def read(text: str, language: str = "") -> Reading:
    """Return the text with what the lists of its language, of English and of its scripts know of it.

    language  "" or "und" for unknown.

    What stands in a phrase of the section `fair` ("it is not your fault") counts for nothing else.
    """
    hits: set[Hit] = set()
    words: Sequence[Token] = ()
    for one in _languages_of(text, language):
        phrases = _phrases_of(one)
        tokens = phrases.tokens_of(text)
        words = words or tokens
        hits |= {_hit(text, found, tokens) for found in phrases.find(tokens)}
    ordered = sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.section))
    return Reading(text, _without_fair(ordered), words)


@cache
def _phrases_of(language: str) -> Phrases:
    sections = words_for(language)
    return Phrases({name: sections.get(name, {}) for name in READ}, language)


def _languages_of(text: str, language: str) -> Collection[str]:
    if language not in LANGUAGES:
        language = language_of(text)
    wanted = [language] if language in LANGUAGES else []
    wanted += [ENGLISH] if language != ENGLISH else [HINGLISH]
    wanted += [name for name, script in _SCRIPTS if script.search(text)]
    return dict.fromkeys(wanted)


def _hit(text: str, found: Found, tokens: Sequence[Token]) -> Hit:
    first, last = tokens[found.first], tokens[found.after - 1]
    return Hit(
        found.section,
        first.start,
        last.end,
        first.sentence,
        text[first.start : last.end],
        found.after - found.first,
    )


def _without_fair(hits: Sequence[Hit]) -> list[Hit]:
    fair = [hit for hit in hits if hit.section == "fair"]
    if not fair:
        return list(hits)
    return [
        hit
        for hit in hits
        if hit.section != "fair" and not any(one.start < hit.end and hit.start < one.end for one in fair)
    ]
