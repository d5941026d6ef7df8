"""How often language and mood are right, on sentences that we wrote; the figures are in docs/languages.md."""

from pathlib import Path

import pytest

from tests.words.table import FOLDER, measure, read_sentences, sentence_files

_LANGUAGE_FLOORS = {"hi-Latn": 0.9}


def _name(path: Path) -> str:
    return path.stem.removeprefix("sentences_")


@pytest.mark.parametrize("path", sentence_files(), ids=_name)
def test_most_sentences_of_a_language_are_understood(path: Path) -> None:
    found = measure(read_sentences(path))

    assert found.sentences >= 40
    assert found.language >= _LANGUAGE_FLOORS.get(_name(path), 0.95)
    assert found.bad >= 0.85
    assert found.exact >= 0.7


def test_sentences_that_the_lists_were_not_written_for_are_understood_too() -> None:
    found = measure(read_sentences(FOLDER / "held_out_en.tsv"))

    assert found.language >= 0.95
    assert found.bad >= 0.8
    assert found.exact >= 0.75


@pytest.mark.parametrize("path", sentence_files(), ids=_name)
def test_the_sentences_have_all_four_moods(path: Path) -> None:
    assert {sentence.mood for sentence in read_sentences(path)} == {
        "angry",
        "negative",
        "neutral",
        "positive",
    }
