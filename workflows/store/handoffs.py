"""Hand-offs: public matters on their way into direct messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, literal_column, select, update

from workflows.domain.case import CaseId, Status
from workflows.domain.handoff import Stage
from workflows.store.reply_tables import handoffs
from workflows.store.tables import cases

_INVITED = handoffs.c.stage == literal_column(f"'{Stage.INVITED}'")  # as in the index of those
LIVE = (Stage.INVITED, Stage.WROTE, Stage.CONTINUED)


@dataclass(frozen=True, slots=True)
class Handoff:
    """One hand-off of a case to direct messages; all times are desk time.

    offered  the help that was offered to the agent last: "", "nudge", "other_channels", "closing".
    wake_at  when the next help is offered; None when nothing waits.
    """

    id: int
    case_id: CaseId
    stage: Stage
    invited_by: str
    invited_at: datetime
    wrote_at: datetime | None = None
    offered: str = ""
    wake_at: datetime | None = None


class Handoffs:
    """Hand-offs inside one transaction; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def start(self, case_id: CaseId, *, by: str, wake_at: datetime | None) -> int:
        """Note that the customer was invited just now, and return the hand-off's number."""
        row = {"case_id": case_id, "stage": Stage.INVITED, "invited_by": by, "invited_at": self._now}
        inserted = handoffs.insert().values(**row, wake_at=wake_at).returning(handoffs.c.id)
        return int(self._connection.execute(inserted).scalar_one())

    def latest(self, case_id: CaseId) -> Handoff | None:
        """Return the newest hand-off of a case, held; None when there was none."""
        row = self._connection.execute(
            select(handoffs)
            .where(handoffs.c.case_id == case_id)
            .order_by(handoffs.c.id.desc())
            .limit(1)
            .with_for_update()
        ).first()
        return _handoff_of(row) if row else None

    def move(self, handoff: Handoff, *, to: Stage, **values: Any) -> bool:
        """Set the stage if it is still the one that was read; False when somebody was faster."""
        result = self._connection.execute(
            update(handoffs)
            .where(handoffs.c.id == handoff.id, handoffs.c.stage == handoff.stage)
            .values(stage=to, **values)
        )
        return result.rowcount == 1

    def note(self, handoff: Handoff, **values: Any) -> None:
        """Keep what was offered, and when to look again."""
        self._connection.execute(update(handoffs).where(handoffs.c.id == handoff.id).values(values))

    def due(self, most: int) -> Sequence[CaseId]:
        """Return the cases whose next help is due, the longest due first."""
        rows = self._connection.execute(
            select(handoffs.c.case_id)
            .where(handoffs.c.wake_at <= self._now)
            .order_by(handoffs.c.wake_at)
            .limit(most)
        )
        return [CaseId(number) for number in rows.scalars()]

    def set_aside(self, case_id: CaseId, span: timedelta) -> None:
        """Look at what is due of this case later: there was trouble with it."""
        self._connection.execute(
            update(handoffs)
            .where(handoffs.c.case_id == case_id, handoffs.c.wake_at <= self._now)
            .values(wake_at=self._now + span)
        )

    def lapse_resolved(self, most: int) -> int:
        """Let invitations of resolved cases lapse, and return how many there were."""
        over = (
            select(handoffs.c.id)
            .join(cases, cases.c.id == handoffs.c.case_id)
            .where(_INVITED, cases.c.status == Status.RESOLVED)
            .limit(most)
        )
        numbers = list(self._connection.execute(over).scalars())
        if numbers:
            self._connection.execute(
                update(handoffs)
                .where(handoffs.c.id.in_(numbers), handoffs.c.stage == Stage.INVITED)
                .values(stage=Stage.LAPSED, wake_at=None)
            )
        return len(numbers)


def _handoff_of(row: Row[Any]) -> Handoff:
    values = {name: getattr(row, name) for name in Handoff.__dataclass_fields__}
    return Handoff(**values | {"stage": Stage(row.stage), "case_id": CaseId(row.case_id)})
