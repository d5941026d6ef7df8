"""Departures: which pending effects may leave for Redis now, in the order of urgency.

Throttling happens here, before Redis, so that Redis never holds a backlog and order is kept even in a storm.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, func, select, update

from workflows.domain.effects import Kind, Queue, State, queue_of, re_offer_after
from workflows.store.budgets import Budgets
from workflows.store.tables import outbox

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One enqueueing of an effect: which queue carries it and under which number."""

    effect_id: int
    kind: Kind
    queue: Queue
    serial: int


class Departures:
    """Who may leave, inside one transaction; `now` is machine time."""

    def __init__(self, connection: Connection, budgets: Budgets, now: datetime) -> None:
        self._connection = connection
        self._budgets = budgets
        self._now = now
        self._crowded: list[str] = []

    def at_once(self, added: Sequence[int]) -> Sequence[Offer]:
        """Mark those of the effects just added that may leave at once as enqueued, and return them.

        Their budget must be free and nothing more urgent of it may wait; the rest is the clock's.
        """
        if not added:
            return ()
        rows = self._connection.execute(_JUST_ADDED, {"added": added[:AT_ONCE], "moment": self._now}).all()
        leaving: list[Row[Any]] = []
        for key in dict.fromkeys(row.budget for row in rows):
            mine = [row for row in rows if row.budget == key]
            room = self._budgets.room(key, len(mine))
            if room and not (key and self._somebody_waits(key, mine[0].urgency, added)):
                leaving += mine[:room]
        return self._offer(leaving)

    def _somebody_waits(self, key: str, urgency: int, added: Sequence[int]) -> bool:
        of = {"of_budget": key, "of_urgency": urgency, "added": added, "moment": self._now}
        return self._connection.execute(_WAITING, of).first() is not None

    def due(self, limit: int = 200) -> Sequence[Offer]:
        """Take of each budget what may leave now, the most urgent first, and mark it as enqueued."""
        leaving: list[Row[Any]] = []
        for key in self._budgets_waited_for():
            room = self._budgets.room(key, limit)
            found = self._most_urgent(key, room) if room else []
            leaving += found
            if len(found) == room:
                self._crowded.append(key)
        leaving.sort(key=lambda row: (row.urgency, row.not_before, row.id))
        return self._offer(leaving)

    def _budgets_waited_for(self) -> Iterator[str]:
        """Yield the budgets of pending effects: one step of the index each, however many effects wait."""
        pending = select(func.min(outbox.c.budget)).where(outbox.c.state == State.PENDING)
        key = self._connection.execute(pending).scalar()
        while key is not None:
            yield key
            key = self._connection.execute(pending.where(outbox.c.budget > key)).scalar()

    def _most_urgent(self, key: str, room: int) -> Sequence[Row[Any]]:
        return self._connection.execute(
            _OFFERABLE.where(outbox.c.budget == key, *_due(self._now))
            .order_by(outbox.c.urgency, outbox.c.not_before, outbox.c.id)
            .limit(room)
            .with_for_update(skip_locked=True)
        ).all()

    def _offer(self, leaving: Sequence[Row[Any]]) -> list[Offer]:
        """Spend the budgets of these effects, and mark them as enqueued."""
        # One that was enqueued before, and lost or not taken up, has spent already.
        for key, count in Counter(row.budget for row in leaving if not row.offers).items():
            self._budgets.spend(key, count)
        marks = [
            {
                "row": row.id,
                "at": self._now + timedelta(seconds=re_offer_after(row.offers + 1)),
                "n": row.offers + 1,
                "number": row.serial + 1,
            }
            for row in leaving
        ]
        if marks:
            self._connection.execute(_MARK_OFFERED, marks)
        return [Offer(row.id, Kind(row.kind), queue_of(row.urgency), row.serial + 1) for row in leaving]

    def next_due_at(self) -> datetime | None:
        """Return when the next pending effect may leave, as seen by `due`; None when there is none."""
        later = select(func.min(outbox.c.offer_at)).where(
            outbox.c.state == State.PENDING, outbox.c.offer_at > self._now
        )
        moments = [self._budgets.next_free_at(key) for key in self._crowded]
        soonest = self._connection.execute(later).scalar()
        return min([*moments, *([soonest] if soonest else [])], default=None)

    def doubts_due(self) -> Sequence[Offer]:
        """Return the doubted effects whose next look is due, marked so that they are offered once."""
        rows = self._connection.execute(
            select(outbox)
            .where(
                outbox.c.state == State.IN_DOUBT,
                outbox.c.lease_until <= self._now,
                outbox.c.offer_at <= self._now,
            )
            .limit(50)
            .with_for_update(skip_locked=True)
        ).all()
        again_at = self._now + timedelta(seconds=re_offer_after(1))
        marks = [{"row": r.id, "at": again_at, "n": r.offers, "number": r.serial + 1} for r in rows]
        if marks:
            self._connection.execute(_MARK_OFFERED, marks)
        return [Offer(r.id, Kind(r.kind), queue_of(r.urgency), r.serial + 1) for r in rows]


_OFFERABLE: Select[Any] = select(
    outbox.c.id,
    outbox.c.kind,
    outbox.c.urgency,
    outbox.c.budget,
    outbox.c.not_before,
    outbox.c.offers,
    outbox.c.serial,
)

_WAITING = (
    select(outbox.c.id)
    .where(
        outbox.c.state == State.PENDING,
        outbox.c.budget == bindparam("of_budget"),
        outbox.c.urgency <= bindparam("of_urgency"),
        outbox.c.id.not_in(bindparam("added", expanding=True)),
        outbox.c.offer_at <= bindparam("moment"),
        outbox.c.offers == 0,
    )
    .limit(1)
)
_JUST_ADDED = _OFFERABLE.where(
    outbox.c.id.in_(bindparam("added", expanding=True)),
    outbox.c.state == State.PENDING,
    outbox.c.offer_at <= bindparam("moment"),
).order_by(outbox.c.urgency, outbox.c.id)

_MARK_OFFERED: Update = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(offer_at=bindparam("at"), offers=bindparam("n"), serial=bindparam("number"))
)


def _due(now: datetime) -> tuple[Any, ...]:
    return (outbox.c.state == State.PENDING, outbox.c.offer_at <= now)
