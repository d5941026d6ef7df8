"""X's refusals and silences, put into our three errors.

X names a reason by a problem's type, by a number of its older API, or in words alone, and words change
without notice. So all of them are looked for; what nobody knows is `forbidden`.
"""

import math
import re
import socket
import ssl
import time
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.exceptions import SSLError as TlsError

from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable

_NO_RESET_S = 60.0
_LOGIN_RETRY_S = 60.0
_OPERATOR_RETRY_S = 900.0
_LONGEST_WAIT_S = 3600.0

# A number of the older API is written #349#. The order is that in which they are looked for; the words
# are X's own, as seen in its answers.
REFUSALS: tuple[tuple[str, str], ...] = (
    ("duplicate content", "duplicate_text"),
    ("#187#", "duplicate_text"),
    ("have not been mentioned or otherwise engaged", "not_summoned"),
    ("reply to this conversation is not allowed", "reply_restricted"),
    ("restricted who can reply", "reply_restricted"),
    ("#433#", "reply_restricted"),
    ("there is a newer version", "target_edited"),
    ("deleted or not visible", "target_gone"),
    ("does not exist", "target_gone"),
    ("has been deleted", "target_gone"),
    ("could not be found", "target_gone"),
    ("could not find", "target_gone"),
    ("#144#", "target_gone"),
    ("#385#", "target_gone"),
    ("permission to dm", "dm_closed"),
    ("cannot send messages to", "dm_closed"),
    ("can't send messages to", "dm_closed"),
    ("cannot send a direct message to", "dm_closed"),
    ("not verified to send message requests", "dm_closed"),
    ("#150#", "dm_closed"),
    ("#349#", "dm_closed"),
    ("#476#", "dm_closed"),
    ("blocked", "blocked"),
    ("#136#", "blocked"),
    ("suspended", "author_suspended"),
    ("protected", "author_protected"),
    ("not authorized to see", "author_unavailable"),
    ("not-authorized-for-resource", "author_unavailable"),
    ("#179#", "author_unavailable"),
    ("too long", "too_long"),
    ("needs to be a bit shorter", "too_long"),
    ("character limit", "too_long"),
    ("maxlength", "too_long"),
    ("may only be", "too_long"),
    ("#186#", "too_long"),
    ("#354#", "too_long"),
)
_QUOTED = re.compile(r"\[(?:.*\]|.*)", re.DOTALL)
_WORDS = ("title", "detail", "type", "message", "reason")
_SPENT = ("usagecap", "usage-capped", "credits", "spend limit", "spending limit", "spend-cap", "spending-cap")
_LOCKED = ("account is temporarily locked", "#326#")
_SUSPENDED = (
    "your account is suspended",
    "your account has been suspended",
    "account is suspended and is not",
    "#64#",
)
_NO_DMS = (
    "access or delete direct messages",
    "access or delete your direct messages",
    "oauth1-permissions",
    "oauth1 app permissions",
    "client-forbidden",
    "client-not-enrolled",
    "client forbidden",
    "#93#",
    "#220#",
)
_NO_ENTRY = (
    "oauth1-permissions",
    "oauth1 app permissions",
    "client-not-enrolled",
    "application cannot perform write",
    "#261#",
)
_WAITS = (
    ("retry-after", ""),
    ("x-user-limit-24hour-reset", "x-user-limit-24hour-remaining"),
    ("x-app-limit-24hour-reset", "x-app-limit-24hour-remaining"),
    ("x-rate-limit-reset", ""),
)
"""Headers that tell how long to wait; the second tells, by "0", whether the first is about us."""


def unanswered(error: Exception) -> DeliveryError:
    """Tell a request that was never written from one that may have been."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return TryLater("unreachable", after_s=5)
    cause: BaseException | None = (
        error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
    )
    reason = getattr(cause, "reason", cause)
    # Of TLS only a certificate that we refuse is surely before the request; other errors may come after it.
    inner = reason.args[0] if isinstance(reason, TlsError) and reason.args else reason
    if isinstance(reason, NewConnectionError | NameResolutionError) or isinstance(
        inner, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError
    ):
        return TryLater("unreachable", after_s=5)
    return OutcomeUnknown(type(error).__name__)


def refused(response: requests.Response, *, dms: bool = False) -> DeliveryError:
    """Put X's refusal into one of our errors; 1xx and 5xx say nothing about the outcome.

    dms  the call was about direct messages.
    """
    status, said = response.status_code, _said(response)
    if status < 200 or status >= 500 or status == 408:
        return OutcomeUnknown(f"X answered {status}")
    if parked := _parked(status, said, dms=dms):
        return parked
    if status in (420, 429):
        return TryLater("x_busy", after_s=_until_reset(response), throttled=True)
    return Undeliverable(_reason(status, said, dms=dms), said[:200])


def _parked(status: int, said: str, *, dms: bool) -> TryLater | None:
    """Return the error that waits for an operator, if it is one."""
    if status == 402 or (status in (403, 429) and _any(_SPENT, said)):
        return TryLater("credits_spent", after_s=_OPERATOR_RETRY_S, parked=True)
    if status in (401, 403) and _any(_SUSPENDED, said):
        return TryLater("account_suspended", after_s=_OPERATOR_RETRY_S, parked=True)
    if status in (401, 403) and _any(_LOCKED, said):
        return TryLater("account_locked", after_s=_OPERATOR_RETRY_S, parked=True)
    if dms and status in (401, 403) and _any(_NO_DMS, said):
        return TryLater("dm_not_allowed", after_s=_OPERATOR_RETRY_S, parked=True)
    if status == 401 or (status == 403 and _any(_NO_ENTRY, said)):
        return TryLater("login_refused", after_s=_LOGIN_RETRY_S, parked=True)
    return None


def _reason(status: int, said: str, *, dms: bool) -> str:
    unnamed = "target_gone" if status == 404 else "forbidden"
    reason = next((reason for words, reason in REFUSALS if words in said), unnamed)
    if dms and reason == "target_gone":
        return "author_unavailable"  # what a direct message is sent to is a person
    if dms and reason == "forbidden" and "operation is not permitted" in said:
        return "dm_closed"  # X says so of some people while it takes messages to others
    return reason


def _any(words: tuple[str, ...], said: str) -> bool:
    return any(word in said for word in words)


def _until_reset(response: requests.Response) -> float:
    for header, left in _WAITS:
        if left and response.headers.get(left) != "0":
            continue
        try:
            wait = float(response.headers[header]) - (0.0 if header == "retry-after" else _x_time(response))
        except (KeyError, ValueError):
            continue
        if not math.isnan(wait):
            return min(max(wait, 1.0), _LONGEST_WAIT_S)
    return _NO_RESET_S


def _x_time(response: requests.Response) -> float:
    """Return what X's own clock shows, by which its resets are told; ours where it does not say."""
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return time.time()


def _said(response: requests.Response) -> str:
    """Return X's words and numbers about a refusal, lower case; "" when there are none.

    What X quotes in [] may be what a person wrote, and is left out.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError, requests.RequestException):
        return ""
    parts = _objects(body)
    parts += [error for part in parts for error in _objects(part.get("errors"))]
    words = [_QUOTED.sub("[]", str(part[key])) for part in parts for key in _WORDS if key in part]
    numbers = [f"#{part['code']}#" for part in parts if "code" in part]
    return " ".join(words + numbers).lower()


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects that this JSON is or lists; X answers an error with either."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
