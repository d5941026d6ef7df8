"""Fixtures: whole desks, and databases of both kinds."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.databases import NoPostgres, Postgres, quick_directory, running_postgres
from tests.whole_desk import WholeDesk
from workflows.store.schema import migrate_to_newest


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="session")
def shared_desk(shared_home: Path) -> Iterator[WholeDesk]:
    """One running desk that the journeys share: each uses words of its own."""
    desk = WholeDesk(shared_home)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(shared_desk: WholeDesk) -> Iterator[WholeDesk]:
    """The shared desk, without faults before and after, and without open dialogs."""
    shared_desk.end_faults()
    yield shared_desk
    shared_desk.end_faults()
    shared_desk.close_dialogs()


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[WholeDesk]:
    """A desk of the test's own that it starts itself and may kill."""
    desk = WholeDesk(tmp_path)
    try:
        yield desk
    finally:
        desk.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for this session; without one its tests are skipped, but never in CI."""
    with contextlib.ExitStack() as running:
        try:
            server = running.enter_context(running_postgres())
        except NoPostgres as reason:
            if os.environ.get("REQUIRE_POSTGRES"):
                pytest.fail(f"REQUIRE_POSTGRES is set, but {reason}")
            pytest.skip(str(reason))
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite() -> Iterator[Path]:
    """A database file with all tables, to be copied; copies lie beside it."""
    with quick_directory("mentiondesk-sqlite-") as home:
        path = home / "migrated.db"
        migrate_to_newest(f"sqlite:///{path}")
        yield path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path) -> Iterator[str]:
    """The address of a migrated SQLite database of the test's own."""
    path = migrated_sqlite.with_name(f"{uuid4()}.db")
    shutil.copyfile(migrated_sqlite, path)
    yield f"sqlite:///{path}"
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database of the test's own: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new()
    yield url
    server.drop(url)
