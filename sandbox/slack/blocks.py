"""Check what the desk sends: arguments, and whole messages and views, refusing what Slack would refuse.

Blocks pass two nets: the table of sandbox.slack.shapes, and slack_sdk's own validators, which run on every
block and every child when a model is turned back into a dict. The SDK's models take unknown keys and types in
silence, so the table comes first.
"""

from __future__ import annotations

import copy
import json
import logging
import secrets
import string
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from sandbox.slack import shapes
from sandbox.slack.shapes import Found, say

MOST_BLOCK_TEXT = 13_200
"""Characters that all blocks of a message may hold together; undocumented (bolt-js#2509)."""

_MOST_VIEW_BYTES = 250_000
_MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}

_BY_SDK_ALONE = frozenset(
    {"video", "file", "call", "table", "task_card", "plan", "card", "container", "carousel", "auth_provider"}
)
_NOT_IN_MESSAGES = {"input", "alert"}
_IN_VIEWS = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
_SURFACES = {
    "message": (shapes.BLOCKS.keys() | _BY_SDK_ALONE) - _NOT_IN_MESSAGES,
    "modal": _IN_VIEWS | {"alert"},
    "home": _IN_VIEWS,
}

# The SDK logs what it does not know; here that becomes an answer instead.
logging.getLogger("slack_sdk.models").setLevel(logging.CRITICAL)


class Refused(Exception):
    """Slack says no: `code` is the `error` of its answer, `messages` what is wrong in detail."""

    def __init__(self, code: str, messages: Found | None = None, *, status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.status = status


class Args:
    """The arguments of one call, read as Slack reads them: a form's `"1"` and `"true"` are true."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def has(self, key: str) -> bool:
        """Tell whether the argument was given, be it empty."""
        return self.given.get(key) is not None

    def get(self, key: str) -> Any:
        """Return the argument as it came (JSON in forms is parsed already), or None."""
        return self.given.get(key)

    def text(self, key: str) -> str:
        """Return the argument as text; empty when it is missing."""
        value = self.given.get(key)
        return "" if value is None else str(value)

    def need(self, key: str) -> str:
        """Return the argument as text; refuse the call when it is missing or empty."""
        if not self.text(key):
            raise Refused("invalid_arguments", [f"[ERROR] missing required field: {key}"])
        return self.text(key)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return the argument as a boolean."""
        value = self.given.get(key)
        return default if value is None else value is True or str(value).lower() in {"1", "true"}

    def number(self, key: str, default: int, *, most: int) -> int:
        """Return the argument as a number from 1 to `most`; refuse anything else with `invalid_limit`."""
        value = self.text(key) or str(default)
        if not value.isdigit() or int(value) < 1:
            raise Refused("invalid_limit")
        return min(int(value), most)


def check_message_blocks(blocks: Any) -> None:
    """Raise Refused unless Slack would take these blocks in a message."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if found := _check_blocks(blocks, "message", "/blocks"):
        raise Refused("invalid_blocks", found)
    if text_length(blocks) > MOST_BLOCK_TEXT:
        raise Refused("msg_blocks_too_long")


def check_view(view: Any, kind: str | None = None) -> None:
    """Raise Refused unless Slack would take this view; `kind` is `modal` or `home` when only one will do."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", ["[ERROR] must provide an object [json-pointer:/view]"])
    if len(json.dumps(view)) > _MOST_VIEW_BYTES:
        raise Refused("view_too_large")
    found: Found = []
    wanted = (kind,) if kind else tuple(_VIEWS)
    shapes.typed(_VIEWS, wanted)(view, "/view", found)
    if not found:
        _check_inputs_of(view, found)
        found += _check_blocks(view["blocks"], view["type"], "/view/blocks")
    if found:
        raise Refused("invalid_arguments", found)


def text_length(part: Any) -> int:
    """Return how many characters all texts within blocks have together."""
    if isinstance(part, list):
        return sum(text_length(item) for item in part)
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    rest = (value for key, value in part.items() if key != "text" or not isinstance(own, str))
    return (len(own) if isinstance(own, str) else 0) + sum(text_length(value) for value in rest)


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a copy in which Slack has named the blocks and elements that came without a name."""
    named = copy.deepcopy(blocks)
    for block in named:
        block.setdefault("block_id", _random_name())
        for element in _interactive(block):
            element.setdefault("action_id", _random_name())
    return named


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each interactive element with its block."""
    for block in blocks:
        for element in _interactive(block):
            yield block, element


def _interactive(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (block.get("accessory"), block.get("element"), *_listed(block, "elements", "actions")):
        if not isinstance(part, dict):
            continue
        if part.get("type") in shapes.ELEMENTS and part["type"] != "image":
            yield part
        elif part.get("type") == "card":
            yield from _interactive(part)
    for child in _listed(block, "child_blocks"):
        if isinstance(child, dict):
            yield from _interactive(child)


def _listed(block: dict[str, Any], *keys: str) -> list[Any]:
    return [item for key in keys if isinstance(block.get(key), list) for item in block[key]]


def _random_name() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))


def _check_blocks(blocks: list[Any], surface: str, at: str) -> Found:
    found: Found = []
    if len(blocks) > _MOST_BLOCKS[surface]:
        say(found, f"no more than {_MOST_BLOCKS[surface]} items allowed", at)
        return found
    rule = shapes.typed(shapes.BLOCKS | dict.fromkeys(_BY_SDK_ALONE, shapes.anything), _SURFACES[surface])
    for number, block in enumerate(blocks):
        rule(block, f"{at}/{number}", found)
    if not found:
        for number, block in enumerate(blocks):
            _ask_sdk(block, f"{at}/{number}", found)
        _check_names(blocks, at, found)
    return found


def _ask_sdk(block: dict[str, Any], at: str, found: Found) -> None:
    try:
        model = Block.parse(copy.deepcopy(block))
        if model is None:
            say(found, f"unsupported type: {block.get('type')}", f"{at}/type")
            return
        for key in sorted(block.keys() - model.attributes):
            say(found, f"invalid additional property: {key}", at)
        model.to_dict()
    except SlackObjectFormationError as error:
        say(found, str(error), at)
    except (TypeError, KeyError, AttributeError, ValueError):
        say(found, "failed to match all allowed schemas", at)


def _check_names(blocks: list[dict[str, Any]], at: str, found: Found) -> None:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        name = block.get("block_id")
        if name in seen:
            say(found, f'`block_id` "{name}" already exists', f"{at}/{number}/block_id")
        if name is not None:
            seen.add(name)
    used: set[str] = set()
    for _, element in elements(blocks):
        name = element.get("action_id")
        if name in used:
            say(found, f'`action_id` "{name}" already exists', at)
        if name is not None:
            used.add(name)


def _check_inputs_of(view: dict[str, Any], found: Found) -> None:
    blocks = [block for block in view["blocks"] if isinstance(block, dict)]
    if view["type"] == "modal" and not view.get("submit") and any(b.get("type") == "input" for b in blocks):
        say(found, "missing required field: submit (a modal with an input block needs it)", "/view")
    if sum(bool(element.get("focus_on_load")) for _, element in elements(blocks)) > 1:
        say(found, "only one element may have focus_on_load", "/view/blocks")


_BLOCKS = shapes.array(shapes.anything, 1, 100)
_ANY_VIEW: dict[str, shapes.Rule] = {
    "private_metadata": shapes.string(3000, least=0),
    "callback_id": shapes.string(255, least=0),
    "external_id": shapes.string(255, least=0),
}
_VIEWS: dict[str, shapes.Rule] = {
    "modal": shapes.shape(
        {"type": shapes.anything, "title": shapes.plain(24), "blocks": _BLOCKS},
        _ANY_VIEW
        | {"submit": shapes.plain(24), "close": shapes.plain(24)}
        | dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), shapes.flag),
    ),
    "home": shapes.shape({"type": shapes.anything, "blocks": _BLOCKS}, _ANY_VIEW),
}
