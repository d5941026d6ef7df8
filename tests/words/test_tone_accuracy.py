"""How often the tone check is right on replies that others wrote; the figures are in docs/languages.md."""

from pathlib import Path

import pytest

from tests.words.tone_table import measure, read_replies, reply_files


def _name(path: Path) -> str:
    return path.stem.removeprefix("tone_")


def test_there_are_replies_of_all_six_languages() -> None:
    assert {_name(path) for path in reply_files()} == {"en", "hi", "hi-Latn", "te", "bn", "tr"}


@pytest.mark.parametrize("path", reply_files(), ids=_name)
def test_good_replies_go_through_and_bad_ones_are_named(path: Path) -> None:
    found = measure(read_replies(path))

    assert (found.good, found.bad) == (60, 60)
    assert found.stopped <= 0.05
    assert found.warned <= 0.05
    assert found.named >= 0.9
