"""What a text is by the word lists in data/: its language, its mood, whether it is nothing but thanks.

The lists are read once per process; data/README.md has their format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import regex

from workflows.domain.language import ENGLISH, HINGLISH, TURKISH, Vocabulary, detect_language, vocabulary_of
from workflows.domain.lexicon import (
    BREAK,
    Entry,
    Lexicon,
    Meaning,
    entry_of,
    hits_in,
    lexicon_of,
    to_ascii,
    tokens_of,
)
from workflows.domain.rules import Sentiment
from workflows.domain.sentiment import mood_by_words
from workflows.domain.text import words_of

if TYPE_CHECKING:
    from lingua import LanguageDetector

LANGUAGES = ("en", "hi", "hi-Latn", "bn", "te", "tr")
EMOJI = "emoji"
SECTIONS = (
    "angry",
    "negative",
    "positive",
    "negators",
    "intensifiers",
    "softeners",
    "aggression",
    "apology",
    "acknowledgement",
    "thanks",
    "common",
)
DRAFT_SECTIONS = (
    "swearing",
    "hostile",
    "blame",
    "defensive",
    "fair",
    "courtesy",
    "next_step",
    "promise",
    "vague",
    "time",
    "asking",
    "personal",
    "reference",
    "secret",
    "private",
    "elsewhere",
    "in_public",
    "never",
    "offer",
    "opt_out",
    "opt_out_filler",
)
"""What is read in drafts and opt-outs only: phrases as workflows.domain.phrases has them."""
_MOODS = tuple(meaning for meaning in Meaning if meaning is not Meaning.THANKS)
_GRATITUDE = (Meaning.THANKS, Meaning.POSITIVE, Meaning.INTENSIFIER)
_HASHTAGS = regex.compile(r"[#＃]\w++")
_ASKING = frozenset("?؟？")
_SURE = 0.7  # how far ahead the detector's best guess must be: a lone name is of no language
_LATIN_LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "id", "nl", "tr")

Sections = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Understood:
    """A text's language (as `language_of` says it) and mood."""

    language: str
    sentiment: Sentiment


def understand(text: str, *, language: str = "", hint: str = "") -> Understood:
    """Return language and mood; a `language` that is known already is believed, a hint is weak evidence."""
    language = language or language_of(text, hint=hint)
    return Understood(language, mood_of(text, language))


def language_of(text: str, *, hint: str = "") -> str:
    """Return en, hi, hi-Latn, te, bn, tr, another ISO 639-1 code, or "und" if the text has no words.

    hint  X's own `lang`.
    """
    return detect_language(text, _vocabularies(), _detected, hint=hint)


def mood_of(text: str, language: str) -> Sentiment:
    """Return the mood by the words of the language, of English and of the emoji."""
    return mood_by_words(text, _lexicon(language, _MOODS), language)


def is_thanks(text: str, language: str) -> bool:
    """Say whether the text is nothing but thanks: no question, no request, no word that is not of thanking.

    In doubt it is not: what counts as thanks opens no case again.
    """
    if not _ASKING.isdisjoint(text):
        return False
    lexicon = _lexicon(language, _GRATITUDE)
    tokens = tokens_of(_HASHTAGS.sub(" ", text), lexicon, language)
    tokens = [token for token in tokens if token != BREAK]
    hits = hits_in(tokens, lexicon)
    covered = sum(
        hit.end - hit.start for hit in hits if hit.entry.meaning is Meaning.THANKS or hit.entry.weight
    )
    thanks = any(hit.entry.meaning is Meaning.THANKS and hit.entry.weight for hit in hits)
    return thanks and covered == len(tokens)


@cache
def _lexicon(language: str, meanings: tuple[Meaning, ...]) -> Lexicon:
    return lexicon_of(_entries(language, meanings))


def _entries(language: str, meanings: tuple[Meaning, ...]) -> Iterator[Entry]:
    """Yield the entries of the language, of the emoji, and of English where the language has no such word."""
    yield from _entries_of(language, meanings, frozenset())
    yield from _entries_of(EMOJI, meanings, frozenset())
    if language != ENGLISH:
        own = {
            word
            for name, section in words_for(language).items()
            if name in SECTIONS
            for entry in section
            for word in words_of(entry)
        }
        yield from _entries_of(ENGLISH, meanings, frozenset(own))


def _entries_of(language: str, meanings: tuple[Meaning, ...], unwanted: frozenset[str]) -> Iterator[Entry]:
    sections = words_for(language)
    plain: list[Entry] = []
    for meaning in meanings:
        for text, weight in sections.get(meaning, {}).items():
            entry = entry_of(text, meaning, weight, language=language if language != EMOJI else "")
            if entry is None or entry.words[0] in unwanted:
                continue
            yield entry
            if language == TURKISH:
                words = tuple(map(to_ascii, entry.words))
                plain.append(Entry(words, meaning, weight, entry.follows))
    yield from plain


@cache
def _vocabularies() -> dict[str, Vocabulary]:
    found: dict[str, Vocabulary] = {}
    foreign: frozenset[str] = frozenset()
    for language in (ENGLISH, HINGLISH, TURKISH):
        sections = words_for(language)
        entries = [entry for name in SECTIONS if name != "common" for entry in sections.get(name, {})]
        common = list(sections.get("common", {})) + (entries if language == ENGLISH else [])
        found[language] = vocabulary_of(common, entries, foreign=foreign)
        foreign = foreign or found[language].words
    return found


@cache
def _detector() -> "LanguageDetector":
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415  its models cost time and memory

    codes = [getattr(IsoCode639_1, code.upper()) for code in _LATIN_LANGUAGES]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode()
    return builder.with_minimum_relative_distance(_SURE).build()


def _detected(text: str) -> str:
    language = _detector().detect_language_of(text)
    return language.iso_code_639_1.name.lower() if language else ""


def read_words(text: str) -> dict[str, dict[str, float]]:
    """Return section to entry to weight; variants of one line are entries of their own.

    Raises ValueError, with the line, for an unknown section, words before the first one, or a wrong weight.
    """
    sections: dict[str, dict[str, float]] = {}
    here: dict[str, float] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("# ") or line == "#":
            continue
        if line.startswith("[") and line.endswith("]"):
            if line[1:-1] not in (*SECTIONS, *DRAFT_SECTIONS):
                raise ValueError(f"line {number}: there is no section {line}")
            here = sections.setdefault(line[1:-1], {})
        elif here is None:
            raise ValueError(f"line {number}: a [section] comes first")
        else:
            words, _, weight = line.partition("\t")
            here.update(dict.fromkeys(_variants(words), _weight(weight, number)))
    return sections


@cache
def words_for(language: str) -> Sections:
    """Return the sections of this language's file (or of "emoji"); empty where there is no file."""
    if language not in (*LANGUAGES, EMOJI):
        return {}
    file = files("workflows.words").joinpath("data", f"{language}.txt")
    return read_words(file.read_text(encoding="utf-8")) if file.is_file() else {}


def phrases_for(language: str, section: str) -> tuple[str, ...]:
    """Return the entries of one section, as WordList takes them; none where the language has none."""
    return tuple(words_for(language).get(section, {}))


def _variants(words: str) -> list[str]:
    return [variant for piece in words.split(" | ") if (variant := piece.strip())]


def _weight(written: str, number: int) -> float:
    if not written.strip():
        return 1.0
    try:
        weight = float(written)
    except ValueError:
        raise ValueError(f"line {number}: a weight is a number, not {written.strip()!r}") from None
    if not 0 <= weight <= 3:
        raise ValueError(f"line {number}: a weight lies in 0..3")
    return weight
