"""Build what is told of the workspace: Slack's payloads to the desk, and the state to the control API.

The payloads (clicks, submissions, commands, events) follow Slack key by key, the state docs/sandbox.md.
"""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from sandbox.slack.messages import message_as_slack
from sandbox.slack.views import STATEFUL, choose, held, state_values, view_as_slack
from sandbox.slack.workspace import (
    APP_ID,
    BOT,
    TEAM,
    TEAM_DOMAIN,
    VERIFICATION_TOKEN,
    Channel,
    Message,
    Person,
    Private,
    View,
    Workspace,
)

Payload = dict[str, Any]


def _type_of(channel: Channel) -> str:
    """Return a channel's type as events call it."""
    return "im" if channel.is_im else "group" if channel.is_private else "channel"


def _interaction(kind: str, person: Person, trigger_id: str) -> Payload:
    """Return the keys that all interactivity has in common."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action_on(block: Payload, element: Payload, given: Any, chosen: dict[tuple[str, str], Any]) -> Payload:
    """Return the entry of `actions` for using an element, and remember in `chosen` what it now holds.

    given  for buttons a value that replaces its own (a client that shows an older message), for the rest what
           is typed or picked. Raises ValueError when the element cannot take it.
    """
    place = (block["block_id"], element["action_id"])
    action: Payload = {"type": element["type"], "action_id": place[1], "block_id": place[0]}
    if element["type"] == "overflow":
        options = {option["value"]: option for option in element["options"]}
        options |= {option["text"]["text"]: option for option in element["options"]}
        if given not in options:
            raise ValueError(f"{place[1]} has no option {given!r}")
        action["selected_option"] = options[given]
    elif element["type"] in STATEFUL:
        if given not in (None, ""):
            chosen[place] = choose(element, given)
        action |= held(element, chosen.get(place))
        action |= {key: element[key] for key in ("placeholder",) if key in element}
    else:
        action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        if given is not None:
            action["value"] = given
    return action | {"action_ts": f"{time.time():.6f}"}


def message_click(
    workspace: Workspace,
    person: Person,
    channel: Channel,
    clicked: Message | Private,
    *,
    action: Payload,
    response_url: str | None,
) -> Payload:
    """Return the `block_actions` of a click in a message; of an ephemeral one Slack sends no `message`."""
    ephemeral = isinstance(clicked, Private)
    container: Payload = {"type": "message", "message_ts": clicked.ts, "channel_id": channel.id}
    container["is_ephemeral"] = ephemeral
    if clicked.thread_ts:
        container["thread_ts"] = clicked.thread_ts
    payload = _interaction("block_actions", person, workspace.new_trigger(person.id))
    payload |= {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    if isinstance(clicked, Message):
        payload["message"] = message_as_slack(clicked)
    payload["state"] = {"values": state_values(clicked.blocks, clicked.chosen)}
    if response_url is not None:
        payload["response_url"] = response_url
    return payload | {"actions": [action]}


def view_click(workspace: Workspace, person: Person, view: View, action: Payload) -> Payload:
    """Return the `block_actions` of a control in a modal or on the Home."""
    payload = _interaction("block_actions", person, workspace.new_trigger(person.id, view.id))
    payload |= {"container": {"type": "view", "view_id": view.id}, "view": view_as_slack(view)}
    return payload | {"actions": [action]}


def view_submission(workspace: Workspace, person: Person, view: View) -> Payload:
    """Return the `view_submission` of a filled modal."""
    payload = _interaction("view_submission", person, workspace.new_trigger(person.id, view.id))
    return payload | {"view": view_as_slack(view), "response_urls": []}


def view_closed(person: Person, view: View, *, cleared: bool) -> Payload:
    """Return the `view_closed` of a modal that asked for it; it carries no trigger."""
    payload = _interaction("view_closed", person, "")
    del payload["trigger_id"]
    return payload | {"view": view_as_slack(view), "is_cleared": cleared}


def slash_command(
    workspace: Workspace, person: Person, channel: Channel, words: tuple[str, str], response_url: str | None
) -> Payload:
    """Return the form of a slash command; `words` are the command itself and the text after it."""
    form = {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": words[0],
        "text": words[1],
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "trigger_id": workspace.new_trigger(person.id),
    }
    return form if response_url is None else form | {"response_url": response_url}


def event_envelope(event: Payload) -> Payload:
    """Return the `event_callback` around an event, with an `event_id` of its own."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_urlsafe(40)}",
    }


def message_event(channel: Channel, message: Message) -> Payload:
    """Return the `message` event of a message somebody wrote."""
    event = message_as_slack(message) | {
        "channel": channel.id,
        "event_ts": message.ts,
        "channel_type": _type_of(channel),
    }
    if not message.bot:
        event["client_msg_id"] = str(uuid.uuid4())
        sentence = {"type": "rich_text_section", "elements": [{"type": "text", "text": message.text}]}
        event["blocks"] = [{"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [sentence]}]
    if message.thread_ts:
        event["parent_user_id"] = channel.messages[message.thread_ts].user
    return event


def message_changed_event(channel: Channel, message: Message, ts: str) -> Payload:
    """Return the `message_changed` event; it carries no `bot_id`, so Bolt lets even our own edits through."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": channel.id,
        "channel_type": _type_of(channel),
        "ts": ts,
        "event_ts": ts,
        "message": message_as_slack(message),
        "previous_message": message_as_slack(message) | {"blocks": (message.former or [[]])[-1]},
    }


def message_deleted_event(channel: Channel, message: Message, ts: str) -> Payload:
    """Return the `message_deleted` event; `ts` is the moment of the deletion."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": channel.id,
        "channel_type": _type_of(channel),
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": message.ts,
        "previous_message": message_as_slack(message),
    }


def home_opened_event(workspace: Workspace, person: Person) -> Payload:
    """Return the `app_home_opened` event; with the view once there is one."""
    event: Payload = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.direct(person.id).id,
        "tab": "home",
        "event_ts": workspace.next_ts(),
    }
    home = workspace.homes.get(person.id)
    return event if home is None else event | {"view": view_as_slack(home)}


def state_of(workspace: Workspace, user: str | None, *, sockets: int) -> Payload:
    """Return all that `user` may see; everything there is when nobody is named."""
    if user is not None:
        workspace.person(user)
    home = workspace.homes.get(user) if user else None
    return {
        "me": user,
        "users": [_person(person) for person in workspace.people.values()],
        "channels": [_channel(channel, user or BOT) for channel in workspace.visible_channels(user)],
        "private": [_private(shown) for shown in workspace.private if user in (None, shown.user)],
        "views": [_view_shown(view) for view in workspace.views.values() if user in (None, view.user)],
        "warnings": [warning for warning in workspace.warnings if user in (None, warning["user"])],
        "home": _view_shown(home) if home else None,
        "usergroups": workspace.settings.usergroups,
        "sockets": sockets,
        "settings": workspace.settings_now(),
    }


def _person(person: Any) -> Payload:
    keys = ("id", "name", "real_name", "is_admin", "is_owner", "is_restricted", "is_bot", "colour")
    return {key: getattr(person, key) for key in keys}


def _channel(channel: Channel, viewer: str) -> Payload:
    heads = [message for message in channel.messages.values() if message.thread_ts is None]
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.is_im,
        "is_member": viewer in channel.members,
        "messages": [_message_shown(message) | _thread(message) for message in heads],
    }


def _thread(message: Message) -> Payload:
    return {
        "reply_count": len(message.replies),
        "thread": [_message_shown(reply) for reply in message.replies],
    }


def _message_shown(message: Message) -> Payload:
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


def _private(shown: Any) -> Payload:
    keys = ("ts", "channel", "user", "text", "blocks", "at", "thread_ts")
    return {key: getattr(shown, key) for key in keys}


def _view_shown(view: View) -> Payload:
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
