"""A seeded random walk over a whole desk: what people do to it and what breaks, one step after the other.

Each step has dice of its own, thrown from the seed and its number alone: whatever the steps before it came
to, step 412 is the same kind of step with the same luck. The walk waits for no outcome; every step may be
refused. Now and then all is let settle, and every promise is checked (tests/faults/settling.py).
"""

import itertools
import os
import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from sqlalchemy import Row, Select

from tests.backstage import count, rows
from tests.faults.breakable import LONG, BreakableDesk
from tests.whole_desk import EVERYBODY, Json, wait_until
from workflows.domain.effects import State
from workflows.store.tables import outbox

# Words that nobody uses otherwise: where one turns up, there are a person's words.
CUSTOMERS_WORD, AGENTS_WORD, PRIVATE_WORD = "quokka", "walrus", "pangolin"
KEPT = 30
BREATH, BACKLOG, LONGEST_BREATH_S = 5, 5, 0.25
LATEST_RESTART = 8
"""So many steps at the most is a process that died missing."""


class Failed(AssertionError):
    """A promise was broken; the text says how, when, and how to walk the same way again."""


@dataclass
class Walk:
    """Where a walk stands.

    last     the last steps, in words.
    written  ids of the customers' posts.
    gone     ids of those posts that were deleted again.
    down     when which process that died is started again, by the number of the step.
    """

    desk: BreakableDesk
    seed: int
    step: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))
    written: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    down: dict[str, int] = field(default_factory=dict)
    redis_back: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    # --- steps

    def go(self, steps: int, acts: Sequence[tuple[float, "Act"]]) -> None:
        """Take so many steps, each an act drawn by its weight."""
        weights = [weight for weight, _ in acts]
        for _ in range(steps):
            self.step += 1
            dice = Random(f"{self.seed}/{self.step}")
            act = dice.choices(acts, weights)[0][1]
            self.last.append(f"{self.step} {act.__name__}: ...")
            self.last[-1] = f"{self.step} {act.__name__}: {act(self, dice)}"
            self.tend(dice)
            if self.step % BREATH == 0:
                self.breathe()

    def breathe(self) -> None:
        """Let the desk keep up, for a moment: people do not act upon what they cannot see yet."""
        due = outbox.c.state.in_([State.PENDING, State.SENDING]) & (outbox.c.not_before <= datetime.now(UTC))
        deadline = time.monotonic() + LONGEST_BREATH_S
        while time.monotonic() < deadline and count(self.desk, outbox, due) > BACKLOG:
            time.sleep(0.02)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Let a failure say how to walk the same way again."""
        try:
            yield
        except Exception as error:
            steps = "\n  ".join(self.last)
            raise Failed(
                f"{error}\n\nSCHEDULE_SEED={self.seed}, after step {self.step}; the last steps:\n  {steps}"
            ) from error

    def words(self, marker: str) -> str:
        """Return a word that stands in one text only."""
        return f"{marker}{next(self._numbers):04}"

    def post(self, post_id: str) -> str:
        """Remember that a customer wrote this post."""
        self.written.append(post_id)
        return post_id

    # --- calls that may be refused

    def ask(self, path: str, body: Json) -> Json:
        """Call the stand-ins; {"refused": why} where nothing is (any more) to be pressed or filled in."""
        try:
            return dict(self.desk.control(path, body))
        except AssertionError as error:
            if re.search(r": 40[04] ", str(error)):
                return {"refused": str(error)[-120:]}
            raise

    def say(self, answer: Json) -> str:
        """Return in words what an act came to."""
        keys = ("refused", "closed", "updated", "errors", "warning", "id", "typed")
        told = {key: answer[key] for key in keys if key in answer}
        return str(told or answer.get("status") or "under way")[:160]

    def rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        """Read from the store without holding up its writers."""
        return rows(self.desk, wanted)

    # --- life and death

    def tend(self, dice: Random) -> None:
        """Start again what died some steps ago."""
        if self.redis_back and self.step >= self.redis_back:
            self.desk.redis.start()
            self.redis_back = 0
        for name in EVERYBODY:
            if self.desk.processes[name].poll() is None:
                continue
            back = self.down.setdefault(name, self.step + dice.randint(0, LATEST_RESTART))
            if self.step >= back:
                self.start(name)

    def start(self, name: str) -> None:
        """Start a process that died; people wait for web, as they would for a page that does not load."""
        self.down.pop(name, None)
        with suppress(ProcessLookupError):  # what its death has left of it
            os.killpg(self.desk.processes[name].pid, signal.SIGKILL)
        self.desk.start_process(name)
        if name == "web":
            wait_until(self.desk.healthy, within=LONG, why="web answers again")

    def start_everything(self) -> None:
        """End all faults, and let every process be there."""
        self.desk.end_faults()
        for name in EVERYBODY:
            (self.desk.home / f"crash-{name}").unlink(missing_ok=True)
        self.desk.redis.start()
        self.redis_back = 0
        for name in EVERYBODY:
            if self.desk.processes[name].poll() is not None:
                self.start(name)


Act = Callable[[Walk, Random], str]
