"""Budgets: how fast effects may leave, per Slack channel, Slack workspace and X account.

One row a budget, shared by all processes. The arithmetic is the generic cell rate algorithm:
`free_at` runs ahead of the clock by one interval for each effect that left, and may be ahead by
`burst` intervals at the most; so at most `burst + window / interval` leave in any window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from workflows.store.engine import insert_new
from workflows.store.tables import budgets

_LONGEST_TURN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Rate:
    """One effect an `interval_s`, and up to `burst` at once after a quiet while."""

    interval_s: float
    burst: int = 1

    @classmethod
    def of(cls, count: float, seconds: float, *, burst_share: float = 0.0) -> "Rate":
        """Return a rate that never lets more than `count` leave in any `seconds`.

        burst_share  how much of it may leave at once; the rest is spread evenly.
        """
        burst = max(1, int(count * burst_share))
        spread = count - burst if burst > 1 else count
        return cls(interval_s=seconds / max(spread, 1e-9), burst=burst)


Rates = Mapping[str, Rate]  # by the first words of a budget's key: "slack:post", "slack:update", "x:post"


class Budgets:
    """The budgets inside one transaction; `now` is machine time."""

    def __init__(self, connection: Connection, rates: Rates, now: datetime) -> None:
        self._connection = connection
        self._rates = rates
        self._now = now
        self._read: dict[str, tuple[datetime, datetime]] = {}  # rows stay locked until the commit

    def room(self, key: str, limit: int) -> int:
        """Return how many effects of this budget may leave now, `limit` at the most."""
        rate = self._rate(key)
        if rate is None:
            return limit
        free_at, blocked_until = self._row(key)
        if blocked_until > self._now:
            return 0
        ahead = max(0.0, (free_at - self._now).total_seconds())
        return min(limit, int(rate.burst - ahead / rate.interval_s + 1e-6))

    def spend(self, key: str, count: int = 1) -> None:
        """Note that `count` effects of this budget leave."""
        rate = self._rate(key)
        if rate is None or not count:
            return
        free_at, blocked_until = self._row(key)
        free_at = max(free_at, self._now) + timedelta(seconds=rate.interval_s * count)
        self._connection.execute(_CHANGE, {"of_key": key, "free_at": free_at})
        self._read[key] = (free_at, blocked_until)

    def give_back(self, key: str) -> None:
        """Take back what was spent for one that the far side never saw."""
        rate = self._rate(key)
        if rate is None:
            return
        free_at, blocked_until = self._row(key)
        free_at -= timedelta(seconds=rate.interval_s)
        self._connection.execute(_CHANGE, {"of_key": key, "free_at": free_at})
        self._read[key] = (free_at, blocked_until)

    def take_turn(self, key: str) -> float:
        """Return how many seconds the caller waits with its call, so that calls keep their distance.

        What left in time may arrive too close together, because a queue and a worker lie between; Slack
        counts arrivals. Budgets with bursts need no distance.
        """
        rate = self._rate(key)
        if rate is None or rate.burst > 1:
            return 0.0
        self._row(key)
        last = self._connection.execute(_TURN, {"of_key": key}).scalar()
        turn = max(self._now, last + timedelta(seconds=rate.interval_s)) if last else self._now
        turn = min(turn, self._now + _LONGEST_TURN)
        self._connection.execute(_CHANGE, {"of_key": key, "turn_at": turn})
        return (turn - self._now).total_seconds()

    def block(self, key: str, after_s: float) -> None:
        """Hold back everything of this budget: the far side said "too fast"."""
        if self._rate(key) is None:
            return
        free_at, _ = self._row(key)
        until = self._now + timedelta(seconds=after_s)
        self._connection.execute(_CHANGE, {"of_key": key, "blocked_until": until})
        self._read[key] = (free_at, until)

    def next_free_at(self, key: str, *, ahead: int = 0) -> datetime:
        """Return when one more effect of this budget may leave, after so many others that wait."""
        rate = self._rate(key)
        if rate is None:
            return self._now
        free_at, blocked_until = self._row(key)
        at = max(free_at, self._now) + timedelta(seconds=rate.interval_s * (ahead + 1 - rate.burst))
        return max(at, blocked_until, self._now)

    def _rate(self, key: str) -> Rate | None:
        return next((rate for prefix, rate in self._rates.items() if key.startswith(prefix)), None)

    def _row(self, key: str) -> tuple[datetime, datetime]:
        if key not in self._read:
            row = self._connection.execute(_GET, {"of_key": key}).first()
            if row is None:
                insert_new(self._connection, budgets, {"key": key, "free_at": self._now}, unique=("key",))
                row = self._connection.execute(_GET, {"of_key": key}).one()
            self._read[key] = (row.free_at, row.blocked_until or self._now)
        return self._read[key]


_GET = select(budgets).where(budgets.c.key == bindparam("of_key")).with_for_update()
_TURN = select(budgets.c.turn_at).where(budgets.c.key == bindparam("of_key"))
_CHANGE = update(budgets).where(budgets.c.key == bindparam("of_key"))
