"""Database engines: SQLite (WAL, synchronous=FULL, BEGIN IMMEDIATE) or PostgreSQL, and where they differ."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator

READ_ONLY = "desk_reads"

CLICK_PATIENCE_S = 2.0
JOB_PATIENCE_S = 30.0
_SHORTEST_WAIT_S = 0.1


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is stored without and read back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone does not go into the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read back as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str, *, patience_s: float = JOB_PATIENCE_S) -> Engine:
    """Return an engine whose writers wait at most `patience_s` seconds for another writer."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, patience_s)
    return _postgresql(url, patience_s)


@contextmanager
def one_writer(engine: Engine) -> Iterator[None]:
    """Let the threads of this process write to SQLite one after the other.

    SQLite's own waiting sleeps up to 0.1 s between looks, so of twenty threads some would wait for seconds;
    a lock hands over at once. Other processes are still waited for in SQLite's way, but only for what is left
    of the patience: the two together must not keep a click longer than Slack waits. PostgreSQL needs none.

    Raises OperationalError when it is not free within the engine's patience.
    """
    gate: threading.Lock | None = getattr(engine, "desk_gate", None)
    if gate is None:
        yield
        return
    until = time.monotonic() + engine.desk_patience_s  # type: ignore[attr-defined]
    if not gate.acquire(timeout=engine.desk_patience_s):  # type: ignore[attr-defined]
        raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("other threads write"))
    try:
        engine.desk_patient_until = until  # type: ignore[attr-defined]
        yield
    finally:
        engine.desk_patient_until = math.inf  # type: ignore[attr-defined]
        gate.release()


def _sqlite(url: str, patience_s: float) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        url,
        connect_args={"timeout": patience_s, "check_same_thread": False},
        pool_size=30,
        max_overflow=20,
        hide_parameters=True,  # they are people's words, and errors are logged
    )

    engine.desk_gate, engine.desk_patience_s = threading.Lock(), patience_s  # type: ignore[attr-defined]
    engine.desk_patient_until = math.inf  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite's own BEGIN is a deferred one: 612 of 800 failed
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get(READ_ONLY):
            connection.exec_driver_sql("BEGIN")
            return
        left_s = engine.desk_patient_until - time.monotonic()  # type: ignore[attr-defined]
        wait_ms = int(1000 * max(_SHORTEST_WAIT_S, min(left_s, patience_s)))
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str, patience_s: float) -> Engine:
    wait_ms = int(patience_s * 1000)
    return create_engine(
        url,
        connect_args={
            "connect_timeout": max(2, min(5, int(patience_s))),
            "options": f"-c lock_timeout={wait_ms} -c statement_timeout={wait_ms} -c timezone=UTC",
            "tcp_user_timeout": wait_ms,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
        pool_size=20,
        max_overflow=20,
        pool_pre_ping=True,
        pool_timeout=patience_s,
        hide_parameters=True,
    )


def insert_new(
    connection: Connection, table: Table, values: dict[str, Any], *, unique: tuple[str, ...]
) -> Any | None:
    """Insert a row and return its first key column; None when a row with these `unique` columns is there.

    Two writers at once cannot both be told that theirs is the new row: the database's constraint decides.
    """
    return connection.execute(_insert_new(connection.dialect.name, table, unique), values).scalar()


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> Executable:
    """Build the statement once: building takes longer than running it."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert
    statement: Executable = (
        insert(table)
        .on_conflict_do_nothing(index_elements=list(unique))
        .returning(next(iter(table.primary_key.columns)))
    )
    return statement
