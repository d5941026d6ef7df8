"""A tick of the clock that finds nothing due, with few and with many open cases that have timers."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event, insert

from bench.processes import Bench
from tests.databases import NoPostgres, running_postgres
from workflows.clock import MOST_WOKEN, TheClock
from workflows.desk import Desk, open_desk
from workflows.domain.effects import Kind, State
from workflows.domain.post import Author
from workflows.services.escalations import wake_due
from workflows.settings import load_settings
from workflows.store.schema import migrate_to_newest
from workflows.store.tables import cases, customers, history, outbox

FEW, MANY = 1_000, 100_000
TURNS = 60
RUNS = 7
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Ticks:
    """What was found on one database: ms by the number of cases.

    looks  of `wake_due` alone.
    turns  of the clock's whole turn, its commit included.
    plan   of the statement that looks for due cases, among many.
    """

    looks: dict[int, float] = field(default_factory=dict)
    turns: dict[int, float] = field(default_factory=dict)
    plan: str = ""


def measure() -> Iterator[tuple[str, Ticks]]:
    """Yield what each database takes; PostgreSQL only where it can be had."""
    with Bench() as few, Bench() as many:
        stores = {
            FEW: (few, f"sqlite:///{few.home}/few.db"),
            MANY: (many, f"sqlite:///{many.home}/many.db"),
        }
        yield "SQLite", _measured(stores)
        try:
            with running_postgres() as server:
                stores = {FEW: (few, server.new()), MANY: (many, server.new())}
                yield "PostgreSQL", _measured(stores)
        except NoPostgres as reason:
            print(f"| no PostgreSQL: {reason} | | | | |")


def _measured(stores: dict[int, tuple[Bench, str]]) -> Ticks:
    desks = {count: _desk(bench, url) for count, (bench, url) in stores.items()}
    for count, desk in desks.items():
        fill(desk, count)
    looks = {count: _look_of(desk) for count, desk in desks.items()}
    clocks = {count: TheClock(desk) for count, desk in desks.items()}
    turns = {count: clock.turn for count, clock in clocks.items()}
    found = Ticks(_side_by_side(looks), _side_by_side(turns), _plan(desks[MANY]))
    for desk in desks.values():
        desk.engine.dispose()
    return found


def _desk(bench: Bench, url: str) -> Desk:
    migrate_to_newest(url)
    kept = dict(os.environ)
    os.environ.update(bench.environment | {"DATABASE_URL": url})
    try:
        return open_desk(load_settings(), name="bench")
    finally:
        os.environ.clear()
        os.environ.update(kept)


def fill(desk: Desk, count: int) -> None:
    """Store so many open cases whose next look is in the future, with their history and posted cards."""
    with desk.begin() as uow:
        uow.accounts.add(Author("17", "brand", "Brand"))
        person = {"id": 1, "network": "x", "external_id": "5", "username": "ravi", "name": "Ravi"}
        uow.connection.execute(insert(customers), person)
        now = datetime.now(UTC)
        for start in range(1, count + 1, _CHUNK):
            numbers = range(start, min(start + _CHUNK, count + 1))
            uow.connection.execute(insert(cases), [_case(number, now) for number in numbers])
            uow.connection.execute(insert(history), [_opened(number, now) for number in numbers])
            uow.connection.execute(insert(outbox), [_card(number, now) for number in numbers])
    with desk.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _case(number: int, now: datetime) -> dict[str, Any]:
    since = now - timedelta(seconds=number % 50_000)
    return {
        "id": number,
        "account_id": "17",
        "customer_id": 1,
        "conversation_id": str(number),
        "status": "new",
        "priority": ("high", "medium", "low")[number % 3],
        "opened_at": since,
        "changed_at": since,
        "channel": "C1",
        "waiting_since": since,
        "due_at": now + timedelta(hours=20),
        "due_kind": "first_response",
        "wake_at": now + timedelta(hours=20, seconds=number % 50_000),
    }


def _opened(number: int, now: datetime) -> dict[str, Any]:
    who = {"actor_kind": "customer", "actor": "1"}
    return {"case_id": number, "at": now, "event": "opened", "facts": {"priority": "low"}, **who}


def _card(number: int, now: datetime) -> dict[str, Any]:
    return {
        "kind": Kind.POST_CARD,
        "dedup_key": str(number),
        "case_id": number,
        "urgency": 100,
        "budget": "slack:post:C1",
        "payload": {},
        "state": State.DONE,
        "not_before": now,
        "offer_at": now,
    }


def _look_of(desk: Desk) -> Callable[[], float]:
    def look() -> float:
        with desk.begin() as uow:
            started = time.perf_counter()
            woken = wake_due(uow, MOST_WOKEN)
            spent = time.perf_counter() - started
        assert woken == 0
        return spent * 1000

    return look


def _side_by_side(works: dict[int, Callable[[], float]]) -> dict[int, float]:
    """Return the median over several runs of a run's median, the two taken in turns: both feel the same load."""
    medians: dict[int, list[float]] = {count: [] for count in works}
    for _ in range(1 + RUNS):
        spent: dict[int, list[float]] = {count: [] for count in works}
        for _ in range(TURNS):
            for count, work in works.items():
                started = time.perf_counter()
                said = work()
                whole = (time.perf_counter() - started) * 1000
                spent[count].append(said if work.__name__ == "look" else whole)
        for count, run in spent.items():
            medians[count].append(statistics.median(run))
    return {count: statistics.median(runs[1:]) for count, runs in medians.items()}


def _plan(desk: Desk) -> str:
    """Return how the database looks for due cases."""
    with desk.begin() as uow, _listening(uow.connection) as heard:
        wake_due(uow, MOST_WOKEN)
    statement, parameters = next(one for one in heard if "wake_at" in one[0])
    with desk.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return next((line for row in rows if "ix_" in (line := str(row[-1]).strip(" ->"))), f"no index: {rows}")


@contextmanager
def _listening(connection: Connection | Engine) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _u: object, statement: str, parameters: Sequence[Any], *_: object) -> None:
        heard.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    yield heard
    event.remove(connection, "before_cursor_execute", hear)
