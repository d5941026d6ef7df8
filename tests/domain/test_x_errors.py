"""X's refusals and silences become three errors: try later, never, or nobody knows."""

import json
import socket
import ssl
import time
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as TlsError

from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable
from workflows.x.tweepy_gateway import _read, _refused, _unanswered

PROBLEMS = "https://api.twitter.com/2/problems/"


def make_response(status: int, body: Any = None, headers: dict[str, str] | None = None) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


def problem(status: int, detail: str, *, title: str = "Forbidden", kind: str = "about:blank") -> Any:
    return {"status": status, "title": title, "detail": detail, "type": kind}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            403,
            problem(403, "You are not allowed to create a Tweet with duplicate content."),
            "duplicate_text",
        ),
        (
            403,
            problem(
                403,
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
                "engaged by the author of the post you are replying to.",
            ),
            "not_summoned",
        ),
        (403, problem(403, "Reply to this conversation is not allowed."), "reply_restricted"),
        (
            403,
            problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you."),
            "target_gone",
        ),
        (
            400,
            {
                "errors": [{"message": "The Tweet you are replying to does not exist."}],
                "title": "Invalid Request",
            },
            "target_gone",
        ),
        (
            404,
            {
                "errors": [
                    problem(404, "Could not find tweet with id: [1].", kind=PROBLEMS + "resource-not-found")
                ]
            },
            "target_gone",
        ),
        (404, None, "target_gone"),
        (403, problem(403, "User has been suspended: [9]."), "author_unavailable"),
        (403, problem(403, "This account is protected; you may not reply."), "author_unavailable"),
        (403, problem(403, "You have been blocked from replying to this author."), "blocked"),
        (403, problem(403, "Your Tweet text is too long. For more information see…"), "too_long"),
        (400, {"errors": [{"message": "Tweet needs to be a bit shorter.", "code": 186}]}, "too_long"),
        (403, problem(403, "You are not permitted to perform this action."), "forbidden"),
        (403, {"reason": "client-not-enrolled", "title": "Client Forbidden"}, "forbidden"),
        (403, b"", "forbidden"),
        (403, b"<html>Forbidden</html>", "forbidden"),
        (403, ["one", {"detail": "User has been suspended"}, 3], "author_unavailable"),
        (403, {"errors": "none", "detail": None}, "forbidden"),
        (403, {"errors": {"detail": "x"}}, "forbidden"),
        (403, "no", "forbidden"),
        (302, b"", "forbidden"),
    ],
)
def test_what_x_refuses_for_good_has_a_reason_that_agents_can_act_on(
    status: int, body: Any, reason: str
) -> None:
    error = _refused(make_response(status, body))
    assert isinstance(error, Undeliverable)
    assert error.reason == reason


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            429,
            problem(
                429, "Usage cap exceeded: Monthly", title="UsageCapExceeded", kind=PROBLEMS + "usage-capped"
            ),
        ),
        (402, problem(402, "Your account does not have any credits.", title="CreditsDepleted")),
        (403, problem(403, "Has reached its billing cycle spend cap", kind=PROBLEMS + "credits")),
        (403, problem(403, "The spending limit of this app is reached.")),
    ],
)
def test_spent_credits_park_everything_until_an_operator_acts(status: int, body: Any) -> None:
    error = _refused(make_response(status, body))
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked, error.throttled) == ("credits_spent", True, False)
    assert error.after_s >= 60


@pytest.mark.parametrize("body", [problem(401, "Unauthorized", title="Unauthorized"), b""])
def test_a_refused_login_parks_everything_too(body: Any) -> None:
    error = _refused(make_response(401, body))
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked) == ("login_refused", True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-reset": "+90"}, 90),
        ({"Retry-After": "30", "x-rate-limit-reset": "+90"}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "soon", "x-rate-limit-reset": "+90"}, 90),
        ({"x-rate-limit-reset": "-90"}, 1),
        ({"x-rate-limit-reset": "+9999999"}, 3600),
        ({}, 60),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    reset = {
        name: str(int(time.time() + int(value))) if name == "x-rate-limit-reset" else value
        for name, value in headers.items()
    }
    error = _refused(make_response(429, problem(429, "Too Many Requests"), reset))
    assert isinstance(error, TryLater)
    assert (error.reason, error.throttled, error.parked) == ("x_busy", True, False)
    assert error.after_s == pytest.approx(seconds, abs=1.1)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529, 408])
@pytest.mark.parametrize("body", [b"<html>over capacity</html>", problem(503, "duplicate content credits")])
def test_a_broken_server_says_nothing_about_the_outcome(status: int, body: Any) -> None:
    assert isinstance(_refused(make_response(status, body)), OutcomeUnknown)


@pytest.mark.parametrize("body", [b"", b"<html>ok</html>", b"[1]", b'"yes"', b"\xff\xfe", b'{"data":'])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        _read(lambda: make_response(201, body))


def _wrapped(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(None, "/2/tweets", reason))  # type: ignore[arg-type]


REFUSED_CERTIFICATE = requests.exceptions.SSLError(
    MaxRetryError(None, "/2/tweets", TlsError(ssl.SSLCertVerificationError(1, "verify failed")))  # type: ignore[arg-type]
)
BROKEN_TLS = requests.exceptions.SSLError(
    MaxRetryError(None, "/2/tweets", TlsError(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")))  # type: ignore[arg-type]
)


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout(),
        _wrapped(NewConnectionError(None, "refused")),  # type: ignore[arg-type]
        _wrapped(NameResolutionError("api.x.com", None, socket.gaierror())),  # type: ignore[arg-type]
        REFUSED_CERTIFICATE,
        requests.exceptions.InvalidURL("no host"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_request_that_was_surely_never_written_may_go_again(error: requests.RequestException) -> None:
    answer = _unanswered(error)
    assert isinstance(answer, TryLater)
    assert (answer.reason, answer.parked, answer.throttled) == ("unreachable", False, False)


@pytest.mark.parametrize(
    "error",
    [
        requests.ReadTimeout(),
        requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
        requests.ConnectionError(),
        BROKEN_TLS,
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.ContentDecodingError(),
        requests.RequestException("what?"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_request_that_may_have_been_written_is_not_simply_sent_again(
    error: requests.RequestException,
) -> None:
    answer: DeliveryError = _unanswered(error)
    assert isinstance(answer, OutcomeUnknown)
