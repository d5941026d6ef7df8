"""Escalation at any time: whatever happens to a case, it is woken when it asks for it and says what is due.

The ladder is worked out a second time here, in the simplest way there is, and the two must agree.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import Postgres
from tests.store.stores import ASHA, BRAND, CHANNEL, START, Store, answered, asker, make_post, use
from tests.store.test_escalations import REARM, said
from workflows.domain.case import CaseId
from workflows.services.cases import claim_case, release_case, resolve_case
from workflows.services.escalations import acknowledge, wake_due
from workflows.services.intake import take_posts

OFFSETS = (600, 1800, 2700)
EVENTS = st.sampled_from(["wrote", "answered", "claim", "acknowledge", "release", "resolve", "thanks"])
REST_S = 1200


@dataclass
class Oracle:
    """What a ladder must say, counted in the simplest way: by every second in which something may happen."""

    t0: int | None = 0
    held: bool = False
    resolved: bool = False
    quiet_at: int | None = None
    left: list[int] = field(default_factory=lambda: list(OFFSETS))
    said: list[tuple[int, int]] = field(default_factory=list)

    def next_at(self) -> int | None:
        if self.t0 is None or self.resolved or not self.left:
            return None
        at = self.t0 + self.left[0]
        return at if self.quiet_at is None else max(at, self.quiet_at + REST_S)

    def until(self, second: int) -> None:
        """Say what falls due up to and including this second."""
        while (at := self.next_at()) is not None and at <= second:
            assert self.t0 is not None
            due = [offset for offset in self.left if self.t0 + offset <= at]
            self.said.append((at, OFFSETS.index(due[-1]) + 1))
            self.left = self.left[len(due) :]

    def new_turn(self, t0: int | None) -> None:
        self.t0, self.quiet_at, self.left = t0, None, list(OFFSETS)

    def wrote(self, second: int) -> None:
        if self.resolved:
            self.resolved = False
            self.new_turn(second)
        elif self.t0 is None:
            self.t0 = second

    def happens(self, what: str, second: int) -> None:
        match what:
            case "wrote":
                self.wrote(second)
            case "answered":
                self.held = True
                self.new_turn(None)
            case "claim":
                self.held = True
                self.quiet_at = second if self.t0 is not None else self.quiet_at
            case "acknowledge":
                self.quiet_at = second
            case "release":
                self.held, self.quiet_at = False, None
            case "resolve":
                self.resolved = True
                self.new_turn(None)

    def may(self, what: str, second: int) -> bool:
        """Whether this can happen now; what a rule refuses is another test's matter."""
        resting = self.quiet_at is not None and second < self.quiet_at + REST_S
        return {
            "claim": not self.held and not self.resolved,
            "release": self.held and not self.resolved,
            "acknowledge": self.t0 is not None and not self.resolved and not resting,
            "answered": not self.resolved,
            "resolve": not self.resolved,
            "thanks": self.t0 is None,
        }.get(what, True)


def make_happen(store: Store, what: str, second: int) -> None:
    case_id = CaseId(1)
    if what in ("wrote", "thanks"):
        words = "@sarishop thank you so much!" if what == "thanks" else "@sarishop where is it?"
        post = make_post(second, text=words, written_at=START + timedelta(seconds=second))
        with store.at(second) as uow:
            assert take_posts(uow, BRAND, [post], channel=CHANNEL) == 1
        return
    if what == "answered":
        answered(store, case_id, second)
        return
    moves: dict[str, Callable[..., object]] = {
        "claim": claim_case,
        "release": release_case,
        "acknowledge": acknowledge,
        "resolve": resolve_case,
    }
    with store.at(second) as uow:
        moves[what](uow, case_id, asker(ASHA))


def wake_until(store: Store, second: int, said_at: list[tuple[int, int]]) -> None:
    """Wake the case exactly when it asks for it, until this second; note what it says and when."""
    for _ in range(200):
        at = store.case().wake_at
        if at is None or at > START + timedelta(seconds=second):
            return
        moment = (at - START).total_seconds()
        before = len(said(store))
        with store.at(moment) as uow:
            assert wake_due(uow) == 1
        if store.case().wake_at == at:  # a target is missed only after the moment at which it is due
            with store.at(moment + 0.001) as uow:
                wake_due(uow)
        said_at += [(round(moment), int(step)) for step, _ in said(store)[before:]]
    raise AssertionError(f"the case asks to be woken again and again: {store.case()}")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happening=st.lists(st.tuples(st.integers(1, 2500), EVENTS), max_size=9))
def test_woken_whenever_it_asks_a_case_says_exactly_what_a_plain_count_says(
    database_url_of: Callable[[], str], happening: list[tuple[int, str]]
) -> None:
    store = Store(database_url_of())
    use(store, REARM)
    store.have_case(make_post(0))
    oracle, second = Oracle(), 0
    said_at: list[tuple[int, int]] = []
    for after_s, what in happening:
        second += after_s
        oracle.until(second)
        wake_until(store, second, said_at)
        if oracle.may(what, second):
            oracle.happens(what, second)
            make_happen(store, what, second)
    oracle.until(second + 10_000)
    wake_until(store, second + 10_000, said_at)
    store.engine.dispose()

    assert said_at == oracle.said


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url_of(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """A maker of fresh databases of one kind: each example of a property has its own."""
    made: list[str] = []
    with contextlib.ExitStack() as stack:
        if request.param == "postgres":
            server: Postgres = request.getfixturevalue("postgres")
            yield lambda: made.append(server.new()) or made[-1]  # type: ignore[func-returns-value]
            for url in made:
                stack.callback(server.drop, url)
            return
        migrated: Path = request.getfixturevalue("migrated_sqlite")

        def copy() -> str:
            path = migrated.with_name(f"{uuid4()}.db")
            shutil.copyfile(migrated, path)
            stack.callback(path.unlink)
            return f"sqlite:///{path}"

        yield copy
