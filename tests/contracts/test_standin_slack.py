"""The stand-in Slack's server, and the driver that the other test_standin_slack_* modules use."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from slack_sdk import WebClient

from workflows.store.schema import migrate_to_newest

ROOT = Path(__file__).parents[2]
BUTTON = {
    "type": "button",
    "action_id": "claim",
    "text": {"type": "plain_text", "text": "Claim"},
    "value": "7:1",
}
CARD = [
    {"type": "section", "block_id": "card-7-1", "text": {"type": "mrkdwn", "text": "*Emma* wrote"}},
    {"type": "actions", "block_id": "do", "elements": [BUTTON]},
]


class Slack:
    """One server process, seen from the desk (`web`) and from the control API."""

    def __init__(self, *options: str, **environment: str) -> None:
        command = [sys.executable, "-m", "sandbox.server", "--port", "0", *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.http = requests.Session()
        self.web = WebClient("xoxb-sandbox", base_url=f"{self.url}/slack/api/", retry_handlers=[])

    def stop(self) -> int:
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()
        try:
            return self.process.wait(5)
        finally:
            self.process.kill()

    def reset(self) -> None:
        self.http.post(f"{self.url}/control/reset").raise_for_status()
        self.control("settings", limits={"all": None})

    def call(self, method: str, *, token: str | None = "xoxb-sandbox", **args: Any) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.http.post(f"{self.url}/slack/api/{method}", json=args, headers=headers, timeout=20)

    def post(self, text: str = "A card", **args: Any) -> str:
        answer = self.call("chat.postMessage", **({"channel": "C0SUPPORT", "text": text} | args)).json()
        assert answer["ok"], answer
        return str(answer["ts"])

    def control(self, name: str, *, status: int = 200, **body: Any) -> Any:
        answer = self.http.post(f"{self.url}/control/slack/{name}", json=body, timeout=30)
        assert answer.status_code == status, answer.text
        return answer.json()

    def fault(self, action: str, match: str = "chat.*", **more: Any) -> int:
        spec = {"side": "slack", "match": match, "action": action} | more
        answer = self.http.post(f"{self.url}/control/faults", json=spec)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    def state(self, user: str | None = None) -> dict[str, Any]:
        answer = self.http.get(f"{self.url}/control/slack/state", params={"user": user} if user else {})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def channel(self, channel: str = "C0SUPPORT", user: str | None = None) -> list[dict[str, Any]]:
        return next(c["messages"] for c in self.state(user)["channels"] if c["id"] == channel)

    def requests(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.http.get(f"{self.url}/control/slack/requests", params=query).json())


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # Slack hung up: that is what some tests are about


class Desk:
    """A listener in the desk's place: remembers what Slack sends, answers by `answer(payload)`."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.raw: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[dict[str, Any]], Any] = lambda _: None
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.raw.append((dict(self.headers), body))
                payload = read_payload(self.headers["Content-Type"], body)
                desk.heard.append(payload)
                answer = desk.answer(payload)
                status, headers = 200, {}
                if isinstance(answer, tuple):
                    status, headers, answer = answer
                said = b"" if answer is None else answer.encode() if isinstance(answer, str) else b""
                if isinstance(answer, dict):
                    said, headers = (
                        json.dumps(answer).encode(),
                        headers | {"Content-Type": "application/json"},
                    )
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(said))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = _QuietServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack/events"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def wait_for(self, count: int, within: float = 5.0) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.heard) >= count, within)
        return self.heard


def read_payload(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        return dict(json.loads(body))
    form = {key: values[0] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return dict(json.loads(form["payload"])) if "payload" in form else form


def wait_until(true: Callable[[], bool], within: float = 5.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def serve(*options: str) -> Iterator[Slack]:
    slack = Slack(*options)
    yield slack
    slack.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    yield from serve()


@pytest.fixture
def slack(server: Slack) -> Slack:
    server.reset()
    return server


def test_the_server_is_up_in_about_a_second_and_down_at_once_even_with_a_call_hanging() -> None:
    began = time.monotonic()
    slack = Slack()
    assert slack.http.get(f"{slack.url}/healthz").json() == {"ok": True}
    assert time.monotonic() - began < 5  # a loaded machine gets some slack; alone it takes 0.6 s
    slack.fault("hang_after", seconds=60)
    hanging = threading.Thread(target=lambda: _swallow(slack.post))
    hanging.start()
    wait_until(lambda: bool(slack.channel()))

    began = time.monotonic()
    assert slack.stop() == 0
    assert time.monotonic() - began < 1
    hanging.join()


def _swallow(work: Callable[[], Any]) -> None:
    with contextlib.suppress(requests.RequestException):
        work()


def test_the_workspace_is_seeded_as_documented(slack: Slack) -> None:
    state = slack.state()
    assert [user["id"] for user in state["users"]] == [
        *("U0ASHA", "U0MEHMET", "U0PRIYA", "U0OMAR", "U0GUEST", "U0DESK")
    ]
    members = {channel["id"]: channel["is_member"] for channel in state["channels"]}
    assert members == {"C0SUPPORT": True, "C0LEADS": True, "C0ADMIN": True, "C0RANDOM": False, "C0DMS": True}
    assert state["me"] is None


def test_a_guest_sees_only_the_channels_they_are_in(slack: Slack) -> None:
    seen = {channel["id"] for channel in slack.state("U0GUEST")["channels"]}
    assert seen == {"C0SUPPORT"}


def test_a_state_holds_only_what_that_person_was_shown(slack: Slack) -> None:
    slack.call("chat.postEphemeral", channel="C0SUPPORT", user="U0ASHA", text="Only you")
    assert [shown["text"] for shown in slack.state("U0ASHA")["private"]] == ["Only you"]
    assert slack.state("U0MEHMET")["private"] == []


def test_the_state_of_nobody_we_know_is_404(slack: Slack) -> None:
    answer = slack.http.get(f"{slack.url}/control/slack/state?user=U0NOBODY")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is no user U0NOBODY"})


def test_a_reset_empties_everything_to_the_seed(slack: Slack) -> None:
    slack.post()
    slack.fault("delay", seconds=0)
    slack.control("settings", metadata=False, usergroups=[{"id": "S1", "handle": "leads", "users": []}])
    slack.http.post(f"{slack.url}/control/reset")
    state = slack.state()
    assert slack.channel() == []
    assert slack.requests() == []
    assert slack.http.get(f"{slack.url}/control/faults").json() == []
    assert state["settings"]["metadata"] is True
    assert [group["id"] for group in state["usergroups"]] == ["S0AGENTS", "S0LEADS"]
    assert state["settings"]["limits"]["post_per_channel"] == [1, 1.0]


def test_every_call_is_logged_with_its_arguments_as_objects(slack: Slack) -> None:
    slack.web.chat_postMessage(channel="C0SUPPORT", text="hello", blocks=CARD)
    slack.http.post(
        f"{slack.url}/slack/api/chat.postMessage",
        data={"token": "xoxb-sandbox", "channel": "nowhere", "text": "x", "blocks": json.dumps(CARD)},
    )
    first, second = slack.requests(method="chat.postMessage")
    assert (first["n"], first["status"], first["error"], first["fault"]) == (1, 200, None, None)
    assert first["args"]["blocks"] == second["args"]["blocks"] == CARD
    assert (second["status"], second["error"]) == (200, "channel_not_found")
    assert "token" not in second["args"]
    assert [entry["n"] for entry in slack.requests(since=1)] == [2]


def test_the_page_hears_of_changes_as_server_sent_events(slack: Slack) -> None:
    with slack.http.get(f"{slack.url}/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines()
        assert next(lines) == b": here"
        slack.post()
        wanted = (line for line in lines if line.startswith(b"data: "))
        assert json.loads(next(wanted)[6:]) == {"changed": "slack"}
        slack.fault("delay", seconds=0)
        assert json.loads(next(wanted)[6:]) == {"changed": "faults"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"mode": "pigeon"}, "mode must be http or socket"),
        ({"colour": "blue"}, "there is no setting colour"),
        ({"limits": {"update": [0]}}, "update must be [count, seconds]"),
        ({"limits": []}, "limits must be an object"),
        ({"usergroups": [{"id": "S1"}]}, "usergroups must be an array of groups"),
    ],
)
def test_a_wrong_setting_is_named_and_changes_nothing(slack: Slack, body: dict[str, Any], words: str) -> None:
    before = slack.state()["settings"]
    assert words in slack.control("settings", status=400, **body)["error"]
    assert slack.state()["settings"] == before


def test_a_body_that_is_not_json_is_refused_in_words(slack: Slack) -> None:
    answer = slack.http.post(f"{slack.url}/control/slack/click", data="{")
    assert answer.status_code == 400
    assert "error" in answer.json()


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/../../server.py", "/assets/%2e%2e/%2e%2e/x"])
def test_the_page_serves_no_file_that_is_not_its_own(slack: Slack, path: str) -> None:
    assert slack.http.get(slack.url + path).status_code == 404


def test_a_clock_that_cannot_be_wound_says_so_and_stands_at_zero(tmp_path: Path) -> None:
    slack = Slack(DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/desk.db")
    try:
        url = f"{slack.url}/control/clock"
        refused = slack.http.post(url, json={"forward_s": 3600})
        assert refused.status_code == 400
        assert "the clock was not wound" in refused.json()["error"]
        assert "number of seconds" in slack.http.post(url, json={"forward_s": "soon"}).json()["error"]
        assert slack.http.get(url).json() == {"offset_s": 0}
    finally:
        slack.stop()


def test_the_clock_is_wound_in_the_desks_own_database(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/desk.db"
    migrate_to_newest(database)
    slack = Slack(DATABASE_URL=database)
    try:
        url = f"{slack.url}/control/clock"
        assert slack.http.post(url, json={"forward_s": 3_600_000}).json() == {"offset_s": 3_600_000}
        assert slack.http.get(url).json() == {"offset_s": 3_600_000}
    finally:
        slack.stop()


def test_winds_at_the_same_moment_add_up_and_the_last_one_counts(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/desk.db"
    migrate_to_newest(database)
    slack = Slack(DATABASE_URL=database)
    url = f"{slack.url}/control/clock"
    try:
        with ThreadPoolExecutor(4) as people:
            looks = [people.submit(requests.get, url, timeout=60) for _ in range(2)]
            winds = [people.submit(requests.post, url, json={"forward_s": 60}, timeout=60) for _ in range(2)]
        assert all(answer.result().ok for answer in (*looks, *winds))
        assert requests.get(url, timeout=60).json() == {"offset_s": 120}
    finally:
        slack.stop()
