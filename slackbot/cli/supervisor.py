"""The supervisor: the desk's processes on one machine, restarted when they die, gone when it goes."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from workflows.redis_server import NoRedis, RedisServer, die_with_parent
from workflows.settings import Settings

log = logging.getLogger(__name__)

STOP_S = 28.0
_LOOK_S = 0.2
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0


@dataclass
class Child:
    """One process and when it may be started again.

    module  what `python -m` runs; the desk's own command unless said.
    """

    name: str
    arguments: Sequence[str]
    module: str = "slackbot"
    process: subprocess.Popen[bytes] | None = None
    pause_s: float = _FIRST_PAUSE_S
    start_at: float = 0.0
    started_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)


class Supervisor:
    """Starts the children, and a Redis if no REDIS_URL is set; restarts what dies (1 s, 2 s … 30 s)."""

    def __init__(self, settings: Settings, children: Sequence[Child]) -> None:
        self._settings = settings
        self._children = list(children)
        self._stopping = False
        self._redis = None if settings.redis_url.get_secret_value() else RedisServer(settings.data_dir)

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; what was started before goes on."""
        self.start()
        try:
            while not self._stopping:
                self.look()
                time.sleep(_LOOK_S)
        finally:
            self.stop()

    def start(self) -> None:
        """Start what does not run yet, from the main thread: the children's lives hang on it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if self._redis:
            self._redis.start()
        self.look()

    def look(self) -> None:
        """Start what is not running, unless it died a moment ago."""
        now = time.monotonic()
        if self._redis and not self._redis.alive():
            log.error("the embedded redis-server died; it is started again")
            self._redis.stop()
            try:
                self._redis.start()
            except NoRedis as error:
                log.error("%s; tried again at the next look", error)  # noqa: TRY400 - its text says it all
                self._redis.stop()
        for child in self._children:
            if child.process and child.process.poll() is not None:
                self._note_death(child, now)
            if child.process is None and now >= child.start_at and not self._stopping:
                self._start(child, now)

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", child.module, *child.arguments],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **child.environment},
            start_new_session=True,  # Ctrl-C reaches us; we stop the children in order
            preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        child.started_at = now

    def _note_death(self, child: Child, now: float) -> None:
        code = child.process.returncode if child.process else 0
        if now - child.started_at > _STEADY_S:
            child.pause_s = _FIRST_PAUSE_S
        log.error("process=%s ended with %s; started again in %.0f s", child.name, code, child.pause_s)
        child.process = None
        child.start_at = now + child.pause_s
        child.pause_s = min(_LONGEST_PAUSE_S, child.pause_s * 2)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def stop(self) -> None:
        """Let the children finish what they do, then end those that do not; Redis last."""
        self._stopping = True
        running = [
            child.process for child in self._children if child.process and child.process.poll() is None
        ]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._redis:
            self._redis.stop()
