"""Knocking at the desk's HTTP door by hand: signed as Slack signs, or not."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode

from sandbox.slack.delivery import sign
from tests.whole_desk import Json, WholeDesk

FORM = "application/x-www-form-urlencoded"


def knock(
    desk: WholeDesk,
    path: str,
    body: bytes | None = None,
    headers: dict[str, Any] | None = None,
    *,
    method: str = "",
) -> tuple[int, str]:
    """Send these very bytes and headers; return the status and what was said."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
    try:
        connection.request(method or ("GET" if body is None else "POST"), path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def signed(body: bytes, *, age_s: float = 0.0, secret: str = "sandbox-signing-secret") -> dict[str, Any]:
    """Return the headers with which Slack would send this body."""
    timestamp = str(int(time.time() - age_s))
    return {
        "Content-Type": FORM,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(body, timestamp, secret),
    }


def as_form(payload: Json) -> bytes:
    """Return an interactive payload as Slack posts it."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def click_on(
    card: Json, label: str, *, user: str = "U0ASHA", team: str = "T0SANDBOX", value: str | None = None
) -> Json:
    """Return the payload of a click on a card's button, whoever and whatever it claims to be."""
    rows = [(block, e) for block in card["blocks"] if block["type"] == "actions" for e in block["elements"]]
    block, button = next((block, e) for block, e in rows if e["text"]["text"] == label)
    action = {"type": "button", "action_id": button["action_id"], "block_id": block["block_id"]}
    return {
        **_from(user, team),
        "type": "block_actions",
        "container": {"type": "message", "message_ts": card["ts"], "channel_id": "C0SUPPORT"},
        "channel": {"id": "C0SUPPORT", "name": "support"},
        "message": {"type": "message", "ts": card["ts"], "blocks": card["blocks"]},
        "actions": [
            action | {"value": button["value"] if value is None else value, "action_ts": f"{time.time():.6f}"}
        ],
    }


def submission_of(view: Json, text: str, *, user: str) -> Json:
    """Return the payload in which somebody submits a dialog, be it theirs or not."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    field = next(b["block_id"] for b in inputs if b["element"]["action_id"] == "reply_text")
    filled = {field: {"reply_text": {"type": "plain_text_input", "value": text}}}
    keys = ("id", "type", "callback_id", "private_metadata", "blocks")
    return {
        **_from(user, "T0SANDBOX"),
        "type": "view_submission",
        "view": {key: view[key] for key in keys} | {"state": {"values": filled}},
    }


def _from(user: str, team: str) -> Json:
    return {
        "user": {"id": user, "username": user.lower(), "team_id": team},
        "team": {"id": "T0SANDBOX", "domain": "sari-shop"},
        "api_app_id": "A0DESK",
        "trigger_id": f"{time.time_ns()}.1.0123456789abcdef",
    }


def press(desk: WholeDesk, payload: Json) -> tuple[int, str]:
    """Bring an interactive payload to the desk as Slack does."""
    body = as_form(payload)
    return knock(desk, "/slack/events", body, signed(body))
