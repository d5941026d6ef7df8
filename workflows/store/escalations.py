"""Escalations by hand with their reasons, and the cases that the clock has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from workflows.domain.case import Case, CaseId
from workflows.store.cases import case_of
from workflows.store.tables import cases, escalations

_DUE = (
    select(cases)
    .where(cases.c.wake_at <= bindparam("moment"), cases.c.wake_at.is_not(None))
    .order_by(cases.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class HandEscalation:
    """Somebody asked for help.

    target  next_step, on_duty_supervisor, or team:<name>.
    reason  in the agent's own words.
    """

    id: int
    case_id: CaseId
    at: datetime
    by: str
    target: str
    reason: str


class Escalations:
    """Inside one transaction; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def due(self, most: int) -> Sequence[Case]:
        """Return cases whose time has come, held, the longest due first; what a click holds comes later."""
        rows = self._connection.execute(_DUE, {"moment": self._now, "most": most})
        return [case_of(row) for row in rows]

    def add(self, case_id: CaseId, by: str, target: str, reason: str) -> int:
        """Keep that somebody asked for help."""
        row = {"case_id": case_id, "at": self._now, "by": by, "target": target, "reason": reason}
        return int(
            self._connection.execute(
                escalations.insert().values(row).returning(escalations.c.id)
            ).scalar_one()
        )

    def get(self, number: int) -> HandEscalation | None:
        """Return one."""
        row = self._connection.execute(select(escalations).where(escalations.c.id == number)).first()
        return HandEscalation(**row._mapping) if row else None  # noqa: SLF001 - a row's public view

    def of_case(self, case_id: CaseId) -> Sequence[HandEscalation]:
        """Return all of a case, old to new."""
        rows = self._connection.execute(
            select(escalations).where(escalations.c.case_id == case_id).order_by(escalations.c.id)
        )
        return [HandEscalation(**row._mapping) for row in rows]  # noqa: SLF001
