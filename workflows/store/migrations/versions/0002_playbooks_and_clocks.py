"""Playbooks, their clocks and ladders: columns with defaults, so that older processes can go on meanwhile."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from workflows.store.engine import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAKES = sa.text("wake_at IS NOT NULL")


def _columns() -> list[sa.Column[Any]]:
    digest = "digest of the version that decides"
    return [
        sa.Column("playbook", sa.Text(), nullable=False, server_default="", comment=digest),
        sa.Column(
            "rule",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="that gave the priority: set/name",
        ),
        sa.Column("language", sa.Text(), nullable=False, server_default=""),
        sa.Column("sentiment", sa.Text(), nullable=False, server_default=""),
        sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("sensitive", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("team", sa.Text()),
        sa.Column(
            "waiting_since", Instant(), comment="desk time: T0, of the oldest post that nobody answered"
        ),
        sa.Column("due_at", Instant(), comment="desk time: when the next target is missed"),
        sa.Column(
            "due_kind", sa.Text(), nullable=False, server_default="", comment="first_response, resolution …"
        ),
        sa.Column(
            "is_late",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="a running target is missed",
        ),
        sa.Column("wake_at", Instant(), comment="desk time: when the clock has to look at the case again"),
        sa.Column(
            "turn",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="answers and re-openings so far",
        ),
        sa.Column(
            "ladder", sa.Text(), nullable=False, server_default="", comment="name of the ladder it climbs"
        ),
        sa.Column(
            "reached",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="steps of the ladder behind us",
        ),
        sa.Column("quiet_at", Instant(), comment="desk time: when somebody took the wait on"),
        sa.Column(
            "quiet_by", sa.Text(), nullable=False, server_default="", comment="Slack user id of who did"
        ),
        sa.Column(
            "escalated",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="by hand, in this turn",
        ),
    ]


def upgrade() -> None:
    """Apply."""
    for column in _columns():
        op.add_column("cases", column)
    op.create_index("ix_cases_wake_at", "cases", ["wake_at"], sqlite_where=_WAKES, postgresql_where=_WAKES)
    op.create_index("ix_cases_assignee", "cases", ["assignee", "status"])
    op.create_table(
        "threads",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("customer_id", _NUMBER, nullable=False),
        sa.Column(
            "conversation_id",
            sa.Text(),
            nullable=False,
            comment="another conversation that the case took in",
        ),
        sa.Column("case_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_threads_account_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_threads_customer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_threads_case_id")),
        sa.PrimaryKeyConstraint("account_id", "customer_id", "conversation_id", name=op.f("pk_threads")),
    )
    op.create_index("ix_threads_case", "threads", ["case_id"])
    op.create_table(
        "playbooks",
        sa.Column("digest", sa.Text(), nullable=False, comment="of the source: the version"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="the whole file: cases are decided by it while they live",
        ),
        sa.Column("loaded_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("is_current", sa.Boolean(), nullable=False, comment="decides new cases"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_playbooks")),
    )
    op.create_table(
        "escalations",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("case_id", _NUMBER, nullable=False),
        sa.Column("at", Instant(), nullable=False, comment="desk time"),
        sa.Column("by", sa.Text(), nullable=False, comment="Slack user id"),
        sa.Column("target", sa.Text(), nullable=False, comment="next_step, on_duty_supervisor, team:<name>"),
        sa.Column("reason", sa.Text(), nullable=False, comment="in the agent's own words"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_escalations_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    op.create_index("ix_escalations_case", "escalations", ["case_id"])
    op.create_table(
        "groups",
        sa.Column("id", sa.Text(), nullable=False, comment="Slack user group id"),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False, comment="Slack user ids"),
        sa.Column("fetched_at", Instant(), nullable=False, comment="machine time"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("groups", "escalations", "playbooks", "threads"):
        op.drop_table(table)
    op.drop_index("ix_cases_assignee", "cases")
    op.drop_index("ix_cases_wake_at", "cases")
    for column in reversed(_columns()):
        op.drop_column("cases", column.name)
