"""What the stand-in X answers to whoever reads: timelines, look-ups, fields, texts."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import tweepy

from .x_client import BRAND, Sandbox


def mentions(x: Sandbox, **more: Any) -> Any:
    return x.client.get_users_mentions(BRAND, user_auth=True, **more)


def test_mentions_come_newest_first_with_the_default_fields_only(x: Sandbox) -> None:
    first = x.write("emma_w", "@sarishop where is my order?")
    second = x.write("ravi_k", "hello @SariShop")
    x.write("ravi_k", "nothing for you")

    answer = x.get(f"users/{BRAND}/mentions").json()

    assert answer == {
        "data": [
            {"id": second, "text": "hello @SariShop", "edit_history_tweet_ids": [second]},
            {"id": first, "text": "@sarishop where is my order?", "edit_history_tweet_ids": [first]},
        ],
        "meta": {"result_count": 2, "newest_id": second, "oldest_id": first},
    }


def test_no_mentions_are_an_answer_without_data(x: Sandbox) -> None:
    assert x.get(f"users/{BRAND}/mentions").json() == {"meta": {"result_count": 0}}


def test_mentions_are_paged_forth_and_back(x: Sandbox) -> None:
    posts = [{"author": "emma_w", "text": f"@sarishop {number}"} for number in range(12)]
    ids = x.control("x/write_many", posts=posts)["ids"][::-1]

    first = mentions(x, max_results=5)
    second = mentions(x, max_results=5, pagination_token=first.meta["next_token"])
    third = mentions(x, max_results=5, pagination_token=second.meta["next_token"])
    back = mentions(x, max_results=5, pagination_token=third.meta["previous_token"])

    assert [str(post.id) for page in (first, second, third) for post in page.data] == ids
    assert "next_token" not in third.meta
    assert "previous_token" not in first.meta
    assert back.data == second.data


def test_tweepys_paginator_walks_through_all_mentions(x: Sandbox) -> None:
    posts = [{"author": "emma_w", "text": f"@sarishop {number}"} for number in range(23)]
    ids = x.control("x/write_many", posts=posts)["ids"][::-1]

    walked = tweepy.Paginator(x.client.get_users_mentions, BRAND, max_results=10, user_auth=True).flatten()

    assert [str(post.id) for post in walked] == ids


def test_only_what_lies_between_the_bounds_is_returned(x: Sandbox) -> None:
    ids = [x.write("emma_w", f"@sarishop {number}", age_s=60 * (5 - number)) for number in range(5)]
    half_way = x.client.get_tweet(ids[2], tweet_fields=["created_at"], user_auth=True).data.created_at

    def found(**bounds: Any) -> list[int]:
        return [ids.index(str(post.id)) for post in mentions(x, **bounds).data or []]

    assert found(since_id=ids[2]) == [4, 3]
    assert found(until_id=ids[2]) == [1, 0]
    assert found(since_id=ids[1], until_id=ids[4]) == [3, 2]
    assert found(start_time=half_way) == [4, 3, 2]
    assert found(end_time=half_way) == [1, 0]
    assert found(since_id=ids[4]) == []


def test_only_the_newest_mentions_can_be_reached(x: Sandbox) -> None:
    x.control("x/settings", mentions_window=7)
    ids = [x.write("emma_w", f"@sarishop {number}") for number in range(10)]

    reached = [
        str(post.id)
        for post in tweepy.Paginator(
            x.client.get_users_mentions, BRAND, max_results=5, since_id=ids[0], user_auth=True
        ).flatten()
    ]

    assert reached == ids[:2:-1]


def test_a_late_post_turns_up_below_the_cursor(x: Sandbox) -> None:
    late = x.write("emma_w", "@sarishop late", late=True)
    seen = x.write("ravi_k", "@sarishop in time")

    assert [str(post.id) for post in mentions(x).data] == [seen]
    assert x.control("x/release") == {"ids": [late]}
    assert mentions(x, since_id=seen).data is None
    assert [str(post.id) for post in mentions(x).data] == [seen, late]


def test_a_post_may_be_given_its_id(x: Sandbox) -> None:
    assert x.write("emma_w", "@sarishop", id="42") == "42"
    assert mentions(x).data[0].id == 42
    assert x.refuses("x/write", author="emma_w", text="again", id="42") == (400, "there is a post 42 already")


def test_ids_are_snowflakes_and_rise(x: Sandbox) -> None:
    ids = [int(x.write("emma_w", f"@sarishop {number}")) for number in range(20)]

    assert ids == sorted(set(ids))
    assert abs(((ids[0] >> 22) + 1_288_834_974_657) / 1000 - time.time()) < 60


def test_fields_and_expansions_come_only_when_asked_for(x: Sandbox) -> None:
    root = x.write("emma_w", "@sarishop my order?", age_s=5)
    answer = x.reply(root, "Which one?")["id"]
    follow_up = x.write("emma_w", "The blue one", reply_to=answer)

    post = x.client.get_tweet(
        follow_up,
        tweet_fields=[
            "author_id",
            "conversation_id",
            "created_at",
            "in_reply_to_user_id",
            "referenced_tweets",
            "entities",
            "lang",
            "public_metrics",
            "reply_settings",
            "edit_controls",
        ],
        user_fields=["public_metrics", "verified", "created_at"],
        expansions=[
            "author_id",
            "in_reply_to_user_id",
            "referenced_tweets.id",
            "referenced_tweets.id.author_id",
            "entities.mentions.username",
        ],
        user_auth=True,
    )

    assert (str(post.data.author_id), str(post.data.conversation_id)) == ("1700000000000000011", root)
    assert (post.data.in_reply_to_user_id, post.data.lang) == (int(BRAND), "en")
    assert [(one.type, str(one.id)) for one in post.data.referenced_tweets] == [("replied_to", answer)]
    assert [user.username for user in post.includes["users"]] == ["emma_w", "sarishop"]
    assert post.includes["users"][0].public_metrics["followers_count"] == 1204
    assert [str(one.id) for one in post.includes["tweets"]] == [answer]
    assert post.data.entities["mentions"] == [{"start": 0, "end": 9, "username": "sarishop", "id": BRAND}]
    raw = x.get(f"tweets/{follow_up}", **{"tweet.fields": "created_at"}).json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", raw["data"]["created_at"])
    assert set(raw["data"]) == {"id", "text", "edit_history_tweet_ids", "created_at"}
    assert "includes" not in raw


def test_an_expansion_of_a_deleted_post_is_an_error_beside_the_data(x: Sandbox) -> None:
    root = x.write("emma_w", "@sarishop my order?")
    follow_up = x.write("emma_w", "@sarishop anyone?", reply_to=root)
    x.control("x/delete", id=root)

    answer = x.get(f"tweets/{follow_up}", expansions="referenced_tweets.id").json()

    assert answer["data"]["id"] == follow_up
    assert answer["errors"][0]["parameter"] == "referenced_tweets.id"
    assert "includes" not in answer


def test_missing_posts_are_named_beside_those_found(x: Sandbox) -> None:
    there = x.write("emma_w", "@sarishop hello")
    gone = x.write("emma_w", "@sarishop bye")
    x.control("x/delete", id=gone)

    answer = x.client.get_tweets([there, gone, "7"], user_auth=True)

    assert [str(post.id) for post in answer.data] == [there]
    assert answer.errors == [
        {
            "value": one,
            "detail": f"Could not find tweet with ids: [{one}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "ids",
            "resource_id": one,
            "type": "https://api.twitter.com/2/problems/resource-not-found",
        }
        for one in (gone, "7")
    ]


def test_posts_of_protected_and_suspended_people_are_not_to_be_seen(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop hello")
    other = x.write("ravi_k", "@sarishop hello")
    x.control("x/person", username="emma_w", protected=True)
    x.control("x/person", username="ravi_k", suspended=True)

    answer = x.client.get_tweets([post, other], user_auth=True)

    assert answer.data is None
    assert {one["title"] for one in answer.errors} == {"Authorization Error"}
    assert mentions(x).data is None
    assert (
        x.get("users/by/username/ravi_k").json()["errors"][0]["detail"]
        == "User has been suspended: [ravi_k]."
    )


def test_people_are_found_by_id_and_by_name(x: Sandbox) -> None:
    by_name = x.client.get_user(username="LAKSHMI_T", user_fields=["verified"], user_auth=True).data
    by_id = x.client.get_user(id=by_name.id, user_auth=True).data
    some = x.client.get_users(ids=[by_id.id, 5], user_auth=True)

    assert (by_id.name, by_name.verified) == ("లక్ష్మి", True)
    assert [person.username for person in some.data] == ["lakshmi_t"]
    assert some.errors[0]["detail"] == "Could not find user with ids: [5]."


def test_text_is_returned_as_x_returns_it(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop <b> & see https://example.com/a?b=1&c=2 #sari")

    answer = x.get(f"tweets/{post}", **{"tweet.fields": "entities"}).json()["data"]
    text, entities = answer["text"], answer["entities"]

    assert re.fullmatch(r"@sarishop &lt;b&gt; &amp; see https://t\.co/\w{10} #sari", text)
    assert entities["urls"][0]["expanded_url"] == "https://example.com/a?b=1&c=2"
    assert entities["urls"][0]["display_url"] == "example.com/a?b=1&c=2"
    for kind, key in (("urls", "url"), ("hashtags", "tag"), ("mentions", "username")):
        for one in entities[kind]:
            assert text[one["start"] : one["end"]].lstrip("@#") == one[key]


def test_a_long_post_is_cut_and_whole_in_its_note(x: Sandbox) -> None:
    whole = "@sarishop " + "నా ఆర్డర్ రాలేదు & " * 40
    post = x.write("lakshmi_t", whole)

    answer = x.get(f"tweets/{post}", **{"tweet.fields": "note_tweet,entities"}).json()["data"]

    assert re.search(r"… https://t\.co/\w{10}$", answer["text"])
    assert len(answer["text"]) < 340
    assert answer["note_tweet"]["text"] == whole.strip().replace("&", "&amp;")
    assert answer["entities"]["urls"][-1]["expanded_url"] == f"https://x.com/i/web/status/{post}"


def test_the_language_of_a_post_is_guessed(x: Sandbox) -> None:
    texts = {
        "ravi_k": "@sarishop नमस्ते",
        "lakshmi_t": "@sarishop నమస్తే",
        "tanvir_h": "@sarishop কোথায়",
        "ismail_d": "@sarishop nerede",
        "emma_w": "@sarishop where",
    }
    for author, text in texts.items():
        x.write(author, text)

    assert [post.lang for post in mentions(x, tweet_fields=["lang"]).data] == ["en", "tr", "bn", "te", "hi"]


def test_a_conversation_is_found_by_search(x: Sandbox) -> None:
    root = x.write("emma_w", "@sarishop my order?")
    answer = x.reply(root, "Which one?")["id"]
    x.write("ravi_k", "@sarishop another matter")

    def found(query: str) -> list[str]:
        posts = x.client.search_recent_tweets(query, user_auth=True).data or []
        return [str(post.id) for post in posts]

    assert found(f"conversation_id:{root}") == [answer, root]
    assert found(f"conversation_id:{root} from:emma_w") == [root]
    assert found("to:emma_w") == [answer]
    with pytest.raises(tweepy.BadRequest):
        found("near:Hyderabad")


def test_a_retweet_and_a_quote_point_to_their_post(x: Sandbox) -> None:
    own = x.control("x/native", text="New saris!")["id"]
    quote = x.write("emma_w", "Mine never came", quote_of=own)
    retweet = x.write("ravi_k", "", retweet_of=own)

    posts = x.client.get_tweets([quote, retweet], tweet_fields=["referenced_tweets"], user_auth=True).data

    assert [(post.referenced_tweets[0].type, str(post.referenced_tweets[0].id)) for post in posts] == [
        ("quoted", own),
        ("retweeted", own),
    ]
    assert posts[1].text == "RT @sarishop: New saris!"
    assert re.fullmatch(r"Mine never came https://t\.co/\w{10}", posts[0].text)


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        (f"users/{BRAND}/mentions", {"foo": "1"}, "The query parameter [foo] is not one of ["),
        (f"users/{BRAND}/mentions", {"exclude": "replies"}, "The query parameter [exclude] is not one of ["),
        (
            "tweets",
            {"ids": "1", "tweet.fields": "id,colour"},
            "The `tweet.fields` query parameter value [colour] is not one of [",
        ),
        (
            "tweets",
            {"ids": "1", "expansions": "author"},
            "The `expansions` query parameter value [author] is not",
        ),
        ("users/me", {"user.fields": "age"}, "The `user.fields` query parameter value [age] is not one of ["),
        (f"users/{BRAND}/mentions", {"max_results": "4"}, "parameter value [4] is not between 5 and 100"),
        (
            f"users/{BRAND}/mentions",
            {"since_id": "x"},
            "The `since_id` query parameter value [x] is not valid",
        ),
        (f"users/{BRAND}/mentions", {"pagination_token": "x"}, "parameter value [x] is not valid"),
        (f"users/{BRAND}/mentions", {"start_time": "today"}, "value [today] is not a valid RFC3339 date"),
        ("tweets", {"ids": ",".join(map(str, range(101)))}, "list [101] is not between 1 and 100"),
        ("tweets/abc", {}, "The `id` query parameter value [abc] is not valid"),
        (f"users/{BRAND}/tweets", {"exclude": "likes"}, "value [likes] is not one of [retweets,replies]"),
    ],
)
def test_wrong_parameters_are_refused_in_xs_form(
    x: Sandbox, path: str, query: dict[str, str], message: str
) -> None:
    answer = x.get(path, **query)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert answer.json()["type"] == "https://api.twitter.com/2/problems/invalid-request"


def test_an_unknown_path_is_a_404_of_xs(x: Sandbox) -> None:
    answer = x.get("dm_conversations/with/5/messages")

    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


def test_a_parameter_may_be_given_only_once(x: Sandbox) -> None:
    assert "Duplicate parameters" in x.get("tweets", ids=["1", "2"]).json()["errors"][0]["message"]
