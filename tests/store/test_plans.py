"""What the clock asks several times a second is found by index, however much is settled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import CTE, JSON, ColumnElement, Connection, Text, cast, event, insert, literal, select, text

from tests.store.stores import START, Store
from workflows.domain.effects import Kind, State
from workflows.store.engine import Instant
from workflows.store.tables import deliveries, outbox
from workflows.store.unit_of_work import UnitOfWork

MANY = 20_000


@contextmanager
def listening(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are executed."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, many: bool) -> None:
        heard.append((statement, parameters[0] if many else parameters))

    event.listen(connection, "before_cursor_execute", hear)
    yield heard
    event.remove(connection, "before_cursor_execute", hear)


def plan_of(connection: Connection, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def whole_table(plan: str) -> bool:
    """Tell whether the plan reads all of a table that grows without end."""
    return any(
        f"{scan} {table}" in plan for scan in ("SCAN", "Seq Scan on") for table in ("outbox", "deliveries")
    )


def numbers() -> CTE:
    """Return the numbers from 1 to `MANY`, counted by the database, which is quick at it."""
    counted = select(literal(1).label("n")).cte("counted", recursive=True)
    return counted.union_all(select(counted.c.n + 1).where(counted.c.n < MANY))


def fill(connection: Connection, state: State) -> None:
    """Have so many effects in this state, all of one budget."""
    number = numbers().c.n
    columns: dict[ColumnElement[Any], ColumnElement[Any]] = {
        outbox.c.kind: literal(str(Kind.PEOPLE)),
        outbox.c.dedup_key: cast(number, Text),
        outbox.c.urgency: number % 300,
        outbox.c.budget: literal("slack:post:#support"),
        outbox.c.payload: literal({}, JSON),
        outbox.c.state: literal(str(state)),
        outbox.c.not_before: literal(START, Instant),
        outbox.c.offer_at: literal(START, Instant),
    }
    connection.execute(insert(outbox).from_select(list(columns), select(*columns.values())))


def analyze(store: Store) -> None:
    """Let PostgreSQL count, as its own housekeeping does."""
    with store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


@pytest.fixture
def old_store(store: Store) -> Store:
    """A store in which much is settled, and a little of everything is not."""
    with store.engine.begin() as connection:
        fill(connection, State.DONE)
        keys = select(cast(numbers().c.n, Text), literal(START, Instant))
        connection.execute(insert(deliveries).from_select([deliveries.c.key, deliveries.c.at], keys))
    for number in range(30):
        store.have_effect(Kind.ALERT, f"a{number}", budget=f"slack:post:#{number % 3}")
        store.have_effect(Kind.REFRESH_CARD, f"r{number}")
    for number in range(3):
        store.claimed(store.have_effect(Kind.THREAD, f"t{number}"))
    with store.at() as uow:
        for number in range(3):
            effect = uow.outbox.find(Kind.THREAD, f"t{number}")
            assert effect is not None
            if number:
                uow.outbox.doubted(effect, "no_answer")
        for chore in ("poll", "audit"):
            uow.timers.start(chore)
    analyze(store)
    return store


def turn(uow: UnitOfWork) -> None:
    """Do what the clock does in each turn."""
    assert uow.timers.hold_lease("clock", "one", for_s=10)
    assert len(uow.outbox.leases_run_out()) == 1
    assert len(uow.departures.due()) == 33
    assert len(uow.departures.doubts_due()) == 2
    assert uow.timers.due()
    assert uow.departures.next_due_at()


def work_on_one(uow: UnitOfWork) -> None:
    """Do what a worker does with one effect, and a door with one wish."""
    effect_id = uow.outbox.add(Kind.ALERT, "new")
    uow.departures.at_once(uow.outbox.added)
    effect = uow.outbox.claim(effect_id, by="worker-1")
    assert effect is not None
    assert uow.outbox.doubted(effect, "no_answer", check_after_s=0)
    assert uow.outbox.start_check(effect_id, by="worker-1")
    uow.outbox.add(Kind.REFRESH_CARD, "r1")
    uow.take_delivery("event:new")
    uow.outbox.end_leases_of("worker-1")


def plans_of(store: Store, work: Callable[[UnitOfWork], object]) -> dict[str, str]:
    """Return how the database finds what each statement of this work asks for."""
    with store.engine.connect() as connection:
        with listening(connection) as heard:
            work(store.on(connection, 3600))
        connection.rollback()
        asked = [said for said in heard if "outbox" in said[0] or "deliveries" in said[0]]
        return {statement: plan_of(connection, statement, given) for statement, given in asked}


def test_nothing_that_is_done_all_the_time_reads_what_is_settled(old_store: Store) -> None:
    plans = plans_of(old_store, turn) | plans_of(old_store, work_on_one)

    assert len(plans) >= 10
    assert {statement: plan for statement, plan in plans.items() if whole_table(plan)} == {}


def test_the_most_urgent_are_found_without_sorting_all_that_wait(store: Store) -> None:
    with store.engine.begin() as connection:
        fill(connection, State.PENDING)
    analyze(store)
    store.rates = {}

    plans = plans_of(store, lambda uow: uow.departures.due(50))

    assert len(plans) >= 3
    sorts = {statement: plan for statement, plan in plans.items() if "Sort" in plan or "B-TREE" in plan}
    assert sorts == {}
    assert not any(map(whole_table, plans.values()))
