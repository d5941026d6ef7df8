"""A PostgreSQL of the tests' own, and migrated databases on it that are made in a moment."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url

from workflows.store.schema import migrate_to_newest

_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=200 -c max_wal_size=128MB -c min_wal_size=32MB"
)
_MEMORY = Path("/dev/shm")
_MEMORY_NEEDED = 1 << 30


class NoPostgres(Exception):
    """There is no PostgreSQL to be had; the text says what to do."""


@dataclass
class Postgres:
    """A server, and databases on it.

    url     of a database from which others can be made.
    prefix  of the names of the databases made here: a server that others use too keeps its own.
    """

    url: str
    prefix: str = field(default_factory=lambda: f"mentiondesk_test_{os.getpid()}")
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _template: str = ""

    def __post_init__(self) -> None:
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT")

    def new(self, *, migrated: bool = True) -> str:
        """Make a database, empty but for its tables, and return its address."""
        if migrated and not self._template:
            self._template = f"{self.prefix}_template"
            migrate_to_newest(self._make(self._template))
        return self._make(f"{self.prefix}_{next(self._numbers)}", self._template if migrated else "")

    def drop(self, url: str) -> None:
        """Remove a database that was made here."""
        self._tell(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove what is left behind."""
        if self._template:
            self.drop(_address(make_url(self.url).set(database=self._template)))
        self._engine.dispose()

    def _make(self, name: str, template: str = "") -> str:
        copied = f' TEMPLATE "{template}"' if template else ""
        self._tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._tell(f'CREATE DATABASE "{name}"{copied}')
        return _address(make_url(self.url).set(database=name))

    def _tell(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


def _address(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield the server of TEST_DATABASE_URL, else one that is started here and stopped afterwards.

    Raises NoPostgres.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        with closing(Postgres(_address(make_url(given).set(drivername="postgresql+psycopg")))) as server:
            yield server
        return
    with quick_directory("mentiondesk-pg-") as home:
        programs, user = _programs(), _user()
        if user:
            shutil.chown(home, user)
        _start(programs, home, user)
        try:
            with closing(Postgres(f"postgresql+psycopg://postgres@/postgres?host={home}")) as server:
                yield server
        finally:
            _run([programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "-w", "stop"], user)


@contextmanager
def quick_directory(prefix: str) -> Iterator[Path]:
    """Yield a directory of our own, in memory where there is room: ten times as fast as most disks."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(programs: Path, home: Path, user: str | None) -> None:
    data = home / "data"
    _run([programs / "initdb", "-A", "trust", "--no-sync", "-U", "postgres", "-E", "UTF8", "-D", data], user)
    options = f"{_OPTIONS} -c unix_socket_directories={home}"
    _run([programs / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start"], user)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise NoPostgres(
            "no PostgreSQL is here: apt-get install postgresql, or name one in TEST_DATABASE_URL"
        )
    return found[-1]


def _user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's packages bring a user for it."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres") from None


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        list(map(str, command)), user=user, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
