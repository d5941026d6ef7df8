"""The word lists keep to their format: workflows/words/data/README.md."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflows.words import understand
from workflows.words.understand import (
    DRAFT_SECTIONS,
    EMOJI,
    LANGUAGES,
    SECTIONS,
    phrases_for,
    read_words,
    words_for,
)

DATA = Path(understand.__file__).parent / "data"
FILES = sorted(DATA.glob("*.txt"))
WANTED = {
    "aggression": 120,
    "apology": 60,
    "acknowledgement": 60,
    "thanks": 40,
    "common": 60,
    "negators": 5,
    "intensifiers": 5,
}


def _name(path: Path) -> str:
    return path.stem


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield section and line, without comments and weights."""
    section = ""
    for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section:
            yield section, line.partition("\t")[0]


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    for section, line in _lines(path):
        for entry in line.split(" | "):
            yield section, entry.strip()


def test_each_of_the_six_languages_and_the_emoji_have_their_list() -> None:
    assert {path.stem for path in FILES} == {*LANGUAGES, EMOJI}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_list_says_its_source_and_licence(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("\n[")[0]

    assert "written for mentiondesk by its makers" in head
    assert "CC0-1.0" in head


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_entries_are_folded_and_normalised(path: Path) -> None:
    wrong = [entry for _, entry in _entries(path) if unicodedata.normalize("NFC", entry.lower()) != entry]

    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_entry_stands_twice_in_a_section(path: Path) -> None:
    assert [entry for entry, times in Counter(_entries(path)).items() if times > 1] == []


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_entry_is_both_good_and_bad(path: Path) -> None:
    sections = read_words(path.read_text(encoding="utf-8"))

    assert set(sections["positive"]) & (set(sections["negative"]) | set(sections["angry"])) == set()


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != EMOJI], ids=_name)
def test_a_list_is_long_enough_to_be_of_use(path: Path) -> None:
    lines = Counter(section for section, _ in _lines(path))

    assert set(lines) == {*SECTIONS, *DRAFT_SECTIONS}
    assert lines["angry"] + lines["negative"] + lines["positive"] >= 300
    assert {section: lines[section] for section, least in WANTED.items() if lines[section] < least} == {}
    assert min(len(phrases_for(path.stem, section)) for section in ("blame", "defensive", "hostile")) >= 40


def test_about_a_hundred_and_fifty_emoji_are_known() -> None:
    assert sum(len(words_for(EMOJI)[section]) for section in ("angry", "negative", "positive")) >= 150


def test_variants_of_a_line_share_its_weight() -> None:
    assert read_words("[negative]\nawful | aweful\t2\n") == {"negative": {"awful": 2.0, "aweful": 2.0}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[sad]\n", "line 1"),
        ("bad\n", "section"),
        ("[negative]\nbad\tmuch\n", "much"),
        ("[negative]\nbad\t9", "line 2"),
    ],
)
def test_a_broken_list_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_words(text)


def test_a_language_without_a_list_has_no_words() -> None:
    assert words_for("xx") == {}
    assert phrases_for("xx", "blame") == ()


def test_the_phrases_of_a_section_are_given_for_other_uses() -> None:
    assert "your fault" in phrases_for("en", "blame")
