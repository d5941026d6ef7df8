"""Click to ack: signed block_actions over kept connections, against bare Bolt behind the same server."""

import hashlib
import hmac
import http.client
import json
import statistics
import threading
import time
import urllib.parse
from itertools import count

from bench.processes import Bench, is_open
from workflows.domain.people import Person
from workflows.domain.post import Author, Post
from workflows.services.intake import take_posts
from workflows.settings import load_settings
from workflows.store.engine import make_engine
from workflows.store.schema import migrate_to_newest
from workflows.store.unit_of_work import begin_on

_SERIAL = count(1)
CASES = 400


def body_of(port: int, case: int, action: str) -> bytes:
    """Return a click as Slack sends it, about 2.9 kB."""
    number = next(_SERIAL)
    payload = {
        "type": "block_actions",
        "user": {"id": f"U{number % 40}", "username": "asha", "team_id": "T1"},
        "api_app_id": "A1",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1"},
        "trigger_id": f"{number}.{time.time_ns()}",
        "team": {"id": "T1", "domain": "bench"},
        "channel": {"id": "C1", "name": "support"},
        "message": {"ts": "1.1", "text": "x" * 2000},
        "response_url": f"http://127.0.0.1:{port}/answer/{number}",
        "actions": [
            {
                "action_id": action,
                "block_id": "b",
                "type": "button",
                "value": f"{case}|1|",
                "action_ts": f"{time.time()}",
            }
        ],
    }
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()


def press(port: int, connections: int, clicks: int) -> list[float]:
    """Return the milliseconds of each ack, over `connections` kept connections."""
    spent: list[float] = []
    turns = count(0)

    def work() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for _ in range(clicks // connections):
            body = body_of(port, next(turns) % CASES + 1, "claim")
            stamp = str(int(time.time()))
            signed = hmac.new(
                b"bench-secret", b"v0:" + stamp.encode() + b":" + body, hashlib.sha256
            ).hexdigest()
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": f"v0={signed}",
            }
            started = time.perf_counter()
            line.request("POST", "/slack/events", body, headers)
            answer = line.getresponse()
            answer.read()
            spent.append((time.perf_counter() - started) * 1000)
            assert answer.status == 200, answer.status
        line.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def p50_p99(spent: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]


def fill(bench: Bench, cases: int = CASES) -> None:
    """Store so many cases without effects that anybody waits for."""
    url = f"sqlite:///{bench.home / 'mentiondesk.db'}"
    migrate_to_newest(url)
    engine = make_engine(url)
    brand = Author("17", "brand", "Brand")
    with begin_on(engine, {}, lambda _: None)() as uow:
        uow.accounts.add(brand)
        posts = [
            Post(
                str(10**18 + n), Author(str(n), f"user{n}", "Ad"), "@brand merhaba", uow.now, str(10**18 + n)
            )
            for n in range(cases)
        ]
        take_posts(uow, brand, posts, channel="C1")
        uow.accounts.join_workspace(team_id="T1", bot_user_id="U1", bot_id="B1", name="bench", url="")
        for number in range(40):
            uow.accounts.keep_person(Person(f"U{number}", "T1", "Asha"), uow.machine)
        uow.connection.exec_driver_sql("UPDATE outbox SET state='done'")
        uow.connection.exec_driver_sql("UPDATE cases SET card_ts='1.1', card_channel='C1'")
    engine.dispose()
    assert load_settings()


def measure(clicks: int = 1600) -> dict[str, tuple[float, float]]:
    """Return p50 and p99 in ms: ours and bare, at 1 and at 8 connections."""
    found: dict[str, tuple[float, float]] = {}
    for who in ("bare", "desk"):
        with Bench() as bench:
            fill(bench)
            server = "bench.serve_bare" if who == "bare" else "slackbot"
            bench.start(server, *([] if who == "bare" else ["web"]))
            bench.wait(lambda bench=bench: is_open(bench.port))
            press(bench.port, 8, 200)
            for connections in (1, 8):
                found[f"{who} {connections}"] = p50_p99(
                    press(bench.port, connections, clicks // (3 if connections == 1 else 1))
                )
    return found
