"""Posts: who is named, what follows up, and the order and age of ids."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.post import Author, Post, dm_link, follows_up, id_before, id_order, names

BRAND = Author("1700000000000000001", "SariShop", "Sari Shop")
EMMA = Author("11", "emma_w", "Emma")
SNOWFLAKES = st.integers(10**15, 2**63 - 1)


def make_post(**more: Any) -> Post:
    plain = Post("1", EMMA, "hello", datetime(2026, 11, 21, tzinfo=UTC), "1")
    return replace(plain, **more)


TO_US = {"in_reply_to": "5", "in_reply_to_author": BRAND.id}
TO_OTHER = {"in_reply_to": "5", "in_reply_to_author": "99"}


@pytest.mark.parametrize(
    ("post", "named", "followed"),
    [
        (make_post(), False, False),
        (make_post(mentions=((0, BRAND.id),)), True, False),
        (make_post(mentions=((0, "sarishop"),)), True, False),
        (make_post(mentions=((0, "99"), (6, "emma"))), False, False),
        # At the start of an answer to us X itself may have put our name there.
        (make_post(**TO_US, mentions=((0, BRAND.id),), leading=10), False, True),
        (make_post(**TO_US, mentions=((0, "99"), (4, BRAND.id)), leading=14), False, True),
        (make_post(**TO_US), False, True),
        # After the start it was surely typed.
        (make_post(**TO_US, mentions=((0, BRAND.id), (30, BRAND.id)), leading=10), True, False),
        (make_post(**TO_US, mentions=((10, BRAND.id),), leading=10), True, False),
        # X puts no name of ours in front of an answer to somebody else, unless its author left it there.
        (make_post(**TO_OTHER, mentions=((0, "99"), (4, BRAND.id)), leading=14), True, False),
        (make_post(**TO_OTHER), False, False),
        # A quotation is a summons, wherever it stands.
        (make_post(quotes="5", quotes_author=BRAND.id), True, False),
        (make_post(**TO_US, quotes="5", quotes_author=BRAND.id), True, False),
        (make_post(quotes="5", quotes_author="99"), False, False),
    ],
)
def test_who_is_named_and_what_follows_up(post: Post, named: bool, followed: bool) -> None:
    assert (names(post, BRAND), follows_up(post, BRAND)) == (named, followed)


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_ids_are_ordered_as_the_numbers_they_are(numbers: list[int]) -> None:
    ids = [str(number) for number in numbers]
    assert sorted(ids, key=id_order) == [str(number) for number in sorted(numbers)]


def test_an_id_that_is_no_number_is_older_than_all_that_are() -> None:
    assert sorted(["10", "9", "", "x7"], key=id_order) == ["", "x7", "9", "10"]
    assert id_order("007") == id_order("7")


@given(SNOWFLAKES, st.integers(0, 100_000))
def test_an_id_of_before_lies_as_many_seconds_earlier(number: int, seconds: int) -> None:
    before = id_before(str(number), seconds)
    if before:
        assert number - int(before) == seconds * 1000 << 22
    else:
        assert number <= seconds * 1000 << 22


@pytest.mark.parametrize("post_id", ["", "99", "123456789012345", "seven", "1990x00000000000000"])
def test_an_id_without_a_time_has_no_before(post_id: str) -> None:
    assert id_before(post_id, 120) == ""


def test_a_link_to_a_direct_message_opens_it_with_the_text_already_written() -> None:
    link = "https://x.com/messages/compose?recipient_id=1700000000000000001"
    assert dm_link(BRAND.id) == link
    assert dm_link(BRAND.id, "") == link
    assert dm_link(BRAND.id, "Order #7 & more?") == f"{link}&text=Order%20%237%20%26%20more%3F"
    assert dm_link(BRAND.id, "नमस्ते") == f"{link}&text=%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87"


@given(st.text(alphabet=st.characters(codec="utf-8")), st.text(alphabet=st.characters(codec="utf-8")))
def test_a_link_to_a_direct_message_holds_what_it_was_given_and_nothing_else(who: str, text: str) -> None:
    link = dm_link(who, text)
    assert link.isascii()
    given = parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert given == {"recipient_id": [who]} | ({"text": [text]} if text else {})
