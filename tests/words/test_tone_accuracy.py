"""How often the tone check is right on replies that others wrote; the figures are in docs/languages.md."""

import time
from pathlib import Path

import pytest

from tests.words.tone_table import LIMIT, measure, read_replies, reply_files
from workflows.domain.tone import TonePolicy
from workflows.words.tone import check_tone


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


@pytest.mark.parametrize("path", reply_files(), ids=_name)
def test_a_reply_is_read_in_a_few_milliseconds(path: Path) -> None:
    replies = [reply.said for reply in read_replies(path)]
    check_tone(replies[0], TonePolicy(), limit=LIMIT)

    start = time.process_time()
    for said in replies:
        check_tone(said, TonePolicy(), limit=LIMIT)

    assert (time.process_time() - start) / len(replies) < 0.02
