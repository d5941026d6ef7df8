"""The Web API's methods that write: `chat.*` and reactions.

Each takes the workspace and the call's arguments, and returns Slack's answer without `ok`, or raises Refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from sandbox.slack.blocks import Args, Refused, check_message_blocks, with_ids
from sandbox.slack.workspace import (
    APP_ID,
    BOT,
    BOT_ID,
    TEAM,
    TEAM_DOMAIN,
    Blocks,
    Channel,
    Message,
    Workspace,
)

_LONGEST_POST, _LONGEST_UPDATE = 40_000, 4_000
_MOST_METADATA_BYTES = 16_000
_FORMER_KEPT = 5

Answer = dict[str, Any]


def message_as_slack(message: Message, *, metadata: bool = False) -> Answer:
    """Return a message as the history and payloads show it."""
    shown: Answer = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    shown |= {"team": TEAM, "blocks": message.blocks}
    if message.deleted:
        shown |= {"subtype": "tombstone", "hidden": True, "user": "USLACKBOT"}
    if message.bot:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
        shown["bot_profile"] = {"id": BOT_ID, "app_id": APP_ID, "name": "mentiondesk", "team_id": TEAM}
    if message.thread_ts or message.replies:
        shown["thread_ts"] = message.thread_ts or message.ts
    if message.replies:
        shown |= _thread_as_slack(message.replies)
    if message.broadcast:
        shown["subtype"] = "thread_broadcast"
    if message.edited:
        shown["edited"] = {"user": BOT_ID if message.bot else message.user, "ts": message.edited}
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    reactions = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    return shown | ({"reactions": reactions} if reactions else {})


def _thread_as_slack(replies: list[Message]) -> Answer:
    writers = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "reply_users": writers,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
    }


def content(args: Args, longest: int) -> tuple[str, Blocks | None]:
    """Return the text and blocks of a call that writes a message; blocks are None when not given."""
    text, blocks = args.text("text"), args.get("blocks")
    if blocks is not None and blocks != "":
        check_message_blocks(blocks)
    if len(text) > longest:
        raise Refused("msg_too_long")
    if not text.strip() and not blocks and not args.get("attachments"):
        raise Refused("no_text")
    return text, None if blocks is None or blocks == "" else with_ids(blocks)


def _metadata(workspace: Workspace, args: Args) -> dict[str, Any] | None:
    """Return the metadata to keep; a workspace without metadata ignores it in silence."""
    metadata = args.get("metadata")
    if metadata is None or metadata == "":
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if metadata and (not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]):
        raise Refused("invalid_metadata_format")
    if metadata and not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata)) > _MOST_METADATA_BYTES:
        raise Refused("metadata_too_large")
    return metadata if workspace.settings.metadata else None


def find_channel(workspace: Workspace, named: str) -> Channel:
    """Return the channel with this id; refuse names, as all methods but chat.postMessage do."""
    if named not in workspace.channels:
        raise Refused("channel_not_found")
    return workspace.channels[named]


def _own_channel(workspace: Workspace, named: str) -> Channel:
    """Return a channel in which the bot may write."""
    channel = find_channel(workspace, named)
    if channel.is_archived:
        raise Refused("is_archived")
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    return channel


def thread_of(channel: Channel, args: Args) -> str | None:
    """Return the head of the thread that `thread_ts` names, which may be one of its replies."""
    if not args.text("thread_ts"):
        return None
    found = channel.messages.get(args.text("thread_ts"))
    if found is None:
        raise Refused("thread_not_found")
    return found.thread_ts or found.ts


def post_message(workspace: Workspace, args: Args) -> Answer:
    """Do `chat.postMessage`; the channel may be an id, `#name`, `name`, or a person for a direct message."""
    channel = _own_channel(workspace, workspace.channel_id(args.text("channel")))
    text, blocks = content(args, _LONGEST_POST)
    metadata, thread_ts = _metadata(workspace, args), thread_of(channel, args)
    message = Message(workspace.next_ts(), channel.id, BOT, text, blocks or [], bot=True)
    message.metadata, message.thread_ts = metadata or None, thread_ts
    message.broadcast = thread_ts is not None and args.flag("reply_broadcast")
    workspace.add_message(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_as_slack(message, metadata=True),
    }


def _own_message(workspace: Workspace, args: Args, *, otherwise: str) -> Message:
    channel = find_channel(workspace, args.text("channel"))
    message = channel.messages.get(args.text("ts"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if not message.bot:
        raise Refused(otherwise)
    return message


def update_message(workspace: Workspace, args: Args) -> Answer:
    """Do `chat.update`: text without blocks takes the blocks away; metadata stays unless given anew."""
    message = _own_message(workspace, args, otherwise="cant_update_message")
    if workspace.channels[message.channel].is_archived:
        raise Refused("is_inactive")
    text, blocks = content(args, _LONGEST_UPDATE)
    if args.has("metadata"):
        message.metadata = _metadata(workspace, args) or None
    replace_message(workspace, message, text if args.has("text") else message.text, blocks)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_as_slack(message, metadata=True),
    }


def replace_message(workspace: Workspace, message: Message, text: str, blocks: Blocks | None) -> None:
    """Put new content into a message; what people had chosen in it stays where the ids stay."""
    message.former = [*message.former[1 - _FORMER_KEPT :], message.blocks]
    message.text, message.blocks = text, blocks or []
    message.edited = workspace.next_ts()
    workspace.changed()


def delete_message(workspace: Workspace, args: Args) -> Answer:
    """Do `chat.delete` for one of the bot's own messages."""
    message = _own_message(workspace, args, otherwise="cant_delete_message")
    workspace.remove_message(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(workspace: Workspace, args: Args) -> Answer:
    """Do `chat.postEphemeral` for a person who is in the channel."""
    channel = _own_channel(workspace, args.text("channel"))
    user = args.need("user")
    if user not in workspace.people or user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = content(args, _LONGEST_POST)
    shown = workspace.show_privately(user, channel.id, text, blocks or [], thread_of(channel, args))
    return {"message_ts": shown.ts}


def permalink(workspace: Workspace, args: Args) -> Answer:
    """Do `chat.getPermalink`."""
    channel = find_channel(workspace, args.text("channel"))
    message = channel.messages.get(args.text("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(workspace: Workspace, args: Args) -> Answer:
    """Do `reactions.add`."""
    channel = _own_channel(workspace, args.text("channel"))
    message = channel.messages.get(args.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    name = args.text("name")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    users = message.reactions.setdefault(name, [])
    if BOT in users:
        raise Refused("already_reacted")
    users.append(BOT)
    workspace.changed()
    return {}


METHODS: dict[str, Callable[[Workspace, Args], Answer]] = {
    "chat.postMessage": post_message,
    "chat.update": update_message,
    "chat.delete": delete_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "reactions.add": add_reaction,
}
