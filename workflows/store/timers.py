"""The clock's own timers: what it does again and again, and when next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from workflows.store.engine import insert_new
from workflows.store.tables import leases, timers


class Timers:
    """Due times inside one transaction; `now` is machine time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def start(self, kind: str, key: str = "") -> None:
        """Have this timer, due at once, unless it is there."""
        insert_new(
            self._connection, timers, {"kind": kind, "key": key, "due_at": self._now}, unique=("kind", "key")
        )

    def due(self) -> Sequence[tuple[str, str]]:
        """Return kind and key of what is due."""
        rows = self._connection.execute(select(timers).where(timers.c.due_at <= self._now))
        return [(row.kind, row.key) for row in rows]

    def set_next(self, kind: str, key: str = "", *, after_s: float) -> None:
        """Let it be due again after so many seconds."""
        self._connection.execute(
            update(timers)
            .where(timers.c.kind == kind, timers.c.key == key)
            .values(due_at=self._now + timedelta(seconds=after_s))
        )

    def next_due_at(self) -> datetime | None:
        """Return when the next timer is due."""
        return self._connection.execute(select(timers.c.due_at).order_by(timers.c.due_at).limit(1)).scalar()

    def hold_lease(self, name: str, holder: str, *, for_s: float) -> bool:
        """Take or keep the lease of this name; False while another holds it.

        Checked in the same transaction as the work, so that a process that slept through its lease
        cannot write as if it still had it.
        """
        until = self._now + timedelta(seconds=for_s)
        row = {"name": name, "holder": holder, "until": until, "ticked_at": self._now}
        if insert_new(self._connection, leases, row, unique=("name",)) is not None:
            return True
        mine = (leases.c.holder == holder) | (leases.c.until <= self._now)
        result = self._connection.execute(
            update(leases)
            .where(leases.c.name == name, mine)
            .values(holder=holder, until=until, ticked_at=self._now)
        )
        return result.rowcount == 1

    def end_lease(self, name: str, holder: str) -> None:
        """Give the lease up, so that the next process need not wait for its end."""
        self._connection.execute(
            update(leases).where(leases.c.name == name, leases.c.holder == holder).values(until=self._now)
        )

    def note_audit(self, name: str) -> None:
        """Note that the audit found nothing."""
        self._connection.execute(update(leases).where(leases.c.name == name).values(audited_at=self._now))
