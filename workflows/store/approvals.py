"""Approvals: which draft waits for whom, bound to its exact text, and who has said yes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NewType

from sqlalchemy import Connection, Row, bindparam, exists, select, update

from workflows.domain.approval import Need, time_to_act
from workflows.domain.case import AgentId, CaseId
from workflows.errors import Missing
from workflows.store.drafts import DM, DROPPED, OPEN, Draft, DraftId
from workflows.store.engine import insert_new
from workflows.store.reply_tables import approvals, drafts, votes
from workflows.store.tables import cases, messages

ApprovalId = NewType("ApprovalId", int)

PENDING = "pending"
APPROVED = "approved"
SENT_BACK = "sent_back"
RECALLED = "recalled"
VOID = "void"

_GET = select(approvals).where(approvals.c.id == bindparam("number"))
_CASE_OF = select(approvals.c.case_id).where(approvals.c.id == bindparam("number"))
# With their cases held: what a click or a poll holds comes later, so that nobody waits in a circle.
_DUE = (
    select(approvals.c.id)
    .join(cases, cases.c.id == approvals.c.case_id)
    .where(approvals.c.wake_at <= bindparam("moment"), approvals.c.wake_at.is_not(None))
    .order_by(approvals.c.wake_at, approvals.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=cases, skip_locked=True)
)
_WAITING_IN = (
    select(approvals)
    .where(approvals.c.case_id == bindparam("number"), approvals.c.state == PENDING)
    .order_by(approvals.c.id)
)
_PENDING_OF = _WAITING_IN.with_for_update()
_OF_DRAFT = select(approvals).where(approvals.c.draft_id == bindparam("number")).order_by(approvals.c.id)
_ABOUT_DIRECT = (drafts.c.channel == DM) | exists().where(
    messages.c.case_id == approvals.c.case_id,
    messages.c.external_id == drafts.c.target,
    messages.c.kind == "dm",
)
# A draft that was handed in again, or dropped, is not with its author any more.
_SENT_BACK_DIRECT = (
    select(approvals)
    .join(drafts, drafts.c.id == approvals.c.draft_id)
    .where(
        approvals.c.case_id == bindparam("number"),
        approvals.c.state == SENT_BACK,
        drafts.c.state == OPEN,
        _ABOUT_DIRECT,
    )
    .order_by(approvals.c.id.desc())
    .limit(1)
)
_VOTERS = select(votes.c.user_id).where(votes.c.approval_id == bindparam("number")).order_by(votes.c.at)


@dataclass(frozen=True, slots=True)
class Approval:
    """One request for approval of one draft.

    digest      of the text that is to be approved; another text needs another approval.
    seen        number of the last line of the case's history that the draft's author saw.
    wake_at     when the next in line is asked (desk time); None once settled, or when the line has ended.
    step        how many in line were asked besides the first.
    reason      why it was sent back, in the words of who did; why it is void, as a code.
    voters      who has approved so far, old to new.
    """

    id: ApprovalId
    case_id: CaseId
    draft_id: DraftId
    state: str
    needs: Sequence[Need]
    digest: str
    seen: int
    requested_by: AgentId
    requested_at: datetime
    within: timedelta
    wake_at: datetime | None
    step: int
    settled_at: datetime | None
    settled_by: str
    reason: str
    card_channel: str | None
    card_ts: str | None
    card_digest: str
    voters: Sequence[str] = ()

    @property
    def is_pending(self) -> bool:
        """Whether it still waits."""
        return self.state == PENDING


class AskedApprovals:
    """Approvals inside one transaction; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def ask(self, draft: Draft, needs: Sequence[Need], *, wake_at: datetime) -> Approval:
        """Keep that this draft, as it stands, waits for these approvals."""
        row = {
            "case_id": draft.case_id,
            "draft_id": draft.id,
            "state": PENDING,
            "needs": [as_row(need) for need in needs],
            "digest": draft.digest,
            "seen": draft.seen,
            "requested_by": draft.author,
            "requested_at": self._now,
            "within_s": int(time_to_act(needs).total_seconds()),
            "wake_at": wake_at,
        }
        return self._whole(
            self._connection.execute(approvals.insert().values(row).returning(approvals)).one()
        )

    def case_of(self, approval_id: ApprovalId) -> CaseId:
        """Return the case of an approval, without holding it: the case is held first, as clicks do.

        Raises Missing.
        """
        number = self._connection.execute(_CASE_OF, {"number": approval_id}).scalar()
        if number is None:
            raise Missing("no_such_approval")
        return CaseId(number)

    def get(self, approval_id: ApprovalId) -> Approval:
        """Return the approval, held for this transaction.

        Raises Missing.
        """
        row = self._connection.execute(_GET.with_for_update(), {"number": approval_id}).first()
        if row is None:
            raise Missing("no_such_approval")
        return self._whole(row)

    def pending_of(self, case_id: CaseId) -> Sequence[Approval]:
        """Return what waits in a case, held, old to new."""
        rows = self._connection.execute(_PENDING_OF, {"number": case_id}).all()
        return [self._whole(row) for row in rows]

    def waiting_in(self, case_id: CaseId) -> Sequence[Approval]:
        """Return what waits in a case, old to new, only to be shown."""
        return [self._whole(row) for row in self._connection.execute(_WAITING_IN, {"number": case_id}).all()]

    def posted_in(self, case_id: CaseId) -> Sequence[Approval]:
        """Return every approval of a case whose request stands in Slack, settled or not."""
        posted = select(approvals).where(approvals.c.case_id == case_id, approvals.c.card_ts.is_not(None))
        return [self._whole(row) for row in self._connection.execute(posted).all()]

    def of_draft(self, draft_id: DraftId) -> Sequence[Approval]:
        """Return every approval that was asked for a draft, old to new."""
        rows = self._connection.execute(_OF_DRAFT, {"number": draft_id}).all()
        return [self._whole(row) for row in rows]

    def sent_back_direct(self, case_id: CaseId) -> Approval | None:
        """Return the newest that sent a direct message back to its author, who has it still; None without."""
        row = self._connection.execute(_SENT_BACK_DIRECT, {"number": case_id}).first()
        return self._whole(row) if row else None

    def due(self, most: int) -> Sequence[ApprovalId]:
        """Return those on which nobody has acted in time, the longest due first, with their cases held."""
        rows = self._connection.execute(_DUE, {"moment": self._now, "most": most})
        return [ApprovalId(number) for number in rows.scalars()]

    def vote(self, approval_id: ApprovalId, user: str) -> bool:
        """Keep that this person approves; False when they have before."""
        row = {"approval_id": approval_id, "user_id": user, "at": self._now}
        inserted = insert_new(self._connection, votes, row, unique=("approval_id", "user_id"))
        return inserted is not None

    def clear_way(self, draft: Draft) -> None:
        """Drop the blank drafts that its author has begun since, so that Reply finds this one again."""
        self._connection.execute(
            update(drafts)
            .where(
                drafts.c.case_id == draft.case_id,
                drafts.c.author == draft.author,
                drafts.c.purpose == draft.purpose,
                drafts.c.state == OPEN,
                drafts.c.text == "",
                drafts.c.id > draft.id,
            )
            .values(state=DROPPED, opened_at=None)
        )

    def settle(self, approval_id: ApprovalId, state: str, by: str, *, reason: str = "", **more: Any) -> bool:
        """End a pending one in this state; False when it had ended before."""
        result = self._connection.execute(
            update(approvals)
            .where(approvals.c.id == approval_id, approvals.c.state == PENDING)
            .values(state=state, settled_at=self._now, settled_by=by, reason=reason, wake_at=None, **more)
        )
        return result.rowcount == 1

    def note(self, approval_id: ApprovalId, **values: Any) -> None:
        """Record where the request is, what it shows, or who is asked next."""
        self._connection.execute(update(approvals).where(approvals.c.id == approval_id).values(values))

    def _whole(self, row: Row[Any]) -> Approval:
        voters = self._connection.execute(_VOTERS, {"number": row.id}).scalars().all()
        return approval_of(row, voters)


def as_row(need: Need) -> dict[str, Any]:
    """Return a need as JSON holds it."""
    return asdict(need) | {
        "within": need.within.total_seconds(),
        "approvers": list(need.approvers),
        "then": list(need.then),
        "why": dict(need.why),
    }


def need_of(row: dict[str, Any]) -> Need:
    """Return the need that JSON holds."""
    names = {"approvers": tuple(row["approvers"]), "then": tuple(row["then"])}
    return Need(**row | names | {"within": timedelta(seconds=row["within"])})


def approval_of(row: Row[Any], voters: Sequence[str] = ()) -> Approval:
    """Return the approval that this row holds."""
    values = {
        name: getattr(row, name)
        for name in Approval.__dataclass_fields__
        if name not in ("needs", "within", "voters")
    }
    return Approval(
        **values,
        needs=tuple(need_of(need) for need in row.needs),
        within=timedelta(seconds=row.within_s),
        voters=tuple(voters),
    )


def reasons_of(connection: Connection, lines: Iterable[Row[Any]]) -> dict[tuple[str, str | None], str]:
    """Return the words of who sent drafts back, by the approvals that these lines of a history name.

    Those about a direct message are left out: everybody reads the thread (`AskedApprovals.sent_back_direct`).
    """
    named = [int(line.facts["approval"]) for line in lines if line.event == "sent_back"]
    if not named:
        return {}
    said = (
        select(approvals.c.id, approvals.c.reason)
        .join(drafts, drafts.c.id == approvals.c.draft_id)
        .where(approvals.c.id.in_(named), ~_ABOUT_DIRECT)
    )
    return {("approval", str(number)): reason for number, reason in connection.execute(said)}


def subject_of(line: Row[Any]) -> tuple[str, str | None]:
    """Return whose words stand beside a line of the history: an approval's reason, a draft, or a post."""
    if line.event == "sent_back":
        return "approval", line.facts["approval"]
    if "draft" in line.facts:
        return "draft", line.facts["draft"]
    return "post", line.facts.get("post")
