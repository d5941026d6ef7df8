"""Whose words stand beside a line of the history, and why a draft was sent back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from workflows.store.reply_tables import approvals


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
