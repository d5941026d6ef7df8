"""The stand-in Slack over Socket Mode, with Bolt's own handler on the other end."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from .test_standin_slack import CARD, Slack, serve, wait_until

CLICK = {"user": "U0ASHA", "channel": "C0SUPPORT", "action_id": "claim"}


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    yield from serve("--mode", "socket")


@pytest.fixture(scope="module")
def bare_server() -> Iterator[Slack]:
    yield from serve("--mode", "socket")


@pytest.fixture
def bare(bare_server: Slack) -> Slack:
    """A Slack that no Bolt is connected to."""
    bare_server.reset()
    return bare_server


class BoltDesk:
    """A Bolt app with one Socket Mode connection, which notes what it hears."""

    def __init__(self, slack: Slack) -> None:
        self.heard: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.slow_s = 0.0
        quiet = logging.getLogger("quiet")
        quiet.setLevel(logging.CRITICAL)
        self.app = App(
            client=slack.web, token_verification_enabled=False, process_before_response=True, logger=quiet
        )
        self.app.action("claim")(self._on_click)
        self.app.event("message")(self._on_message)
        self.app.command("/desk")(self._on_command)
        self.app.view("reply")(self._on_reply)
        self.handler = SocketModeHandler(self.app, "xapp-sandbox", logger=quiet, web_client=slack.web)
        self.handler.client.connect()

    def _on_click(self, ack: Any, body: dict[str, Any]) -> None:
        time.sleep(self.slow_s)
        ack()
        self.heard.append(body)

    def _on_message(self, ack: Any, body: dict[str, Any], request: Any) -> None:
        self.heard.append(body)
        self.headers.append(request.headers)
        if len(self.heard) == 1 and body["event"]["text"] == "fail once":
            raise RuntimeError("not now")
        ack()

    def _on_command(self, ack: Any, command: dict[str, Any]) -> None:
        self.heard.append(command)
        ack("No cases")

    def _on_reply(self, ack: Any, body: dict[str, Any]) -> None:
        self.heard.append(body)
        ack(response_action="errors", errors={"text": "Too blunt"})

    def stop(self) -> None:
        self.handler.client.close()


@pytest.fixture(scope="module")
def connected(server: Slack) -> Iterator[BoltDesk]:
    desk = BoltDesk(server)
    yield desk
    desk.stop()  # takes slack_sdk three seconds: hence one connection for all tests


@pytest.fixture
def slack(server: Slack, connected: BoltDesk) -> Slack:
    server.reset()
    wait_until(lambda: server.state()["sockets"] == 1)
    return server


@pytest.fixture
def desk(connected: BoltDesk) -> BoltDesk:
    connected.heard.clear()
    connected.headers.clear()
    connected.slow_s = 0.0
    return connected


def test_a_click_reaches_bolt_and_its_ack_comes_back(slack: Slack, desk: BoltDesk) -> None:
    ts = slack.post(blocks=CARD)
    answer = slack.control("click", ts=ts, **CLICK)
    assert (answer["status"], "warning" in answer) == (200, False)
    assert desk.heard[0]["actions"][0]["value"] == "7:1"
    assert desk.heard[0]["message"]["ts"] == ts


def test_a_submission_is_answered_with_a_payload(slack: Slack, desk: BoltDesk) -> None:
    words = {"type": "plain_text", "text": "Words"}
    element = {"type": "plain_text_input", "action_id": "words"}
    view = {"type": "modal", "callback_id": "reply", "title": words, "submit": words}
    view["blocks"] = [{"type": "input", "block_id": "text", "label": words, "element": element}]
    trigger = slack.control("click", ts=slack.post(blocks=CARD), **CLICK)["trigger_id"]
    view_id = slack.call("views.open", trigger_id=trigger, view=view).json()["view"]["id"]
    answer = slack.control("submit", user="U0ASHA", view_id=view_id, values={"words": "Go"})
    assert answer["errors"] == {"text": "Too blunt"}


def test_a_commands_answer_is_shown(slack: Slack, desk: BoltDesk) -> None:
    slack.control("command", user="U0ASHA", channel="C0SUPPORT", command="/desk", text="cases")
    assert desk.heard[0]["text"] == "cases"
    assert [shown["text"] for shown in slack.state("U0ASHA")["private"]] == ["No cases"]


def test_an_event_is_repeated_with_its_attempt_when_nobody_acks(slack: Slack, desk: BoltDesk) -> None:
    slack.control("settings", event_retry_s=[0, 60, 300])
    answer = slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="fail once")
    assert answer["responses"][0]["status"] is None
    wait_until(lambda: len(desk.heard) == 2)
    assert desk.heard[0]["event_id"] == desk.heard[1]["event_id"]
    assert desk.headers[1]["x-slack-retry-num"] == ["1"]
    assert desk.headers[1]["x-slack-retry-reason"] == ["http_timeout"]


def test_an_ack_that_is_late_or_missing_is_shown(slack: Slack, desk: BoltDesk) -> None:
    desk.slow_s = 3.2
    answer = slack.control("click", ts=slack.post(blocks=CARD), **CLICK)
    assert answer["warning"] == "mentiondesk did not answer in time (3 s)."


def test_without_a_socket_the_desk_cannot_be_reached(bare: Slack) -> None:
    answer = bare.control("click", ts=bare.post(blocks=CARD), **CLICK)
    assert answer["warning"] == "mentiondesk cannot be reached."


def test_bolt_connects_anew_when_slack_refreshes_and_loses_no_click(slack: Slack, desk: BoltDesk) -> None:
    ts = slack.post(blocks=CARD)
    before = desk.handler.client.session_id()
    assert slack.control("refresh_sockets") == {"refreshed": True}
    for _ in range(10):
        assert "warning" not in slack.control("click", ts=ts, **CLICK)
        time.sleep(0.1)
    wait_until(lambda: desk.handler.client.session_id() != before and desk.handler.client.is_connected())
    assert len(desk.heard) == 10


def test_payloads_go_to_one_of_several_sockets(bare: Slack) -> None:
    desks = [BoltDesk(bare) for _ in range(2)]
    try:
        wait_until(lambda: bare.state()["sockets"] == 2)
        ts = bare.post(blocks=CARD)
        for _ in range(30):
            bare.control("click", ts=ts, **CLICK)
        counts = [len(bolt.heard) for bolt in desks]
        assert sum(counts) == 30
        assert min(counts) > 0
    finally:
        stops = [threading.Thread(target=bolt.stop) for bolt in desks]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()
        wait_until(lambda: bare.state()["sockets"] == 0)


# The protocol itself


def ticket(bare: Slack) -> str:
    return str(bare.call("apps.connections.open", token="xapp-sandbox").json()["url"])


def test_hello_says_how_many_are_connected_and_a_ticket_is_good_once(bare: Slack) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as session:
            url = ticket(bare)
            async with session.ws_connect(url) as socket:
                hello = await socket.receive_json()
                assert (hello["type"], hello["num_connections"]) == ("hello", 1)
                assert hello["connection_info"] == {"app_id": "A0DESK"}
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)

    asyncio.run(talk())


def test_an_envelope_has_what_the_protocol_asks_for(bare: Slack) -> None:
    ts = bare.post(blocks=CARD)
    answers: list[Any] = []

    def act() -> None:
        answers.append(bare.control("click", ts=ts, **CLICK))
        answers.append(bare.control("message", user="U0ASHA", channel="C0SUPPORT", text="x"))

    async def talk() -> list[dict[str, Any]]:
        async with aiohttp.ClientSession() as session, session.ws_connect(ticket(bare)) as socket:
            await socket.receive_json()
            threading.Thread(target=act).start()
            got = []
            for _ in range(2):
                got.append(await socket.receive_json())
                await socket.send_str("not an ack")
                await socket.send_str(json.dumps({"envelope_id": got[-1]["envelope_id"]}))
            return got

    click, event = asyncio.run(talk())
    assert click.keys() == {"envelope_id", "payload", "type", "accepts_response_payload"}
    assert (click["type"], click["accepts_response_payload"]) == ("interactive", True)
    assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
    assert (event["retry_attempt"], event["retry_reason"]) == (0, "")
    wait_until(lambda: len(answers) == 2)
    assert answers[0]["status"] == 200


def test_the_eleventh_socket_is_sent_away(bare: Slack) -> None:
    async def talk() -> None:
        async with aiohttp.ClientSession() as session:
            sockets = [await session.ws_connect(ticket(bare)) for _ in range(11)]
            greetings = [await socket.receive_json() for socket in sockets]
            assert [g["type"] for g in greetings] == ["hello"] * 10 + ["disconnect"]
            assert greetings[-1]["reason"] == "too_many_websockets"
            for socket in sockets:
                await socket.close()

    asyncio.run(talk())
    wait_until(lambda: bare.state()["sockets"] == 0)


def test_a_socket_that_dies_before_the_ack_is_a_failure_at_once(bare: Slack) -> None:
    ts = bare.post(blocks=CARD)
    answers: list[Any] = []

    async def talk() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(ticket(bare)) as socket:
            await socket.receive_json()
            threading.Thread(target=lambda: answers.append(bare.control("click", ts=ts, **CLICK))).start()
            await socket.receive_json()

    asyncio.run(talk())
    wait_until(lambda: bool(answers))
    assert answers[0]["warning"] == "mentiondesk cannot be reached."
    assert answers[0]["acked_ms"] < 2000
