"""The Web API's methods that read: channels, their history, people, groups and the app itself.

Each takes the workspace and the call's arguments, and returns Slack's answer without `ok`, or raises Refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sandbox.faults import NotThere
from sandbox.slack.blocks import Args, Refused
from sandbox.slack.messages import Answer, find_channel, message_as_slack
from sandbox.slack.workspace import (
    APP_ID,
    BOT,
    BOT_ID,
    TEAM,
    TEAM_DOMAIN,
    TEAM_NAME,
    Channel,
    Message,
    Person,
    Workspace,
)

_CREATED = 1_700_000_000
_Item = TypeVar("_Item")


def _page(items: Sequence[_Item], args: Args, *, usual: int = 100) -> tuple[list[_Item], str]:
    """Return one page and the cursor of the next one (empty on the last)."""
    start = 0
    if args.text("cursor"):
        try:
            start = int(base64.b64decode(args.text("cursor"), validate=True).removeprefix(b"next:"))
        except (binascii.Error, ValueError):
            raise Refused("invalid_cursor") from None
    stop = start + args.number("limit", usual, most=1000)
    cursor = base64.b64encode(f"next:{stop}".encode()).decode() if stop < len(items) else ""
    return list(items[start:stop]), cursor


def _within(message: Message, args: Args) -> bool:
    oldest, latest = args.text("oldest"), args.text("latest")
    try:
        ts = float(message.ts)
        after = not oldest or ts > float(oldest) or (args.flag("inclusive") and ts == float(oldest))
        before = not latest or ts < float(latest) or (args.flag("inclusive") and ts == float(latest))
    except ValueError:
        raise Refused("invalid_ts_oldest" if oldest else "invalid_ts_latest") from None
    return after and before


def _listing(messages: list[Message], args: Args, usual: int) -> Answer:
    page, cursor = _page(messages, args, usual=usual)
    metadata = args.flag("include_all_metadata")
    answer: Answer = {
        "messages": [message_as_slack(message, metadata=metadata) for message in page],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def history(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.history`: the newest first, replies only when they were broadcast."""
    channel = find_channel(workspace, args.text("channel"))
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    shown = [m for m in channel.messages.values() if (not m.thread_ts or m.broadcast) and _within(m, args)]
    return _listing(shown[::-1], args, 100) | {"pin_count": 0}


def replies(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.replies`: the head of the thread, then its replies in order."""
    channel = find_channel(workspace, args.text("channel"))
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    named = channel.messages.get(args.text("ts"))
    if named is None:
        raise Refused("thread_not_found")
    head = channel.messages[named.thread_ts] if named.thread_ts else named
    return _listing([head, *(reply for reply in head.replies if _within(reply, args))], args, 1000)


def _channel_as_slack(channel: Channel) -> Answer:
    shown: Answer = {"id": channel.id, "created": _CREATED, "is_archived": channel.is_archived}
    if channel.is_im:
        return shown | {"is_im": True, "user": channel.members[0], "is_user_deleted": False}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": False,
        "is_member": BOT in channel.members,
        "context_team_id": TEAM,
        "num_members": len(channel.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def channel_info(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.info`."""
    return {"channel": _channel_as_slack(find_channel(workspace, args.text("channel")))}


def _type_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def list_channels(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.list`; without `types`, public channels."""
    types = set((args.text("types") or "public_channel").split(","))
    if types - {"public_channel", "private_channel", "mpim", "im"}:
        raise Refused("invalid_types")
    wanted = [
        channel
        for channel in workspace.channels.values()
        if _type_of(channel) in types and not (channel.is_archived and args.flag("exclude_archived"))
    ]
    page, cursor = _page(wanted, args)
    shown = [_channel_as_slack(channel) for channel in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def channel_members(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.members`."""
    page, cursor = _page(find_channel(workspace, args.text("channel")).members, args)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def open_direct(workspace: Workspace, args: Args) -> Answer:
    """Do `conversations.open` with one person."""
    if args.text("channel"):
        return {"channel": {"id": find_channel(workspace, args.text("channel")).id}}
    users = args.need("users").split(",")
    if len(users) != 1 or users[0] not in workspace.people or users[0] == BOT:
        raise Refused("user_not_found")
    return {"channel": {"id": workspace.direct(users[0]).id}}


def person_as_slack(person: Person) -> Answer:
    """Return a person as `users.info` shows them."""
    return {
        "id": person.id,
        "team_id": TEAM,
        "name": person.name,
        "deleted": False,
        "color": person.colour,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset,
        "profile": _profile(person),
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": person.is_owner,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": _CREATED,
        "is_email_confirmed": not person.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }


def _profile(person: Person) -> Answer:
    first, _, last = person.real_name.partition(" ")
    profile: Answer = {
        "title": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": first,
        "display_name_normalized": first,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": f"g{person.colour}",
        "image_72": f"https://secure.gravatar.com/avatar/{person.colour}.jpg?s=72",
        "team": TEAM,
    }
    if person.is_bot:
        profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID, "always_active": True}
    return profile


def user_info(workspace: Workspace, args: Args) -> Answer:
    """Do `users.info`."""
    person = workspace.people.get(args.text("user"))
    if person is None:
        raise Refused("user_not_found")
    return {"user": person_as_slack(person)}


def list_users(workspace: Workspace, args: Args) -> Answer:
    """Do `users.list`, with Slackbot, which calls itself no bot."""
    people = [*workspace.people.values(), Person("USLACKBOT", "slackbot", "Slackbot", "757575")]
    page, cursor = _page(people, args)
    members = [person_as_slack(person) for person in page]
    return {"members": members, "cache_ts": _CREATED, "response_metadata": {"next_cursor": cursor}}


def list_groups(workspace: Workspace, args: Args) -> Answer:
    """Do `usergroups.list`: members, how many they are, and disabled groups only when asked for."""
    wanted = [
        group
        for group in workspace.settings.usergroups
        if args.flag("include_disabled") or not group.get("disabled")
    ]
    left_out = {key for key, flag in _ONLY_WHEN_ASKED.items() if not args.flag(flag)}
    groups = [_group_as_slack(group) for group in wanted]
    return {"usergroups": [{k: v for k, v in group.items() if k not in left_out} for group in groups]}


_ONLY_WHEN_ASKED = {"users": "include_users", "user_count": "include_count", "channel_count": "include_count"}


def _group_as_slack(group: dict[str, Any]) -> Answer:
    users = list(group.get("users", []))
    disabled = bool(group.get("disabled"))
    return {
        "id": group["id"],
        "team_id": TEAM,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.get("name", group["handle"]),
        "description": group.get("description", ""),
        "handle": group["handle"],
        "is_external": False,
        "date_create": _CREATED,
        "date_update": _CREATED,
        "date_delete": _CREATED + 1 if disabled else 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": "U0OMAR",
        "updated_by": "U0OMAR",
        "deleted_by": "U0OMAR" if disabled else None,
        "prefs": {"channels": [], "groups": []},
        "users": users,
        "user_count": len(users),
        "channel_count": 0,
    }


def group_members(workspace: Workspace, args: Args) -> Answer:
    """Do `usergroups.users.list`; a disabled group is there only when asked for."""
    try:
        group = workspace.group(args.need("usergroup"))
    except NotThere:
        raise Refused("no_such_subteam") from None
    if group.get("disabled") and not args.flag("include_disabled"):
        raise Refused("no_such_subteam")
    return {"users": list(group.get("users", []))}


def who_am_i(workspace: Workspace, args: Args) -> Answer:
    """Do `auth.test`."""
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_NAME,
        "user": workspace.people[BOT].name,
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def team_info(workspace: Workspace, args: Args) -> Answer:
    """Do `team.info`."""
    return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}}


def bot_info(workspace: Workspace, args: Args) -> Answer:
    """Do `bots.info` for the only bot there is."""
    if args.text("bot") not in {"", BOT_ID}:
        raise Refused("bot_not_found")
    bot = {"id": BOT_ID, "deleted": False, "name": "mentiondesk", "updated": _CREATED}
    return {"bot": bot | {"app_id": APP_ID, "user_id": BOT, "icons": {}}}


def echo(workspace: Workspace, args: Args) -> Answer:
    """Do `api.test`."""
    given = {key: value for key, value in args.given.items() if key != "token"}
    if "error" in given:
        raise Refused(str(given["error"]))
    return {"args": given}


METHODS: dict[str, Callable[[Workspace, Args], Answer]] = {
    "api.test": echo,
    "auth.test": who_am_i,
    "team.info": team_info,
    "bots.info": bot_info,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": channel_info,
    "conversations.list": list_channels,
    "conversations.members": channel_members,
    "conversations.open": open_direct,
    "users.info": user_info,
    "users.list": list_users,
    "usergroups.list": list_groups,
    "usergroups.users.list": group_members,
}
