"""Replies: may X's API answer, is the text fit, and is it the one on our timeline."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.domain.length import weighted_length
from workflows.domain.reply import Answer, Summons, digest, fit_text, may_answer, same_words
from workflows.errors import Refusal

SIGNS = st.text(st.sampled_from("aé \n\r\u0301कि్షন়م👍‍🏽🇹🇷😀中ﬁÅ@.:/"), max_size=60)


@pytest.mark.parametrize(
    ("names_us", "follows_up", "refused", "follow_ups_refused", "open_rule", "summoned_rule"),
    [
        (True, False, "", False, Answer.BY_API, Answer.BY_API),
        (True, False, "", True, Answer.BY_API, Answer.BY_API),
        (False, True, "", False, Answer.BY_API, Answer.ON_X),
        (False, True, "", True, Answer.ON_X, Answer.ON_X),
        (False, False, "", False, Answer.BY_API, Answer.ON_X),
        (True, False, "reply_restricted", False, Answer.ON_X, Answer.ON_X),
        (False, True, "not_summoned", False, Answer.ON_X, Answer.ON_X),
    ],
)
def test_a_post_may_be_answered_by_the_api_or_only_on_x(
    names_us: bool,
    follows_up: bool,
    refused: str,
    follow_ups_refused: bool,
    open_rule: Answer,
    summoned_rule: Answer,
) -> None:
    summons = Summons(names_us, follows_up, refused)
    assert may_answer(summons, rule="open", follow_ups_refused=follow_ups_refused) is open_rule
    assert may_answer(summons, rule="summoned", follow_ups_refused=follow_ups_refused) is summoned_rule


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("  merhaba \n", "merhaba"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("cafe\u0301", "café"),
        ("नमस्ते", "नमस्ते"),
        ("a  b", "a  b"),
    ],
)
def test_a_text_is_sent_in_nfc_with_xs_line_ends_and_without_blank_edges(text: str, fit: str) -> None:
    assert fit_text(text, limit=280) == fit


@pytest.mark.parametrize("text", ["", "   ", "\n\r\n\t", "\u3000\u2003"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        fit_text(text, limit=280)
    assert refused.value.code == "empty"


def test_a_text_that_x_finds_too_long_is_refused_with_by_how_much() -> None:
    assert fit_text("中" * 140, limit=280) == "中" * 140
    with pytest.raises(Refusal) as refused:
        fit_text("中" * 141 + "x", limit=280)
    assert refused.value.code == "too_long"
    assert refused.value.facts == {"length": "283", "limit": "280", "over": "3"}


@given(SIGNS.filter(str.strip), st.integers(1, 80))
@settings(deadline=None)
def test_what_is_fit_stays_so_and_keeps_the_limit(text: str, limit: int) -> None:
    try:
        fit = fit_text(text, limit=limit)
    except Refusal as refusal:
        over = int(refusal.facts["over"])
    else:
        over = 0
        assert weighted_length(fit) <= limit
        assert "\r" not in fit
        assert fit == fit.strip()
        assert unicodedata.is_normalized("NFC", fit)
        assert fit_text(fit, limit=limit) == fit
    assert over == max(0, weighted_length(text.replace("\r\n", "\n").replace("\r", "\n").strip()) - limit)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("So sorry!", "So sorry!"),
        ("So sorry!", "@emma_w So sorry!"),
        ("So sorry!", "@emma_w @ravi_k @sarishop So sorry!"),
        ("@ravi_k so sorry!", "@emma_w @ravi_k so sorry!"),
        ("one\n\ntwo  three", "@emma_w one two three"),
        ("café", "@emma_w cafe\u0301"),
        ("cafe\u0301", "@emma_w café"),
        ("की", unicodedata.normalize("NFD", "@emma_w की")),
        ("See https://shop.example/a?b=1", "@emma_w See https://shop.example/a?b=1"),
    ],
)
def test_a_post_on_our_timeline_has_the_words_that_we_sent(sent: str, seen: str) -> None:
    assert same_words(sent, seen)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("So sorry!", "So sorry"),
        ("So sorry!", "so sorry!"),
        ("So sorry!", "@emma_w So sorry! 2"),
        ("iade", "İade"),
        ("Hello", "Hello @emma_w"),
        ("", "@emma_w So sorry!"),
    ],
)
def test_other_words_are_not_taken_for_ours(sent: str, seen: str) -> None:
    assert not same_words(sent, seen)


@given(
    SIGNS.filter(lambda text: "@" not in text), st.lists(st.sampled_from(["emma_w", "ravi_k"]), max_size=4)
)
@settings(deadline=None)
def test_the_names_that_x_puts_in_front_are_not_counted_as_words(text: str, named: list[str]) -> None:
    assert same_words(text, "".join(f"@{name} " for name in named) + text)
    assert same_words(text, unicodedata.normalize("NFD", text))


def test_a_digest_tells_texts_apart_without_holding_them() -> None:
    assert digest("So sorry!") == digest("So sorry!")
    assert digest("So sorry!") != digest("So sorry")
    assert len(digest("\ud83d half a pair")) == 16
