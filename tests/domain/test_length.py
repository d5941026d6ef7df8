import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.length import POST_LIMIT, URL_WEIGHT, has_link, links, weighted_length

CASES = yaml.safe_load((Path(__file__).parent / "length_cases.yaml").read_text(encoding="utf-8"))
FAMILY = "👨‍👩‍👧‍👦"


def text_of(case: dict[str, Any]) -> str:
    text = case["text"]
    return text if isinstance(text, str) else "".join(part * times for part, times in text)


def found_in(text: str) -> list[str]:
    return [text[start:end] for start, end in links(text)]


@pytest.mark.parametrize("case", CASES["weighted"], ids=lambda case: case["what"])
def test_a_text_weighs_what_twitter_text_says(case: dict[str, Any]) -> None:
    assert weighted_length(text_of(case)) == case["weighs"]


@pytest.mark.parametrize("case", CASES["links"], ids=lambda case: case["what"])
def test_links_are_found_where_twitter_text_finds_them(case: dict[str, Any]) -> None:
    assert found_in(text_of(case)) == case["links"]


def test_a_post_may_weigh_280_and_a_link_weighs_23() -> None:
    assert (POST_LIMIT, URL_WEIGHT) == (280, 23)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Sorry about that.", 17),
        ("नमस्ते", 6),  # vowel signs count each
        ("క్షమించండి", 10),
        ("দুঃখিত", 6),
        ("Özür dileriz, kargonuz yolda", 28),
        ("สวัสดี", 6),
        ("مرحبا", 5),
        ("გამარჯობა", 9),
        ("བཀྲ་ཤིས", 7),
        ("क्‍ष", 4),  # ZWJ
        ("ক্‌ষ", 4),  # ZWNJ
        ("ठीक है।", 7),
        ("“so – yes”", 10),
        ("こんにちは", 10),
        ("안녕", 4),
        ("សួស្តី", 12),
        ("ሰላም", 6),
        ("ᏣᎳᎩ", 6),
        ("…", 2),
        ("₹500", 5),
        ("₺€•→✓", 10),
        ("a\r\nb\nc", 5),
        ("\x00\ud800", 3),
    ],
)
def test_scripts_and_signs_weigh_one_or_two_each(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@pytest.mark.parametrize(
    "emoji",
    [
        "😀",
        "👍🏽",
        "❤️",
        "❤️‍🔥",
        FAMILY,
        "👩🏽‍❤️‍💋‍👨🏿",
        "🏳️‍🌈",
        "🏴‍☠️",
        "🏃🏾‍♀️‍➡️",
        "🇹🇷",
        "🇮🇳",
        "1️⃣",
        "#⃣",
        "*️⃣",
        "⌚️",
        "©️",
        "🧑‍🧑‍🧒",
    ],
)
def test_an_emoji_weighs_two_however_it_is_put_together(emoji: str) -> None:
    assert weighted_length(emoji) == 2
    assert weighted_length(f"a{emoji}{emoji}b") == 6


@pytest.mark.parametrize("area", ["gbeng", "gbsct", "gbwls"])
def test_the_flag_of_a_part_of_the_kingdom_weighs_two(area: str) -> None:
    assert weighted_length("🏴" + "".join(chr(0xE0000 + ord(c)) for c in area) + "\U000e007f") == 2


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("©", 1),
        ("7", 1),
        ("7\ufe0f", 3),
        ("☺\ufe0e", 4),
        ("😀\ufe0f", 4),
        ("😀\u200d😀", 5),
        ("\u200d😀", 3),
        (FAMILY + "\u200d🚀", 5),
        ("🇽🇽", 4),
        ("🇽🇹🇷", 4),
        ("🇹🇷🇹", 4),
        ("👍🏽\u200d😀", 5),
        ("👩🏽\u200d🚀\u200d🚀", 5),
        ("👩\u200d❤\u200d👩", 2),
        ("👩\u200d❤\u200d🚀", 8),
        ("🏽🏽", 4),
        ("👍\ufe0f🏽", 2),
        ("🚀\ufe0f\u200d👩", 7),
        ("👩example.com\u200d🚀", 28),
    ],
)
def test_what_is_no_emoji_as_a_whole_weighs_as_its_parts(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@pytest.mark.parametrize(
    "text",
    [
        "help@example.com",
        "help@mail.example.com",
        "write to first.last@example.co.in!",
        "1.5 kg, 10.30 pm, v2.0",
        "e.g. this, i.e. that",
        "Thanks.Bye",
        "#example.com @example.com $example.com",
        "http://domain.com-that-you-should-have-put-a-space-after",  # so since twitter-text 3.1
        "read README.md2",
        "foo.c-om",
        "http://",
        "http:// .com",
        "https://localhost:3000/",
        "नमस्ते.आप कैसे हैं",
    ],
)
def test_what_is_no_link(text: str) -> None:
    assert found_in(text) == []
    assert not has_link(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See example.com.", ["example.com"]),
        ("See example.com/a, example.com/b!", ["example.com/a", "example.com/b"]),
        ("(example.com/a_(b_(c))_d)", ["example.com/a_(b_(c))_d"]),
        ("example.com/a_(b", ["example.com/a_"]),
        ("HTTPS://EXAMPLE.COM:8080/Path?q=1#x", ["HTTPS://EXAMPLE.COM:8080/Path?q=1#x"]),
        ("http://उदाहरण.भारत/पथ", ["http://उदाहरण.भारत/"]),
        ("https://উদাহরণ.বাংলা und https://ఉదాహరణ.భారత్", ["https://উদাহরণ.বাংলা", "https://ఉదాహరణ.భారత్"]),
        ("siparis.com.tr/iade", ["siparis.com.tr/iade"]),
        ("çiçek.com bende", ["içek.com"]),  # a letter that is not ASCII may stand before a link
        ("bende çiçek.com", ["çiçek.com"]),
        ("उदाहरण.भारत", []),  # without a scheme only Latin names are links
        ("देखो:example.com", ["example.com"]),
        ("example.com?a=b", ["example.com"]),  # a query needs a path, or a scheme
        ("a_b.example.com", ["b.example.com"]),
        ("x😀example.com", ["example.com"]),
        ("“example.com” and 中a.co 中a.co", ["example.com", "a.co", "a.co"]),
        ("x a.co/b x a.co? x a.co:8/b x a.co: a.co", ["a.co/b", "a.co", "a.co:8/b", "a.co", "a.co"]),
        ("中a.co/ #a.co/ 中a.co #a.co 中a.co/b c@a.co/b", ["a.co/", "a.co", "a.co/b"]),
        ("a.co/中b.co a.co/中b.co", ["a.co/", "b.co", "a.co/", "b.co"]),
        ("see a.in.example and a.in.example@b", ["a.in", "a.in"]),
        ("a ＠example.com", ["example.com"]),  # as if "＠" were a letter of the name
    ],
)
def test_what_is_a_link(text: str, found: list[str]) -> None:
    assert found_in(text) == found
    assert has_link(text) == bool(found)


def test_a_link_too_long_for_x_is_none() -> None:
    assert has_link("https://example.com/" + "a" * 4000)
    assert not has_link("https://example.com/" + "a" * 5000)


@given(st.text())
def test_a_text_weighs_nothing_less_than_zero_and_at_most_two_a_letter_and_23_a_link(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert 0 <= weighted_length(text) <= 2 * len(normal) + URL_WEIGHT * len(links(normal))


@given(st.text())
def test_a_text_weighs_the_same_however_its_accents_are_written(text: str) -> None:
    weight = weighted_length(unicodedata.normalize("NFC", text))
    assert weighted_length(unicodedata.normalize("NFD", text)) == weight


WITHOUT_DOTS = st.text(st.characters(exclude_characters="."))


@given(WITHOUT_DOTS, WITHOUT_DOTS)
def test_without_links_two_texts_weigh_what_each_does_and_the_space_between(one: str, other: str) -> None:
    assert weighted_length(f"{one} {other}") == weighted_length(one) + 1 + weighted_length(other)


LINKISH = st.lists(
    st.sampled_from(
        ["http://", "https://", "a", "example", ".com", ".co", "t.co/", "/", "(", ")", "?", "#x", "@"]
    )
    | st.sampled_from(
        ["-", "_", ".", ":80", " ", "é", "あ", ".みんな", "xn--", ".भारत", "。", "😀", "\u202e", "\ufeff"]
    )
).map("".join)


@given(LINKISH)
def test_links_lie_in_order_and_apart_inside_the_text_and_have_no_space(text: str) -> None:
    spans = links(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert not any(" " in text[start:end] for start, end in spans)


@given(LINKISH, st.integers(1, 3))
def test_links_stay_links_when_the_text_is_said_again(text: str, times: int) -> None:
    first = links(f" {text} ")
    assert len(links(f" {text} " * times)) == len(first) * times


def steps(work: Callable[[], object]) -> int:
    """Count the lines and calls of Python that `work` takes: a measure no busy machine disturbs."""
    count = 0

    def tracer(*_: object) -> Any:
        nonlocal count
        count += 1
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


HOSTILE = [
    *[
        "a.",
        "a.co.",
        "a.co ",
        "a.co@",
        "あ.com ",
        "あ.",
        "a_.co.",
        "_.",
        "-.",
        "..",
        "http://",
        "http://a.co/",
    ],
    *[
        "a.co/(",
        "a.co/((",
        "(a",
        "a.co?!",
        "中.co/ ",
        "#a.co ",
        "a_b.co ",
        "☝️.co.uk?",
        "👩t.co/",
        "中a.co",
        "a.xn--a ",
        "?.co",
        "/.рф",
        ":.co",
        "t.co/a!",
        "xn--a.",
        "é",
        "🇹",
        "🇹🇷",
        FAMILY,
        "👨\u200d",
        "👋🏽",
        "1️⃣",
    ],
    *["\u0301\u0316", "\u200d", "नि", "漢", "。", "https://a.みんな:80/(b)?c ", "あ" * 59 + ".com "],
]


@pytest.mark.parametrize("bit", HOSTILE)
def test_a_text_twice_as_long_takes_twice_the_work_at_most(bit: str) -> None:
    short, long = bit * (1000 // len(bit)), bit * (2000 // len(bit))
    assert steps(lambda: weighted_length(long)) <= 2.2 * steps(lambda: weighted_length(short)) + 200


@pytest.mark.parametrize("bit", HOSTILE)
def test_a_long_hostile_text_is_weighed_whole(bit: str) -> None:
    text = bit * (100_000 // len(bit))
    assert weighted_length(text + " end") == weighted_length(text) + 4
