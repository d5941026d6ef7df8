"""Quotes of posts beside the card: they follow an edit, and lose their words when the post is gone."""

from typing import Any, cast

from sandbox.slack.blocks import check_message_blocks
from slackbot.quotes import CorrectQuotes, ReadyQuotes
from slackbot.render.quotes import corrected
from slackbot.render.text import Message
from slackbot.render.thread import render_events
from slackbot.sender import Posted, Sender
from tests.slackbot.answering import answering
from tests.slackbot.samples import NOW, make_event, make_message
from workflows.settings import Settings

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


def test_a_message_that_slack_lets_nobody_change_keeps_no_other_from_being_corrected() -> None:
    refused = {"ok": False, "error": "cant_update_message"}
    said = [{"ts": ts, "text": "News", "blocks": blocks_of_thread()} for ts in ("1.1", "1.2")]
    pings = [(Posted("C0LEADS", ts), Message("Late", [])) for ts in ("5.1", "5.2")]
    ready = ReadyQuotes(Posted("C0TEAM", "1.0"), {4: GONE}, pings, is_unsettled=False, attempt=1)

    with answering() as slack:
        slack.say(refused, {"ok": True}, {"ok": True, "messages": said}, refused, {"ok": True})
        settings = Settings(_env_file=None, slack_api_url=slack.url, slack_bot_token="xoxb-1")  # type: ignore[call-arg,arg-type]
        CorrectQuotes(cast(Any, None), Sender(settings)).perform(ready)
        updated = [asked.args["ts"] for asked in slack.asked if asked.path.endswith("chat.update")]

    assert updated == ["5.1", "5.2", "1.1", "1.2"]
