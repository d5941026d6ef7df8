"""Streams: how far the desk has read what X shows beside mentions, by account."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from workflows.store.engine import insert_new
from workflows.store.tables import streams

OWN, DIRECT_MESSAGES = "own", "dms"

_GET = select(streams).where(
    streams.c.account_id == bindparam("account"), streams.c.name == bindparam("of_name")
)


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the reading of one stream stands.

    newest_id  up to which it is stored; "" before the first look.
    trouble    why the network did not answer; "" when it did.
    failures   in a row.
    """

    newest_id: str = ""
    trouble: str = ""
    failures: int = 0


class Streams:
    """Streams inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account_id: str, name: str) -> Stream:
        """Return where a stream stands."""
        row = self._connection.execute(_GET, {"account": account_id, "of_name": name}).first()
        return Stream(row.newest_id, row.trouble, row.failures) if row else Stream()

    def note(self, account_id: str, name: str, **values: Any) -> None:
        """Keep where it stands now; the rest stays."""
        row = {"account_id": account_id, "name": name, **values}
        if insert_new(self._connection, streams, row, unique=("account_id", "name")) is None:
            self._connection.execute(
                update(streams)
                .where(streams.c.account_id == account_id, streams.c.name == name)
                .values(values)
            )
