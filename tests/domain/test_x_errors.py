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
from workflows.x.refusals import refused, unanswered
from workflows.x.tweepy_gateway import _read

PROBLEMS = "https://api.twitter.com/2/problems/"
NO_PERMISSION = {
    "title": "Forbidden",
    "status": 403,
    "detail": "Your client app is not configured with the appropriate oauth1 app permissions for this call.",
    "type": PROBLEMS + "oauth1-permissions",
}
SUSPENDED, LOCKED = "account_suspended", "account_locked"


def make_response(status: int, body: Any = None, headers: dict[str, str] | None = None) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


def legacy(code: int, message: str) -> Any:
    return {"errors": [{"code": code, "message": message}]}


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
        (403, problem(403, "User has been suspended: [9]."), "author_suspended"),
        (403, problem(403, "This account is protected; you may not reply."), "author_protected"),
        (
            403,
            problem(403, "Sorry, you are not authorized to see the Tweet with id: [1]."),
            "author_unavailable",
        ),
        (403, problem(403, "Forbidden", kind=PROBLEMS + "not-authorized-for-resource"), "author_unavailable"),
        (403, legacy(179, "Sorry, you are not authorized to see this status."), "author_unavailable"),
        (403, legacy(187, "Status is a duplicate."), "duplicate_text"),
        (403, legacy(385, "You attempted to reply to a Tweet that is not there."), "target_gone"),
        (403, legacy(433, "The original Tweet author restricted who can reply."), "reply_restricted"),
        (403, legacy(136, "You may not."), "blocked"),
        (403, problem(403, "You have been blocked from replying to this author."), "blocked"),
        (403, problem(403, "Your Tweet text is too long. For more information see…"), "too_long"),
        (400, {"errors": [{"message": "Tweet needs to be a bit shorter.", "code": 186}]}, "too_long"),
        (403, problem(403, "You are not permitted to perform this action."), "forbidden"),
        (403, {"reason": "official-client-forbidden", "title": "Client Forbidden"}, "forbidden"),
        (403, legacy(226, "This request looks like it might be automated."), "forbidden"),
        (403, {"errors": [{"code": None, "message": None}, {"code": [349]}]}, "forbidden"),
        (403, b"[" * 100_000, "forbidden"),
        (403, b"9" * 5_000, "forbidden"),
        (403, b"", "forbidden"),
        (403, b"<html>Forbidden</html>", "forbidden"),
        (403, ["one", {"detail": "User has been suspended"}, 3], "author_suspended"),
        (403, {"errors": "none", "detail": None}, "forbidden"),
        (403, {"errors": {"detail": "x"}}, "forbidden"),
        (403, "no", "forbidden"),
        (302, b"", "forbidden"),
    ],
)
def test_what_x_refuses_for_good_has_a_reason_that_agents_can_act_on(
    status: int, body: Any, reason: str
) -> None:
    error = refused(make_response(status, body))
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
        (402, b""),
    ],
)
def test_spent_credits_park_everything_until_an_operator_acts(status: int, body: Any) -> None:
    error = refused(make_response(status, body))
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked, error.throttled) == ("credits_spent", True, False)
    assert error.after_s >= 60


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, problem(401, "Unauthorized", title="Unauthorized")),
        (401, b""),
        (403, NO_PERMISSION),
        (403, legacy(261, "Application cannot perform write actions.")),
        (403, {"reason": "client-not-enrolled", "title": "Client Forbidden"}),
    ],
)
def test_a_refused_login_parks_everything_too(status: int, body: Any) -> None:
    error = refused(make_response(status, body))
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked) == ("login_refused", True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (legacy(64, "Your account is suspended and is not permitted to access this feature."), SUSPENDED),
        (problem(403, "Your account is suspended and is not permitted to perform this action."), SUSPENDED),
        (problem(403, "This account is suspended and is not allowed to perform this action."), SUSPENDED),
        (problem(403, "Your account has been suspended."), SUSPENDED),
        (legacy(326, "To protect our users from spam, this account is temporarily locked."), LOCKED),
        (problem(403, "Your account is temporarily locked. Please log in to x.com."), LOCKED),
    ],
)
@pytest.mark.parametrize("dms", [False, True])
@pytest.mark.parametrize("status", [401, 403])
def test_trouble_with_our_own_account_is_told_from_trouble_with_a_customers(
    status: int, body: Any, reason: str, dms: bool
) -> None:
    error = refused(make_response(status, body), dms=dms)
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked, error.throttled) == (reason, True, False)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, problem(403, "You do not have permission to DM one or more participants."), "dm_closed"),
        (403, problem(403, "This operation is not permitted."), "dm_closed"),
        (403, legacy(349, "You cannot send messages to this user."), "dm_closed"),
        (403, legacy(349, "Forbidden."), "dm_closed"),
        (403, legacy(476, "Sender is not verified to send message requests"), "dm_closed"),
        (403, legacy(476, ""), "dm_closed"),
        (403, legacy(150, "You cannot send messages to users who are not following you."), "dm_closed"),
        (403, problem(403, "You cannot send messages to users you have blocked."), "dm_closed"),
        (403, problem(403, "You have been blocked by this user."), "blocked"),
        (403, problem(403, "User has been suspended: [9]."), "author_suspended"),
        (404, problem(404, "Could not find user with id: [9]."), "author_unavailable"),
        (404, b"", "author_unavailable"),
        (403, legacy(354, "The text of your direct message is over the max character limit."), "too_long"),
        (400, {"errors": [{"message": "$.text: string is too long (maxLength: 10000)"}]}, "too_long"),
        (403, legacy(187, "Whoops! You already said that."), "duplicate_text"),
        (403, problem(403, "Forbidden"), "forbidden"),
        (403, problem(403, "You are not permitted to perform this action."), "forbidden"),
        (403, b"<html>no</html>", "forbidden"),
        (400, [], "forbidden"),
    ],
)
def test_a_direct_message_that_x_refuses_for_good_has_a_reason_too(
    status: int, body: Any, reason: str
) -> None:
    error = refused(make_response(status, body), dms=True)
    assert isinstance(error, Undeliverable)
    assert error.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        NO_PERMISSION,
        problem(403, "You are not permitted to access or delete direct messages."),
        legacy(93, "This application is not allowed to access or delete your direct messages."),
        legacy(220, "Your credentials do not allow access to this resource."),
        problem(403, "Your plan does not include this.", kind=PROBLEMS + "client-forbidden"),
        {"reason": "client-not-enrolled", "title": "Client Forbidden"},
    ],
)
def test_an_app_without_the_permission_for_direct_messages_waits_for_an_operator(body: Any) -> None:
    error = refused(make_response(403, body), dms=True)
    assert isinstance(error, TryLater)
    assert (error.reason, error.parked, error.throttled) == ("dm_not_allowed", True, False)
    assert error.after_s >= 60


@pytest.mark.parametrize("words", ["credits [of] duplicate content", "credits] [blocked", "suspended"])
def test_what_x_quotes_of_a_text_is_neither_kept_nor_taken_for_a_reason(words: str) -> None:
    body = {"errors": [{"message": f"The `text` value [{words}] is not valid"}], "title": "Invalid Request"}
    error = refused(make_response(403, body), dms=True)
    assert isinstance(error, Undeliverable)
    assert (error.reason, error.detail) == (
        "forbidden",
        "invalid request the `text` value [] is not valid",
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-reset": "+90"}, 90),
        ({"Retry-After": "30", "x-rate-limit-reset": "+90"}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "soon", "x-rate-limit-reset": "+90"}, 90),
        ({"x-rate-limit-reset": "-90"}, 1),
        ({"x-rate-limit-reset": "+9999999"}, 3600),
        ({"retry-after": "nan", "x-rate-limit-reset": "+90"}, 90),
        ({"retry-after": "inf"}, 3600),
        # X's own clock counts: by it the limit opens again, wherever our clock stands.
        ({"date": "Sun, 22 Nov 2026 06:00:00 GMT", "x-rate-limit-reset": "1795327245"}, 45),
        ({"date": "yesterday", "x-rate-limit-reset": "+90"}, 90),
        # The day's limit closes for longer than that of the quarter of an hour.
        ({"x-rate-limit-reset": "+90", "x-user-limit-24hour-reset": "+1200"}, 90),
        ({"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": "+1200"}, 1200),
        ({"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "+1200"}, 1200),
        ({}, 60),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    reset = {
        name: str(int(time.time() + int(value))) if value.startswith(("+", "-")) else value
        for name, value in headers.items()
    }
    error = refused(make_response(429, problem(429, "Too Many Requests"), reset))
    assert isinstance(error, TryLater)
    assert (error.reason, error.throttled, error.parked) == ("x_busy", True, False)
    assert error.after_s == pytest.approx(seconds, abs=1.1)


@pytest.mark.parametrize("status", [101, 500, 502, 503, 504, 529, 408])
@pytest.mark.parametrize("body", [b"<html>over capacity</html>", problem(503, "duplicate content credits")])
def test_a_broken_server_says_nothing_about_the_outcome(status: int, body: Any) -> None:
    assert isinstance(refused(make_response(status, body)), OutcomeUnknown)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>ok</html>", b"[1]", b'"yes"', b"\xff\xfe", b'{"data":', b"[" * 100_000, b"9" * 5_000],
    ids=["empty", "page", "list", "text", "bytes", "cut", "deep", "long"],
)
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
    answer = unanswered(error)
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
    answer: DeliveryError = unanswered(error)
    assert isinstance(answer, OutcomeUnknown)
