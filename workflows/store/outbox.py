"""The outbox: named effects, their states, and who may leave when.

Every move is a compare-and-set on the row's state (and attempt), so a job that arrives twice,
or an answer that comes after its lease, changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from workflows.domain.effects import (
    SETTLED,
    Effect,
    Kind,
    State,
    may_move,
    urgency_of,
)
from workflows.store.budgets import Budgets
from workflows.store.engine import insert_new
from workflows.store.tables import outbox

LEASE_S = 45.0
MAX_CRASHES = 3
FIRST_CHECK_S = 5.0
COALESCE_S = 2.0


# Built once: on the way of a click, building a statement takes longer than running it.
_FIND = (
    select(outbox)
    .where(outbox.c.kind == bindparam("of_kind"), outbox.c.dedup_key == bindparam("of_key"))
    .with_for_update()
)
_CHANGE = update(outbox).where(outbox.c.id == bindparam("row_id"))
_CLAIM = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.state == State.PENDING,
        outbox.c.not_before <= bindparam("moment"),
    )
    .values(
        state=State.SENDING,
        attempt=outbox.c.attempt + 1,
        lease_until=bindparam("lease"),
        leased_by=bindparam("performer"),
        started_at=bindparam("moment"),
    )
    .returning(outbox)
)
_MOVE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.attempt == bindparam("of_attempt"),
        outbox.c.state.in_(bindparam("before", expanding=True)),
    )
    .returning(outbox.c.again)
)


class Outbox:
    """Effects inside one transaction; `now` is machine time."""

    def __init__(self, connection: Connection, budgets: Budgets, now: datetime) -> None:
        self._connection = connection
        self._budgets = budgets
        self._now = now
        self.added: list[int] = []

    def add(  # noqa: PLR0913 - each names another property of the row
        self,
        kind: Kind,
        key: str,
        *,
        case_id: int | None = None,
        priority: str = "medium",
        budget: str = "",
        payload: dict[str, Any] | None = None,
        after_s: float = 0.0,
    ) -> int:
        """Wish for an effect and return its id; the same wish twice is one row.

        A settled state effect becomes pending again; one that is under way runs once more afterwards.
        A speech effect that exists already is left as it is.
        """
        due = self._now + timedelta(seconds=after_s)
        values: dict[str, Any] = {
            "kind": kind,
            "dedup_key": key,
            "case_id": case_id,
            "urgency": urgency_of(kind, priority=priority),
            "budget": budget,
            "payload": payload or {},
            "state": State.PENDING,
            "not_before": due,
            "offer_at": due,
        }
        effect_id = insert_new(self._connection, outbox, values, unique=("kind", "dedup_key"))
        if effect_id is None:
            effect_id = self._ask_again(kind, key, due, values)
        self.added.append(effect_id)
        return effect_id

    def _ask_again(self, kind: Kind, key: str, due: datetime, values: dict[str, Any]) -> int:
        """Wake the row that is there. A wish for "now" also moves a pending one forward."""
        row = self._connection.execute(_FIND, {"of_kind": kind, "of_key": key}).one()
        state = State(row.state)
        if kind is Kind.REFRESH_CARD and values["budget"] and row.settled_at:
            # The first change shows at once; those of the next two seconds share one update.
            due = max(due, row.settled_at + timedelta(seconds=COALESCE_S))
        fresh: dict[str, Any] = {"urgency": values["urgency"], "budget": values["budget"]}
        if values["payload"]:
            fresh["payload"] = values["payload"]
        if kind not in _REPEATABLE:
            return int(row.id)
        if state is State.PENDING:
            if due < row.not_before:
                fresh |= {"not_before": due, "offer_at": due}
        elif state in (State.SENDING, State.IN_DOUBT):
            fresh = {"again": True}
        else:
            fresh |= _pending(due) | {"crashes": 0, "reason": ""}
        self._connection.execute(_CHANGE, {"row_id": row.id, **fresh})
        return int(row.id)

    def claim(self, effect_id: int, *, by: str) -> Effect | None:
        """Start an attempt: pending → sending. None when another did, or when it is not due."""
        lease = {"lease": self._now + timedelta(seconds=LEASE_S), "performer": by, "moment": self._now}
        row = self._connection.execute(_CLAIM, {"row_id": effect_id, **lease}).first()
        if row is None:
            return None
        return replace(_effect(row), wait_s=self._budgets.take_turn(row.budget))

    def get(self, effect_id: int) -> Effect | None:
        """Return the effect with this id."""
        row = self._connection.execute(select(outbox).where(outbox.c.id == effect_id)).first()
        return None if row is None else _effect(row)

    def find(self, kind: Kind, key: str) -> Effect | None:
        """Return the effect of this kind and key."""
        row = self._connection.execute(
            select(outbox).where(outbox.c.kind == kind, outbox.c.dedup_key == key)
        ).first()
        return None if row is None else _effect(row)

    def said(self, kind: Kind, case_id: int) -> Sequence[tuple[int, str]]:
        """Return id and external_id of the case's effects of this kind that are out, old to new."""
        rows = self._connection.execute(
            select(outbox.c.id, outbox.c.external_id)
            .where(outbox.c.case_id == case_id, outbox.c.kind == kind, outbox.c.state == State.DONE)
            .order_by(outbox.c.id)
        )
        return [(row.id, row.external_id) for row in rows]

    def done(self, effect: Effect, external_id: str = "") -> bool:
        """Record that it is out; False when this attempt no longer has the row."""
        return self._settle(effect, State.DONE, external_id=external_id, reason="", crashes=0)

    def failed(self, effect: Effect, reason: str) -> bool:
        """Record that it will never go out."""
        return self._settle(effect, State.FAILED, reason=reason)

    def postponed(self, effect: Effect, *, after_s: float, reason: str) -> bool:
        """Give it back: it was not accepted and may go out later."""
        values = _pending(self._now + timedelta(seconds=after_s)) | {"reason": reason}
        self.added.append(effect.id)
        return self._move(effect, State.PENDING, **values)

    def redirect(self, effect: Effect, budget: str) -> None:
        """Let it spend another budget from now on."""
        self._connection.execute(update(outbox).where(outbox.c.id == effect.id).values(budget=budget))

    def doubted(self, effect: Effect, reason: str, *, check_after_s: float = FIRST_CHECK_S) -> bool:
        """Record that nobody knows whether it is out; a proof is looked for after a while."""
        check_at = self._now + timedelta(seconds=check_after_s)
        values = {"reason": reason, "lease_until": check_at, "offer_at": check_at, "checks": 0}
        return self._move(effect, State.IN_DOUBT, **values)

    def look_again(self, effect: Effect, *, after_s: float) -> None:
        """Leave it in doubt and look for a proof once more."""
        check_at = self._now + timedelta(seconds=after_s)
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == effect.id, outbox.c.state == State.IN_DOUBT)
            .values(lease_until=check_at, offer_at=check_at)
        )

    def asked(self, effect: Effect) -> bool:
        """Leave the decision to a person."""
        return self._move(effect, State.ASKED, lease_until=None)

    def cancelled(self, effect: Effect, reason: str) -> bool:
        """Record that it is no longer wanted."""
        return self._settle(effect, State.CANCELLED, reason=reason)

    def take_back(self, effect: Effect) -> bool:
        """Cancel it if it waits still; False when an attempt has begun or it is settled."""
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == effect.id, outbox.c.state == State.PENDING)
            .values(state=State.CANCELLED, settled_at=self._now, reason="taken_back")
        )
        return result.rowcount == 1

    def let_go_after_all(self, effect: Effect, *, after_s: float = 0.0) -> bool:
        """Let one go out that was taken back: it was never said, so this is not a second time."""
        due = self._now + timedelta(seconds=after_s)
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == effect.id, outbox.c.state == State.CANCELLED)
            .values(_pending(due) | {"reason": "", "crashes": 0})
        )
        self.added.append(effect.id)
        return result.rowcount == 1

    def start_check(self, effect_id: int, *, by: str) -> tuple[Effect, int] | None:
        """Take a doubted effect for one look; None when somebody else looks or it is settled.

        Returns the effect and how many looks there were before this one.
        """
        row = self._connection.execute(
            update(outbox)
            .where(
                outbox.c.id == effect_id, outbox.c.state == State.IN_DOUBT, outbox.c.lease_until <= self._now
            )
            .values(
                checks=outbox.c.checks + 1, lease_until=self._now + timedelta(seconds=LEASE_S), leased_by=by
            )
            .returning(outbox)
        ).first()
        return None if row is None else (_effect(row), int(row.checks) - 1)

    def leases_run_out(self) -> list[Effect]:
        """Return the effects whose performer died or hangs beyond its lease."""
        rows = self._connection.execute(
            select(outbox).where(outbox.c.state == State.SENDING, outbox.c.lease_until <= self._now)
        )
        return [_effect(row) for row in rows]

    def crashed(self, effect: Effect) -> int:
        """Count one more lease that ran out and return how many there were in a row."""
        count = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == effect.id)
            .values(crashes=outbox.c.crashes + 1)
            .returning(outbox.c.crashes)
        ).scalar_one()
        return int(count)

    def end_leases_of(self, performer: str) -> None:
        """End the leases of a performer that is known to have died; a look that it was at does not count."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.state == State.SENDING, outbox.c.leased_by == performer)
            .values(lease_until=self._now)
        )
        looking = (outbox.c.lease_until > self._now) & (outbox.c.lease_until != outbox.c.offer_at)
        self._connection.execute(
            update(outbox)
            .where(outbox.c.state == State.IN_DOUBT, outbox.c.leased_by == performer, looking)
            .values(lease_until=self._now, offer_at=self._now, checks=outbox.c.checks - 1)
        )

    def _settle(self, effect: Effect, after: State, **values: Any) -> bool:
        """Settle it; one that was wished for meanwhile is pending at once."""
        again = self._moved(effect, after, settled_at=self._now, **values)
        if again:
            self._connection.execute(
                update(outbox).where(outbox.c.id == effect.id).values(_pending(self._now))
            )
            self.added.append(effect.id)
        return again is not None

    def _move(self, effect: Effect, after: State, **values: Any) -> bool:
        return self._moved(effect, after, **values) is not None

    def _moved(self, effect: Effect, after: State, **values: Any) -> bool | None:
        """Move it and tell whether it was wished for meanwhile; None when it could not be moved."""
        # An outcome that comes late wakes no settled effect: only a new wish does.
        before = [state for state in State if state not in SETTLED and may_move(state, after)]
        mine = {"row_id": effect.id, "of_attempt": effect.attempt, "before": before}
        return self._connection.execute(_MOVE, {**values, "state": after, **mine}).scalar()


_REPEATABLE = frozenset(
    {
        Kind.REFRESH_CARD,
        Kind.POST_CARD,
        Kind.THREAD,
        Kind.MODAL,
        Kind.TIDY_CARD,
        Kind.PEOPLE,
        Kind.HELLO,
        Kind.REACH,
        Kind.POST_REQUEST,
        Kind.REFRESH_REQUEST,
        Kind.POST_DM_CARD,
        Kind.REFRESH_DM_CARD,
        Kind.QUOTES,
    }
)


def _pending(due: datetime) -> dict[str, Any]:
    return {
        "state": State.PENDING,
        "not_before": due,
        "offer_at": due,
        "offers": 0,
        "again": False,
        "lease_until": None,
        "leased_by": "",
    }


def _effect(row: Row[Any]) -> Effect:
    return Effect(
        id=row.id,
        kind=Kind(row.kind),
        key=row.dedup_key,
        state=State(row.state),
        attempt=row.attempt,
        case_id=row.case_id,
        budget=row.budget,
        started_at=row.started_at,
        payload=row.payload,
    )
