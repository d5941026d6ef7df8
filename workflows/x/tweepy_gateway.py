"""X over tweepy: the only module that imports it.

tweepy has no timeout, one fixed host, and writes tokens to its debug log (platform.md 2.7); so its
`request` is replaced. What comes out are values and our three errors, never tweepy's or requests'.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from typing import Any

import requests
import tweepy
import urllib3

from workflows.domain.post import Author, DirectMessage, Post
from workflows.errors import OutcomeUnknown
from workflows.settings import Settings
from workflows.x import fields
from workflows.x.gateway import DmPage, Looked, Page, Reach
from workflows.x.refusals import refused, unanswered

CONNECT_S = 5.0
READ_S = 20.0

# requests lets some errors of what it stands on through.
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)
_ABOUT_DMS = ("/2/dm_events", "/2/dm_conversations")


class _Session(requests.Session):
    """A session that goes where it is told, and nowhere else."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return nothing: requests reads a target even where it may not follow, and can break on it."""


class _Client(tweepy.Client):  # type: ignore[misc]  # tweepy has no types
    """tweepy's client with our base URL, timeouts, errors, and nothing of it in the log."""

    def __init__(self, base_url: str, **keys: Any) -> None:
        super().__init__(**keys, wait_on_rate_limit=False, return_type=requests.Response)
        self._base_url = base_url
        self.session = _Session()

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
        session = self.session if method == "GET" else _Session()
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
        except _BROKEN as error:
            raise unanswered(error) from error
        finally:
            if session is not self.session:
                session.close()
        if not 200 <= response.status_code < 300:
            raise refused(response, dms=route.startswith(_ABOUT_DMS))
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
        if not fields.new_id(body, "id"):
            raise OutcomeUnknown("X told no account")
        return fields.read_author(body["data"])

    def mentions(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of mentions, newest first."""
        ask = partial(self._client.get_users_mentions, account_id, since_id=since_id or None)
        return _page(partial(ask, expansions=fields.EXPANSIONS), page_token)

    def own_posts(self, account_id: str, *, since: datetime) -> Sequence[Post]:
        """Return the account's own posts since a moment; 300 at most, newest first."""
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ask = partial(self._client.get_users_tweets, account_id, start_time=start, expansions="author_id")
        posts: list[Post] = []
        token = ""
        for _ in range(3):
            page = _page(ask, token)
            posts += page.posts
            token = page.next_token
            if not token:
                break
        return posts

    def own_timeline(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of what the account itself wrote, newest first."""
        ask = partial(self._client.get_users_tweets, account_id, since_id=since_id or None)
        return _page(partial(ask, exclude="retweets", expansions="author_id"), page_token)

    def look_up(self, post_ids: Sequence[str]) -> Looked:
        """Return what can still be seen of these posts, and why the others cannot."""
        if not post_ids:
            return Looked()
        body = _read(
            lambda: self._client.get_tweets(
                list(post_ids),
                tweet_fields=fields.POST_FIELDS,
                user_fields=fields.USER_FIELDS,
                expansions=fields.EXPANSIONS,
                user_auth=True,
            )
        )
        return Looked(fields.read_posts(body), fields.read_gone(body, post_ids))

    def people(self, person_ids: Sequence[str]) -> Mapping[str, Reach]:
        """Return whether these people take our direct messages."""
        if not person_ids:
            return {}
        body = _read(
            lambda: self._client.get_users(
                ids=list(person_ids), user_fields=fields.REACH_FIELDS, user_auth=True
            )
        )
        reach = {who: Reach(None, why) for who, why in fields.read_gone(body, person_ids).items()}
        users = fields.objects(body.get("data"), "id")
        return reach | {str(user["id"]): Reach(fields.takes_dms(user)) for user in users}

    def reply(self, *, to: str, text: str) -> str:
        """Publish an answer and return its id."""
        body = _read(lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=to, user_auth=True))
        return _new_id(body, "id")

    def direct_messages(self, account_id: str, *, page_token: str = "") -> DmPage:
        """Return a page of direct messages, newest first."""
        body = self._dm_events(page_token=page_token)
        return DmPage(fields.read_messages(body, account_id), fields.next_token(body))

    def messages_with(self, account_id: str, person_id: str) -> Sequence[DirectMessage]:
        """Return the newest direct messages between the account and a person."""
        return fields.read_messages(self._dm_events(person_id), account_id, person_id=person_id)

    def send_dm(self, *, to: str, text: str) -> str:
        """Send a direct message and return its id."""
        body = _read(lambda: self._client.create_direct_message(participant_id=to, text=text, user_auth=True))
        return _new_id(body, "dm_event_id")

    def _dm_events(self, person_id: str = "", *, page_token: str = "") -> dict[str, Any]:
        return _read(
            lambda: self._client.get_direct_message_events(
                participant_id=person_id or None,
                event_types=fields.MESSAGE,
                max_results=100,
                pagination_token=page_token or None,
                dm_event_fields=fields.DM_FIELDS,
                user_fields=fields.USER_FIELDS,
                expansions=fields.DM_EXPANSIONS,
                user_auth=True,
            )
        )


def _page(ask: Callable[..., requests.Response], page_token: str) -> Page:
    """Return the page of a timeline that begins at the token."""
    body = _read(
        lambda: ask(
            max_results=100,
            pagination_token=page_token or None,
            tweet_fields=fields.POST_FIELDS,
            user_fields=fields.USER_FIELDS,
            user_auth=True,
        )
    )
    return Page(fields.read_posts(body), fields.next_token(body))


def _read(call: Callable[[], requests.Response]) -> dict[str, Any]:
    """Make the call and return its JSON object; an answer that cannot be read leaves the outcome unknown."""
    response = call()
    try:
        body = response.json()
    except (ValueError, RecursionError, requests.RequestException) as error:
        raise OutcomeUnknown("X's answer cannot be read") from error
    if not isinstance(body, dict):
        raise OutcomeUnknown("X's answer is not an object")
    return body


def _new_id(body: Mapping[str, Any], key: str) -> str:
    if found := fields.new_id(body, key):
        return found
    raise OutcomeUnknown("X answered without an id")
