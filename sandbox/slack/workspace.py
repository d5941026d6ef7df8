"""What the stand-in Slack remembers: people, channels, messages, open views and what was shown to whom.

Everything is in memory and belongs to one event loop. Nothing here speaks HTTP or checks what it is given.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.faults import NotThere
from sandbox.limits import Limits, Rule

TEAM, TEAM_NAME, TEAM_DOMAIN = "T0SANDBOX", "Sari Shop", "sari-shop"
BOT, BOT_ID, APP_ID = "U0DESK", "B0DESK", "A0DESK"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-sandbox", "xapp-sandbox", "sandbox-signing-secret"
VERIFICATION_TOKEN = "sandbox-verification-token"

TRIGGER_LIVES_S = 3.0
RESPONSE_URL_LIVES_S = 30 * 60.0
RESPONSE_URL_USES = 5

Blocks = list[dict[str, Any]]

_TIER_2: Rule = (20, 60.0)
_TIER_3: Rule = (50, 60.0)
_TIER_4: Rule = (100, 60.0)
LIMITS: dict[str, Rule] = {
    "post_per_channel": (1, 1.0),
    "update": _TIER_3,
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.getPermalink": (1000, 60.0),
    "conversations.history": _TIER_3,
    "conversations.replies": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.open": _TIER_3,
    "conversations.list": _TIER_2,
    "conversations.members": _TIER_4,
    "users.info": _TIER_4,
    "users.list": _TIER_2,
    "usergroups.list": _TIER_2,
    "usergroups.users.list": _TIER_2,
    "views.open": _TIER_4,
    "views.push": _TIER_4,
    "views.update": _TIER_4,
    "views.publish": _TIER_4,
    "reactions.add": _TIER_3,
    "team.info": _TIER_3,
    "bots.info": _TIER_3,
    "auth.test": (200, 60.0),
    "apps.connections.open": _TIER_3,
}
"""Calls per window: posts per channel, updates for the workspace, the rest per method (platform.md 1.4)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the workspace, the bot included."""

    id: str
    name: str
    real_name: str
    colour: str
    tz: str = "Asia/Kolkata"
    tz_offset: int = 19_800
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_bot: bool = False


@dataclass(slots=True)
class Message:
    """One message; `replies` is filled on the first message of a thread only."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    bot: bool = False
    metadata: dict[str, Any] | None = None
    edited: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    deleted: bool = False
    replies: list[Message] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[tuple[str, str], Any] = field(default_factory=dict)
    former: list[Blocks] = field(default_factory=list)
    """The blocks of its last few versions, which a slow client may still show."""


@dataclass(slots=True)
class Private:
    """A message that only `user` sees (an ephemeral one)."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: Blocks
    at: str
    thread_ts: str | None = None
    chosen: dict[tuple[str, str], Any] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """A channel or, with `is_im`, the bot's direct conversation with the one other member."""

    id: str
    name: str
    members: list[str]
    is_im: bool = False
    is_archived: bool = False
    is_private: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    """All messages by `ts`, replies included, in order of arrival."""


@dataclass(slots=True)
class View:
    """A modal on somebody's screen, or their Home; `given` is the view as the desk sent it."""

    id: str
    user: str
    given: dict[str, Any]
    blocks: Blocks
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    """A `trigger_id`: good for one view, for three seconds. `view_id` is the modal in which it arose."""

    user: str
    born: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A `response_url`, and the message (public or private) that it may replace."""

    user: str
    channel: str
    born: float
    message_ts: str | None = None
    private_ts: str | None = None
    uses: int = 0


def _groups() -> list[dict[str, Any]]:
    agents, leads = ["U0ASHA", "U0MEHMET"], ["U0PRIYA"]
    return [
        {"id": "S0AGENTS", "handle": "support-agents", "name": "Support agents", "users": agents},
        {"id": "S0LEADS", "handle": "support-leads", "name": "Support leads", "users": leads},
    ]


@dataclass(slots=True)
class Settings:
    """What `POST /control/slack/settings` may change, besides the limits."""

    events_url: str | None = None
    mode: str = "http"
    missing_methods: list[str] = field(default_factory=list)
    response_urls: bool = True
    metadata: bool = True
    event_retry_s: list[float] = field(default_factory=lambda: [0, 60, 300])
    own_events: bool = False
    usergroups: list[dict[str, Any]] = field(default_factory=_groups)


class Workspace:
    """The one workspace of the stand-in; `changed` is called whenever something visible has changed."""

    def __init__(self, changed: Callable[[], None], *, events_url: str | None, mode: str) -> None:
        self.changed = changed
        self._start: dict[str, Any] = {"events_url": events_url, "mode": mode}
        self.limits = Limits(LIMITS)
        self._last_ts = 0
        self._seed()

    def _seed(self) -> None:
        self.settings = Settings(**self._start)
        self.people = {person.id: person for person in _people()}
        self.channels = {channel.id: channel for channel in _channels()}
        self.private: list[Private] = []
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        """Open modals by user, the topmost last."""
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.warnings: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    def reset(self) -> None:
        """Go back to the seed, limits and settings included."""
        self._seed()
        self.limits.reset()

    def next_ts(self) -> str:
        """Return the present as a message's `ts`, later than any given before."""
        self._last_ts = max(time.time_ns() // 1000, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def person(self, user: str) -> Person:
        """Return the person with this id; raise NotThere."""
        if user not in self.people:
            raise NotThere(f"there is no user {user}")
        return self.people[user]

    def channel(self, channel: str) -> Channel:
        """Return the channel with this id; raise NotThere."""
        if channel not in self.channels:
            raise NotThere(f"there is no channel {channel}")
        return self.channels[channel]

    def group(self, usergroup: str) -> dict[str, Any]:
        """Return the user group with this id; raise NotThere."""
        for group in self.settings.usergroups:
            if group["id"] == usergroup:
                return group
        raise NotThere(f"there is no user group {usergroup}")

    def channel_id(self, named: str) -> str:
        """Return the id behind `#name`, `name` or a user's id (their direct conversation); else `named`."""
        if named in self.channels:
            return named
        if named in self.people and named != BOT:
            return self.direct(named).id
        name = named.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == name and not channel.is_im:
                return channel.id
        return named

    def direct(self, user: str) -> Channel:
        """Return the bot's direct conversation with this person, opening it when there is none."""
        channel_id = "D0" + user.removeprefix("U0")
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, "directmessage", [user, BOT], is_im=True)
        return self.channels[channel_id]

    def add_message(self, message: Message) -> None:
        """Put a message into its channel and, when it is a reply, into its thread."""
        channel = self.channels[message.channel]
        if message.thread_ts is not None:
            channel.messages[message.thread_ts].replies.append(message)
        channel.messages[message.ts] = message
        self.changed()

    def remove_message(self, message: Message) -> None:
        """Delete a message; the head of a thread stays as a tombstone, as on Slack."""
        if message.replies:
            message.deleted, message.text = True, "This message was deleted."
            message.blocks, message.metadata = [], None
        else:
            messages = self.channels[message.channel].messages
            del messages[message.ts]
            if message.thread_ts is not None:
                messages[message.thread_ts].replies.remove(message)
        self.changed()

    def find_private(self, ts: str) -> Private | None:
        """Return the ephemeral message with this ts."""
        return next((shown for shown in self.private if shown.ts == ts), None)

    def show_privately(
        self, user: str, channel: str, text: str, blocks: Blocks, thread_ts: str | None = None
    ) -> Private:
        """Show a message to one person only."""
        shown = Private(self.next_ts(), channel, user, text, blocks, now(), thread_ts)
        self.private.append(shown)
        self.changed()
        return shown

    def warn(self, user: str, channel: str | None, text: str) -> None:
        """Remember what Slack itself would show this person because the desk did badly."""
        self.warnings.append({"user": user, "channel": channel, "text": text, "at": now()})
        self.changed()

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a fresh `trigger_id` for this person."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, time.monotonic(), view_id)
        return trigger_id

    def new_response_url(
        self, user: str, channel: str, *, message: str | None = None, private: str | None = None
    ) -> str:
        """Return the id of a fresh `response_url` for this person's click or command."""
        url_id = secrets.token_urlsafe(18)
        self.response_urls[url_id] = ResponseUrl(user, channel, time.monotonic(), message, private)
        return url_id

    def close_views(self, user: str) -> None:
        """Take every modal off this person's screen."""
        for view_id in self.stacks.pop(user, []):
            self.views.pop(view_id, None)
        self.changed()

    def visible_channels(self, user: str | None) -> Iterator[Channel]:
        """Yield the channels this person can see: a guest only their own, None all."""
        for channel in self.channels.values():
            closed = channel.is_im or (user is not None and self.person(user).is_restricted)
            if user is None or not closed or user in channel.members:
                yield channel

    def settings_now(self) -> dict[str, Any]:
        """Return the settings in force, limits included."""
        return asdict(self.settings) | {"limits": self.limits.rules()}


def _all_of(kind: type | tuple[type, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


_SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "events_url": (lambda value: value is None or isinstance(value, str), "a URL or null"),
    "mode": (lambda value: value in ("http", "socket"), "http or socket"),
    "limits": (lambda value: isinstance(value, dict), "an object"),
    "missing_methods": (_all_of(str), "an array of method names"),
    "response_urls": (_is_flag, "true or false"),
    "metadata": (_is_flag, "true or false"),
    "own_events": (_is_flag, "true or false"),
    "verify": (_is_flag, "true or false"),
    "event_retry_s": (_all_of((int, float)), "an array of seconds"),
    "usergroups": (
        lambda value: _all_of(dict)(value) and all({"id", "handle"} <= group.keys() for group in value),
        "an array of groups with id, handle and users",
    ),
}


def check_settings(body: dict[str, Any]) -> None:
    """Raise ValueError, naming the key, unless `body` is a change of settings that makes sense."""
    if unknown := body.keys() - _SETTINGS.keys():
        raise ValueError(f"there is no setting {', '.join(sorted(unknown))}")
    for name, value in body.items():
        fits, wanted = _SETTINGS[name]
        if not fits(value):
            raise ValueError(f"{name} must be {wanted}, not {value!r}")


def check_group(change: dict[str, Any]) -> dict[str, Any]:
    """Return the change of a user group; raise ValueError when it makes no sense."""
    if not _all_of(str)(change.get("users", [])):
        raise ValueError("users must be an array of user ids")
    if not _is_flag(change.get("disabled", False)):
        raise ValueError("disabled must be true or false")
    return change


def now() -> str:
    """Return the present, RFC 3339 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _people() -> list[Person]:
    return [
        Person("U0ASHA", "asha", "Asha Rao", "9f69e7"),
        Person("U0MEHMET", "mehmet", "Mehmet Yılmaz", "4bbe2e", tz="Europe/Istanbul", tz_offset=10_800),
        Person("U0PRIYA", "priya", "Priya Sen", "e7392d", is_admin=True),
        Person("U0OMAR", "omar", "Omar Haddad", "3c989f", is_admin=True, is_owner=True),
        Person("U0GUEST", "gita", "Gita Guest", "674b1b", is_restricted=True),
        Person(BOT, "mentiondesk", "mentiondesk", "1d9bf0", tz="America/Los_Angeles", is_bot=True),
    ]


def _channels() -> list[Channel]:
    full = ["U0ASHA", "U0MEHMET", "U0PRIYA", "U0OMAR"]
    return [
        Channel("C0SUPPORT", "support", [*full, "U0GUEST", BOT]),
        Channel("C0LEADS", "support-leads", [*full, BOT]),
        Channel("C0ADMIN", "desk-admin", [*full, BOT]),
        Channel("C0RANDOM", "random", [*full]),
        Channel("C0DMS", "customers-private", [*full, BOT], is_private=True),
    ]
