"""Migrations: from nothing to the newest tables, twice, back, and there again; on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.databases import Postgres
from tests.store.stores import Store
from workflows.store.engine import make_engine
from workflows.store.schema import _MIGRATIONS, migrate_to_newest
from workflows.store.tables import history, metadata


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/desk.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new(migrated=False)
    yield url
    server.drop(url)


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    engine = make_engine(empty_url)
    with engine.connect() as opened:
        yield opened
        opened.rollback()
    engine.dispose()


def migrate(connection: Connection, *, up: bool) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    if up:
        command.upgrade(config, "head")
    else:
        command.downgrade(config, "base")


def schema_of(connection: Connection) -> list[tuple[Any, ...]]:
    """Return all that the database's own catalogue says of what was made in it."""
    if connection.dialect.name == "sqlite":
        found = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
    else:
        found = """
            SELECT 'column', table_name::text, column_name::text, data_type || is_nullable
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes
             WHERE schemaname = 'public'
            UNION SELECT 'trigger', event_object_table::text, trigger_name::text, event_manipulation
              FROM information_schema.triggers
            UNION SELECT 'function', '', proname::text, prosrc FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4
        """
    return [tuple(row) for row in connection.execute(text(found))]


def test_an_empty_database_gets_exactly_the_tables_that_the_code_knows(connection: Connection) -> None:
    migrate(connection, up=True)

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


def test_a_second_migration_changes_nothing(empty_url: str) -> None:
    migrate_to_newest(empty_url)
    store = Store(empty_url)
    store.have_case()
    with store.engine.connect() as connection:
        schema, told = schema_of(connection), connection.execute(history.select()).all()

    migrate_to_newest(empty_url)

    with store.engine.connect() as connection:
        assert schema_of(connection) == schema
        assert connection.execute(history.select()).all() == told
    store.engine.dispose()


def test_what_is_taken_back_leaves_nothing_and_can_be_applied_again(connection: Connection) -> None:
    migrate(connection, up=True)
    schema = schema_of(connection)
    migrate(connection, up=False)
    assert inspect(connection).get_table_names() == ["alembic_version"]
    assert [row for row in schema_of(connection) if "alembic" not in str(row)] == []

    migrate(connection, up=True)
    assert schema_of(connection) == schema


def test_a_migration_that_breaks_half_way_leaves_a_database_that_can_be_migrated(empty_url: str) -> None:
    engine = make_engine(empty_url)
    with engine.begin() as connection:  # what is in the way of the last table but three
        connection.exec_driver_sql("CREATE TABLE drafts (x INTEGER)")
    with pytest.raises(DBAPIError):
        migrate_to_newest(empty_url)
    with engine.begin() as connection:
        assert set(inspect(connection).get_table_names()) <= {"drafts", "alembic_version"}
        connection.exec_driver_sql("DROP TABLE drafts")

    migrate_to_newest(empty_url)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
