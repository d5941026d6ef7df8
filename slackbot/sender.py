"""Slack's Web API as the desk uses it: each call is made once, and its failures are our three errors."""

import http.client
import json
import logging
import math
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from slackbot.render.text import Json, Message
from workflows.domain.people import Group, Person
from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable
from workflows.settings import Settings

POST_S = 20
CLICK_S = 2
RESPOND_S = 5
_PARKED_S = 60.0
_NO_RETRY_AFTER_S = 5.0

_PRIVATE_FOR_S = 300.0

_CODE = re.compile(r"[a-z0-9_]+")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{6,}")
# "Some aspect may have succeeded", in Slack's own words.
_UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_LOGIN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "org_login_required"}
)
_BUSY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"})

# slack_sdk logs whole bodies, and with them customers' words, at DEBUG.
logging.getLogger("slack_sdk").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands in Slack."""

    channel: str
    ts: str


class Sender:
    """The calls that the desk makes; every one raises TryLater, Undeliverable or OutcomeUnknown."""

    def __init__(self, settings: Settings) -> None:
        token = settings.slack_bot_token.get_secret_value()
        self._client = web_client(settings.slack_api_url, token, timeout_s=POST_S)
        self._clicks = web_client(settings.slack_api_url, token, timeout_s=CLICK_S)
        self._private: dict[str, tuple[bool, float]] = {}

    def post(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Posted:
        """Post a message; nothing in it unfurls. The ids of its blocks are the proof that it is ours."""
        body = _call(
            lambda: self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        if not body.get("ts"):
            raise OutcomeUnknown("Slack told no ts")
        return Posted(str(body.get("channel") or channel), str(body["ts"]))

    def update(self, at: Posted, message: Message) -> None:
        """Replace what a message shows."""
        _call(
            lambda: self._client.chat_update(
                channel=at.channel, ts=at.ts, text=message.text, blocks=message.blocks
            )
        )

    def delete(self, at: Posted) -> None:
        """Remove one of our messages."""
        _call(lambda: self._client.chat_delete(channel=at.channel, ts=at.ts))

    def private(self, channel: str, user: str, message: Message) -> None:
        """Show a message to one person only."""
        _call(
            lambda: self._client.chat_postEphemeral(
                channel=channel, user=user, text=message.text, blocks=message.blocks
            )
        )

    def history(self, channel: str, *, oldest: datetime) -> Iterator[Json]:
        """Yield the messages of a channel since a moment; a thousand at most."""
        yield from self._pages(
            "messages",
            lambda cursor: self._client.conversations_history(
                channel=channel,
                oldest=f"{oldest.timestamp():.6f}",
                limit=200,
                cursor=cursor,
            ),
        )

    def replies(self, at: Posted, *, oldest: datetime) -> Iterator[Json]:
        """Yield the messages of a thread since a moment."""
        yield from self._pages(
            "messages",
            lambda cursor: self._client.conversations_replies(
                channel=at.channel, ts=at.ts, oldest=f"{oldest.timestamp():.6f}", limit=200, cursor=cursor
            ),
        )

    def channel_is_private(self, channel: str) -> bool:
        """Tell whether only its members can read this channel; asked again after five minutes.

        channel  an id; or a name, which counts as private only if we are in a private channel of that name.
        """
        known, asked_at = self._private.get(channel, (False, -_PRIVATE_FOR_S))
        if time.monotonic() - asked_at < _PRIVATE_FOR_S:
            return known
        if _CHANNEL_ID.fullmatch(channel):
            found = _call(lambda: self._client.conversations_info(channel=channel)).get("channel") or {}
            is_private = bool(found.get("is_private"))
        else:
            is_private = channel.removeprefix("#") in self._private_names()
        self._private[channel] = (is_private, time.monotonic())
        return is_private

    def _private_names(self) -> set[str]:
        pages = self._pages(
            "channels",
            lambda cursor: self._client.conversations_list(
                types="private_channel", exclude_archived=True, limit=1000, cursor=cursor
            ),
        )
        return {str(one.get("name") or "") for one in pages if one.get("is_private")}

    def people(self) -> Iterator[Person]:
        """Yield the members of the workspace."""
        pages = self._pages("members", lambda cursor: self._client.users_list(limit=200, cursor=cursor))
        yield from (_person(member) for member in pages if member.get("id"))

    def person(self, user_id: str) -> Person:
        """Return one member."""
        return _person(_call(lambda: self._client.users_info(user=user_id)).get("user") or {"id": user_id})

    def groups(self) -> Iterator[Group]:
        """Yield the workspace's user groups with their members."""
        body = _call(lambda: self._client.usergroups_list(include_users=True))
        for group in body.get("usergroups") or ():
            if group.get("id"):
                members = tuple(str(user) for user in group.get("users") or ())
                yield Group(str(group["id"]), str(group.get("handle") or ""), members)

    def who_am_i(self) -> Mapping[str, Any]:
        """Return what auth.test says of the workspace and the bot."""
        return _call(self._client.auth_test)

    def open_view(self, trigger_id: str, view: Json) -> None:
        """Open a dialog, within the click: two seconds, or never."""
        _call(lambda: self._clicks.views_open(trigger_id=trigger_id, view=view))

    def update_view(self, view_id: str, view: Json) -> None:
        """Replace what a dialog shows."""
        _call(lambda: self._client.views_update(view_id=view_id, view=view))

    def _pages(self, key: str, fetch: Callable[[str | None], SlackResponse]) -> Iterator[Json]:
        cursor: str | None = None
        for _ in range(5):
            body = _call(lambda cursor=cursor: fetch(cursor))  # type: ignore[misc]
            yield from body.get(key) or ()
            cursor = (body.get("response_metadata") or {}).get("next_cursor") or None
            if not cursor:
                return


def web_client(base_url: str, token: str, *, timeout_s: int) -> WebClient:
    """Return a client that tries once: the default one posts again when a connection drops."""
    return WebClient(token=token, base_url=base_url, timeout=timeout_s, retry_handlers=[])


def respond(url: str, body: Json, *, timeout_s: float = RESPOND_S) -> None:
    """Answer a click through its response_url.

    Raises Undeliverable when it was used up or is too old, OutcomeUnknown when nothing came back.
    """
    if not url.startswith(("https://", "http://")):
        raise Undeliverable("bad_answer_url")
    try:
        request = urllib.request.Request(  # noqa: S310 - checked above; the url came signed from Slack
            url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            said = answer.read(2000)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 429:
            raise TryLater("ratelimited", after_s=_wait(error.headers)) from error
        raise Undeliverable(f"answer_url_{error.code}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutcomeUnknown(type(error).__name__) from error
    if said.lstrip().startswith(b"{") and b'"ok":false' in said.replace(b" ", b""):
        raise Undeliverable("answer_url_refused")


def _call(call: Callable[[], SlackResponse]) -> Mapping[str, Any]:
    try:
        return call().data  # type: ignore[return-value]  # bytes only for gzip exports
    except SlackApiError as error:
        raise _refused(error) from error
    except (SlackClientError, OSError, http.client.HTTPException, ValueError) as error:
        raise _unanswered(error) from error


def _refused(error: SlackApiError) -> DeliveryError:
    """Put Slack's refusal into one of our errors."""
    response: Any = error.response
    status = response.status_code if isinstance(response, SlackResponse) else response.get("status", 0)
    headers = response.headers if hasattr(response, "headers") else response.get("headers", {})
    data = response.data if isinstance(response, SlackResponse) else {}
    data = data if isinstance(data, dict) else {}
    code = str(data.get("error") or "")
    if not _CODE.fullmatch(code):
        code = ""  # slack_sdk puts a sentence of its own there when the answer is no JSON
    if status == 429 or code in _BUSY:
        return TryLater("slack_busy", after_s=_wait(headers), throttled=True)
    if status in (404, 405) and not code:
        return Undeliverable("unknown_method")
    if code in _UNCLEAR or status >= 500 or not code:
        return OutcomeUnknown(code or f"Slack answered {status} without a word that can be read")
    if code in _LOGIN:
        return TryLater(f"login_slack_{code}", after_s=_PARKED_S)
    return Undeliverable(code, str((data.get("response_metadata") or {}).get("messages") or ""))


def _unanswered(error: BaseException) -> DeliveryError:
    """Tell a request that was never written from one that may have been."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else None
    if isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
        return TryLater("slack_unreachable", after_s=2)
    return OutcomeUnknown(type(reason or error).__name__)


def _wait(headers: Any) -> float:
    """Return Retry-After in seconds, which may be a fraction, a list, or missing."""
    value = headers.get("Retry-After") or headers.get("retry-after") if headers else None
    if isinstance(value, list):
        value = value[0]
    try:
        seconds = float(value or "")
    except (TypeError, ValueError):
        seconds = math.nan
    return _NO_RETRY_AFTER_S if math.isnan(seconds) else min(max(seconds, 0.1), 3600.0)


def _person(member: Mapping[str, Any]) -> Person:
    profile = member.get("profile") or {}
    name = (
        profile.get("display_name")
        or profile.get("real_name")
        or member.get("real_name")
        or member.get("name")
    )
    return Person(
        id=str(member["id"]),
        team_id=str(member.get("team_id") or ""),
        name=str(name or member["id"]),
        is_admin=bool(member.get("is_admin") or member.get("is_owner")),
        is_guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        is_bot=bool(member.get("is_bot")),
        is_deleted=bool(member.get("deleted")),
    )
