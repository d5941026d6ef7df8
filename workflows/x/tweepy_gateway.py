"""X over tweepy: the only module that imports it.

tweepy has no timeout, one fixed host, and writes tokens to its debug log (platform.md 2.7); so its
`request` is replaced. What comes out are values and our three errors, never tweepy's or requests'.
"""

import json
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import requests
import tweepy
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.exceptions import SSLError as TlsError

from workflows.domain.post import Author, Post
from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable
from workflows.settings import Settings
from workflows.x import fields
from workflows.x.gateway import Page

CONNECT_S = 5.0
READ_S = 20.0
_NO_RESET_S = 60.0
_LOGIN_RETRY_S = 60.0
_CREDITS_RETRY_S = 900.0
_LONGEST_WAIT_S = 3600.0

# In the order in which they are looked for; the words are X's own, as seen in its answers.
_REFUSALS: tuple[tuple[str, str], ...] = (
    ("duplicate content", "duplicate_text"),
    ("have not been mentioned or otherwise engaged", "not_summoned"),
    ("reply to this conversation is not allowed", "reply_restricted"),
    ("deleted or not visible", "target_gone"),
    ("does not exist", "target_gone"),
    ("has been deleted", "target_gone"),
    ("could not be found", "target_gone"),
    ("blocked", "blocked"),
    ("suspended", "author_unavailable"),
    ("protected", "author_unavailable"),
    ("too long", "too_long"),
    ("tweet needs to be a bit shorter", "too_long"),
)
_WORDS = ("title", "detail", "type", "message")
_SPENT = ("usagecap", "usage-capped", "credits", "spend limit", "spending limit", "spend-cap", "spending-cap")


class _Client(tweepy.Client):  # type: ignore[misc]  # tweepy has no types
    """tweepy's client with our base URL, timeouts, errors, and nothing of it in the log."""

    def __init__(self, base_url: str, **keys: Any) -> None:
        super().__init__(**keys, wait_on_rate_limit=False, return_type=requests.Response)
        self._base_url = base_url

    def request(
        self,
        method: str,
        route: str,
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        user_auth: bool = False,
    ) -> requests.Response:
        """Send one request, once."""
        auth = tweepy.OAuth1UserHandler(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        ).apply_auth()
        # A kept connection that the far side closed cannot be told from one that broke after the post.
        session = self.session if method == "GET" else requests.Session()
        try:
            response = session.request(
                method,
                self._base_url + route,
                params=params,
                json=json,
                headers={"User-Agent": self.user_agent},
                auth=auth,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _unanswered(error) from error
        finally:
            if session is not self.session:
                session.close()
        if not 200 <= response.status_code < 300:
            raise _refused(response)
        return response


class TweepyGateway:
    """The gateway to X's API v2 with OAuth 1.0a user tokens."""

    def __init__(self, settings: Settings) -> None:
        self._client = _Client(
            settings.x_api_url,
            consumer_key=settings.x_consumer_key.get_secret_value(),
            consumer_secret=settings.x_consumer_secret.get_secret_value(),
            access_token=settings.x_access_token.get_secret_value(),
            access_token_secret=settings.x_access_token_secret.get_secret_value(),
        )

    def me(self) -> Author:
        """Return the account that the tokens belong to."""
        body = _read(lambda: self._client.get_me(user_auth=True, user_fields=fields.USER_FIELDS))
        if not isinstance(body.get("data"), dict) or not body["data"].get("id"):
            raise OutcomeUnknown("X told no account")
        return fields.read_author(body["data"])

    def mentions(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of mentions, newest first."""
        body = _read(
            lambda: self._client.get_users_mentions(
                account_id,
                max_results=100,
                since_id=since_id or None,
                pagination_token=page_token or None,
                tweet_fields=fields.POST_FIELDS,
                user_fields=fields.USER_FIELDS,
                expansions=fields.EXPANSIONS,
                user_auth=True,
            )
        )
        return Page(fields.read_posts(body), str((body.get("meta") or {}).get("next_token") or ""))

    def own_posts(self, account_id: str, *, since: datetime) -> Sequence[Post]:
        """Return the account's own posts since a moment; 300 at most, newest first."""
        posts: list[Post] = []
        token = ""
        for _ in range(3):
            body = _read(
                lambda token=token: self._client.get_users_tweets(  # type: ignore[misc]
                    account_id,
                    max_results=100,
                    start_time=since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    pagination_token=token or None,
                    tweet_fields=fields.POST_FIELDS,
                    user_fields=fields.USER_FIELDS,
                    expansions="author_id",
                    user_auth=True,
                )
            )
            posts += fields.read_posts(body)
            token = str((body.get("meta") or {}).get("next_token") or "")
            if not token:
                break
        return posts

    def look_up(self, post_ids: Sequence[str]) -> Sequence[Post]:
        """Return those of these posts that can still be seen."""
        body = _read(
            lambda: self._client.get_tweets(
                list(post_ids),
                tweet_fields=fields.POST_FIELDS,
                user_fields=fields.USER_FIELDS,
                expansions=fields.EXPANSIONS,
                user_auth=True,
            )
        )
        return fields.read_posts(body)

    def reply(self, *, to: str, text: str) -> str:
        """Publish an answer and return its id."""
        body = _read(lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=to, user_auth=True))
        data = body.get("data")
        post_id = str(data.get("id") or "") if isinstance(data, dict) else ""
        if not post_id:
            raise OutcomeUnknown("X answered without an id")
        return post_id


def _read(call: Callable[[], requests.Response]) -> dict[str, Any]:
    """Make the call and return its JSON object; an answer that cannot be read leaves the outcome unknown."""
    response = call()
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError, requests.RequestException) as error:
        raise OutcomeUnknown("X's answer cannot be read") from error
    if not isinstance(body, dict):
        raise OutcomeUnknown("X's answer is not an object")
    return body


def _unanswered(error: requests.RequestException) -> DeliveryError:
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


def _refused(response: requests.Response) -> DeliveryError:
    """Put X's refusal into one of our errors; 5xx says nothing about the outcome."""
    status, said = response.status_code, _said(response)
    if status >= 500 or status == 408:
        return OutcomeUnknown(f"X answered {status}")
    if status in (402, 403, 429) and any(word in said for word in _SPENT):
        return TryLater("credits_spent", after_s=_CREDITS_RETRY_S, parked=True)
    if status == 429:
        return TryLater("x_busy", after_s=_until_reset(response), throttled=True)
    if status == 401:
        return TryLater("login_refused", after_s=_LOGIN_RETRY_S, parked=True)
    unnamed = "target_gone" if status == 404 else "forbidden"
    reason = next((reason for words, reason in _REFUSALS if words in said), unnamed)
    return Undeliverable(reason, said[:200])


def _until_reset(response: requests.Response) -> float:
    for header, base in (("retry-after", 0.0), ("x-rate-limit-reset", time.time())):
        try:
            wait = float(response.headers[header]) - base
        except (KeyError, ValueError):
            continue
        return min(max(wait, 1.0), _LONGEST_WAIT_S)
    return _NO_RESET_S


def _said(response: requests.Response) -> str:
    """Return X's words about a refusal, lower case; "" when there are none."""
    try:
        body = response.json()
    except (ValueError, requests.RequestException):
        return ""
    parts = _objects(body)
    parts += [error for part in parts for error in _objects(part.get("errors"))]
    return " ".join(str(part.get(key, "")) for part in parts for key in _WORDS).lower()


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects that this JSON is or lists; X answers an error with either."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
