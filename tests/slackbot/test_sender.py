"""Slack's failures become three errors, and no call is ever made twice."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from slackbot.render.text import Message
from slackbot.sender import Posted, Sender, _call, respond, web_client
from tests.slackbot.answering import Answering, answering
from workflows.domain.people import Person
from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable
from workflows.settings import Settings

MESSAGE = Message("Hi", [{"type": "section", "text": {"type": "mrkdwn", "text": "Hi"}}])
CARD = Posted("C1", "1.1")
CALLS: dict[str, Callable[[Sender], object]] = {
    "chat.postMessage": lambda sender: sender.post("C1", MESSAGE),
    "chat.update": lambda sender: sender.update(CARD, MESSAGE),
    "chat.delete": lambda sender: sender.delete(CARD),
    "chat.postEphemeral": lambda sender: sender.private("C1", "U1", MESSAGE),
    "conversations.history": lambda sender: list(sender.history("C1", oldest=datetime.now(UTC))),
    "conversations.replies": lambda sender: list(sender.replies(CARD, oldest=datetime.now(UTC))),
    "users.list": lambda sender: list(sender.people()),
    "users.info": lambda sender: sender.person("U1"),
    "auth.test": lambda sender: sender.who_am_i(),
    "views.open": lambda sender: sender.open_view("t", {"type": "modal"}),
    "views.update": lambda sender: sender.update_view("V1", {"type": "modal"}),
}


@pytest.fixture
def slack() -> Iterator[Answering]:
    with answering() as told:
        yield told


def make_sender(url: str) -> Sender:
    return Sender(Settings(_env_file=None, slack_api_url=url, slack_bot_token="xoxb-1"))  # type: ignore[call-arg,arg-type]


@pytest.fixture
def sender(slack: Answering) -> Sender:
    return make_sender(slack.url)


def error_of(act: Callable[[], object]) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        act()
    return raised.value


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("failure", ["drops", "429", "500", "503", "internal_error", "ratelimited", "<html>"])
def test_whatever_happens_each_call_is_made_once(
    slack: Answering, sender: Sender, method: str, failure: str
) -> None:
    if failure == "drops":
        slack.drops = True
    elif failure == "<html>":
        slack.say(b"<html>")
    elif failure.isdigit():
        slack.say({"ok": False, "error": "x"}, status=int(failure), Retry_After="0")
    else:
        slack.say({"ok": False, "error": failure})

    error_of(lambda: CALLS[method](sender))

    assert [asked.path for asked in slack.asked] == [f"/{method}"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry_After": "30"}, 30.0),
        ({"Retry_After": "1.5"}, 1.5),
        ({"retry_after": "2"}, 2.0),
        ({"Retry_After": "0"}, 0.1),
        ({"Retry_After": "-3"}, 0.1),
        ({"Retry_After": "1e9"}, 3600.0),
        ({"Retry_After": "soon"}, 5.0),
        ({"Retry_After": "nan"}, 5.0),
        ({}, 5.0),
    ],
    ids=str,
)
def test_too_fast_says_how_long_to_wait(
    slack: Answering, sender: Sender, header: dict[str, str], seconds: float
) -> None:
    slack.say({"ok": False, "error": "ratelimited"}, status=429, **header)
    error = error_of(lambda: sender.post("C1", MESSAGE))
    assert isinstance(error, TryLater)
    assert (error.after_s, error.throttled, error.parked) == (seconds, True, False)


@pytest.mark.parametrize("body", [b"", b"<html>Slow down</html>", b"{}"])
def test_too_fast_is_told_by_the_status_though_the_body_says_nothing(
    slack: Answering, sender: Sender, body: bytes
) -> None:
    slack.say(body, status=429, Retry_After="7")
    error = error_of(lambda: sender.post("C1", MESSAGE))
    assert isinstance(error, TryLater)
    assert (error.after_s, error.throttled) == (7, True)


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited", "message_limit_exceeded"])
def test_too_fast_may_come_with_status_200(slack: Answering, sender: Sender, code: str) -> None:
    slack.say({"ok": False, "error": code})
    error = error_of(lambda: sender.post("C1", MESSAGE))
    assert isinstance(error, TryLater)
    assert error.throttled


@pytest.mark.parametrize(
    "code", ["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"]
)
def test_a_refused_login_keeps_what_waits(slack: Answering, sender: Sender, code: str) -> None:
    slack.say({"ok": False, "error": code})
    error = error_of(lambda: sender.post("C1", MESSAGE))
    assert isinstance(error, TryLater)
    assert error.reason == f"login_slack_{code}"
    assert not error.throttled


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "message_not_found", "invalid_blocks", "missing_scope"]
)
def test_a_refusal_keeps_slacks_own_code(slack: Answering, sender: Sender, code: str) -> None:
    slack.say({"ok": False, "error": code, "response_metadata": {"messages": ["[ERROR] why"]}})
    error = error_of(lambda: sender.post("C1", MESSAGE))
    assert isinstance(error, Undeliverable)
    assert (error.reason, "why" in error.detail) == (code, True)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ok": False, "error": "internal_error"}),
        (200, {"ok": False, "error": "fatal_error"}),
        (200, {"ok": False, "error": "service_unavailable"}),
        (200, {"ok": False}),
        (200, b""),
        (200, b"<html>Something went wrong</html>"),
        (200, b"[]"),
        (200, {"ok": True}),
        (500, b"<html>"),
        (500, {"ok": False, "error": "channel_not_found"}),
        (502, b""),
        (503, {"ok": False, "error": "x"}),
        (504, b"timeout"),
    ],
)
def test_an_answer_that_does_not_tell_the_outcome_leaves_it_unknown(
    slack: Answering, sender: Sender, status: int, body: Any
) -> None:
    slack.say(body, status=status)
    assert isinstance(error_of(lambda: sender.post("C1", MESSAGE)), OutcomeUnknown)


def test_a_connection_that_drops_leaves_the_outcome_unknown(slack: Answering, sender: Sender) -> None:
    slack.drops = True
    assert isinstance(error_of(lambda: sender.post("C1", MESSAGE)), OutcomeUnknown)


def test_an_answer_that_does_not_come_in_time_leaves_the_outcome_unknown(slack: Answering) -> None:
    slack.hangs = threading.Event()
    hasty = web_client(f"{slack.url}/", "xoxb-1", timeout_s=0.2)  # type: ignore[arg-type]

    error = error_of(lambda: _call(lambda: hasty.chat_postMessage(channel="C1", text="Hi")))

    assert isinstance(error, OutcomeUnknown)
    assert len(slack.asked) == 1


def test_a_refused_connection_proves_that_nothing_was_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it, and it refuses
        nobody = make_sender(f"http://127.0.0.1:{taken.getsockname()[1]}")
        error = error_of(lambda: nobody.post("C1", MESSAGE))
    assert isinstance(error, TryLater)
    assert (error.reason, error.throttled, error.parked) == ("slack_unreachable", False, False)


@pytest.mark.parametrize("status", [404, 405])
def test_a_method_that_this_slack_does_not_have_is_never_tried_again(
    slack: Answering, sender: Sender, status: int
) -> None:
    slack.say(b"", status=status)
    error = error_of(lambda: list(sender.history("C1", oldest=datetime.now(UTC))))
    assert isinstance(error, Undeliverable)
    assert error.reason == "unknown_method"


# --- what is asked


def test_a_post_unfurls_nothing_and_tells_where_it_stands(slack: Answering, sender: Sender) -> None:
    slack.say({"ok": True, "channel": "C0REAL", "ts": "1.5"})

    assert sender.post("#support", MESSAGE, thread_ts="1.1") == Posted("C0REAL", "1.5")

    asked = slack.asked[0]
    assert asked.headers["Authorization"] == "Bearer xoxb-1"
    assert asked.args["channel"] == "#support"
    assert asked.args["thread_ts"] == "1.1"
    assert asked.args["text"] == "Hi"
    assert str(asked.args["unfurl_links"]) in ("0", "False")
    assert str(asked.args["unfurl_media"]) in ("0", "False")


def test_the_history_is_read_page_by_page_and_not_for_ever(slack: Answering, sender: Sender) -> None:
    page = {"ok": True, "messages": [{"ts": "1"}], "response_metadata": {"next_cursor": "more"}}
    last = {"ok": True, "messages": [{"ts": "2"}], "response_metadata": {"next_cursor": ""}}
    slack.say(page, last)
    assert [m["ts"] for m in sender.history("C1", oldest=datetime.now(UTC))] == ["1", "2"]
    assert [asked.args.get("cursor") for asked in slack.asked] == [None, "more"]

    slack.asked.clear()
    slack.say(page)
    assert len(list(sender.history("C1", oldest=datetime.now(UTC)))) == 5


def test_people_are_told_apart_as_members_guests_bots_and_leavers(slack: Answering, sender: Sender) -> None:
    members = [
        {"id": "U1", "team_id": "T1", "name": "asha", "profile": {"display_name": "Asha"}, "is_owner": True},
        {"id": "U2", "real_name": "Gita", "is_ultra_restricted": True},
        {"id": "U3", "is_bot": True, "deleted": True},
        {"name": "nobody"},
    ]
    slack.say({"ok": True, "members": members})
    assert list(sender.people()) == [
        Person("U1", "T1", "Asha", is_admin=True),
        Person("U2", "", "Gita", is_guest=True),
        Person("U3", "", "U3", is_bot=True, is_deleted=True),
    ]


# --- answers to clicks


@pytest.mark.parametrize("body", [b"ok", b"", b'{"ok":true}', b'{"ok": true}'])
def test_a_click_is_answered_once(slack: Answering, body: bytes) -> None:
    slack.say(body)
    respond(f"{slack.url}/response/1", {"text": "नमस्ते"})
    (asked,) = slack.asked
    assert asked.args == {"text": "नमस्ते"}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, {"ok": False, "error": "expired_url"}, "answer_url_404"),
        (410, b"", "answer_url_410"),
        (500, b"", "answer_url_500"),
        (200, {"ok": False, "error": "used_url"}, "answer_url_refused"),
    ],
)
def test_a_spent_or_old_answer_url_is_given_up(slack: Answering, status: int, body: Any, reason: str) -> None:
    slack.say(body, status=status)
    error = error_of(lambda: respond(f"{slack.url}/response/1", {"text": "x"}))
    assert isinstance(error, Undeliverable)
    assert error.reason == reason


def test_an_answer_url_may_ask_to_wait(slack: Answering) -> None:
    slack.say(b"", status=429, Retry_After="4")
    error = error_of(lambda: respond(f"{slack.url}/response/1", {"text": "x"}))
    assert isinstance(error, TryLater)
    assert error.after_s == 4


def test_an_answer_url_that_drops_leaves_the_outcome_unknown_and_is_not_tried_twice(
    slack: Answering,
) -> None:
    slack.drops = True
    assert isinstance(error_of(lambda: respond(f"{slack.url}/r", {})), OutcomeUnknown)
    assert len(slack.asked) == 1


@pytest.mark.parametrize("url", ["", "ftp://x", "file:///etc/passwd", "javascript:1", "hooks.slack.com/x"])
def test_only_web_addresses_are_answered(url: str) -> None:
    error = error_of(lambda: respond(url, {"text": "x"}))
    assert isinstance(error, Undeliverable)
    assert error.reason == "bad_answer_url"
