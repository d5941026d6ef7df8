"""Which blocks and views the stand-in Slack refuses, each rule with a sample that breaks it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sandbox.slack.blocks import Refused, check_message_blocks, check_view, text_length, with_ids

Block = dict[str, Any]


def plain(text: str = "Hello") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Hello*") -> Block:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Block:
    return {"type": "section", "text": mrkdwn()} | more


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "go", "text": plain("Go")} | more


def actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements) or [button()]} | more


def option(value: str = "a", **more: Any) -> Block:
    return {"text": plain(value), "value": value} | more


def select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "pick", "options": [option()]} | more


def typed(**more: Any) -> Block:
    return {"type": "plain_text_input", "action_id": "words"} | more


def field(**more: Any) -> Block:
    return {"type": "input", "block_id": "reply", "label": plain(), "element": typed()} | more


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def sentence(*parts: Block, **more: Any) -> Block:
    return {"type": "rich_text_section", "elements": list(parts)} | more


def words(text: str = "hi", **more: Any) -> Block:
    return {"type": "text", "text": text} | more


def modal(*blocks: Block, **more: Any) -> Block:
    return {
        "type": "modal",
        "title": plain(),
        "submit": plain("Send"),
        "blocks": list(blocks) or [field()],
    } | more


def confirm(**more: Any) -> Block:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No")} | more


def without(block: Block, key: str) -> Block:
    return {name: value for name, value in block.items() if name != key}


BAD_MESSAGES: dict[str, tuple[list[Any], str, str]] = {
    # what breaks: the blocks, a word of the complaint, the JSON pointer
    "no object": (["text"], "must provide an object", "/blocks/0"),
    "no type": ([{"text": mrkdwn()}], "missing required field: type", "/blocks/0"),
    "unknown type": ([{"type": "sektion"}], "unsupported type: sektion", "/blocks/0/type"),
    "type of the SDK's blind spot": ([{"type": "data_table"}], "unsupported type", "/blocks/0/type"),
    "51 blocks": ([section() for _ in range(51)], "no more than 50 items", "/blocks"),
    "unknown key": ([section(colour="red")], "additional property: colour", "/blocks/0"),
    "input in a message": ([field()], "unsupported type: input", "/blocks/0/type"),
    "alert in a message": ([{"type": "alert", "text": plain()}], "unsupported type: alert", "/blocks/0/type"),
    "block_id of 256": ([section(block_id="b" * 256)], "less than 256", "/blocks/0/block_id"),
    "empty block_id": ([section(block_id="")], "more than 0", "/blocks/0/block_id"),
    "block_id twice": (
        [section(block_id="b"), section(block_id="b")],
        '`block_id` "b" already',
        "/blocks/1/block_id",
    ),
    "action_id twice in a block": ([actions(button(), button())], '`action_id` "go" already', "/blocks"),
    "action_id twice in a message": ([actions(), section(accessory=button())], '"go" already', "/blocks"),
    "section of 3,001": ([section(text=mrkdwn("x" * 3001))], "less than 3001", "/blocks/0/text/text"),
    "section without text": ([{"type": "section"}], "either `text` or `fields`", "/blocks/0"),
    "empty text": ([section(text=mrkdwn(""))], "more than 0", "/blocks/0/text/text"),
    "text that is a string": ([section(text="hi")], "must provide an object", "/blocks/0/text"),
    "text of another kind": (
        [section(text={"type": "html", "text": "x"})],
        "unsupported type: html",
        "/text/type",
    ),
    "text with a key too many": (
        [section(text=mrkdwn() | {"bold": True})],
        "additional property: bold",
        "/text",
    ),
    "emoji on mrkdwn": ([section(text=mrkdwn() | {"emoji": True})], "additional property: emoji", "/text"),
    "verbatim on plain_text": ([section(text=plain() | {"verbatim": True})], "property: verbatim", "/text"),
    "11 fields": (
        [{"type": "section", "fields": [mrkdwn()] * 11}],
        "no more than 10 items",
        "/blocks/0/fields",
    ),
    "field of 2,001": (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "less than 2001",
        "/fields/0/text",
    ),
    "input as accessory": (
        [section(accessory=typed())],
        "unsupported type: plain_text_input",
        "/accessory/type",
    ),
    "header in mrkdwn": ([{"type": "header", "text": mrkdwn()}], "unsupported type: mrkdwn", "/text/type"),
    "header of 151": ([{"type": "header", "text": plain("x" * 151)}], "less than 151", "/blocks/0/text/text"),
    "header without text": ([{"type": "header"}], "missing required field: text", "/blocks/0"),
    "divider with text": ([{"type": "divider", "text": plain()}], "additional property: text", "/blocks/0"),
    "image without alt_text": (
        [{"type": "image", "image_url": "https://a.b/c.png"}],
        "field: alt_text",
        "/blocks/0",
    ),
    "image without source": (
        [{"type": "image", "alt_text": "x"}],
        "either `image_url` or `slack_file`",
        "/blocks/0",
    ),
    "image from nowhere": (
        [{"type": "image", "alt_text": "x", "image_url": "a.png"}],
        "invalid url",
        "/image_url",
    ),
    "no actions": ([{"type": "actions", "elements": []}], "no fewer than 1", "/blocks/0/elements"),
    "26 actions": (
        [actions(*(button(action_id=str(n)) for n in range(26)))],
        "no more than 25 items",
        "/blocks/0/elements",
    ),
    "image among actions": (
        [actions({"type": "image", "alt_text": "x", "image_url": "https://a.b/c"})],
        "unsupported type: image",
        "/elements/0/type",
    ),
    "text input among actions": (
        [actions(typed())],
        "unsupported type: plain_text_input",
        "/elements/0/type",
    ),
    "unknown element": ([actions({"type": "knob"})], "unsupported type: knob", "/elements/0/type"),
    "button in mrkdwn": (
        [actions(button(text=mrkdwn()))],
        "unsupported type: mrkdwn",
        "/elements/0/text/type",
    ),
    "button without text": (
        [actions(without(button(), "text"))],
        "missing required field: text",
        "/elements/0",
    ),
    "button of 76": ([actions(button(text=plain("x" * 76)))], "less than 76", "/elements/0/text/text"),
    "button value of 2,001": ([actions(button(value="x" * 2001))], "less than 2001", "/elements/0/value"),
    "button value a number": ([actions(button(value=7))], "must provide a string", "/elements/0/value"),
    "button url of 3,001": (
        [actions(button(url="https://" + "x" * 2993))],
        "less than 3001",
        "/elements/0/url",
    ),
    "button url without scheme": ([actions(button(url="x.com/1"))], "invalid url", "/elements/0/url"),
    "button style": ([actions(button(style="blue"))], "one of: primary, danger", "/elements/0/style"),
    "button style default": (
        [actions(button(style="default"))],
        "one of: primary, danger",
        "/elements/0/style",
    ),
    "button with a key too many": ([actions(button(disabled=True))], "property: disabled", "/elements/0"),
    "action_id of 256": ([actions(button(action_id="a" * 256))], "less than 256", "/elements/0/action_id"),
    "confirm title of 101": (
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        "less than 101",
        "/confirm/title/text",
    ),
    "confirm text of 301": (
        [actions(button(confirm=confirm(text=plain("x" * 301))))],
        "less than 301",
        "/confirm/text/text",
    ),
    "confirm button of 31": (
        [actions(button(confirm=confirm(deny=plain("x" * 31))))],
        "less than 31",
        "/confirm/deny/text",
    ),
    "overflow of one": (
        [actions({"type": "overflow", "action_id": "o", "options": [option()]})],
        "no fewer than 2",
        "/elements/0/options",
    ),
    "overflow of six": (
        [actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]})],
        "no more than 5",
        "/elements/0/options",
    ),
    "select of 101": (
        [actions(select(options=[option(str(n)) for n in range(101)]))],
        "no more than 100",
        "/elements/0/options",
    ),
    "select of nothing": ([actions(select(options=[]))], "no fewer than 1", "/elements/0/options"),
    "select without options": (
        [actions(without(select(), "options"))],
        "either `options` or `option_groups`",
        "/elements/0",
    ),
    "option text of 76": (
        [actions(select(options=[option("x" * 76)]))],
        "less than 76",
        "/options/0/text/text",
    ),
    "option value of 151": (
        [actions(select(options=[option(value="v") | {"value": "x" * 151}]))],
        "less than 151",
        "/options/0/value",
    ),
    "option in mrkdwn": (
        [actions(select(options=[option(text=mrkdwn())]))],
        "type: mrkdwn",
        "/options/0/text/type",
    ),
    "option with url": (
        [actions(select(options=[option(url="https://a.b")]))],
        "property: url",
        "/elements/0/options/0",
    ),
    "initial option unknown": (
        [actions(select(initial_option=option("z")))],
        "initial option",
        "/elements/0",
    ),
    "placeholder of 151": (
        [actions(select(placeholder=plain("x" * 151)))],
        "less than 151",
        "/placeholder/text",
    ),
    "placeholder in mrkdwn": ([actions(select(placeholder=mrkdwn()))], "type: mrkdwn", "/placeholder/type"),
    "11 in a context": (
        [{"type": "context", "elements": [mrkdwn()] * 11}],
        "no more than 10",
        "/blocks/0/elements",
    ),
    "empty context": ([{"type": "context", "elements": []}], "no fewer than 1", "/blocks/0/elements"),
    "button in a context": (
        [{"type": "context", "elements": [button()]}],
        "type: button",
        "/elements/0/type",
    ),
    "rich text without elements": ([rich()], "no fewer than 1", "/blocks/0/elements"),
    "text outside a rich section": ([rich(words())], "unsupported type: text", "/elements/0/type"),
    "unknown rich element": (
        [rich(sentence({"type": "blink"}))],
        "unsupported type: blink",
        "/elements/0/type",
    ),
    "empty rich text": ([rich(sentence(words("")))], "more than 0", "/elements/0/text"),
    "user without id": ([rich(sentence({"type": "user"}))], "field: user_id", "/elements/0/elements/0"),
    "usergroup without id": ([rich(sentence({"type": "usergroup"}))], "field: usergroup_id", "/elements/0"),
    "channel without id": ([rich(sentence({"type": "channel"}))], "field: channel_id", "/elements/0"),
    "emoji without name": ([rich(sentence({"type": "emoji"}))], "field: name", "/elements/0"),
    "link without url": ([rich(sentence({"type": "link", "text": "x"}))], "field: url", "/elements/0"),
    "broadcast to nobody": (
        [rich(sentence({"type": "broadcast", "range": "all"}))],
        "one of: here",
        "/range",
    ),
    "date without format": (
        [rich(sentence({"type": "date", "timestamp": 1_700_000_000}))],
        "field: format",
        "/elements/0",
    ),
    "date in a format of its own": (
        [rich(sentence({"type": "date", "timestamp": 1_700_000_000, "format": "{clock}"}))],
        "invalid date format",
        "/format",
    ),
    "date with a text for a time": (
        [rich(sentence({"type": "date", "timestamp": "now", "format": "{time}"}))],
        "whole number",
        "/timestamp",
    ),
    "style that is no boolean": ([rich(sentence(words(style={"bold": "yes"})))], "boolean", "/style/bold"),
    "style unknown": ([rich(sentence(words(style={"blink": True})))], "property: blink", "/style"),
    "list of words": (
        [rich({"type": "rich_text_list", "style": "bullet", "elements": [words()]})],
        "unsupported type: text",
        "/elements/0/type",
    ),
    "list style": (
        [rich({"type": "rich_text_list", "style": "dash", "elements": [sentence(words())]})],
        "one of: bullet, ordered",
        "/style",
    ),
    "user in preformatted": (
        [rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]})],
        "unsupported type: user",
        "/elements/0/type",
    ),
    "markdown of 12,001": ([{"type": "markdown", "text": "x" * 12_001}], "less than 12001", "/blocks/0/text"),
    "card without anything (SDK)": ([{"type": "card"}], "At least one of hero_image", "/blocks/0"),
    "card body of 201 (SDK)": ([{"type": "card", "body": mrkdwn("x" * 201)}], "body attribute", "/blocks/0"),
    "card with a key too many (SDK)": (
        [{"type": "card", "body": mrkdwn(), "hue": 1}],
        "property: hue",
        "/blocks/0",
    ),
    "table without rows (SDK)": ([{"type": "table", "rows": []}], "rows attribute", "/blocks/0"),
    "carousel of 11 (SDK)": (
        [{"type": "carousel", "elements": [{"type": "card", "body": mrkdwn()}] * 11}],
        "cannot exceed 10 cards",
        "/blocks/0",
    ),
    "video without a title (SDK)": (
        [{"type": "video", "alt_text": "x"}],
        "attribute must be specified",
        "/blocks/0",
    ),
}


@pytest.mark.parametrize(("blocks", "complaint", "pointer"), BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
def test_a_message_is_refused_with_what_is_wrong_and_where(
    blocks: list[Any], complaint: str, pointer: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_message_blocks(blocks)
    assert refused.value.code == "invalid_blocks"
    assert any(complaint in said and pointer in said for said in refused.value.messages), (
        refused.value.messages
    )


BAD_VIEWS: dict[str, tuple[Any, str, str]] = {
    "no object": ("view", "must provide an object", "/view"),
    "no type": (without(modal(), "type"), "missing required field: type", "/view"),
    "workflow_step": (modal(type="workflow_step"), "unsupported type", "/view/type"),
    "no title": (without(modal(), "title"), "missing required field: title", "/view"),
    "title of 25": (modal(title=plain("x" * 25)), "less than 25", "/view/title/text"),
    "title in mrkdwn": (modal(title=mrkdwn()), "unsupported type: mrkdwn", "/view/title/type"),
    "empty title": (modal(title=plain("")), "more than 0", "/view/title/text"),
    "submit of 25": (modal(submit=plain("x" * 25)), "less than 25", "/view/submit/text"),
    "close of 25": (modal(close=plain("x" * 25)), "less than 25", "/view/close/text"),
    "input without submit": (without(modal(), "submit"), "missing required field: submit", "/view"),
    "private_metadata of 3,001": (
        modal(private_metadata="x" * 3001),
        "less than 3001",
        "/view/private_metadata",
    ),
    "callback_id of 256": (modal(callback_id="x" * 256), "less than 256", "/view/callback_id"),
    "no blocks": (modal(blocks=[]), "no fewer than 1", "/view/blocks"),
    "101 blocks": (modal(*(section() for _ in range(101))), "no more than 100", "/view/blocks"),
    "unknown key": (modal(colour="red"), "additional property: colour", "/view"),
    "id of its own": (modal(id="V1"), "additional property: id", "/view"),
    "markdown in a modal": (
        modal({"type": "markdown", "text": "x"}),
        "type: markdown",
        "/view/blocks/0/type",
    ),
    "alert of 201": (modal({"type": "alert", "text": plain("x" * 201)}), "less than 201", "/text/text"),
    "alert level": (modal({"type": "alert", "text": plain(), "level": "loud"}), "one of: default", "/level"),
    "label in mrkdwn": (
        modal(field(label=mrkdwn())),
        "unsupported type: mrkdwn",
        "/view/blocks/0/label/type",
    ),
    "label of 2,001": (modal(field(label=plain("x" * 2001))), "less than 2001", "/label/text"),
    "hint in mrkdwn": (modal(field(hint=mrkdwn())), "unsupported type: mrkdwn", "/hint/type"),
    "button as an input": (modal(field(element=button())), "unsupported type: button", "/element/type"),
    "optional that is no boolean": (modal(field(optional="yes")), "boolean", "/optional"),
    "max_length of 3,001": (modal(field(element=typed(max_length=3001))), "from 1 to 3000", "/max_length"),
    "dispatch on a whim": (
        modal(field(element=typed(dispatch_action_config={"trigger_actions_on": ["on_whim"]}))),
        "one of: on_enter_pressed",
        "/trigger_actions_on/0",
    ),
    "two in focus": (
        modal(
            field(element=typed(focus_on_load=True)),
            field(block_id="b", element=typed(action_id="b", focus_on_load=True)),
        ),
        "focus_on_load",
        "/view/blocks",
    ),
    "action_id twice": (modal(field(), field(block_id="other")), '"words" already exists', "/view/blocks"),
    "home with a title": (
        {"type": "home", "title": plain(), "blocks": [section()]},
        "property: title",
        "/view",
    ),
    "home with an alert": (
        {"type": "home", "blocks": [{"type": "alert", "text": plain()}]},
        "unsupported type: alert",
        "/view/blocks/0/type",
    ),
}


@pytest.mark.parametrize(("view", "complaint", "pointer"), BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_a_view_is_refused_with_what_is_wrong_and_where(view: Any, complaint: str, pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        check_view(view)
    assert refused.value.code == "invalid_arguments"
    assert any(complaint in said and pointer in said for said in refused.value.messages), (
        refused.value.messages
    )


GOOD_MESSAGES: dict[str, list[Block]] = {
    "a card": [
        {"type": "header", "text": plain("x" * 150)},
        section(block_id="card-7-1", text=mrkdwn("x" * 3000), accessory=button(action_id="more")),
        {"type": "section", "fields": [mrkdwn("x" * 2000)] * 3},
        rich({"type": "rich_text_quote", "elements": [words("नमस्ते"), words("b", style={"bold": True})]}),
        {"type": "context", "elements": [mrkdwn("a"), plain("b")]},
        {"type": "divider"},
        actions(
            button(value="7:1", style="primary", confirm=confirm(style="danger")),
            button(action_id="open", url="https://x.com/i/status/1", text=plain("x" * 75)),
            {"type": "overflow", "action_id": "more2", "options": [option(url="https://a.b"), option("b")]},
            select(initial_option=option(), placeholder=plain()),
            {"type": "users_select", "action_id": "who"},
        ),
    ],
    "rich text of every kind": [
        rich(
            sentence(
                words("a", style={"bold": True, "italic": False, "strike": True, "code": True}),
                {"type": "user", "user_id": "U0ASHA"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "emoji", "name": "wave"},
                {"type": "link", "url": "https://a.b", "text": "a"},
                {"type": "broadcast", "range": "here"},
                {
                    "type": "date",
                    "timestamp": 1_700_000_000,
                    "format": "{date_short_pretty} at {time}",
                    "fallback": "then",
                },
            ),
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [sentence(words())]},
            {"type": "rich_text_preformatted", "elements": [words("code")], "border": 0},
            sentence(),
        )
    ],
    "an image": [{"type": "image", "alt_text": "chart", "image_url": "https://a.b/c.png", "title": plain()}],
    "50 blocks": [section() for _ in range(50)],
    "a card block": [{"type": "card", "title": mrkdwn(), "body": mrkdwn("x" * 200), "actions": [button()]}],
    "grouped options": [
        actions(without(select(), "options") | {"option_groups": [{"label": plain(), "options": [option()]}]})
    ],
    "nothing": [],
}


@pytest.mark.parametrize("blocks", GOOD_MESSAGES.values(), ids=GOOD_MESSAGES.keys())
def test_a_message_slack_takes_is_taken_and_left_as_it_was(blocks: list[Block]) -> None:
    before = copy.deepcopy(blocks)
    check_message_blocks(blocks)
    assert blocks == before


GOOD_VIEWS: dict[str, Block] = {
    "a reply": modal(
        field(element=typed(multiline=True, max_length=3000, initial_value="", focus_on_load=True)),
        field(block_id="m", optional=True, element=select(), hint=plain()),
        field(
            block_id="c", element={"type": "checkboxes", "action_id": "c", "options": [option(text=mrkdwn())]}
        ),
        {"type": "alert", "text": mrkdwn(), "level": "warning"},
        close=plain("Cancel"),
        private_metadata="7",
        callback_id="reply",
        notify_on_close=True,
        clear_on_close=False,
    ),
    "no input, no submit": without(modal(section()), "submit"),
    "a home": {"type": "home", "blocks": [section(), actions()], "private_metadata": "x"},
}


@pytest.mark.parametrize("view", GOOD_VIEWS.values(), ids=GOOD_VIEWS.keys())
def test_a_view_slack_takes_is_taken(view: Block) -> None:
    check_view(view)


def test_a_home_is_no_modal_and_a_modal_no_home() -> None:
    with pytest.raises(Refused):
        check_view(GOOD_VIEWS["a home"], "modal")
    with pytest.raises(Refused):
        check_view(modal(), "home")


def test_blocks_that_hold_too_much_together_are_refused_though_each_is_fine() -> None:
    enough = [section(text=mrkdwn("x" * 2640)) for _ in range(5)]
    check_message_blocks(enough)
    assert text_length(enough) == 13_200
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        check_message_blocks([*enough, section(text=mrkdwn("x"))])


def test_a_view_of_more_than_250_kilobytes_is_too_large() -> None:
    with pytest.raises(Refused, match="view_too_large"):
        check_view(modal(*(section(text=mrkdwn("x" * 2990)) for _ in range(90))))


def test_blocks_that_are_no_array_have_an_error_of_their_own() -> None:
    with pytest.raises(Refused, match="invalid_blocks_format"):
        check_message_blocks({"type": "section"})


def test_blocks_and_controls_without_a_name_are_given_one() -> None:
    block = with_ids([actions(without(button(), "action_id"))])[0]
    assert len(block["block_id"]) == 5
    assert len(block["elements"][0]["action_id"]) == 5
