"""A long answer in numbered posts: every word once, in order, none cut."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.length import weighted_length
from workflows.domain.parts import split_in_parts
from workflows.errors import Refusal

LONG = {
    "en": "We are very sorry that your parcel has not come. " * 12,
    "hi": "हमें खेद है कि आपका पार्सल अब तक नहीं पहुँचा। " * 12,
    "te": "మీ పార్సెల్ ఇంకా రాలేదని మాకు చాలా బాధగా ఉంది. " * 12,
    "bn": "আপনার পার্সেল এখনও না আসায় আমরা দুঃখিত। " * 12,
    "tr": "Kargonuzun hâlâ gelmediği için çok üzgünüz. " * 12,
}
NUMBER = regex.compile(r" \((\d)/(\d)\)\Z")


def test_a_text_that_fits_stays_one_post_without_a_number() -> None:
    assert split_in_parts("All good.", limit=280) == ["All good."]


@pytest.mark.parametrize("language", LONG)
def test_a_long_text_goes_out_in_numbered_posts_that_fit_and_say_every_word_once(language: str) -> None:
    parts = split_in_parts(LONG[language], limit=280)

    assert len(parts) > 1
    assert all(weighted_length(part) <= 280 for part in parts)
    numbers = [NUMBER.search(part) for part in parts]
    assert [number and number[0] for number in numbers] == [
        f" ({n}/{len(parts)})" for n in range(1, len(parts) + 1)
    ]
    assert " ".join(NUMBER.sub("", part) for part in parts).split() == LONG[language].split()


def test_posts_end_with_a_sentence_where_they_can() -> None:
    parts = split_in_parts(LONG["en"], limit=280)

    assert all(NUMBER.sub("", part).endswith(".") for part in parts)


def test_a_word_longer_than_a_post_is_cut_between_whole_letters() -> None:
    parts = split_in_parts("क्षि" * 200, limit=280)

    assert all(weighted_length(part) <= 280 for part in parts)
    assert all(NUMBER.sub("", part).startswith("क्षि") for part in parts)


def test_what_would_take_more_than_nine_posts_is_refused_with_its_length() -> None:
    with pytest.raises(Refusal) as refusal:
        split_in_parts("word " * 1000, limit=280)

    assert refusal.value.code == "too_long"
    assert int(refusal.value.facts["over"]) > 0


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=1500))
def test_no_post_is_ever_longer_than_x_takes(text: str) -> None:
    try:
        parts = split_in_parts(text, limit=280)
    except Refusal:
        return

    assert all(weighted_length(part) <= 280 for part in parts)
    assert "".join(NUMBER.sub("", p) if len(parts) > 1 else p for p in parts).split() == text.split() or (
        "".join("".join(NUMBER.sub("", p).split()) for p in parts) == "".join(text.split())
    )
