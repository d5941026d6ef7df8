"""Insert unless it is there: the one place where SQLite's and PostgreSQL's dialects differ."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: Connection, table: Table, values: dict[str, Any], *, unique: tuple[str, ...]
) -> Any | None:
    """Insert a row and return its first key column; None when a row with these `unique` columns is there.

    Two writers at once cannot both be told that theirs is the new row: the database's constraint decides.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(table)
        .values(values)
        .on_conflict_do_nothing(index_elements=list(unique))
        .returning(next(iter(table.primary_key.columns)))
    )
    return connection.execute(statement).scalar()
