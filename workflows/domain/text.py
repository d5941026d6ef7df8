"""Text matching that is right in every script: folding, words, and lists of words in linear time."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import regex

# Letters with the marks that belong to them, digits, and the joiners that Indic and Arabic words hold.
_WORD = regex.compile(r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u200c\u200d]|['’](?=\p{L}))*")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
_TURKISH = str.maketrans({"İ": "i", "I": "ı"})
_DOTTED = str.maketrans({"İ": "i"})  # casefold makes two characters of it, which match nothing
_APOSTROPHE = str.maketrans("’", "'")
_EDGE = r"(?:^|$|[^\p{L}\p{M}\p{N}_])"
_MOST_MEMORY = 1 << 20


def fold(text: str, language: str = "") -> str:
    """Return the text for comparing: NFC, without case and joiners; İ and I as Turkish has them if it is."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHE)
    text = text.translate(_TURKISH if language == "tr" else _DOTTED)
    return unicodedata.normalize("NFC", text.casefold()).translate(_JOINERS)


def words_of(text: str, language: str = "") -> list[str]:
    """Return the folded words of the text in their order; linear in its length."""
    return _WORD.findall(fold(text, language))


class _Part(NamedTuple):
    """A word of an entry; a stem takes any ending."""

    word: str
    is_stem: bool

    def fits(self, word: str) -> bool:
        return word.startswith(self.word) if self.is_stem else word == self.word


class WordIndex:
    """Many lists of words, looked for in one pass over a text.

    An entry is a word, a phrase of several, and each of its words may be a beginning ("hack*"). Phrases
    match over whatever stands between their words but words. A Turkish text matches as Turkish and as
    others fold, so that IBAN and iban are one word there too.
    """

    def __init__(self, lists: Iterable[Iterable[str]]) -> None:
        self._words: dict[str, list[tuple[int, tuple[_Part, ...]]]] = {}
        self._stems: dict[str, list[tuple[int, tuple[_Part, ...]]]] = {}
        for number, entries in enumerate(lists):
            for entry in entries:
                for parts in {_parts_of(entry, ""), _parts_of(entry, "tr")}:
                    if parts:
                        starts = self._stems if parts[0].is_stem else self._words
                        starts.setdefault(parts[0].word, []).append((number, parts[1:]))
        self._lengths = sorted({len(stem) for stem in self._stems})

    def find(self, words: Sequence[str]) -> dict[int, str]:
        """Return the numbers of the lists of which an entry stands in these folded words, and which word."""
        found: dict[int, str] = {}
        for index, word in enumerate(words):
            entries = list(self._words.get(word, ()))
            for length in self._lengths:
                if length > len(word):
                    break
                entries += self._stems.get(word[:length], ())
            for number, rest in entries:
                if number not in found and _goes_on(rest, words, index + 1):
                    found[number] = " ".join(words[index : index + 1 + len(rest)])
        return found


class WordList:
    """One list of words, as WordIndex takes them."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._index = WordIndex([entries])

    def find(self, words: Sequence[str]) -> str | None:
        """Return the first words of the text that an entry fits; None when none does."""
        return self._index.find(words).get(0)


def _parts_of(entry: str, language: str) -> tuple[_Part, ...]:
    parts = []
    for piece in entry.split():
        words = words_of(piece, language)
        parts += [_Part(word, is_stem=False) for word in words]
        if words and piece.endswith("*"):
            parts[-1] = _Part(words[-1], is_stem=True)
    return tuple(parts)


def _goes_on(rest: Sequence[_Part], words: Sequence[str], start: int) -> bool:
    if start + len(rest) > len(words):
        return False
    return all(part.fits(words[start + offset]) for offset, part in enumerate(rest))


@lru_cache(maxsize=2000)
def compile_pattern(pattern: str) -> Any:
    """Return the expression, compiled by RE2 (linear time) for texts that are folded.

    RE2's own `\\b` knows ASCII only: at the beginning and the end it is replaced by the edge of a word of
    any script, and elsewhere it is refused, because what stands for it takes a character of the text.

    Raises ValueError with the reason.
    """
    import re2  # noqa: PLC0415 - only the processes that triage need it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    options.case_sensitive = False
    inner = pattern.removeprefix(r"\b").removesuffix(r"\b")
    if r"\b" in inner:
        raise ValueError(r"\b may stand only at the beginning and the end")
    start = _EDGE if pattern.startswith(r"\b") else ""
    end = _EDGE if pattern.endswith(r"\b") else ""
    try:
        return re2.compile(f"{start}(?:{inner}){end}", options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error
