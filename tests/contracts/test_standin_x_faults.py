"""Limits, faults, prices, the clock and the log of the stand-in X."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy

from sandbox.faults import Faults
from sandbox.x.door import Door
from sandbox.x.state import Draft, Network

from .x_client import BRAND, Sandbox

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def test_every_answer_tells_what_is_left(x: Sandbox) -> None:
    x.control("x/settings", limits={"GET /2/users/me": [3, 900]})

    answers = [x.get("users/me") for _ in range(3)]
    refused = x.session.get(f"{x.url}/x/2/users/me", timeout=10)

    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["2", "1", "0"]
    assert {answer.headers["x-rate-limit-limit"] for answer in [*answers, refused]} == {"3"}
    assert 890 < int(answers[0].headers["x-rate-limit-reset"]) - time.time() < 910
    assert refused.status_code == 401
    with pytest.raises(tweepy.TooManyRequests) as refusal:
        x.client.get_me()
    assert refusal.value.response.headers["x-rate-limit-remaining"] == "0"
    assert refusal.value.response.json() == {
        "title": "Too Many Requests",
        "detail": "Too Many Requests",
        "type": "about:blank",
        "status": 429,
    }


def test_limits_can_be_taken_away_and_put_back(x: Sandbox) -> None:
    defaults = x.control("x/settings")["limits"]
    x.control("x/settings", limits={"POST /2/tweets": [0, 900]})
    assert x.post(text="hello").status_code == 429

    x.control("x/settings", limits={"all": None})
    assert x.post(text="hello").status_code == 201
    assert x.control("x/settings", limits={"all": "default"})["limits"] == defaults
    assert defaults["POST /2/tweets"] == [100, 900]
    assert defaults["GET /2/users/*/mentions"] == [300, 900]


def fault(x: Sandbox, action: str, match: str = "POST /2/tweets", **more: Any) -> None:
    x.control("faults", side="x", match=match, action=action, times=1, **more)


def test_an_answer_that_is_lost_leaves_the_post(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    fault(x, "drop_after")

    with pytest.raises(requests.ConnectionError):
        x.reply(mention, "Here")
    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        x.reply(mention, "Here")

    assert x.brands() == ["@emma_w Here"]
    posts = [(one["status"], one["fault"], one["error"]) for one in x.log(match="POST /2/tweets")]
    assert posts == [(None, "drop_after", None), (403, None, DUPLICATE)]


@pytest.mark.parametrize(
    ("action", "more", "done"),
    [
        ("drop_before", {}, False),
        ("status", {"status": 503}, False),
        ("status_after", {"status": 503}, True),
        ("garbage_after", {}, True),
        ("empty_after", {}, True),
        ("error_after", {"problem": "not-permitted"}, True),
        ("error", {"problem": "not-permitted"}, False),
        ("slow_body", {}, True),
        ("delay", {"seconds": 0.05}, True),
        ("rate_limit", {"retry_after": 5}, False),
        ("token_revoked", {}, False),
    ],
)
def test_a_fault_does_the_work_or_does_not(x: Sandbox, action: str, more: dict[str, Any], done: bool) -> None:
    fault(x, action, **more)

    with suppress(tweepy.TweepyException, requests.RequestException):
        x.client.create_tweet(text="hi")

    assert x.brands() == (["hi"] if done else [])


def test_named_problems_are_those_of_x(x: Sandbox) -> None:
    mine = {"title": "Mine", "detail": "as I like it", "type": "about:blank"}
    for problem in ("duplicate", "usage-capped", "credits", mine):
        fault(x, "error", match="GET /2/users/*/mentions", problem=problem)

    answers = [x.get(f"users/{BRAND}/mentions") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [403, 429, 402, 403]
    assert [answer.json()["title"] for answer in answers] == [
        "Forbidden",
        "UsageCapExceeded",
        "CreditsDepleted",
        "Mine",
    ]
    assert all("x-rate-limit-reset" in answer.headers for answer in answers)


def test_a_rate_limit_says_when_it_ends_unless_it_shall_not(x: Sandbox) -> None:
    fault(x, "rate_limit", retry_after=30)
    told = x.post(text="hi")
    fault(x, "rate_limit")
    untold = x.post(text="hi")

    assert (told.status_code, untold.status_code) == (429, 429)
    assert 25 < int(told.headers["x-rate-limit-reset"]) - time.time() <= 32
    assert "x-rate-limit-reset" not in untold.headers


def test_money_is_added_up_as_x_charges(x: Sandbox) -> None:
    mention = x.write("emma_w", "@sarishop where?")
    quiet = x.write("emma_w", "no name here")
    assert x.state()["spent"] == {"reads": "0.0000", "writes": "0.0000", "total": "0.0000"}

    x.client.get_users_mentions(BRAND, user_auth=True)
    x.client.get_users_mentions(BRAND, user_auth=True)  # the same post within a day: charged once
    assert x.state()["spent"]["reads"] == "0.0010"
    x.client.get_tweet(quiet, user_auth=True)
    assert x.state()["spent"]["reads"] == "0.0060"
    x.client.get_me()
    assert x.state()["spent"]["reads"] == "0.0160"

    x.reply(mention, "Looking")
    assert x.state()["spent"]["writes"] == "0.0100"
    x.client.create_tweet(text="hello")
    assert x.state()["spent"]["writes"] == "0.0250"
    x.reply(mention, "See example.com")
    assert x.state()["spent"] == {"reads": "0.0160", "writes": "0.2250", "total": "0.2410"}


def test_every_request_is_written_down(x: Sandbox) -> None:
    x.client.get_users_mentions(BRAND, user_auth=True, since_id=5)
    x.post(text="hi", colour="red")

    first, second = x.log()

    assert (first["n"], first["method"], first["match"], first["status"], first["fault"]) == (
        1,
        "GET",
        f"GET /2/users/{BRAND}/mentions",
        200,
        None,
    )
    assert first["args"] == {"since_id": "5"}
    assert (second["match"], second["args"]) == ("POST /2/tweets", {"text": "hi", "colour": "red"})
    assert (second["status"], second["error"]) == (400, "One or more parameters to your request was invalid.")
    assert x.log(match="GET /2/users/*/mentions") == [first]
    assert x.log(since="1") == [second]


def test_a_wound_clock_moves_what_x_says_of_time() -> None:
    network = Network()
    door = Door(network, Faults())
    before = network.add(Draft(BRAND, "before"))
    door.limits.change({"POST /2/tweets": [1, 900]})
    door.limits.take("a", name="POST /2/tweets")

    door.wind(3600.0)
    after = network.add(Draft(BRAND, "after"))

    assert timedelta(minutes=59) < after.created_at - before.created_at < timedelta(minutes=61)
    assert (int(after.id) - int(before.id)) >> 22 > 59 * 60 * 1000
    assert network.now() - datetime.now(UTC) > timedelta(minutes=59)
    assert not door.limits.take("a", name="POST /2/tweets").refused
