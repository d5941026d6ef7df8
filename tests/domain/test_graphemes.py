import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.graphemes import clip, first_line, neutral, nfc

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "gbeng") + "\U000e007f"
SIGNS = st.lists(
    st.sampled_from(
        [
            "a",
            "é",
            "e\u0301",
            "क्षि",
            "స్త్రీ",
            "ন্দ্র",
            "👍🏽",
            FAMILY,
            "🇹🇷",
            ENGLAND,
            "한",
            "م",
            "\u202e",
            "\r\n",
            "\x00",
        ]
    )
).map("".join)
ANY = st.text(st.characters()) | SIGNS


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("kargo", 5, "kargo"),
        ("kargom nerede", 6, "kargo…"),
        ("", 0, ""),
        ("ab", 1, "…"),
        ("ab", 0, ""),
        ("ab", -3, ""),
        ("ab👨‍👩‍👧‍👦c", 9, "ab…"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 8, "👨‍👩‍👧‍👦…"),
        ("🇹🇷🇮🇳🇧🇩", 4, "🇹🇷…"),
        ("🇹🇷🇮🇳🇧🇩", 5, "🇹🇷🇮🇳…"),
        ("क्षमा करें", 4, "क्ष…"),
        ("क्षमा करें", 5, "क्ष…"),
        ("క్షమించండి", 5, "క్ష…"),
        ("ক্ষমা করবেন", 6, "ক্ষমা…"),
        ("مرحبا بكم", 6, "مرحبا…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_a_text_is_cut_between_the_signs_a_reader_sees(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


def test_a_sign_too_long_by_itself_is_cut_inside() -> None:
    assert clip("a" + "\u0301" * 10_000, 10) == "a" + "\u0301" * 8 + "…"
    assert clip("ab" + "\u0301" * 10_000, 10) == "a…"


@given(ANY, st.integers(0, 40))
def test_a_clipped_text_fits_and_is_the_start_of_the_whole(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    if clipped != text:
        assert limit == 0 or clipped.endswith("…")
        assert text.startswith(clipped[:-1])


@given(SIGNS, st.integers(16, 40))
def test_no_sign_is_left_half(text: str, limit: int) -> None:
    kept = clip(text, limit)
    if kept != text:
        assert kept[:-1] == "".join(regex.findall(r"\X", text)[: len(regex.findall(r"\X", kept[:-1]))])


@pytest.mark.parametrize(
    ("text", "line"),
    [("", ""), (" \n\t\n", ""), ("\n  Merhaba  \ndünya", "Merhaba"), ("tek", "tek"), ("a\r\nb", "a")],
)
def test_the_first_line_is_the_first_that_shows_anything(text: str, line: str) -> None:
    assert first_line(text) == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x07c\x7f\x9fd", "abcd"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("pay \u202egpj.exe", "pay [U+202E]gpj.exe"),
        ("\u2066x\u2069", "[U+2066]x[U+2069]"),
        ("a\u200bb\ufeffc\u00add", "a[U+200B]b[U+FEFF]c[U+00AD]d"),
        ("\u200e\u200f\u061c", "[U+200E][U+200F][U+061C]"),
        ("hidden \U000e0041\U000e0042", "hidden [U+E0041][U+E0042]"),
        ("क्\u200dष র\u200cয", "क्\u200dष র\u200cয"),
        (FAMILY + ENGLAND + "❤️", FAMILY + ENGLAND + "❤️"),
        ("\u06dd", "\u06dd"),  # a format control that shows
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("x\ud83dy", "x\ufffdy"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_what_a_reader_cannot_see_is_dropped_or_written_out(text: str, shown: str) -> None:
    assert neutral(text) == shown


@given(ANY)
def test_a_neutral_text_has_no_control_no_override_and_stays_as_it_is(text: str) -> None:
    shown = neutral(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in shown if c not in "\n\t")
    assert not set(shown) & set(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    assert unicodedata.is_normalized("NFC", shown)
    assert neutral(shown) == shown


MARKS = st.sampled_from("\u0301\u0316\u0323\u0344\u093c\u094d\u0f71\u0f72\u0f73\u3099")


@given(st.sampled_from(["", "a", "é", "か", "क", "\u0f71"]), st.lists(MARKS, max_size=300).map("".join))
def test_a_pile_of_marks_is_put_in_order_as_the_standard_library_would(letter: str, marks: str) -> None:
    assert nfc(letter + marks + "b") == unicodedata.normalize("NFC", letter + marks + "b")


@pytest.mark.parametrize("bit", ["\u0301\u0316", "🇹", "\u202e", "👨‍", "क्", "\x00", "\ud800", "\u0f73"])
def test_a_hostile_text_of_a_hundred_thousand_signs_is_no_trouble(bit: str) -> None:
    text = "a" + bit * (100_000 // len(bit))
    neutral(text)
    assert len(clip(text, 50_000)) <= 50_000
