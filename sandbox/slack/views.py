"""Modals and the Home: the `views.*` methods, what people type, and what a submission's answer does."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from sandbox.faults import NotThere
from sandbox.slack.blocks import Args, Refused, check_view, elements, with_ids
from sandbox.slack.workspace import (
    APP_ID,
    BOT_ID,
    TEAM,
    TRIGGER_LIVES_S,
    Blocks,
    Trigger,
    View,
    Workspace,
)

_DEEPEST_STACK = 3

STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
"""Elements that hold a value: the key of the value in `state.values`, and the key of its first value."""

_SEVERAL = {kind for kind, (key, _) in STATEFUL.items() if key.endswith("s")}


def held(element: dict[str, Any], typed: Any = None) -> dict[str, Any]:
    """Return what `state.values` says of an element into which `typed` was put (None: nothing yet)."""
    key, initial = STATEFUL[element["type"]]
    value = element.get(initial) if typed is None else typed
    if value is None and element["type"] in _SEVERAL:
        value = []
    return {"type": element["type"], key: value or None if key == "value" else value}


def state_values(blocks: Blocks, typed: dict[tuple[str, str], Any]) -> dict[str, dict[str, Any]]:
    """Return `state.values` of a view or message."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        if element["type"] in STATEFUL:
            place = (block["block_id"], element["action_id"])
            values.setdefault(place[0], {})[place[1]] = held(element, typed.get(place))
    return values


def choose(element: dict[str, Any], given: Any) -> Any:
    """Return what is put into an element when a person types or picks `given`.

    Options are named by their value or their text. Raises ValueError when there is no such option.
    """
    key, _ = STATEFUL[element["type"]]
    if element["type"] in _SEVERAL:
        wanted = given if isinstance(given, list) else [given]
        return [_option(element, one) for one in wanted] if key == "selected_options" else wanted
    if key == "selected_option":
        return _option(element, given)
    return int(given) if key == "selected_date_time" else str(given)


def _option(element: dict[str, Any], given: Any) -> dict[str, Any]:
    groups = element.get("option_groups") or [element]
    for option in (option for group in groups for option in group.get("options") or []):
        if given in (option["value"], option["text"]["text"], option):
            return dict(option)
    raise ValueError(f"{element.get('action_id')} has no option {given!r}")


def find_element(
    blocks: Blocks, action_id: str, block_id: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the block and the element with this `action_id`; raise NotThere."""
    for block, element in elements(blocks):
        if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
            return block, element
    raise NotThere(f"there is no control {action_id}")


def view_as_slack(view: View) -> dict[str, Any]:
    """Return the view as payloads and answers carry it."""
    given = view.given
    shown: dict[str, Any] = {
        "id": view.id,
        "team_id": TEAM,
        "type": given["type"],
        "blocks": view.blocks,
        "private_metadata": given.get("private_metadata") or "",
        "callback_id": given.get("callback_id") or "",
        "state": {"values": state_values(view.blocks, view.typed)},
        "hash": view.hash,
        "title": given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": APP_ID,
        "external_id": given.get("external_id") or "",
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
    }
    return shown


def _new_hash() -> str:
    return f"{int(time.time())}.{secrets.token_urlsafe(6)}"


def _new_view(user: str, given: dict[str, Any], *, below: View | None = None) -> View:
    view_id = "V" + secrets.token_hex(5).upper()
    root_id, previous_id = (below.root_id, below.id) if below else (view_id, None)
    return View(view_id, user, given, with_ids(given["blocks"]), _new_hash(), root_id, previous_id)


def _put_on_top(workspace: Workspace, view: View) -> None:
    workspace.views[view.id] = view
    workspace.stacks.setdefault(view.user, []).append(view.id)
    workspace.changed()


def replace_view(workspace: Workspace, view: View, given: dict[str, Any]) -> None:
    """Draw a view anew; what was typed stays where block_id and action_id stay, as on Slack."""
    kinds = {(b["block_id"], e["action_id"]): e["type"] for b, e in elements(view.blocks)}
    view.given, view.blocks = given, with_ids(given["blocks"])
    view.hash, view.errors = _new_hash(), {}
    stayed = {(b["block_id"], e.get("action_id")) for b, e in elements(view.blocks)} & kinds.keys()
    view.typed = {place: value for place, value in view.typed.items() if place in stayed}
    workspace.changed()


def close_top(workspace: Workspace, view: View) -> None:
    """Take one view, and what lies upon it, off its stack."""
    stack = workspace.stacks.get(view.user, [])
    if view.id in stack:
        at = stack.index(view.id)
        for gone in stack[at:]:
            workspace.views.pop(gone, None)
        del stack[at:]
    workspace.changed()


def _take_trigger(workspace: Workspace, args: Args) -> Trigger:
    trigger = workspace.triggers.get(args.need("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() - trigger.born > TRIGGER_LIVES_S:
        raise Refused("expired_trigger_id")
    return trigger


def _check_external_id(workspace: Workspace, given: dict[str, Any], *, but: str | None = None) -> None:
    external_id = given.get("external_id")
    taken = (v for v in workspace.views.values() if external_id and v.given.get("external_id") == external_id)
    if any(view.id != but for view in taken):
        raise Refused("duplicate_external_id")


def open_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """Do `views.open`: one modal for one trigger, in place of whatever that person had open."""
    trigger = _take_trigger(workspace, args)
    given = args.get("view")
    check_view(given, "modal")
    _check_external_id(workspace, given)
    trigger.used = True
    workspace.close_views(trigger.user)
    view = _new_view(trigger.user, given)
    _put_on_top(workspace, view)
    return {"view": view_as_slack(view)}


def push_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """Do `views.push`: lay a modal upon the one in which the trigger arose."""
    trigger = _take_trigger(workspace, args)
    given = args.get("view")
    check_view(given, "modal")
    _check_external_id(workspace, given)
    stack = workspace.stacks.get(trigger.user) or []
    if not stack:
        raise Refused("not_found")
    if len(stack) >= _DEEPEST_STACK:
        raise Refused("push_limit_reached")
    trigger.used = True
    view = _new_view(trigger.user, given, below=workspace.views[stack[-1]])
    _put_on_top(workspace, view)
    return {"view": view_as_slack(view)}


def update_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """Do `views.update` for a modal or a Home, by `view_id` or `external_id`."""
    if not args.has("view_id") and not args.has("external_id"):
        raise Refused("invalid_arguments", ["[ERROR] missing required field: view_id"])
    view = _named(workspace, args.text("view_id"), args.text("external_id"))
    if view is None:
        raise Refused("not_found")
    if args.text("hash") and args.text("hash") != view.hash:
        raise Refused("hash_conflict")
    given = args.get("view")
    check_view(given, view.given["type"])
    _check_external_id(workspace, given, but=view.id)
    replace_view(workspace, view, given)
    return {"view": view_as_slack(view)}


def _named(workspace: Workspace, view_id: str, external_id: str) -> View | None:
    for view in (*workspace.views.values(), *workspace.homes.values()):
        if view.id == view_id or (external_id and view.given.get("external_id") == external_id):
            return view
    return None


def publish_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """Do `views.publish`: draw a person's Home."""
    user = args.need("user_id")
    if user not in workspace.people:
        raise Refused("user_not_found")
    given = args.get("view")
    check_view(given, "home")
    home = workspace.homes.get(user)
    if args.text("hash") and args.text("hash") != (home.hash if home else ""):
        raise Refused("hash_conflict")
    if home is None:
        home = workspace.homes[user] = _new_view(user, given)
        workspace.changed()
    else:
        replace_view(workspace, home, given)
    return {"view": view_as_slack(home)}


METHODS: dict[str, Callable[[Workspace, Args], dict[str, Any]]] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}


def unfilled(view: View) -> dict[str, str]:
    """Return what Slack's client itself holds against the filled modal, by block_id, before it submits."""
    errors = {}
    for block, element in elements(view.blocks):
        if block["type"] != "input":
            continue
        value = held(element, view.typed.get((block["block_id"], element["action_id"])))
        content = value[STATEFUL[element["type"]][0]]
        if content in (None, [], ""):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif isinstance(content, str) and (wrong := _wrong_text(element, content)):
            errors[block["block_id"]] = wrong
    return errors


def _wrong_text(element: dict[str, Any], text: str) -> str | None:
    if len(text) > element.get("max_length", 3000):
        return f"This is too long by {len(text) - element.get('max_length', 3000)} characters."
    if len(text) < element.get("min_length", 0):
        return f"Please write at least {element['min_length']} characters."
    patterns = {
        "email_text_input": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "Please enter a valid email address."),
        "url_text_input": (r"https?://\S+", "Please enter a valid URL."),
        "number_input": (r"-?\d+(\.\d+)?", "Please enter a number."),
    }
    pattern, words = patterns.get(element["type"], (r"(?s).*", ""))
    return None if re.fullmatch(pattern, text) else words


def answer_submission(workspace: Workspace, view: View, body: Any) -> dict[str, Any]:
    """Do what the desk answered to a submission; return what the person sees of it.

    Raises Refused, its messages saying why Slack would show "We had some trouble connecting" instead.
    """
    if not body:
        close_top(workspace, view)
        return {"closed": True}
    if not isinstance(body, dict):
        raise Refused("invalid_response", ["the answer to a submission must be empty or a JSON object"])
    action = body.get("response_action")
    if action == "errors":
        return _show_errors(workspace, view, body.get("errors"))
    if action == "clear":
        workspace.close_views(view.user)
        return {"closed": True}
    if action in {"update", "push"}:
        check_view(body.get("view"), "modal")
        if action == "update":
            replace_view(workspace, view, body["view"])
            return {"updated": True}
        if len(workspace.stacks.get(view.user, [])) >= _DEEPEST_STACK:
            raise Refused("push_limit_reached", ["no more than 3 views may lie upon each other"])
        _put_on_top(workspace, _new_view(view.user, body["view"], below=view))
        return {"pushed": True}
    raise Refused("invalid_response", [f"unknown response_action {action!r}"])


def _show_errors(workspace: Workspace, view: View, errors: Any) -> dict[str, Any]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused("invalid_response", ["errors must name at least one input block"])
    for block_id, words in errors.items():
        if block_id not in inputs:
            raise Refused("invalid_response", [f'errors names "{block_id}", which is not an input block'])
        if not isinstance(words, str) or not words:
            raise Refused("invalid_response", [f'the error for "{block_id}" must be a text'])
    view.errors = dict(errors)
    workspace.changed()
    return {"errors": view.errors}
