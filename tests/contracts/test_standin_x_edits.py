"""Edited, deleted and hidden posts on the stand-in X, and what they do to an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import tweepy

from .x_client import BRAND, Sandbox

GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
BLOCKED = "You have been blocked from the author of this Tweet."
OLD = "You attempted to reply to a Tweet of which there is a newer version."
NOT_LET_IN = "Reply to this conversation is not allowed because"


def edit(x: Sandbox, post: str, text: str, **more: Any) -> str:
    return str(x.control("x/edit", id=post, text=text, **more)["id"])


def mentions(x: Sandbox, **more: Any) -> list[Any]:
    return list(x.client.get_users_mentions(BRAND, user_auth=True, **more).data or [])


def look_up(x: Sandbox, *ids: str, **query: str) -> Any:
    return x.get("tweets", ids=",".join(ids), **query).json()


def refusal(x: Sandbox, to: str, text: str = "Here") -> str:
    with pytest.raises(tweepy.Forbidden) as refused:
        x.reply(to, text)
    return str(refused.value.response.json()["detail"])


def test_an_edit_is_a_new_post_that_knows_its_past(x: Sandbox) -> None:
    first = x.write("emma_w", "@sarishop wher is my order?")

    second = edit(x, first, "@sarishop where is my order?")
    third = edit(x, second, "@sarishop where is order 48213?")

    post = mentions(x, tweet_fields=["created_at", "conversation_id"])[0]
    assert (str(post.id), post.text) == (third, "@sarishop where is order 48213?")
    assert post.edit_history_tweet_ids == [int(first), int(second), int(third)]
    assert int(first) < int(second) < int(third)
    assert str(post.conversation_id) == first


def test_timelines_show_the_newest_version_only(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one")
    other = x.write("ravi_k", "@sarishop two")
    new = edit(x, old, "@sarishop three")
    own = x.control("x/native", text="Hello")["id"]
    edited = edit(x, own, "Hello everyone")

    assert [str(post.id) for post in mentions(x)] == [new, other]
    assert [str(post.id) for post in mentions(x, since_id=other)] == [new]
    assert [str(post.id) for post in x.client.get_users_tweets(BRAND, user_auth=True).data] == [edited]
    found = x.get("tweets/search/recent", query="@sarishop one").json()
    assert found == {"meta": {"result_count": 0}}


def test_a_version_that_no_longer_names_the_brand_is_no_mention(x: Sandbox) -> None:
    edit(x, x.write("emma_w", "@sarishop hello"), "never mind")

    assert mentions(x) == []


def test_an_old_id_shows_the_old_words_and_the_whole_history(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one")
    new = edit(x, old, "@sarishop two")

    assert look_up(x, old, new)["data"] == [
        {"id": old, "text": "@sarishop one", "edit_history_tweet_ids": [old, new]},
        {"id": new, "text": "@sarishop two", "edit_history_tweet_ids": [old, new]},
    ]
    brought = look_up(x, new, expansions="edit_history_tweet_ids")["includes"]["tweets"]
    assert [post["id"] for post in brought] == [old]


def test_a_post_tells_how_often_and_how_long_it_may_be_edited(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one", age_s=600)
    written = x.client.get_tweet(old, tweet_fields=["created_at"], user_auth=True).data.created_at
    new = edit(x, old, "@sarishop two")
    reply = x.write("ravi_k", "@sarishop me too", reply_to=old)
    thread = x.write("emma_w", "@sarishop and more", reply_to=old)

    controls = {
        post.data["id"]: post.data["edit_controls"]
        for post in x.client.get_tweets(
            [old, new, reply, thread], tweet_fields=["edit_controls"], user_auth=True
        ).data
    }

    assert controls[old]["editable_until"] == written + timedelta(hours=1)
    assert controls[old] == controls[new]
    assert (controls[new]["edits_remaining"], controls[new]["is_edit_eligible"]) == (4, True)
    assert (controls[reply]["edits_remaining"], controls[reply]["is_edit_eligible"]) == (5, False)
    assert controls[thread]["is_edit_eligible"] is True


def test_five_edits_are_all(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop 0")
    for number in range(1, 6):
        post = edit(x, post, f"@sarishop {number}")

    assert x.refuses("x/edit", id=post, text="@sarishop 6") == (400, "a post can be edited 5 times only")
    assert x.refuses("x/edit", id=post, text="@sarishop 6", force=True)[0] == 400
    assert mentions(x)[0].text == "@sarishop 5"


def test_a_reply_and_a_post_of_yesterday_are_edited_by_force_only(x: Sandbox) -> None:
    root = x.write("ravi_k", "hello")
    reply = x.write("emma_w", "@sarishop look", reply_to=root)
    old = x.write("emma_w", "@sarishop yesterday", age_s=86_400)

    assert "reply to somebody else" in x.refuses("x/edit", id=reply, text="a")[1]
    assert "for one hour only" in x.refuses("x/edit", id=old, text="a")[1]
    edit(x, reply, "@sarishop look here", force=True)
    edit(x, old, "@sarishop the day before", force=True)
    assert [post.text for post in mentions(x)] == [
        "@sarishop the day before",
        "@ravi_k @sarishop look here",
    ]


def test_what_is_gone_or_a_repost_is_not_edited(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop hello")
    repost = x.write("ravi_k", "", retweet_of=post)
    late = x.write("emma_w", "@sarishop later", late=True)
    x.control("x/delete", id=post)

    for one in (post, repost, late):
        assert x.refuses("x/edit", id=one, text="a", force=True)[0] == 400
    assert x.refuses("x/edit", id="7", text="a")[0] == 404
    assert x.refuses("x/edit", id=post, text=" ")[0] == 400


def test_an_edited_post_is_answered_by_its_newest_id(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one")
    new = edit(x, old, "@sarishop two")

    assert refusal(x, old) == OLD
    assert x.reply(new, "Here")["text"] == "@emma_w Here"
    x.control("x/settings", old_versions_answerable=True)
    assert x.reply(old, "Here as well")["text"] == "@emma_w Here as well"


def test_whether_the_brand_was_called_is_what_the_newest_version_says(x: Sandbox) -> None:
    new = edit(x, x.write("emma_w", "@sarishop one"), "never mind")

    assert refusal(x, new).startswith(NOT_LET_IN)


def test_deleting_one_version_deletes_all(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one")
    new = edit(x, old, "@sarishop two")

    x.control("x/delete", id=old)

    assert "data" not in look_up(x, old, new)
    assert refusal(x, new) == GONE


def test_the_state_shows_a_post_once_with_its_earlier_words(x: Sandbox) -> None:
    old = x.write("emma_w", "@sarishop one")
    x.write("ravi_k", "@sarishop other")
    new = edit(x, old, "@sarishop two")

    posts = x.state()["posts"]

    assert (posts[0]["id"], posts[0]["text"], posts[0]["deleted"]) == (new, "@sarishop two", False)
    assert [(one["id"], one["text"]) for one in posts[0]["edits"]] == [(old, "@sarishop one")]
    assert posts[1]["edits"] == []


def test_what_cannot_be_seen_is_named_beside_what_can(x: Sandbox) -> None:
    there = x.write("lakshmi_t", "@sarishop here")
    deleted = x.write("emma_w", "@sarishop gone")
    protected = x.write("ravi_k", "@sarishop hidden")
    suspended = x.write("tanvir_h", "@sarishop banned")
    x.control("x/delete", id=deleted)
    x.control("x/person", username="ravi_k", protected=True)
    x.control("x/person", username="tanvir_h", suspended=True)

    answer = look_up(x, there, deleted, protected, suspended, "7")

    assert [post["id"] for post in answer["data"]] == [there]
    assert {error["value"]: error["type"].rpartition("/")[2] for error in answer["errors"]} == {
        deleted: "resource-not-found",
        protected: "not-authorized-for-resource",
        suspended: "not-authorized-for-resource",
        "7": "resource-not-found",
    }
    for hidden in (deleted, protected, suspended):
        assert refusal(x, hidden) == GONE


def test_who_has_blocked_the_brand_can_be_read_and_not_answered(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop you are awful")
    x.control("x/person", username="emma_w", blocks_us=True)

    assert [str(post.id) for post in mentions(x)] == [mention]
    assert refusal(x, mention) == BLOCKED
    x.control("x/person", username="emma_w", blocks_us=False)
    assert x.reply(mention, "Sorry")


@pytest.mark.parametrize(
    ("settings", "person", "allowed"),
    [
        ("everyone", {}, True),
        ("following", {}, False),
        ("following", {"follows_us": True}, True),
        ("verified", {}, True),
        ("subscribers", {"follows_us": True}, False),
        ("mentionedUsers", {"follows_us": True}, False),
    ],
)
def test_a_conversation_lets_in_whom_it_says(
    x: Sandbox, settings: str, person: dict[str, Any], allowed: bool
) -> None:
    x.control("x/person", username="emma_w", **person)
    root = x.write("emma_w", "my order?", reply_settings=settings)
    called = x.write("emma_w", "@sarishop help", reply_to=root)

    if allowed:
        assert x.reply(called, "Here")
    else:
        assert refusal(x, called).startswith(NOT_LET_IN)
    named = x.write("emma_w", "@sarishop help", reply_settings=settings)
    assert x.reply(named, "Here too")


def test_reply_settings_are_told_and_checked(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop hello", reply_settings="mentionedUsers")

    assert mentions(x, tweet_fields=["reply_settings"])[0].reply_settings == "mentionedUsers"
    assert x.state()["posts"][0]["id"] == post
    assert x.refuses("x/write", author="emma_w", text="hi", reply_settings="friends")[0] == 400


def test_the_own_timeline_can_be_followed(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    ids = [x.control("x/native", text=f"News {number}")["id"] for number in range(6)]
    ids += [x.reply(mention, f"Answer {number}")["id"] for number in range(6)]
    middle = x.client.get_tweet(ids[6], tweet_fields=["created_at"], user_auth=True).data

    def timeline(**more: Any) -> list[int]:
        pages = tweepy.Paginator(x.client.get_users_tweets, BRAND, max_results=5, user_auth=True, **more)
        return [ids.index(str(post.id)) for post in pages.flatten()]

    assert timeline() == list(range(11, -1, -1))
    assert timeline(exclude=["replies"]) == [5, 4, 3, 2, 1, 0]
    assert timeline(exclude=["replies", "retweets"]) == [5, 4, 3, 2, 1, 0]
    assert timeline(since_id=ids[8]) == [11, 10, 9]
    assert timeline(since_id=ids[2], exclude=["replies"]) == [5, 4, 3]
    assert timeline(until_id=ids[2]) == [1, 0]
    after = [index for index in timeline(start_time=middle.created_at) if index >= 6]
    assert after == [11, 10, 9, 8, 7, 6]
    x.client.delete_tweet(ids[11])
    assert timeline(since_id=ids[9]) == [10]


def test_a_post_may_lead_to_a_direct_message(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    link = f"https://x.com/messages/compose?recipient_id={BRAND}&text=Order%2048213"

    published = x.client.create_tweet(
        text="a" * 280, in_reply_to_tweet_id=mention, direct_message_deep_link=link
    ).data

    assert published["text"].startswith("@emma_w " + "a" * 280 + " https://t.co/")
    post = x.client.get_tweet(published["id"], tweet_fields=["entities"], user_auth=True).data
    assert post.entities["urls"][0]["expanded_url"] == link
    shown = x.state()["posts"][-1]
    assert (shown["text"], shown["deep_link"]) == ("@emma_w " + "a" * 280, link)
    assert x.state()["spent"]["writes"] == "0.0100"


def test_a_deep_link_may_be_charged_as_a_link(x: Sandbox) -> None:
    x.control("x/settings", deep_link_costs=True)

    x.client.create_tweet(
        text="Write to us",
        direct_message_deep_link=f"https://twitter.com/messages/compose?recipient_id={BRAND}",
    )

    assert x.state()["spent"]["writes"] == "0.2000"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"direct_message_deep_link": "https://example.com"}, "is not a valid direct message deep link"),
        (
            {"direct_message_deep_link": "https://x.com/messages/compose?recipient_id=sarishop"},
            "is not a valid direct message deep link",
        ),
        ({"direct_message_deep_link": 5}, "integer found, string expected"),
        (
            {
                "direct_message_deep_link": "https://x.com/messages/compose?recipient_id=7",
                "quote_tweet_id": "7",
            },
            "cannot be used together with quote_tweet_id",
        ),
    ],
)
def test_a_wrong_deep_link_is_refused(x: Sandbox, body: dict[str, Any], message: str) -> None:
    answer = x.post(text="Write to us", **body)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("problem", "words"),
    [("blocked", BLOCKED), ("old-version", OLD), ("dm-refused", "You do not have permission to DM")],
)
def test_each_refusal_can_be_had_as_a_fault(x: Sandbox, problem: str, words: str) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    x.control("faults", side="x", match="POST /2/tweets", action="error", times=1, problem=problem)

    assert refusal(x, mention).startswith(words)
