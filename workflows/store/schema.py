"""The schema: bring a database to the newest tables, and look whether its clock was wound."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import func, inspect, select, text

from workflows.errors import DeskError
from workflows.store.engine import make_engine
from workflows.store.tables import desk_clock

_MIGRATION_LOCK = 20261121
_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate_to_newest(url: str) -> None:
    """Bring the database to the newest schema; run twice, the second run changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # of two at once, the second waits and finds it done
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
                connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def refuse_wound_clock(url: str) -> None:
    """Raise DeskError when this database's clock was wound: it is a sandbox's, and its times are not true."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            wound = (
                inspect(connection).has_table("desk_clock")
                and connection.execute(select(func.count()).select_from(desk_clock)).scalar()
            )
    finally:
        engine.dispose()
    if wound:
        raise DeskError(
            "This database belongs to a sandbox (its clock was wound). Set DATABASE_URL or DATA_DIR."
        )
