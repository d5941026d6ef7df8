"""The word lists of the languages: files in data/, read once per process. data/README.md has their format."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

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
    "blame",
    "promise",
    "thanks",
    "common",
)

Sections = Mapping[str, Mapping[str, float]]


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
            if line[1:-1] not in SECTIONS:
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
