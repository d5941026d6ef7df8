"""Show the stand-in Slack from outside: all that a person may see, as docs/sandbox.md describes it."""

from __future__ import annotations

from typing import Any

from sandbox.slack.views import state_values
from sandbox.slack.workspace import BOT, Channel, Message, View, Workspace

Shown = dict[str, Any]


def state_of(workspace: Workspace, user: str | None, *, sockets: int) -> Shown:
    """Return all that `user` may see; everything there is when nobody is named."""
    if user is not None:
        workspace.person(user)
    home = workspace.homes.get(user) if user else None
    return {
        "me": user,
        "users": [_person(person) for person in workspace.people.values()],
        "channels": [_channel(channel, user or BOT) for channel in workspace.visible_channels(user)],
        "private": [_private(shown) for shown in workspace.private if user in (None, shown.user)],
        "views": [view_shown(view) for view in workspace.views.values() if user in (None, view.user)],
        "warnings": [warning for warning in workspace.warnings if user in (None, warning["user"])],
        "home": view_shown(home) if home else None,
        "usergroups": workspace.settings.usergroups,
        "sockets": sockets,
        "settings": workspace.settings_now(),
    }


def _person(person: Any) -> Shown:
    keys = ("id", "name", "real_name", "is_admin", "is_owner", "is_restricted", "is_bot", "colour")
    return {key: getattr(person, key) for key in keys}


def _channel(channel: Channel, viewer: str) -> Shown:
    heads = [message for message in channel.messages.values() if message.thread_ts is None]
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.is_im,
        "is_member": viewer in channel.members,
        "messages": [_message(message) | _thread(message) for message in heads],
    }


def _thread(message: Message) -> Shown:
    return {"reply_count": len(message.replies), "thread": [_message(reply) for reply in message.replies]}


def _message(message: Message) -> Shown:
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": message.bot,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "deleted": message.deleted,
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "reactions": message.reactions,
        "metadata": message.metadata,
    }


def _private(shown: Any) -> Shown:
    keys = ("ts", "channel", "user", "text", "blocks", "at", "thread_ts")
    return {key: getattr(shown, key) for key in keys}


def view_shown(view: View) -> Shown:
    """Return a view as the state shows it: title, submit and close as the desk sent them."""
    given = view.given
    return {
        "id": view.id,
        "user": view.user,
        "type": given["type"],
        "hash": view.hash,
        "title": given.get("title"),
        "blocks": view.blocks,
        "submit": given.get("submit"),
        "close": given.get("close"),
        "private_metadata": given.get("private_metadata") or "",
        "callback_id": given.get("callback_id") or "",
        "values": state_values(view.blocks, view.typed),
        "errors": view.errors,
    }
