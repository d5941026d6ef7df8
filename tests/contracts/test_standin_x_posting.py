"""By which rules the stand-in X lets the brand post."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import tweepy

from .x_client import BRAND, Sandbox, signed

NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
    "by the author of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."


def test_a_reply_is_published_under_the_post(x: Sandbox) -> None:
    mention = x.write("ravi_k", "@sarishop @emma_w where is it?")

    published = x.reply(mention, "On its way & <soon>")

    assert published == {
        "id": published["id"],
        "text": "@ravi_k @emma_w On its way &amp; &lt;soon&gt;",
        "edit_history_tweet_ids": [published["id"]],
    }
    shown = x.state()["posts"][-1]
    assert shown["text"] == "@ravi_k @emma_w On its way & <soon>"
    assert (shown["in_reply_to"], shown["conversation_id"], shown["by_api"]) == (mention, mention, True)


def test_names_may_be_left_out_of_a_reply(x: Sandbox) -> None:
    mention = x.write("ravi_k", "@sarishop @emma_w where is it?")

    left_out = x.client.create_tweet(
        text="Here", in_reply_to_tweet_id=mention, exclude_reply_user_ids=["1700000000000000011"]
    )
    typed = x.client.create_tweet(text="@ravi_k Here you are", in_reply_to_tweet_id=mention)

    assert left_out.data["text"] == "@ravi_k Here"
    assert typed.data["text"] == "@emma_w @ravi_k Here you are"


def test_the_names_in_front_do_not_count(x: Sandbox) -> None:
    mention = x.write("ravi_k", "@sarishop where?")

    assert x.reply(mention, "a" * 280)["text"] == "@ravi_k " + "a" * 280
    with pytest.raises(tweepy.Forbidden, match="too long"):
        x.reply(mention, "a" * 281)
    with pytest.raises(tweepy.Forbidden, match="too long"):
        x.reply(mention, "₹" * 141)


def test_the_same_words_twice_are_refused(x: Sandbox) -> None:
    mention, other = x.write("ravi_k", "@sarishop where?"), x.write("emma_w", "@sarishop where?")
    first = x.reply(mention, "On its way")

    with pytest.raises(tweepy.Forbidden) as refusal:
        x.reply(mention, "On its way")

    assert refusal.value.response.json() == {
        "detail": DUPLICATE,
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    assert x.reply(other, "On its way")["text"] == "@emma_w On its way"
    x.client.delete_tweet(first["id"])
    assert x.reply(mention, "On its way")["text"] == "@ravi_k On its way"


def test_who_did_not_call_the_brand_gets_no_reply(x: Sandbox) -> None:
    quiet = x.write("emma_w", "sari shops are all the same")

    with pytest.raises(tweepy.Forbidden) as refusal:
        x.reply(quiet, "We are not!")

    assert refusal.value.response.json()["detail"] == NOT_SUMMONED
    assert x.brands() == []
    x.control("x/settings", reply_rule="open")
    assert x.reply(quiet, "We are not!")


def test_quoting_the_brand_is_calling_it(x: Sandbox) -> None:
    own = x.control("x/native", text="New saris!")["id"]
    quote = x.write("emma_w", "Mine never came", quote_of=own)

    assert x.reply(quote, "Let us look into it")


@pytest.mark.parametrize("implicit", [True, False])
def test_whether_the_name_in_front_of_a_follow_up_calls_is_a_setting(x: Sandbox, implicit: bool) -> None:
    x.control("x/settings", implicit_mentions_summon=implicit)
    answer = x.reply(x.write("emma_w", "@sarishop my order?"), "Which one?")["id"]
    follow_up = x.write("emma_w", "The blue one", reply_to=answer)
    called = x.write("emma_w", "@sarishop the blue one", reply_to=answer)

    assert [str(post.id) for post in x.client.get_users_mentions(BRAND, user_auth=True).data[:2]] == [
        called,
        follow_up,
    ]
    assert x.post(text="Thanks", reply={"in_reply_to_tweet_id": called}).status_code == 201
    assert x.post(text="Thank you", reply={"in_reply_to_tweet_id": follow_up}).ok is implicit


@pytest.mark.parametrize(
    ("settings", "allowed"), [("following", False), ("mentionedUsers", False), ("everyone", True)]
)
def test_who_may_reply_is_up_to_the_conversation(x: Sandbox, settings: str, allowed: bool) -> None:
    root = x.write("emma_w", "my order?", reply_settings=settings)
    called = x.write("emma_w", "@sarishop help", reply_to=root)

    assert x.post(text="Here", reply={"in_reply_to_tweet_id": called}).ok is allowed


def test_a_post_that_went_away_cannot_be_answered(x: Sandbox) -> None:
    deleted = x.write("emma_w", "@sarishop where?")
    x.control("x/delete", id=deleted)
    of_protected = x.write("ravi_k", "@sarishop where?")
    x.control("x/person", username="ravi_k", protected=True)

    for target in (deleted, of_protected, "7"):
        with pytest.raises(tweepy.Forbidden) as refusal:
            x.reply(target, "Here")
        assert refusal.value.response.json()["detail"] == GONE


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": " "}, "$.text: must be at least 1 characters long"),
        ({}, "$.text: must be at least 1 characters long"),
        ({"text": "a", "colour": "red"}, "$.colour: is not defined in the schema"),
        ({"text": 5}, "$.text: integer found, string expected"),
        ({"text": "a", "reply": {}}, "$.reply.in_reply_to_tweet_id: is missing but it is required"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "x"}}, "does not match the regex pattern"),
        (
            {"text": "a", "reply": {"in_reply_to_tweet_id": "1", "b": 1}},
            "$.reply.b: is not defined in the schema",
        ),
    ],
)
def test_a_wrong_body_is_refused(x: Sandbox, body: dict[str, Any], message: str) -> None:
    answer = x.post(**body)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert x.brands() == []


def test_quoting_by_api_is_not_for_this_app(x: Sandbox) -> None:
    quiet = x.write("emma_w", "hello")

    assert x.post(text="Look", quote_tweet_id=quiet).status_code == 403
    x.control("x/settings", reply_rule="open")
    assert x.post(text="Look", quote_tweet_id=quiet).status_code == 201


def test_the_brand_deletes_its_own_posts_only(x: Sandbox) -> None:
    own = x.client.create_tweet(text="hello").data["id"]
    other = x.write("emma_w", "@sarishop")

    assert x.client.delete_tweet(own).data == {"deleted": True}
    with pytest.raises(tweepy.Forbidden):
        x.client.delete_tweet(other)
    with pytest.raises(tweepy.NotFound):
        x.client.delete_tweet(own)
    assert [post["deleted"] for post in x.state()["posts"]] == [True, False]


def test_what_was_answered_by_hand_is_on_the_own_timeline(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    by_api = x.reply(mention, "Looking")["id"]
    by_hand = x.control("x/native", text="Found it", reply_to=mention)["id"]
    plain = x.control("x/native", text="We are hiring")["id"]

    def timeline(**more: Any) -> list[str]:
        return [str(post.id) for post in x.client.get_users_tweets(BRAND, user_auth=True, **more).data or []]

    assert timeline() == [plain, by_hand, by_api]
    assert timeline(exclude=["replies"]) == [plain]
    assert timeline(since_id=by_api) == [plain, by_hand]
    assert [post["by_api"] for post in x.state()["posts"][1:]] == [True, False, False]


def test_of_many_same_replies_at_once_one_is_published(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")

    def reply(_: int) -> int:
        body = {"text": "Here", "reply": {"in_reply_to_tweet_id": mention}}
        return requests.post(f"{x.url}/x/2/tweets", json=body, auth=signed(), timeout=10).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(reply, range(10)))

    assert statuses == [201] + 9 * [403]
    assert x.brands() == ["@emma_w Here"]
