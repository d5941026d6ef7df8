"""Modals with menus, choices and long texts, and modals to read only, as the stand-in Slack shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .test_standin_slack import CARD, Desk, Slack, serve
from .test_standin_slack_people import CLICK, opened, respond


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(value: str, text: str, **more: Any) -> dict[str, Any]:
    return {"text": words(text), "value": value, **more}


LEADS, OMAR = option("S0LEADS", "@support-leads"), option("U0OMAR", "Omar Haddad")
NEXT = option("next", "The next step", description=words("In 4 minutes"))
ESCALATE: dict[str, Any] = {
    "type": "modal",
    "callback_id": "escalate",
    "private_metadata": "7:2",
    "title": words("Escalate"),
    "submit": words("Escalate"),
    "close": words("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "how",
            "label": words("How"),
            "element": {
                "type": "radio_buttons",
                "action_id": "pick",
                "options": [NEXT, option("whom", "Somebody")],
            },
        },
        {
            "type": "input",
            "block_id": "whom",
            "label": words("Whom"),
            "optional": True,
            "element": {
                "type": "static_select",
                "action_id": "pick_person",
                "placeholder": words("A team or a person"),
                "option_groups": [
                    {"label": words("Teams"), "options": [LEADS]},
                    {"label": words("People"), "options": [OMAR]},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "why",
            "label": words("Why"),
            "element": {
                "type": "plain_text_input",
                "action_id": "words",
                "multiline": True,
                "max_length": 300,
            },
        },
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    yield from serve()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.stop()


@pytest.fixture
def slack(server: Slack, desk: Desk) -> Slack:
    server.reset()
    server.control("settings", events_url=desk.url)
    return server


def submit(slack: Slack, view: dict[str, Any], **values: Any) -> dict[str, Any]:
    return dict(slack.control("submit", user="U0ASHA", view_id=view["id"], values=values))


def test_a_submission_carries_menu_choice_and_text_as_slack_writes_them(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, ESCALATE)
    answer = submit(slack, view, pick="next", pick_person="U0OMAR", words="He waits\nsince noon")
    assert answer["closed"] is True
    (payload,) = desk.heard
    assert (payload["type"], payload["response_urls"]) == ("view_submission", [])
    assert (payload["view"]["callback_id"], payload["view"]["private_metadata"]) == ("escalate", "7:2")
    assert payload["view"]["state"]["values"] == {
        "how": {"pick": {"type": "radio_buttons", "selected_option": NEXT}},
        "whom": {"pick_person": {"type": "static_select", "selected_option": OMAR}},
        "why": {"words": {"type": "plain_text_input", "value": "He waits\nsince noon"}},
    }


def test_what_was_left_open_is_null_in_the_submission(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, ESCALATE)
    submit(slack, view, pick="whom", pick_person="", words="Please")
    values = desk.heard[0]["view"]["state"]["values"]
    assert values["whom"] == {"pick_person": {"type": "static_select", "selected_option": None}}


def test_a_first_choice_is_submitted_when_nobody_touches_it(slack: Slack, desk: Desk) -> None:
    blocks = [dict(block) for block in ESCALATE["blocks"]]
    blocks[0]["element"] = blocks[0]["element"] | {"initial_option": NEXT}
    blocks[1]["element"] = blocks[1]["element"] | {"initial_option": LEADS}
    view = opened(slack, desk, ESCALATE | {"blocks": blocks})
    submit(slack, view, words="Please")
    values = desk.heard[0]["view"]["state"]["values"]
    assert values["how"]["pick"]["selected_option"] == NEXT
    assert values["whom"]["pick_person"]["selected_option"] == LEADS


def test_slacks_client_holds_back_a_modal_whose_choice_or_reason_is_missing(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, ESCALATE)
    answer = submit(slack, view, pick_person="S0LEADS")
    assert sorted(answer["errors"]) == ["how", "why"]
    assert desk.heard == []


def test_a_choice_that_the_menu_does_not_have_is_refused_in_words(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, ESCALATE)
    body = {"user": "U0ASHA", "view_id": view["id"], "values": {"pick_person": "U0GUEST"}}
    assert "pick_person has no option 'U0GUEST'" in slack.control("submit", status=400, **body)["error"]


def test_an_error_may_stand_under_a_menu_and_the_modal_stays_open(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, ESCALATE)
    desk.answer = lambda _: {"response_action": "errors", "errors": {"whom": "Nobody is on duty there."}}
    answer = submit(slack, view, pick="whom", pick_person="S0LEADS", words="Please")
    assert answer["errors"] == {"whom": "Nobody is on duty there."}
    shown = slack.state("U0ASHA")["views"][0]
    assert shown["errors"] == answer["errors"]
    assert shown["values"]["whom"]["pick_person"]["selected_option"] == LEADS


def test_a_menu_that_dispatches_tells_the_desk_of_each_choice(slack: Slack, desk: Desk) -> None:
    blocks = [
        block | ({"dispatch_action": True} if block["block_id"] == "how" else {})
        for block in ESCALATE["blocks"]
    ]
    view = opened(slack, desk, ESCALATE | {"blocks": blocks})
    slack.control("view_action", user="U0ASHA", view_id=view["id"], action_id="pick", value="next")
    payload = desk.heard[0]
    assert (payload["type"], payload["container"]) == (
        "block_actions",
        {"type": "view", "view_id": view["id"]},
    )
    assert payload["actions"][0]["selected_option"] == NEXT
    assert payload["view"]["state"]["values"]["how"]["pick"]["selected_option"] == NEXT


def why(blocks: int) -> dict[str, Any]:
    """A modal to read: as many blocks as asked for, of each kind that it may hold."""
    date = {
        "type": "date",
        "timestamp": 1_700_000_000,
        "format": "{date_short_pretty} {time}",
        "fallback": "then",
    }
    sentence = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Due "}, date]}
    kinds: list[dict[str, Any]] = [
        {"type": "header", "text": words("Why?")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<!date^1700000000^{ago}|then>"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!subteam^S0LEADS>"}]},
        {"type": "rich_text", "elements": [sentence]},
        {"type": "divider"},
    ]
    chosen = [kinds[number % len(kinds)] for number in range(blocks)]
    return {"type": "modal", "title": words("Why?"), "close": words("Close"), "blocks": chosen}


def test_a_modal_to_read_has_a_hundred_blocks_and_no_submit(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk, why(100))
    assert (len(view["blocks"]), view["submit"], view["close"]) == (100, None, words("Close"))
    answer = slack.control("submit", status=400, user="U0ASHA", view_id=view["id"], values={})
    assert answer == {"error": "this view has no submit button"}
    assert slack.control("close", user="U0ASHA", view_id=view["id"]) == {"closed": True}
    assert desk.heard == []


def test_a_modal_of_a_hundred_and_one_blocks_is_refused(slack: Slack, desk: Desk) -> None:
    answers: list[Any] = []

    def open_it(payload: dict[str, Any]) -> None:
        answers.append(slack.call("views.open", trigger_id=payload["trigger_id"], view=why(101)).json())

    desk.answer = open_it
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    assert (answers[0]["ok"], answers[0]["error"]) == (False, "invalid_arguments")


def test_a_private_answer_to_a_click_in_a_thread_stays_in_the_thread(slack: Slack, desk: Desk) -> None:
    head = slack.post()
    ping = slack.post("<!subteam^S0LEADS> please look", thread_ts=head, blocks=CARD)
    slack.control("click", ts=ping, **CLICK)
    payload = desk.heard[0]
    assert payload["container"]["thread_ts"] == payload["message"]["thread_ts"] == head
    answer = {
        "text": "You have it.",
        "replace_original": False,
        "response_type": "ephemeral",
        "thread_ts": head,
    }
    assert respond(slack, payload["response_url"], **answer) == (200, {"ok": True})
    (shown,) = slack.state("U0ASHA")["private"]
    assert (shown["text"], shown["user"], shown["thread_ts"]) == ("You have it.", "U0ASHA", head)
