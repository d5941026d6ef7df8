"""What people do in the stand-in Slack, and how the desk hears of it over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from .test_standin_slack import BUTTON, CARD, Desk, Slack, serve, wait_until

PLAIN = {"type": "plain_text", "text": "Words"}
REPLY = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": "7",
    "title": PLAIN,
    "submit": PLAIN,
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": PLAIN,
            "dispatch_action": True,
            "element": {"type": "plain_text_input", "action_id": "words", "min_length": 2, "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "macro",
            "label": PLAIN,
            "optional": True,
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": w}, "value": w.lower()}
                    for w in ("Thanks", "Sorry")
                ],
            },
        },
        {"type": "actions", "block_id": "more", "elements": [BUTTON | {"action_id": "preview"}]},
    ],
}
CLICK = {"user": "U0ASHA", "channel": "C0SUPPORT", "action_id": "claim"}


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


def opened(slack: Slack, desk: Desk, view: dict[str, Any] | None = None) -> dict[str, Any]:
    """Let the desk open a modal for Asha's click, and return it as the state shows it."""

    def open_it(payload: dict[str, Any]) -> None:
        slack.call("views.open", trigger_id=payload["trigger_id"], view=view or REPLY)

    desk.answer = open_it
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    desk.answer = lambda _: None
    desk.heard.clear()
    return dict(slack.state("U0ASHA")["views"][-1])


# Clicks on messages


def test_a_click_is_signed_and_carries_what_slack_sends(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    answer = slack.control("click", ts=ts, **CLICK)
    payload = desk.heard[0]
    headers, body = desk.raw[0]
    assert SignatureVerifier("sandbox-signing-secret").is_valid_request(body, headers)
    assert not SignatureVerifier("another-secret").is_valid_request(body, headers)
    assert (answer["status"], answer["trigger_id"], "warning" in answer) == (
        200,
        payload["trigger_id"],
        False,
    )
    assert answer["acked_ms"] < 1000
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U0ASHA", "username": "asha", "name": "asha", "team_id": "T0SANDBOX"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0SUPPORT",
        "is_ephemeral": False,
    }
    assert payload["message"]["blocks"] == CARD
    assert payload["channel"] == {"id": "C0SUPPORT", "name": "support"}
    assert payload["response_url"].startswith(f"{slack.url}/slack/response/")
    action = payload["actions"][0]
    assert float(action.pop("action_ts")) == pytest.approx(time.time(), abs=5)
    assert action == {
        "type": "button",
        "action_id": "claim",
        "block_id": "do",
        "text": BUTTON["text"],
        "value": "7:1",
    }


def test_a_button_may_be_named_by_its_label_and_a_url_button_tells_too(slack: Slack, desk: Desk) -> None:
    link = BUTTON | {
        "action_id": "open",
        "url": "https://x.com/",
        "text": {"type": "plain_text", "text": "Open on X"},
    }
    ts = slack.post(blocks=[CARD[0], {"type": "actions", "elements": [BUTTON, link]}])
    slack.control("click", user="U0ASHA", channel="C0SUPPORT", ts=ts, text="Open on X")
    assert desk.heard[0]["actions"][0]["action_id"] == "open"


def test_an_old_client_presses_the_button_as_it_was(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    slack.call("chat.update", channel="C0SUPPORT", ts=ts, text="taken", blocks=CARD[:1])
    slack.control("click", ts=ts, status=404, **CLICK)
    slack.control("click", ts=ts, stale=True, **CLICK)
    assert desk.heard[0]["actions"][0]["value"] == "7:1"


def test_a_select_in_a_message_tells_its_choice_and_its_state(slack: Slack, desk: Desk) -> None:
    options = [{"text": {"type": "plain_text", "text": w}, "value": w} for w in ("low", "high")]
    select = {"type": "static_select", "action_id": "urgency", "options": options}
    people = {"type": "users_select", "action_id": "who"}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select, people]}]
    where = {"user": "U0ASHA", "channel": "C0SUPPORT", "ts": slack.post(blocks=blocks)}
    slack.control("click", action_id="urgency", value="high", **where)
    slack.control("click", action_id="who", value="U0MEHMET", **where)
    first, second = desk.heard
    assert first["actions"][0]["selected_option"] == options[1]
    assert second["actions"][0]["selected_user"] == "U0MEHMET"
    assert second["state"]["values"]["b"]["urgency"]["selected_option"] == options[1]
    refused = slack.control("click", action_id="urgency", value="never", status=400, **where)
    assert "no option 'never'" in refused["error"]


def test_the_same_click_can_be_delivered_again_in_turn_or_at_once(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    answer = slack.control("click", ts=ts, deliveries=3, parallel=True, **CLICK)
    assert [response["status"] for response in answer["responses"]] == [200] * 3
    assert desk.heard[0] == desk.heard[1] == desk.heard[2]


def test_a_click_need_not_be_waited_for(slack: Slack, desk: Desk) -> None:
    desk.answer = lambda _: time.sleep(0.5)
    began = time.monotonic()
    answer = slack.control("click", ts=slack.post(blocks=CARD), wait=False, **CLICK)
    assert time.monotonic() - began < 0.4
    assert (answer["status"], bool(answer["trigger_id"])) == (None, True)
    desk.wait_for(1)


def test_a_late_ack_an_error_and_silence_are_shown_to_the_person(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    desk.answer = lambda _: (404, {}, None)
    assert slack.control("click", ts=ts, **CLICK)["warning"] == "mentiondesk answered with an error (404)."
    desk.answer = lambda _: time.sleep(3.3)
    late = slack.control("click", ts=ts, **CLICK)
    assert (late["status"], late["warning"]) == (None, "mentiondesk did not answer in time (3 s).")
    assert 2900 < late["acked_ms"] < 3300
    slack.control("settings", events_url="http://127.0.0.1:9/")
    assert slack.control("click", ts=ts, **CLICK)["warning"] == "mentiondesk cannot be reached."
    assert [w["user"] for w in slack.state("U0ASHA")["warnings"]] == ["U0ASHA"] * 3
    assert slack.state("U0MEHMET")["warnings"] == []
    assert len(desk.heard) == 2, "Slack does not repeat interactivity"


def test_only_those_who_see_a_message_can_press_it(slack: Slack) -> None:
    ts = slack.post(blocks=CARD, channel="C0LEADS")
    refused = slack.control("click", status=400, user="U0GUEST", channel="C0LEADS", ts=ts, action_id="claim")
    assert "U0GUEST is not in C0LEADS" in refused["error"]
    for wrong in ({"ts": "1.0"}, {"user": "U0NOBODY"}, {"channel": "C0NOWHERE"}, {"action_id": "nothing"}):
        slack.control("click", status=404, **(CLICK | {"ts": ts, "channel": "C0LEADS"} | wrong))


def test_an_ephemeral_message_can_be_pressed_by_its_reader_only(slack: Slack, desk: Desk) -> None:
    shown = slack.call("chat.postEphemeral", channel="C0SUPPORT", user="U0ASHA", text="x", blocks=CARD)
    ts = shown.json()["message_ts"]
    slack.control("click", status=404, ts=ts, **(CLICK | {"user": "U0MEHMET"}))
    slack.control("click", ts=ts, **CLICK)
    assert desk.heard[0]["container"]["is_ephemeral"] is True
    assert "message" not in desk.heard[0]


# Response URLs


def respond(slack: Slack, url: str, **body: Any) -> tuple[int, Any]:
    answer = slack.http.post(url, json=body)
    return answer.status_code, answer.json()


def test_a_response_url_replaces_the_message_without_spending_the_update_budget(
    slack: Slack, desk: Desk
) -> None:
    ts = slack.post(blocks=CARD)
    slack.control("click", ts=ts, **CLICK)
    slack.control("settings", limits={"update": [1, 60]})
    url = desk.heard[0]["response_url"]
    for n in range(2):
        assert respond(slack, url, replace_original=True, text=f"v{n}", blocks=CARD[:1]) == (
            200,
            {"ok": True},
        )
    message = slack.channel()[0]
    assert (message["ts"], message["text"], message["blocks"]) == (ts, "v1", CARD[:1])
    assert [entry["method"] for entry in slack.requests()][-1] == "response_url"


def test_a_response_url_answers_privately_unless_told_otherwise(slack: Slack, desk: Desk) -> None:
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    url = desk.heard[0]["response_url"]
    respond(slack, url, text="for you", replace_original=False)
    respond(slack, url, text="for all", response_type="in_channel")
    respond(slack, url, delete_original=True)
    assert [shown["text"] for shown in slack.state("U0ASHA")["private"]] == ["for you"]
    assert [message["text"] for message in slack.channel()] == ["for all"]


def test_a_response_url_is_good_for_five_uses(slack: Slack, desk: Desk) -> None:
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    url = desk.heard[0]["response_url"]
    assert [respond(slack, url, text=str(n))[0] for n in range(5)] == [200] * 5
    assert respond(slack, url, text="6") == (404, {"ok": False, "error": "expired_url"})
    assert respond(slack, f"{slack.url}/slack/response/none", text="x")[0] == 404


def test_a_response_url_checks_what_it_is_given(slack: Slack, desk: Desk) -> None:
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    url = desk.heard[0]["response_url"]
    assert respond(slack, url, text="") == (400, {"ok": False, "error": "no_text"})
    status, body = respond(slack, url, text="x", blocks=[{"type": "knob"}])
    assert (status, body["error"]) == (400, "invalid_blocks")
    assert respond(slack, url, text="x")[0] == 200


def test_an_ephemeral_message_is_replaced_and_deleted_through_its_response_url(
    slack: Slack, desk: Desk
) -> None:
    args = {"channel": "C0SUPPORT", "user": "U0ASHA", "text": "x", "blocks": CARD}
    ts = slack.call("chat.postEphemeral", **args).json()["message_ts"]
    slack.control("click", ts=ts, **CLICK)
    url = desk.heard[0]["response_url"]
    respond(slack, url, replace_original=True, text="new")
    assert [(s["ts"], s["text"]) for s in slack.state("U0ASHA")["private"]] == [(ts, "new")]
    respond(slack, url, delete_original=True)
    assert slack.state("U0ASHA")["private"] == []


def test_a_slack_without_response_urls_offers_none_and_refuses_the_old_ones(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    slack.control("click", ts=ts, **CLICK)
    slack.control("settings", response_urls=False)
    slack.control("click", ts=ts, **CLICK)
    assert "response_url" not in desk.heard[1]
    assert respond(slack, desk.heard[0]["response_url"], text="x")[0] == 404


def test_faults_touch_response_urls_by_that_name(slack: Slack, desk: Desk) -> None:
    slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    slack.fault("status", "response_url", status=500, times=1, channel="C0SUPPORT")
    answer = slack.http.post(desk.heard[0]["response_url"], json={"text": "x"})
    assert answer.status_code == 500


# Modals


def test_a_trigger_opens_one_modal_within_three_seconds(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    trigger = slack.control("click", ts=ts, **CLICK)["trigger_id"]
    assert slack.call("views.open", trigger_id=trigger, view=REPLY).json()["view"]["callback_id"] == "reply"
    assert slack.call("views.open", trigger_id=trigger, view=REPLY).json()["error"] == "exchanged_trigger_id"
    assert slack.call("views.open", trigger_id="1.2.3", view=REPLY).json()["error"] == "invalid_trigger_id"
    late = slack.control("click", ts=ts, **CLICK)["trigger_id"]
    time.sleep(3.1)
    assert slack.call("views.open", trigger_id=late, view=REPLY).json()["error"] == "expired_trigger_id"


def test_a_refused_view_leaves_the_trigger_unused(slack: Slack) -> None:
    trigger = slack.control("click", ts=slack.post(blocks=CARD), **CLICK)["trigger_id"]
    refused = slack.call("views.open", trigger_id=trigger, view=REPLY | {"title": {}}).json()
    assert refused["error"] == "invalid_arguments"
    assert "json-pointer:/view/title" in refused["response_metadata"]["messages"][0]
    assert slack.call("views.open", trigger_id=trigger, view=REPLY).json()["ok"]


def test_a_submission_carries_all_values_and_closes_the_modal(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    values = {"text/words": "Hello", "pick": "Sorry"}
    answer = slack.control("submit", user="U0ASHA", view_id=view["id"], values=values)
    assert (answer["closed"], answer["status"]) == (True, 200)
    payload = desk.heard[0]
    assert (payload["type"], payload["response_urls"]) == ("view_submission", [])
    assert payload["view"]["private_metadata"] == "7"
    state = payload["view"]["state"]["values"]
    assert state["text"]["words"] == {"type": "plain_text_input", "value": "Hello"}
    assert state["macro"]["pick"]["selected_option"]["value"] == "sorry"
    assert slack.state("U0ASHA")["views"] == []
    slack.control("submit", status=404, user="U0ASHA", view_id=view["id"])


def test_slacks_client_holds_back_what_is_not_filled_in_right(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    for text in ("", "x", "x" * 21):
        answer = slack.control("submit", user="U0ASHA", view_id=view["id"], values={"words": text})
        assert set(answer["errors"]) == {"text"}
    assert desk.heard == []
    assert slack.state("U0ASHA")["views"][0]["errors"] == answer["errors"]


def test_errors_keep_the_modal_open_with_what_was_typed(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    desk.answer = lambda _: {"response_action": "errors", "errors": {"text": "Too blunt"}}
    answer = slack.control("submit", user="U0ASHA", view_id=view["id"], values={"words": "Go away"})
    assert (answer["errors"], "closed" in answer) == ({"text": "Too blunt"}, False)
    left = slack.state("U0ASHA")["views"][0]
    assert left["errors"] == {"text": "Too blunt"}
    assert left["values"]["text"]["words"]["value"] == "Go away"


@pytest.mark.parametrize(
    ("said", "warned"),
    [
        ({"response_action": "errors", "errors": {"more": "x"}}, "not an input block"),
        ({"response_action": "errors", "errors": {}}, "at least one input block"),
        ({"response_action": "sulk"}, "unknown response_action"),
        ({"response_action": "update", "view": {"type": "modal"}}, "missing required field"),
        ("ok", "empty or a JSON object"),
        ((500, {}, None), "answered with an error (500)"),
    ],
)
def test_an_answer_slack_cannot_use_is_shown_as_trouble(
    slack: Slack, desk: Desk, said: Any, warned: str
) -> None:
    view = opened(slack, desk)
    desk.answer = lambda _: said
    answer = slack.control("submit", user="U0ASHA", view_id=view["id"], values={"words": "Hello"})
    assert warned in answer["warning"]
    assert [v["id"] for v in slack.state("U0ASHA")["views"]] == [view["id"]]


def test_a_submission_may_update_push_or_clear(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    other = REPLY | {"callback_id": "second"}
    submit = {"user": "U0ASHA", "values": {"words": "Hello"}}
    desk.answer = lambda _: {"response_action": "update", "view": other}
    slack.control("submit", view_id=view["id"], **submit)
    assert [v["callback_id"] for v in slack.state("U0ASHA")["views"]] == ["second"]
    desk.answer = lambda _: {"response_action": "push", "view": other | {"callback_id": "third"}}
    slack.control("submit", view_id=view["id"], **submit)
    below, top = slack.state("U0ASHA")["views"]
    assert (below["callback_id"], top["callback_id"]) == ("second", "third")
    desk.answer = lambda _: {"response_action": "clear"}
    assert slack.control("submit", view_id=top["id"], **submit)["closed"]
    assert slack.state("U0ASHA")["views"] == []


def test_an_update_keeps_what_was_typed_where_the_ids_stay(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    slack.control("view_action", user="U0ASHA", view_id=view["id"], action_id="words", value="Hello")
    changed = REPLY | {"blocks": [REPLY["blocks"][0], REPLY["blocks"][1] | {"block_id": "macro2"}]}
    old = view["hash"]
    answer = slack.call("views.update", view_id=view["id"], hash=old, view=changed).json()
    assert answer["ok"], answer
    assert answer["view"]["hash"] != old
    assert answer["view"]["state"]["values"]["text"]["words"]["value"] == "Hello"
    stale = slack.call("views.update", view_id=view["id"], hash=old, view=REPLY).json()
    assert stale["error"] == "hash_conflict"
    assert slack.call("views.update", view_id="VNONE", view=REPLY).json()["error"] == "not_found"


def test_a_control_in_a_modal_tells_the_view_and_its_state(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    act = {"user": "U0ASHA", "view_id": view["id"]}
    slack.control("view_action", action_id="words", value="Hi", **act)
    slack.control("view_action", action_id="preview", **act)
    typed, pressed = desk.heard
    assert typed["container"] == {"type": "view", "view_id": view["id"]}
    assert typed["actions"][0]["value"] == "Hi"
    assert pressed["actions"][0]["value"] == "7:1"
    assert pressed["view"]["state"]["values"]["text"]["words"]["value"] == "Hi"
    assert "message" not in pressed
    assert "response_url" not in pressed


def test_an_input_that_does_not_dispatch_is_filled_in_silence(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    act = {"user": "U0ASHA", "view_id": view["id"], "block_id": "macro", "action_id": "pick"}
    assert slack.control("view_action", selected="thanks", **act)["typed"]
    assert desk.heard == []
    values = slack.state("U0ASHA")["views"][0]["values"]
    assert values["macro"]["pick"]["selected_option"]["text"]["text"] == "Thanks"


def test_a_modal_is_pushed_from_a_modal_three_deep(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    for expected in (True, True, False):
        top = slack.state("U0ASHA")["views"][-1]
        trigger = slack.control("view_action", user="U0ASHA", view_id=top["id"], action_id="preview")[
            "trigger_id"
        ]
        answer = slack.call("views.push", trigger_id=trigger, view=REPLY).json()
        assert answer["ok"] is expected
    assert answer["error"] == "push_limit_reached"
    top = slack.state("U0ASHA")["views"][-1]
    slack.control("close", user="U0ASHA", view_id=top["id"])
    assert len(slack.state("U0ASHA")["views"]) == 2
    slack.control("close", user="U0ASHA", view_id=view["id"])
    assert slack.state("U0ASHA")["views"] == []


def test_a_close_is_told_only_when_the_modal_asked_for_it(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    slack.control("close", user="U0ASHA", view_id=view["id"])
    assert desk.heard == []
    view = opened(slack, desk, REPLY | {"notify_on_close": True, "clear_on_close": True})
    assert slack.control("close", user="U0ASHA", view_id=view["id"])["closed"]
    assert (desk.heard[0]["type"], desk.heard[0]["is_cleared"]) == ("view_closed", True)


def test_a_modal_belongs_to_one_person(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    slack.control("submit", status=404, user="U0MEHMET", view_id=view["id"], values={"words": "Hello"})
    assert slack.state("U0MEHMET")["views"] == []


def test_the_same_submission_can_be_delivered_twice_at_once(slack: Slack, desk: Desk) -> None:
    view = opened(slack, desk)
    args = {"user": "U0ASHA", "view_id": view["id"], "values": {"words": "Hello"}}
    answer = slack.control("submit", deliveries=2, parallel=True, **args)
    assert len(answer["responses"]) == len(desk.heard) == 2
    assert answer["closed"]


# Home, commands and events


def test_opening_the_home_is_told_and_what_is_published_is_seen(slack: Slack, desk: Desk) -> None:
    slack.control("home", user="U0ASHA")
    event = desk.heard[0]["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", "U0ASHA")
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]}
    slack.call("views.publish", user_id="U0ASHA", view=home)
    shown = slack.state("U0ASHA")["home"]
    assert shown["type"] == "home"
    assert slack.state("U0MEHMET")["home"] is None
    slack.control("view_action", user="U0ASHA", view_id=shown["id"], action_id="claim")
    assert desk.heard[1]["view"]["type"] == "home"
    stale = slack.call("views.publish", user_id="U0ASHA", view=home, hash="old").json()
    assert stale["error"] == "hash_conflict"


def test_a_command_is_a_signed_form_and_its_answer_is_shown(slack: Slack, desk: Desk) -> None:
    desk.answer = lambda _: "No cases"
    slack.control("command", user="U0ASHA", channel="C0SUPPORT", command="/desk", text="assign 7 @mehmet")
    form = desk.heard[0]
    headers, body = desk.raw[0]
    assert SignatureVerifier("sandbox-signing-secret").is_valid_request(body, headers)
    assert (form["command"], form["text"]) == ("/desk", "assign 7 @mehmet")
    assert (form["user_id"], form["channel_name"]) == ("U0ASHA", "support")
    assert form["response_url"].startswith(slack.url)
    assert [shown["text"] for shown in slack.state("U0ASHA")["private"]] == ["No cases"]
    desk.answer = lambda _: {"response_type": "in_channel", "text": "For all"}
    slack.control("command", user="U0ASHA", channel="C0SUPPORT", command="/desk", text="")
    assert [message["text"] for message in slack.channel()] == ["For all"]


def test_a_message_goes_out_as_an_event(slack: Slack, desk: Desk) -> None:
    head = slack.post()
    said = {"user": "U0ASHA", "channel": "C0SUPPORT", "text": "note", "thread_ts": head}
    answer = slack.control("message", **said)
    envelope = desk.heard[0]
    assert (envelope["type"], envelope["event_id"]) == ("event_callback", answer["event_id"])
    assert envelope["authorizations"][0]["user_id"] == "U0DESK"
    event = envelope["event"]
    assert (event["type"], event["user"], event["text"]) == ("message", "U0ASHA", "note")
    assert (event["thread_ts"], event["ts"], event["channel_type"]) == (head, answer["ts"], "channel")
    assert "bot_id" not in event
    assert slack.channel()[0]["thread"][0]["user"] == "U0ASHA"


def test_the_bot_hears_nothing_from_channels_it_is_not_in(slack: Slack, desk: Desk) -> None:
    answer = slack.control("message", user="U0ASHA", channel="C0RANDOM", text="lunch?")
    assert answer["event_id"] is None
    assert desk.heard == []
    slack.control("message", status=400, user="U0GUEST", channel="C0LEADS", text="hi")
    slack.control("message", status=404, user="U0ASHA", channel="C0SUPPORT", text="x", thread_ts="1.0")


def test_a_person_may_write_to_the_bot_alone(slack: Slack, desk: Desk) -> None:
    slack.control("message", user="U0ASHA", channel="D0ASHA", text="hello")
    assert desk.heard[0]["event"]["channel_type"] == "im"
    slack.control("message", status=400, user="U0MEHMET", channel="D0ASHA", text="hello")


def test_an_event_is_repeated_until_it_is_taken(slack: Slack, desk: Desk) -> None:
    slack.control("settings", event_retry_s=[0, 0.1, 0.2])
    desk.answer = lambda _: (500, {}, None) if len(desk.heard) < 4 else None
    slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="x")
    desk.wait_for(4)
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in desk.raw]
    assert retries == [(None, None)] + [(str(n), "http_error") for n in (1, 2, 3)]
    assert len({envelope["event_id"] for envelope in desk.heard}) == 1
    time.sleep(0.4)
    assert len(desk.heard) == 4


def test_a_desk_may_ask_for_no_repetition(slack: Slack, desk: Desk) -> None:
    slack.control("settings", event_retry_s=[0, 0, 0])
    desk.answer = lambda _: (500, {"X-Slack-No-Retry": "1"}, None)
    slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="x")
    time.sleep(0.3)
    assert len(desk.heard) == 1


def test_a_first_attempt_may_be_lost_on_the_way(slack: Slack, desk: Desk) -> None:
    slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="x", first_attempt_lost=True)
    desk.wait_for(1)
    headers, _ = desk.raw[0]
    assert headers["X-Slack-Retry-Num"] == "1"
    assert headers["X-Slack-Retry-Reason"] == "http_timeout"


def test_an_event_may_be_delivered_twice_with_one_id(slack: Slack, desk: Desk) -> None:
    slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="x", deliveries=2)
    assert desk.heard[0] == desk.heard[1]


def test_a_person_may_delete_any_message(slack: Slack, desk: Desk) -> None:
    ts = slack.post(blocks=CARD)
    slack.control("delete_message", channel="C0SUPPORT", ts=ts)
    assert slack.channel() == []
    event = desk.heard[0]["event"]
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", ts)
    slack.control("delete_message", status=404, channel="C0SUPPORT", ts=ts)


def test_the_bots_own_messages_are_events_when_asked_for(slack: Slack, desk: Desk) -> None:
    slack.control("settings", own_events=True)
    ts = slack.post(blocks=CARD)
    slack.call("chat.update", channel="C0SUPPORT", ts=ts, text="new")
    posted, changed = sorted((h["event"] for h in desk.wait_for(2)), key=lambda event: event["event_ts"])
    assert (posted["bot_id"], posted["ts"]) == ("B0DESK", ts)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "new")
    assert "bot_id" not in changed


def test_the_events_url_is_verified_when_asked(slack: Slack, desk: Desk) -> None:
    desk.answer = lambda payload: {"challenge": payload["challenge"]}
    assert slack.control("settings", verify=True)["verified"] is True
    desk.answer = lambda _: "nonsense"
    assert slack.control("settings", verify=True)["verified"] is False


def test_raw_bytes_are_posted_as_they_are(slack: Slack, desk: Desk) -> None:
    desk.answer = lambda _: (401, {}, None)
    headers = {"Content-Type": "application/json", "X-Slack-Signature": "v0=bad"}
    answer = slack.control("raw", body='{"type": "x"}', headers=headers)
    assert answer["status"] == 401
    assert desk.raw[0][1] == b'{"type": "x"}'
    assert desk.raw[0][0]["X-Slack-Signature"] == "v0=bad"


def test_a_reset_gives_up_repetitions(slack: Slack, desk: Desk) -> None:
    slack.control("settings", event_retry_s=[0.3])
    desk.answer = lambda _: (500, {}, None)
    slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="x")
    slack.reset()
    wait_until(lambda: len(desk.heard) == 1)
    time.sleep(0.5)
    assert len(desk.heard) == 1
