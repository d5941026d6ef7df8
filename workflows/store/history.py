"""The append-only history: what happened to a case, when and by whom; never anybody's words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from workflows.domain.case import CaseId
from workflows.store.tables import history


class Event(StrEnum):
    """What can happen to a case."""

    OPENED = "opened"  # by the first post, which it names
    POST_RECEIVED = "post_received"
    CLAIMED = "claimed"
    RELEASED = "released"
    TAKEN_OVER = "taken_over"
    REPLY_SUBMITTED = "reply_submitted"
    REPLY_SENT = "reply_sent"
    REPLY_REFUSED = "reply_refused"
    REPLY_DOUBTED = "reply_doubted"
    REPLY_ASKED = "reply_asked"
    REPLY_CONFIRMED = "reply_confirmed"
    REPLY_RESENT = "reply_resent"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CARD_LOST = "card_lost"
    ASSIGNED = "assigned"  # by the playbook's routing
    TRIAGED = "triaged"  # a later post raised the priority, or added tags
    PRIORITY_CHANGED = "priority_changed"
    BREACHED = "breached"
    PINGED = "pinged"
    STEP_SKIPPED = "step_skipped"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    PLAYBOOK_CHANGED = "playbook_changed"
    ANSWERED_ON_X = "answered_on_x"  # by hand, past the desk
    TIMED = "timed"  # a case from before there were clocks
    REPLY_UNDONE = "reply_undone"
    REPLY_HELD = "reply_held"  # something happened since it was written: its author looks again
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"  # by one person; `left` says how many approvals are still needed
    APPROVAL_VOIDED = "approval_voided"
    APPROVAL_LATE = "approval_late"  # nobody acted in time, the next in line was asked
    APPROVAL_REFUSED = "approval_refused"  # somebody tried who may not: its author, or no approver
    SENT_BACK = "sent_back"
    RECALLED = "recalled"
    POST_EDITED = "post_edited"
    POST_GONE = "post_gone"  # deleted, or its author is protected or suspended
    POST_BACK = "post_back"  # its author is not protected or suspended any more
    DM_INVITED = "dm_invited"
    DM_FOLLOWED = "dm_followed"  # the customer wrote the direct message that they were invited to
    DM_HELP_OFFERED = "dm_help_offered"  # no DM came: a ready nudge, or other channels
    DM_CLOSED = "dm_closed"  # the public thread has its closing line
    OPTED_OUT = "opted_out"
    DM_READ = "dm_read"  # somebody opened the direct messages in a dialog


DESK = ("desk", "")
_ADD = history.insert().returning(history.c.id)
_NEWEST = select(func.max(history.c.id)).where(history.c.case_id == bindparam("number"))
_AFTER = (
    select(history)
    .where(
        history.c.case_id == bindparam("number"),
        history.c.id > bindparam("line"),
        history.c.event.in_(bindparam("events", expanding=True)),
    )
    .order_by(history.c.id)
)
_ALL = select(history).where(history.c.case_id == bindparam("number")).order_by(history.c.id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history; `number` rises with each."""

    at: datetime
    event: str
    actor_kind: str
    actor: str
    facts: dict[str, str]
    number: int = 0


class History:
    """Appends to the history; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, case_id: CaseId, event: Event, actor: tuple[str, str] = DESK, /, **facts: str) -> int:
        """Append one event and return its number.

        actor  kind and id: ("agent", "U1"), ("customer", "12"), or the desk itself.
        """
        row = {
            "case_id": case_id,
            "at": self._now,
            "event": event,
            "actor_kind": actor[0],
            "actor": actor[1],
            "facts": facts,
        }
        return int(self._connection.execute(_ADD, row).scalar_one())

    def of(self, case_id: CaseId) -> Sequence[Entry]:
        """Return what happened to the case, in the order in which it happened."""
        return [_entry(row) for row in self._connection.execute(_ALL, {"number": case_id})]

    def after(self, case_id: CaseId, line: int, events: Collection[Event]) -> Sequence[Entry]:
        """Return the lines of these kinds that came after this one."""
        wanted = {"number": case_id, "line": line, "events": list(events)}
        return [_entry(row) for row in self._connection.execute(_AFTER, wanted)]

    def newest(self, case_id: CaseId) -> int:
        """Return the number of the newest line; 0 when there is none."""
        return self._connection.execute(_NEWEST, {"number": case_id}).scalar() or 0


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.at, row.event, row.actor_kind, row.actor, row.facts, row.id)
