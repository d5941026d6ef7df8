"""Quotes of posts beside the card: they follow an edit, and lose their words when the post is gone."""

from typing import Any

from sandbox.slack.blocks import check_message_blocks
from slackbot.render.quotes import corrected
from slackbot.render.thread import render_events
from tests.slackbot.samples import NOW, make_event, make_message

GONE = make_message(1, "", gone="deleted")
EDITED = make_message(2, "it is blue", newest_id="1990000000000000099", edited_at=NOW)


def blocks_of_thread() -> list[dict[str, Any]]:
    """A message that quotes two posts and our own answer."""
    events = [
        make_event(4, "post_received", actor="3", text="it is broken"),
        make_event(5, "post_received", actor="3", text="it is red"),
        make_event(6, "reply_sent", actor="", text="We know."),
    ]
    message = render_events(events, customer="emma_w", block_id="fx-9-6")
    assert message is not None
    return message.blocks


def test_only_what_quotes_a_changed_post_is_changed() -> None:
    before = blocks_of_thread()

    after = corrected(before, {4: GONE, 5: EDITED}, attempt=1)

    assert after is not None
    check_message_blocks(after)
    assert "it is broken" not in str(after)
    assert "it is red" not in str(after)
    assert "This post was deleted on X." in str(after)
    assert "it is blue" in str(after)
    assert "We know." in str(after)
    assert [b for b in after if b in before] == [b for b in before if b["block_id"] not in QUOTES]


QUOTES = {"fx-9-6-4-words", "fx-9-6-5-words"}


def test_blocks_that_change_get_new_ids_by_which_they_are_found_again() -> None:
    once = corrected(blocks_of_thread(), {5: EDITED}, attempt=1)
    assert once is not None
    twice = corrected(once, {5: make_message(2, "", gone="protected")}, attempt=2)
    assert twice is not None
    assert [b["block_id"] for b in twice if "-5-words" in b["block_id"]] == ["fx-9-6-5-words-2"]
    assert "it is blue" not in str(twice)


def test_what_is_right_already_is_left_alone() -> None:
    once = corrected(blocks_of_thread(), {4: GONE}, attempt=1)
    assert once is not None
    assert corrected(once, {4: GONE}, attempt=2) is None
    assert corrected(once, {7: GONE}, attempt=2) is None
