"""What cards and threads show of approvals: who a draft waits for, and why one was sent back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from workflows.store.approvals import PENDING, Approval, approval_of
from workflows.store.reply_tables import approvals, votes


def waiting_for(connection: Connection, draft_id: int) -> Approval | None:
    """Return the approval that a draft waits for, with those who said yes; None when it waits for none."""
    pending = select(approvals).where(approvals.c.draft_id == draft_id, approvals.c.state == PENDING)
    row = connection.execute(pending.order_by(approvals.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    voters = select(votes.c.user_id).where(votes.c.approval_id == row.id).order_by(votes.c.at)
    return approval_of(row, connection.execute(voters).scalars().all())


def reasons_of(connection: Connection, lines: Iterable[Row[Any]]) -> dict[tuple[str, str | None], str]:
    """Return the words of who sent drafts back, by the approvals that these lines of a history name."""
    named = [int(line.facts["approval"]) for line in lines if line.event == "sent_back"]
    if not named:
        return {}
    said = select(approvals.c.id, approvals.c.reason).where(approvals.c.id.in_(named))
    return {("approval", str(number)): reason for number, reason in connection.execute(said)}


def subject_of(line: Row[Any]) -> tuple[str, str | None]:
    """Return whose words stand beside a line of the history: an approval's reason, a draft, or a post."""
    if line.event == "sent_back":
        return "approval", line.facts["approval"]
    if "draft" in line.facts:
        return "draft", line.facts["draft"]
    return "post", line.facts.get("post")
