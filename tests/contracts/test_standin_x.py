"""The stand-in X behaves as X does, seen through the real tweepy and the real server process."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import pytest
import requests
import tweepy

from .x_client import BRAND, KEYS, Client, Sandbox, signed


def test_the_brand_is_known_by_its_keys(x: Sandbox) -> None:
    me = x.client.get_me(user_fields=["public_metrics", "verified"]).data

    assert (str(me.id), me.username, me.name) == (BRAND, "sarishop", "Sari Shop")
    assert me.public_metrics["followers_count"] > 0


@pytest.mark.parametrize("key", KEYS)
def test_any_wrong_key_is_refused(x: Sandbox, key: str) -> None:
    client = Client(x.url, **{**KEYS, key: "wrong"})

    with closing(client.session), pytest.raises(tweepy.Unauthorized) as refusal:
        client.get_me()

    assert refusal.value.response.json() == {
        "title": "Unauthorized",
        "type": "about:blank",
        "status": 401,
        "detail": "Unauthorized",
    }


def test_a_signature_covers_the_query(x: Sandbox) -> None:
    prepared = requests.Request("GET", f"{x.url}/x/2/tweets", params={"ids": "1"}, auth=signed()).prepare()
    prepared.url = f"{x.url}/x/2/tweets?ids=2"

    assert x.session.send(prepared, timeout=10).status_code == 401


def test_odd_signs_in_the_query_are_signed_as_rfc_5849_says(x: Sandbox) -> None:
    x.write("emma_w", "@sarishop a+b & c=d ~ ü 100% नमस्ते")

    found = x.get("tweets/search/recent", query="a+b नमस्ते 100% ~").json()

    assert found["meta"]["result_count"] == 1


def test_a_call_may_not_be_repeated_word_for_word(x: Sandbox) -> None:
    prepared = requests.Request("GET", f"{x.url}/x/2/users/me", auth=signed()).prepare()

    assert [x.session.send(prepared, timeout=10).status_code for _ in range(2)] == [200, 401]


@pytest.mark.parametrize("age_s", [-3600, 3600])
def test_an_old_or_future_timestamp_is_refused(x: Sandbox, age_s: int) -> None:
    auth = signed(timestamp=int(time.time()) - age_s)

    assert x.session.get(f"{x.url}/x/2/users/me", auth=auth, timeout=10).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "OAuth", "OAuth a=b", "Bearer wrong", "Basic abc", "OAuth oauth_timestamp=x", "Bearer é"]
)
def test_other_credentials_are_refused(x: Sandbox, header: str) -> None:
    answer = x.session.get(
        f"{x.url}/x/2/tweets?ids=1", headers={"Authorization": header.encode()}, timeout=10
    )

    assert answer.status_code == 401


def test_the_bearer_token_reads_but_is_nobody(x: Sandbox) -> None:
    client = Client(x.url, bearer_token="sandbox-bearer")
    post = x.write("emma_w", "@sarishop hello")

    with closing(client.session):
        assert client.get_tweet(post).data.text == "@sarishop hello"
        with pytest.raises(tweepy.Forbidden) as refusal:
            client.get_me(user_auth=False)
        with pytest.raises(tweepy.Forbidden):
            client.create_tweet(text="hello", user_auth=False)

    assert refusal.value.response.json()["type"].endswith("/problems/unsupported-authentication")


def test_the_state_shows_people_posts_money_and_settings(x: Sandbox) -> None:
    state = x.state()

    assert state["account"] == {"id": BRAND, "username": "sarishop", "name": "Sari Shop"}
    assert [(one["username"], one["lang"], one["followers"], one["verified"]) for one in state["people"]] == [
        ("emma_w", "en", 1204, False),
        ("ravi_k", "hi", 312, False),
        ("lakshmi_t", "te", 8950, True),
        ("tanvir_h", "bn", 77, False),
        ("ismail_d", "tr", 15300, False),
    ]
    assert state["posts"] == []
    assert state["settings"]["reply_rule"] == "summoned"


def test_new_people_join_and_write(x: Sandbox) -> None:
    assert x.refuses("x/person", username="new_one")[0] == 404
    person = x.control("x/person", username="new_one", name="New", followers=7, create=True)["id"]
    x.write("new_one", "@sarishop hello")

    post = x.get(f"users/{BRAND}/mentions", **{"tweet.fields": "author_id"}).json()["data"][0]
    assert post["author_id"] == person


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("write", {"author": "nobody", "text": "hi"}, 404),
        ("write", {"author": "emma_w", "text": "hi", "reply_to": "7"}, 404),
        ("write", {"author": "emma_w", "text": ""}, 400),
        ("write", {"author": "emma_w", "text": "hi", "colour": "red"}, 400),
        ("write", {"author": "emma_w", "text": 5}, 400),
        ("write", {"author": "emma_w", "text": "hi", "id": "x"}, 400),
        ("delete", {"id": "7"}, 404),
        ("native", {"text": " "}, 400),
        ("settings", {"reply_rule": "never"}, 400),
        ("write", {"author": "emma_w", "text": "hi", "age_s": -1}, 400),
        ("write", {"author": "sarishop", "text": "hi"}, 400),
        ("write_many", {"posts": ["hi"]}, 400),
        ("settings", {"mentions_window": 0}, 400),
        ("settings", {"limits": 5}, 400),
        ("settings", {"colour": "red"}, 400),
        ("settings", {"limits": {"POST /2/tweets": "many"}}, 400),
    ],
)
def test_wrong_control_calls_are_refused(x: Sandbox, call: str, body: dict[str, Any], status: int) -> None:
    assert x.refuses(f"x/{call}", **body)[0] == status


def test_a_reset_forgets_everything(x: Sandbox) -> None:
    x.write("emma_w", "@sarishop hello")
    x.control("x/settings", reply_rule="open", limits={"all": None})

    with Sandbox(x.url) as fresh:
        assert fresh.state()["posts"] == []
        assert fresh.state()["settings"]["reply_rule"] == "summoned"
        assert fresh.log() == []
