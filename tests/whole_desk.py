"""A whole desk for tests: the real processes, a real Redis, a real database, stand-ins over HTTP."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Engine

from sandbox.__main__ import environment
from workflows.redis_server import RedisServer
from workflows.services.audit import audit
from workflows.store.engine import make_engine
from workflows.store.schema import migrate_to_newest
from workflows.store.unit_of_work import look_on

Json = dict[str, Any]
T = TypeVar("T")

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "web": ("web",),
    "worker-1": ("worker", "--name", "worker-1"),
    "worker-2": ("worker", "--urgent", "--name", "worker-2"),
    "clock": ("clock",),
    "clock-2": ("clock",),
    "up": ("up",),
}
EVERYBODY = ("web", "worker-1", "worker-2", "clock")
ROOT = Path(__file__).parents[1]
# Where the machine forbids bytecode beside the sources, each of the many starts would compile anew.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "bytecode")}
# Kill tests and most journeys are about order and truth, not about waiting: desk and stand-ins are
# set to high limits. tests/journeys/test_limits.py proves that the default ones are kept.
FAST = {"SLACK_POSTS_PER_SECOND": "1000", "SLACK_UPDATES_PER_MINUTE": "60000", "X_POSTS_PER_15MIN": "100000"}
AGENTS = ("U0ASHA", "U0MEHMET")
# No rules, no ladders, no time to undo: most tests are about other things.
PLAIN = "version: 1\nname: Plain\nreplies: {undo: 0s}\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(look: Callable[[], T], *, within: float = 20.0, why: str = "") -> T:
    """Return the first true value of `look`; fail when none came in time, with what it said last."""
    deadline = time.monotonic() + within
    pause_s = 0.01
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {why or look.__name__}; last seen: {found!r}")
        time.sleep(pause_s)  # looks rarely when it takes long: on two cores they would slow down the desk
        pause_s = min(0.1, pause_s * 1.2)


def call(url: str, body: Json | None = None, method: str | None = None) -> Any:
    """Call a JSON address; an HTTP error raises with what was said."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url,
        data=data,
        headers={"Content-Type": "application/json"},
        method=method or ("POST" if data else "GET"),
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.code} {error.read().decode(errors='replace')[:500]}") from error


@dataclass
class WholeDesk:
    """The desk's processes and the stand-ins that they talk to.

    home      where its stores live.
    extra     settings beside those of the sandbox.
    """

    home: Path
    extra: dict[str, str] = field(default_factory=dict)
    socket_mode: bool = False
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page = free_port()
        self.port = free_port()
        chosen = environment(self.page, self.port, self.home, socket_mode=self.socket_mode)
        chosen |= {"X_POLL_SECONDS": "0.3", **BYTECODE, **FAST, **self.extra}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "X_", "MENTIONDESK_"))}
        self.environment = {"DATABASE_URL": "", "REDIS_URL": "", **clean, **chosen}
        if "PLAYBOOKS_DIR" not in self.extra and not (self.playbooks / "desk.yaml").exists():
            (self.playbooks / "desk.yaml").write_text(PLAIN)
        self.redis = RedisServer(self.home)
        url = self.environment["DATABASE_URL"] or f"sqlite:///{self.home / 'mentiondesk.db'}"
        self.store_url = url.replace("postgresql://", "postgresql+psycopg://")
        self.engine: Engine = make_engine(self.store_url)

    # --- life

    def start(self, *names: str, redis: bool = True) -> Self:
        """Start the stand-ins, Redis and the processes (all of them unless named), and wait for them."""
        migrate_to_newest(self.store_url)
        if redis:
            self.redis.start()
        self.start_stand_ins()
        for name in names or EVERYBODY:
            self.start_process(name)
        if not names or "web" in names:
            wait_until(self.healthy, within=20, why="web answers")
        return self

    def start_stand_ins(self) -> None:
        mode = "socket" if self.socket_mode else "http"
        events = f"http://127.0.0.1:{self.port}/slack/events"
        command = ["sandbox.server", "--port", str(self.page), "--events-url", events, "--mode", mode]
        self.processes["stand-ins"] = self._spawn(command)
        wait_until(self._stand_ins_answer, why="the stand-ins answer")
        self.control("slack/settings", {"limits": {"all": None}})
        self.control("x/settings", {"limits": {"all": None}})

    def _stand_ins_answer(self) -> bool:
        with contextlib.suppress(OSError, AssertionError):
            return bool(call(f"http://127.0.0.1:{self.page}/healthz"))
        return False

    def healthy(self) -> bool:
        with contextlib.suppress(OSError, AssertionError):
            return bool(call(f"http://127.0.0.1:{self.port}/healthz"))
        return False

    def start_process(self, name: str, **extra: str) -> subprocess.Popen[bytes]:
        crash = {"MENTIONDESK_CRASH_FILE": str(self.home / f"crash-{name}")}
        self.processes[name] = self._spawn(["slackbot", *ARGUMENTS[name]], **crash | extra)
        return self.processes[name]

    def crash_at(self, point: str, name: str = "worker-1") -> subprocess.Popen[bytes]:
        """Let a running process die by SIGKILL at this point (workflows.crash), once; return it."""
        allowed = self.home / f"crash-{name}.new"
        allowed.write_text(point)
        allowed.rename(self.home / f"crash-{name}")
        return self.processes[name]

    def _spawn(self, command: list[str], **extra: str) -> subprocess.Popen[bytes]:
        with (self.home / "processes.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                env={**self.environment, **extra},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a process and wait for its end (gunicorn's child goes with its group)."""
        process = self.processes[name]
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(40)

    def restart(self, name: str, **extra: str) -> None:
        self.kill(name)
        self.start_process(name, **extra)

    def stop(self) -> None:
        for name in [n for n in self.processes if n != "stand-ins"] + ["stand-ins"]:
            process = self.processes.get(name)
            if process and process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
        self.redis.stop()
        self.engine.dispose()

    def log(self) -> str:
        return (self.home / "processes.log").read_text(errors="replace")

    # --- the stand-ins

    def control(self, path: str, body: Json | None = None, method: str | None = None) -> Any:
        return call(f"http://127.0.0.1:{self.page}/control/{path}", body, method)

    def write(self, text: str, *, author: str = "ravi_k", **more: Any) -> str:
        """A customer writes on X; returns the post's id."""
        return str(self.control("x/write", {"author": author, "text": text, **more})["id"])

    def slack(self, user: str = "U0ASHA") -> Json:
        return dict(self.control(f"slack/state?user={user}"))

    def wind(self, **span: float) -> None:
        """Let so much desk time pass at once: wind(minutes=5)."""
        self.control("clock", {"forward_s": timedelta(**span).total_seconds()})

    @property
    def playbooks(self) -> Path:
        """The folder of the desk's playbooks."""
        folder = Path(self.environment["PLAYBOOKS_DIR"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def x_posts(self) -> list[Json]:
        return list(self.control("x/state")["posts"])

    def replies_to(self, post_id: str) -> list[str]:
        """The brand's posts under this post, as the world sees them, without the mentions in front."""
        return [
            p["text"] for p in self.x_posts() if p["in_reply_to"] == post_id and p["username"] == "sarishop"
        ]

    def fault(self, side: str, match: str, action: str, **more: Any) -> int:
        return int(self.control("faults", {"side": side, "match": match, "action": action, **more})["id"])

    def close_dialogs(self) -> None:
        """Close every dialog that a test has left open: the next one's user would see it."""
        for view in self.control("slack/state")["views"]:
            if view["type"] == "modal":
                self.control("slack/close", {"user": view["user"], "view_id": view["id"]})

    def end_faults(self) -> None:
        self.control("faults", method="DELETE")

    def requests(self, method: str) -> list[Json]:
        """Slack's request log for a method."""
        return list(self.control(f"slack/requests?method={method}"))

    def x_requests(self, match: str) -> list[Json]:
        return list(self.control(f"x/requests?match={urllib.parse.quote(match)}"))

    # --- what people see and do

    def cards(self, channel: str = "C0SUPPORT") -> list[Json]:
        """The messages of a channel that are cards."""
        return [m for m in self.channel(channel)["messages"] if is_card(m) and not m.get("deleted")]

    def channel(self, channel: str) -> Json:
        return next(c for c in self.slack("U0OMAR")["channels"] if c["id"] == channel)

    def card_of(self, words: str, *, within: float = 20.0) -> Json:
        """The one card that shows these words."""

        def look() -> Json | None:
            found = [card for card in self.cards() if words in shown(card)]
            assert len(found) <= 1, f"{len(found)} cards show {words!r}"
            return found[0] if found else None

        return wait_until(look, within=within, why=f"a card shows {words!r}")  # type: ignore[return-value]

    def card_shows(self, words: str, *wanted: str, within: float = 20.0) -> Json:
        """Wait until the card with these words also shows what is wanted."""

        def look() -> Json | None:
            found = [card for card in self.cards() if words in shown(card)]
            return found[0] if found and all(want in shown(found[0]) for want in wanted) else None

        try:
            return wait_until(look, within=within, why=f"the card of {words!r} shows {wanted}")  # type: ignore[return-value]
        except AssertionError as error:
            cards = [shown(card) for card in self.cards() if words in shown(card)]
            raise AssertionError(f"{error}\ncards: {cards}\nlog: {self.log()[-3000:]}") from None

    def click(self, label: str, card: Json, *, user: str = "U0ASHA", **more: Any) -> Json:
        body = {"user": user, "channel": "C0SUPPORT", "ts": card["ts"], "text": label, **more}
        return dict(self.control("slack/click", body))

    def open_reply(self, card: Json, *, user: str = "U0ASHA") -> Json:
        """Press Reply and return the dialog."""
        self.click("Reply", card, user=user)
        return self.dialog(user)

    def dialog(self, user: str = "U0ASHA") -> Json:
        views = [view for view in self.slack(user)["views"] if view["type"] == "modal"]
        assert views, f"no dialog is open for {user}; private: {self.private(user)}"
        return dict(views[-1])

    def submit(self, view: Json, text: str, *, user: str = "U0ASHA", **more: Any) -> Json:
        body = {"user": user, "view_id": view["id"], "values": {"reply_text": text}, **more}
        return dict(self.control("slack/submit", body))

    def reply(self, card: Json, text: str, *, user: str = "U0ASHA") -> Json:
        return self.submit(self.open_reply(card, user=user), text, user=user)

    def private(self, user: str = "U0ASHA") -> list[str]:
        """What only this person sees."""
        return [str(p["text"]) for p in self.slack(user)["private"]]

    # --- promises

    def audit(self) -> list[str]:
        with look_on(self.engine)() as views:
            return audit(views)

    def assert_promises(self, *, posts: int | None = None) -> None:
        """Check the promises on the store and on what the stand-ins saw.

        posts  how many of the customers' posts must be stored.
        """
        assert self.audit() == []
        said: dict[tuple[str, str], int] = {}
        for post in self.x_posts():
            if post["by_api"]:
                key = (post["in_reply_to"], post["text"])
                said[key] = said.get(key, 0) + 1
        assert all(count == 1 for count in said.values()), f"said twice: {said}"
        if posts is not None:
            with self.engine.connect() as connection:
                stored = connection.exec_driver_sql(
                    "SELECT count(*) FROM messages WHERE author='customer'"
                ).scalar()
            assert stored == posts


def is_card(message: Json) -> bool:
    return any(str(block.get("block_id", "")).startswith("card-") for block in message.get("blocks") or ())


def shown(message: Json) -> str:
    """All the words of a message's blocks, in order."""
    return "".join(_words(message.get("blocks") or []))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _words(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("text", "user_id") and isinstance(value, str):
                yield value
            elif isinstance(value, (list, dict)):
                yield from _words(value)
