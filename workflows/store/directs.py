"""Direct messages of cases: the only reader of their words, and which case they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from workflows.domain.case import Case, Status
from workflows.domain.effects import Kind, State
from workflows.domain.handoff import Stage
from workflows.store import drafts as states
from workflows.store.cases import case_of
from workflows.store.drafts import DM, Draft, draft_of
from workflows.store.reply_tables import contacts, drafts, handoffs
from workflows.store.tables import cases, messages, outbox

DIRECT = "dm"  # the kind of a message that is no post


@dataclass(frozen=True, slots=True)
class DirectView:
    """One direct message as it is shown where it may be."""

    external_id: str
    is_ours: bool
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class DirectState:
    """What a case's direct messages are like, without a word of them: any card may say it.

    count         how many the customer wrote.
    reply         our newest answer by direct message that was handed in, or is in doubt; None for none.
    ahead         how many direct messages leave before that answer; None when it waits for no turn.
    stage         of the newest hand-off; None when there was none.
    was_asked     X was asked whether they take direct messages.
    """

    count: int = 0
    newest_at: datetime | None = None
    reply: Draft | None = None
    ahead: int | None = None
    stage: Stage | None = None
    invited_at: datetime | None = None
    opted_out_at: datetime | None = None
    takes_dms: str = ""
    is_encrypted: bool = False
    was_asked: bool = False


class Directs:
    """Direct messages inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self, case_id: int, most: int) -> Sequence[DirectView]:
        """Return the newest direct messages of a case, old to new."""
        rows = self._connection.execute(_NEWEST, {"number": case_id, "most": most}).all()
        return [DirectView(r.external_id, r.author == "brand", r.text, r.written_at) for r in rows[::-1]]

    def state(self, case_id: int) -> DirectState:
        """Return what may be said of a case's direct messages on any card."""
        row = self._connection.execute(_STATE, {"number": case_id}).one()
        reply = self._reply(case_id) if row.theirs else None  # whom we write to has written before
        return DirectState(
            count=row.theirs,
            newest_at=row.newest_at,
            reply=reply,
            ahead=self._ahead(reply) if reply and reply.state == states.SUBMITTED else None,
            stage=Stage(row.stage) if row.stage else None,
            invited_at=row.invited_at,
            opted_out_at=row.opted_out_at,
            takes_dms=row.takes_dms or "",
            is_encrypted=bool(row.is_encrypted),
            was_asked=bool(row.asked_at),
        )

    def _reply(self, case_id: int) -> Draft | None:
        rows = self._connection.execute(_REPLIES, {"number": case_id}).all()
        unsettled = [row for row in rows if row.state in (states.ASKED, states.DOUBTED)]
        latest = next(iter(unsettled or rows), None)
        return draft_of(latest) if latest else None

    def _ahead(self, reply: Draft) -> int | None:
        """Return how many wait before this answer for their turn; None when it does not wait for one."""
        mine = self._connection.execute(
            select(outbox).where(outbox.c.kind == Kind.DM, outbox.c.dedup_key == str(reply.id))
        ).first()
        if mine is None or mine.state != State.PENDING or mine.offers:
            return None
        before = (outbox.c.urgency < mine.urgency) | (
            (outbox.c.urgency == mine.urgency) & (outbox.c.not_before <= mine.not_before)
        )
        waiting = select(func.count()).where(
            outbox.c.budget == mine.budget,
            outbox.c.state == State.PENDING,
            outbox.c.offers == 0,
            outbox.c.id != mine.id,
            before,
        )
        return int(self._connection.execute(waiting).scalar_one())

    def public_answer(self, case_id: int) -> str:
        """Return the words that we answered with in public last; "" when we have not."""
        return self._connection.execute(_PUBLIC_ANSWER, {"number": case_id}).scalar() or ""

    def open_case(self, account_id: str, customer_id: int) -> Case | None:
        """Return the customer's open case that a direct message belongs to, held; None when there is none.

        The one that they were invited from, else the one that changed last.
        """
        key = {"account": account_id, "customer": customer_id}
        row = self._connection.execute(_OPEN, key).first()
        return case_of(row) if row else None

    def resolved_case(self, account_id: str, customer_id: int) -> Case | None:
        """Return the customer's case that was resolved last, held; None when there is none."""
        key = {"account": account_id, "customer": customer_id}
        row = self._connection.execute(_RESOLVED, key).first()
        return case_of(row) if row else None

    def under_way(self, account_id: str, customer_id: int) -> Sequence[Draft]:
        """Return our answers to a customer by direct message of which nobody knows yet that they are out."""
        rows = self._connection.execute(_UNDER_WAY, {"account": account_id, "customer": customer_id})
        return [draft_of(row) for row in rows]

    def sent_ids(self, case_id: int) -> frozenset[str]:
        """Return the ids of the direct messages that our answers became."""
        rows = self._connection.execute(
            select(drafts.c.external_id).where(drafts.c.case_id == case_id, drafts.c.external_id != "")
        )
        return frozenset(rows.scalars())


_DMS = (messages.c.case_id == bindparam("number"), messages.c.kind == DIRECT)
_BY_TIME = (messages.c.written_at, func.length(messages.c.external_id), messages.c.external_id)
_NEWEST = (
    select(messages).where(*_DMS).order_by(*(column.desc() for column in _BY_TIME)).limit(bindparam("most"))
)
_PUBLIC_ANSWER = (
    select(messages.c.text)
    .where(messages.c.case_id == bindparam("number"), messages.c.author == "brand", messages.c.kind != DIRECT)
    .order_by(*(column.desc() for column in _BY_TIME))
    .limit(1)
)
_theirs_in_case = select(messages).where(*_DMS, messages.c.author == "customer").subquery()
_latest = select(func.max(handoffs.c.id)).where(handoffs.c.case_id == bindparam("number")).scalar_subquery()
# One statement: every card asks.
_STATE = (
    select(
        select(func.count()).select_from(_theirs_in_case).scalar_subquery().label("theirs"),
        select(func.max(_theirs_in_case.c.written_at)).scalar_subquery().label("newest_at"),
        contacts.c.opted_out_at,
        contacts.c.takes_dms,
        contacts.c.is_encrypted,
        contacts.c.asked_at,
        handoffs.c.stage,
        handoffs.c.invited_at,
    )
    .select_from(cases)
    .outerjoin(
        contacts,
        (cases.c.account_id == contacts.c.account_id) & (cases.c.customer_id == contacts.c.customer_id),
    )
    .outerjoin(handoffs, handoffs.c.id == _latest)
    .where(cases.c.id == bindparam("number"))
)
_SHOWN = (states.OPEN, states.DROPPED)
_REPLIES = (
    select(drafts)
    .where(drafts.c.case_id == bindparam("number"), drafts.c.channel == DM, drafts.c.state.not_in(_SHOWN))
    .order_by(drafts.c.id.desc())
    .limit(10)
)
_THEIRS: Any = (cases.c.account_id == bindparam("account"), cases.c.customer_id == bindparam("customer"))
_invited = (
    select(func.max(handoffs.c.id))
    .where(
        handoffs.c.case_id == cases.c.id,
        handoffs.c.stage.in_([Stage.INVITED, Stage.WROTE, Stage.CONTINUED]),
    )
    .correlate(cases)
    .scalar_subquery()
)
_OPEN = (
    select(cases)
    .where(*_THEIRS, cases.c.status != Status.RESOLVED)
    .order_by(func.coalesce(_invited, 0).desc(), cases.c.changed_at.desc(), cases.c.id.desc())
    .limit(1)
    .with_for_update(of=cases)
)
_RESOLVED = (
    select(cases)
    .where(*_THEIRS, cases.c.status == Status.RESOLVED)
    .order_by(cases.c.changed_at.desc(), cases.c.id.desc())
    .limit(1)
    .with_for_update(of=cases)
)
_UNDER_WAY = (
    select(drafts)
    .join(cases, cases.c.id == drafts.c.case_id)
    .where(
        *_THEIRS,
        drafts.c.channel == DM,
        drafts.c.state.in_([states.SUBMITTED, states.DOUBTED, states.ASKED]),
    )
    .order_by(drafts.c.id)
)
