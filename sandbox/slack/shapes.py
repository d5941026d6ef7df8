"""Describe which blocks and elements Slack takes: known keys, kinds and lengths, as a table of rules.

A rule looks at one part of a payload and adds what is wrong with it to a list, in Slack's words and with a
JSON pointer. Rules that span a whole message or view are in sandbox.slack.blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

_DATE_TOKENS = re.compile(
    r"\{(?:date_num|date_slash|date|date_short|date_long|date_long_full|day_divider_pretty|time|time_secs|ago"
    r"|date_pretty|date_short_pretty|date_long_pretty)\}"
)

Found = list[str]
Rule = Callable[[Any, str, Found], None]


def say(found: Found, words: str, at: str) -> None:
    """Add one complaint as Slack words it in `response_metadata.messages`."""
    found.append(f"[ERROR] {words} [json-pointer:{at}]")


def string(most: int, *, least: int = 1) -> Rule:
    """Take a text of `least` to `most` characters."""

    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, str):
            say(found, "must provide a string", at)
        elif len(value) > most:
            say(found, f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            say(found, f"must be more than {least - 1} characters", at)

    return rule


def _url(most: int = 3000) -> Rule:
    length = string(most)

    def rule(value: Any, at: str, found: Found) -> None:
        length(value, at, found)
        if isinstance(value, str) and value and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", value):
            say(found, f"invalid url: {value[:80]}", at)

    return rule


def flag(value: Any, at: str, found: Found) -> None:
    """Take true and false only."""
    if not isinstance(value, bool):
        say(found, "must provide a boolean", at)


def _whole(least: int, most: int) -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            say(found, f"must be a whole number from {least} to {most}", at)

    return rule


def _one_of(*allowed: str) -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if value not in allowed:
            say(found, f"must be one of: {', '.join(allowed)}", at)

    return rule


def anything(value: Any, at: str, found: Found) -> None:
    """Take it as it is; slack_sdk's validators look at it later."""


def array(each: Rule, least: int, most: int) -> Rule:
    """Take an array of `least` to `most` items, each by its rule."""

    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, list):
            say(found, "must provide an array", at)
        elif len(value) > most:
            say(found, f"no more than {most} items allowed", at)
        elif len(value) < least:
            say(found, f"no fewer than {least} items allowed", at)
        else:
            for number, item in enumerate(value):
                each(item, f"{at}/{number}", found)

    return rule


def shape(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    """Take an object with these keys and no others."""
    rules = required | (optional or {})

    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            say(found, "must provide an object", at)
            return
        for key in required.keys() - value.keys():
            say(found, f"missing required field: {key}", at)
        for key, part in value.items():
            if key not in rules:
                say(found, f"invalid additional property: {key}", at)
            elif part is not None or key in required:
                rules[key](part, f"{at}/{key}", found)

    return rule


def typed(rules: dict[str, Rule], allowed: Collection[str]) -> Rule:
    """Choose the rule by the object's `type`."""

    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            say(found, "must provide an object", at)
        elif "type" not in value:
            say(found, "missing required field: type", at)
        elif value["type"] not in allowed or value["type"] not in rules:
            say(found, f"unsupported type: {value['type']}", f"{at}/type")
        else:
            rules[value["type"]](value, at, found)

    return rule


def _words(most: int, *kinds: str) -> Rule:
    """A text object of one of these kinds (of either when none is named)."""
    rules = {
        "plain_text": shape({"type": anything, "text": string(most)}, {"emoji": flag}),
        "mrkdwn": shape({"type": anything, "text": string(most)}, {"verbatim": flag}),
    }
    return typed(rules, kinds or tuple(rules))


def plain(most: int) -> Rule:
    """Take a `plain_text` object of at most so many characters."""
    return _words(most, "plain_text")


_CONFIRM = shape(
    {"title": plain(100), "text": _words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": _one_of("primary", "danger")},
)


def _option(*kinds: str, url: bool = False) -> Rule:
    return shape(
        {"text": _words(75, *kinds), "value": string(150)},
        {"description": _words(75, *kinds)} | ({"url": _url()} if url else {}),
    )


_OPTION = _option("plain_text")
_RICH_OPTION = _option()
_GROUP = shape({"label": plain(75), "options": array(_OPTION, 1, 100)})


def _element(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    both = {"action_id": string(255)} | (optional or {})
    return shape({"type": anything} | required, both)


def _field(optional: dict[str, Rule], required: dict[str, Rule] | None = None) -> Rule:
    """An element that people fill in."""
    both = {"placeholder": plain(150), "focus_on_load": flag, "confirm": _CONFIRM}
    return _element(required or {}, both | optional)


def _exclusive(rule: Rule, first: str, second: str) -> Rule:
    """Of two keys, exactly one must be there."""

    def both(value: Any, at: str, found: Found) -> None:
        rule(value, at, found)
        if isinstance(value, dict) and (first in value) == (second in value):
            say(found, f"must define either `{first}` or `{second}`", at)

    return both


def _initial_among_options(rule: Rule) -> Rule:
    def both(value: Any, at: str, found: Found) -> None:
        before = len(found)
        rule(value, at, found)
        if len(found) > before:
            return
        groups = value.get("option_groups") or [value]
        there = [option for group in groups for option in group.get("options") or []]
        chosen = (
            [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
        )
        if any(option not in there for option in chosen):
            say(found, "initial option must be one of the options", at)

    return both


_DISPATCH = shape(
    {"trigger_actions_on": array(_one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)
_STATIC = {"options": array(_OPTION, 1, 100), "option_groups": array(_GROUP, 1, 100)}
_SEVERAL: dict[str, Rule] = {"max_selected_items": _whole(1, 100)}
_IDS = array(string(255), 1, 100)
_TYPING: dict[str, Rule] = {"initial_value": string(3000, least=0), "dispatch_action_config": _DISPATCH}
_LENGTHS: dict[str, Rule] = {"min_length": _whole(0, 3000), "max_length": _whole(1, 3000), "multiline": flag}

ELEMENTS: dict[str, Rule] = {
    "button": _element(
        {"text": plain(75)},
        {
            "url": _url(),
            "value": string(2000, least=0),
            "style": _one_of("primary", "danger"),
            "confirm": _CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": _element({"options": array(_option("plain_text", url=True), 2, 5)}, {"confirm": _CONFIRM}),
    "static_select": _exclusive(_field(_STATIC | {"initial_option": _OPTION}), "options", "option_groups"),
    "multi_static_select": _exclusive(
        _field(_STATIC | _SEVERAL | {"initial_options": array(_OPTION, 1, 100)}), "options", "option_groups"
    ),
    "external_select": _field({"min_query_length": _whole(0, 100), "initial_option": _OPTION}),
    "multi_external_select": _field(
        {"min_query_length": _whole(0, 100), "initial_options": array(_OPTION, 1, 100)} | _SEVERAL
    ),
    "users_select": _field({"initial_user": string(255)}),
    "multi_users_select": _field({"initial_users": _IDS} | _SEVERAL),
    "channels_select": _field({"initial_channel": string(255), "response_url_enabled": flag}),
    "multi_channels_select": _field({"initial_channels": _IDS} | _SEVERAL),
    "conversations_select": _field(
        {
            "initial_conversation": string(255),
            "response_url_enabled": flag,
            "default_to_current_conversation": flag,
            "filter": anything,
        }
    ),
    "multi_conversations_select": _field(
        {"initial_conversations": _IDS, "default_to_current_conversation": flag, "filter": anything}
        | _SEVERAL
    ),
    "checkboxes": _field(
        {"initial_options": array(_RICH_OPTION, 1, 10)}, {"options": array(_RICH_OPTION, 1, 10)}
    ),
    "radio_buttons": _field({"initial_option": _RICH_OPTION}, {"options": array(_RICH_OPTION, 1, 10)}),
    "datepicker": _field({"initial_date": string(10)}),
    "timepicker": _field({"initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": _field({"initial_date_time": _whole(0, 9_999_999_999)}),
    "plain_text_input": _field(_TYPING | _LENGTHS),
    "email_text_input": _field(_TYPING),
    "url_text_input": _field(_TYPING),
    "number_input": _field(
        _TYPING | {"min_value": string(20), "max_value": string(20)}, {"is_decimal_allowed": flag}
    ),
    "rich_text_input": _field({"initial_value": anything, "dispatch_action_config": _DISPATCH}),
    "file_input": _field({"filetypes": array(string(20), 1, 100), "max_files": _whole(1, 10)}),
    "workflow_button": _element({"text": plain(75), "workflow": anything}, {"style": anything}),
    "feedback_buttons": _element({"positive_button": anything, "negative_button": anything}),
    "icon_button": _element(
        {"icon": string(100), "text": plain(75)}, {"value": string(2000), "confirm": _CONFIRM}
    ),
    "image": _exclusive(
        shape({"type": anything, "alt_text": string(2000)}, {"image_url": _url(), "slack_file": anything}),
        "image_url",
        "slack_file",
    ),
}
for _kind in ("static_select", "multi_static_select", "checkboxes", "radio_buttons"):
    ELEMENTS[_kind] = _initial_among_options(ELEMENTS[_kind])

_ONLY_INPUT = {"plain_text_input", "email_text_input", "url_text_input", "number_input"} | {"file_input"}
_ONLY_CONTEXT_ACTIONS = {"feedback_buttons", "icon_button"}
_IN_ACTIONS = ELEMENTS.keys() - _ONLY_INPUT - _ONLY_CONTEXT_ACTIONS - {"image"}
_IN_SECTION = (_IN_ACTIONS | {"image"}) - {"datetimepicker", "rich_text_input"}
_IN_INPUT = ELEMENTS.keys() - _ONLY_CONTEXT_ACTIONS - {"button", "overflow", "workflow_button", "image"}

_STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), flag))
_MENTION_STYLE = shape(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink"), flag),
)


def _date_format(value: Any, at: str, found: Found) -> None:
    string(1000)(value, at, found)
    if isinstance(value, str) and (not _DATE_TOKENS.search(value) or "{" in _DATE_TOKENS.sub("", value)):
        say(found, f"invalid date format: {value[:80]}", at)


def _inline(style: Rule, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return shape({"type": anything} | required, {"style": style} | (optional or {}))


INLINE: dict[str, Rule] = {
    "text": _inline(_STYLE, {"text": string(40_000)}),
    "link": _inline(_STYLE, {"url": _url()}, {"text": string(40_000, least=0), "unsafe": flag}),
    "user": _inline(_MENTION_STYLE, {"user_id": string(255)}),
    "usergroup": _inline(_MENTION_STYLE, {"usergroup_id": string(255)}),
    "channel": _inline(_MENTION_STYLE, {"channel_id": string(255)}),
    "team": _inline(_MENTION_STYLE, {"team_id": string(255)}),
    "emoji": _inline(_STYLE, {"name": string(100)}, {"unicode": string(100), "skin_tone": _whole(1, 6)}),
    "date": _inline(
        _STYLE,
        {"timestamp": _whole(0, 99_999_999_999), "format": _date_format},
        {"url": _url(), "fallback": string(1000)},
    ),
    "broadcast": _inline(_STYLE, {"range": _one_of("here", "channel", "everyone")}),
    "color": _inline(_STYLE, {"value": string(10)}),
}
_SENTENCE = array(typed(INLINE, INLINE.keys()), 0, 1000)
_BORDER: dict[str, Rule] = {"border": _whole(0, 1)}
_SECTION = shape({"type": anything, "elements": _SENTENCE})
RICH: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"type": anything, "elements": _SENTENCE}, _BORDER),
    "rich_text_preformatted": shape(
        {"type": anything, "elements": array(typed(INLINE, ("text", "link")), 0, 1000)},
        _BORDER | {"language": string(50)},
    ),
    "rich_text_list": shape(
        {
            "type": anything,
            "style": _one_of("bullet", "ordered"),
            "elements": array(typed({"rich_text_section": _SECTION}, ("rich_text_section",)), 0, 1000),
        },
        _BORDER | {"indent": _whole(0, 8), "offset": _whole(0, 10_000)},
    ),
}


def _block(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return shape({"type": anything} | required, {"block_id": string(255)} | (optional or {}))


def _text_or_fields(rule: Rule) -> Rule:
    def both(value: Any, at: str, found: Found) -> None:
        rule(value, at, found)
        if not value.get("text") and not value.get("fields"):
            say(found, "must define either `text` or `fields`", at)

    return both


_CONTEXT_PARTS = {"image": ELEMENTS["image"]} | dict.fromkeys(("mrkdwn", "plain_text"), _words(3000))

BLOCKS: dict[str, Rule] = {
    "section": _text_or_fields(
        _block(
            {},
            {
                "text": _words(3000),
                "fields": array(_words(2000), 1, 10),
                "accessory": typed(ELEMENTS, _IN_SECTION),
                "expand": flag,
            },
        )
    ),
    "divider": _block({}),
    "header": _block({"text": plain(150)}),
    "image": _exclusive(
        _block(
            {"alt_text": string(2000)},
            {"image_url": _url(), "slack_file": anything, "title": plain(2000)},
        ),
        "image_url",
        "slack_file",
    ),
    "actions": _block({"elements": array(typed(ELEMENTS, _IN_ACTIONS), 1, 25)}),
    "context": _block({"elements": array(typed(_CONTEXT_PARTS, _CONTEXT_PARTS.keys()), 1, 10)}),
    "context_actions": _block({"elements": array(typed(ELEMENTS, _ONLY_CONTEXT_ACTIONS), 1, 5)}),
    "input": _block(
        {"label": plain(2000), "element": typed(ELEMENTS, _IN_INPUT)},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": _block({"elements": array(typed(RICH, RICH.keys()), 1, 1000)}),
    "markdown": _block({"text": string(12_000)}),
    "alert": _block(
        {"text": _words(200)}, {"level": _one_of("default", "info", "warning", "error", "success")}
    ),
}
