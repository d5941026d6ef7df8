"""A case: one customer's matter, and the moves that people make on it.

Each move takes a case and returns the changed one; what a rule forbids raises a Refusal.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from workflows.errors import Conflict, HeldByOther, Refusal

CaseId = NewType("CaseId", int)
AgentId = NewType("AgentId", str)


class Status(StrEnum):
    """new → open → waiting (on the customer) → resolved; `reopened` is an event, not a status."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Case:
    """The state of a case.

    version        rises with each change, so that a button can say which state it was drawn for.
    playbook       digest of the playbook's version that decides about this case.
    rule           that gave the priority, as "set/name"; "" when none did.
    waiting_since  T0: when the oldest post was written that nobody has answered; None when nobody waits.
    due_at         when the next target is missed, and which one; None while nothing runs.
    wake_at        when the clock has to look at the case again.
    turn           answers and re-openings so far: each gives the customer's next wait a ladder of its own.
    reached        how many steps of its ladder are behind it in this turn.
    quiet_at       when somebody took the wait on (Acknowledge, or a claim), and who: the pings stop.
    escalated      by hand, in this turn.
    dm_channel, dm_ts   where the card of its direct messages stands; None while there is none.
    """

    id: CaseId
    account_id: str
    customer_id: int
    conversation_id: str
    status: Status
    priority: str
    channel: str
    version: int
    opened_at: datetime
    assignee: AgentId | None = None
    assigned_at: datetime | None = None
    card_channel: str | None = None
    card_ts: str | None = None
    card_version: int = 0
    card_digest: str = ""
    threaded_to: int = 0
    answer_url: str = ""
    answer_until: datetime | None = None
    answer_uses: int = 0
    playbook: str = ""
    rule: str = ""
    language: str = ""
    sentiment: str = ""
    tags: tuple[str, ...] = ()
    sensitive: bool = False
    team: str | None = None
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    due_kind: str = ""
    is_late: bool = False
    wake_at: datetime | None = None
    turn: int = 0
    ladder: str = ""
    reached: int = 0
    quiet_at: datetime | None = None
    quiet_by: str = ""
    escalated: bool = False
    dm_channel: str | None = None
    dm_ts: str | None = None
    dm_digest: str = ""


def claim(case: Case, agent: AgentId, now: datetime) -> Case:
    """Give a free case to this agent; claiming one's own changes nothing.

    Raises HeldByOther, Refusal ("resolved").
    """
    _refuse_resolved(case)
    if case.assignee == agent:
        return case
    if case.assignee is not None:
        raise HeldByOther(case.assignee, case.assigned_at or now)
    return replace(case, assignee=agent, assigned_at=now, status=_taken(case.status))


def take_over(case: Case, agent: AgentId, now: datetime, *, from_whom: str | None) -> Case:
    """Take the case from its holder, who must still be the one that the button named.

    Raises Conflict when somebody else has it by now, Refusal ("resolved").
    """
    _refuse_resolved(case)
    if case.assignee not in (from_whom, agent) and case.assignee is not None:
        raise Conflict("changed_hands", holder=case.assignee)
    if case.assignee == agent:
        return case
    return replace(case, assignee=agent, assigned_at=now, status=_taken(case.status))


def release(case: Case, agent: AgentId, now: datetime) -> Case:
    """Give the case back to the queue.

    Raises HeldByOther, Refusal ("not_held" when nobody has it).
    """
    if case.assignee is None:
        raise Refusal("not_held")
    if case.assignee != agent:
        raise HeldByOther(case.assignee, case.assigned_at or now)
    status = Status.NEW if case.status is Status.OPEN else case.status
    return replace(case, assignee=None, assigned_at=None, status=status)


def resolve(case: Case, agent: AgentId, now: datetime, *, supervises: bool = False) -> Case:
    """Close the case; one that nobody has may be closed by anyone, any other by its holder or a supervisor.

    Raises HeldByOther, Refusal ("resolved").
    """
    _refuse_resolved(case)
    if case.assignee not in (None, agent) and not supervises:
        raise HeldByOther(str(case.assignee), case.assigned_at or now)
    return replace(case, status=Status.RESOLVED)


def reopen(case: Case, agent: AgentId, now: datetime) -> Case:
    """Open a resolved case again, in the hands of who asks.

    Raises Refusal ("not_resolved").
    """
    if case.status is not Status.RESOLVED:
        raise Refusal("not_resolved")
    return replace(case, status=Status.OPEN, assignee=agent, assigned_at=now)


def customer_wrote(case: Case) -> Case:
    """A post of the customer: what waited is open again; what nobody has is new again."""
    return replace(case, status=Status.OPEN if case.assignee else Status.NEW)


def assign(case: Case, agent: AgentId, now: datetime) -> Case:
    """Give a case to somebody by the playbook's routing."""
    return replace(case, assignee=agent, assigned_at=now, status=_taken(case.status))


def take_from_absent(case: Case) -> Case:
    """Give the case of somebody who is off duty back to the queue."""
    return replace(case, assignee=None, assigned_at=None, status=Status.NEW)


def may_write(case: Case, agent: AgentId, now: datetime) -> None:
    """Check that this agent may answer: a free case is claimed by answering.

    Raises HeldByOther, Refusal ("resolved").
    """
    claim(case, agent, now)


def answered(case: Case, *, customer_wrote_since: bool) -> Case:
    """A person's answer is out: wait for the customer, unless they wrote meanwhile."""
    if case.status is Status.RESOLVED or customer_wrote_since:
        return case
    return replace(case, status=Status.WAITING)


def _taken(status: Status) -> Status:
    return Status.OPEN if status is Status.NEW else status


def _refuse_resolved(case: Case) -> None:
    if case.status is Status.RESOLVED:
        raise Refusal("resolved")
