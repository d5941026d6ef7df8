"""What safe replies need: approvals, edits, deletions, direct messages; older processes can go on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from workflows.store.engine import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAKES = sa.text("wake_at IS NOT NULL")
_USED = sa.text("submitted_at IS NOT NULL")
_INVITED = sa.text("stage = 'invited'")
_OLDER = sa.text("older_text <> ''")
_INDEXED = (
    ("messages", "newest_id"),
    ("drafts", "thread_of"),
)
_TABLES = ("approvals", "votes", "contacts", "handoffs", "streams")


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "cases": [
            sa.Column(
                "dm_channel",
                sa.Text(),
                comment="id of the private channel that holds the card of direct messages",
            ),
            sa.Column("dm_ts", sa.Text(), comment="Slack's ts of that card"),
            sa.Column(
                "dm_digest", sa.Text(), nullable=False, server_default="", comment="of what that card shows"
            ),
        ],
        "messages": [
            sa.Column(
                "newest_id",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="id of its last edit; empty: never",
            ),
            sa.Column("edited_at", Instant(), comment="desk time of the last edit that we saw"),
            sa.Column(
                "older_text",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="before that edit; for 24 h",
            ),
            sa.Column(
                "gone",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="deleted, protected …; the text is blank",
            ),
            sa.Column("checked_at", Instant(), comment="machine time: when it was last seen on the network"),
        ],
        "drafts": [
            sa.Column("channel", sa.Text(), nullable=False, server_default="public", comment="public or dm"),
            sa.Column(
                "purpose",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="invite, nudge, closing …; or nothing",
            ),
            sa.Column(
                "macro",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="name of the macro it began with",
            ),
            sa.Column(
                "promised_by", Instant(), comment="desk time: until when its author promises something"
            ),
            sa.Column(
                "signed",
                sa.Boolean(),
                nullable=False,
                server_default=sa.true(),
                comment="ends with the signature",
            ),
            sa.Column(
                "as_thread",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="in numbered parts if long",
            ),
            sa.Column(
                "seen",
                sa.BigInteger(),
                nullable=False,
                server_default="0",
                comment="last history line its author saw",
            ),
            sa.Column(
                "fills",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="how often a macro filled it",
            ),
            sa.Column(
                "whole",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="the text that this is part 1 of",
            ),
            sa.Column(
                "editor",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="who changed it when approving it",
            ),
            sa.Column("leaves_at", Instant(), comment="machine time: until then it can be undone"),
            sa.Column("thread_of", _NUMBER, comment="draft of the first part, of a later part of a thread"),
            sa.Column(
                "part",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="number of the part; 0: not in parts",
            ),
            sa.Column(
                "parts", sa.Integer(), nullable=False, server_default="0", comment="how many parts there are"
            ),
        ],
    }


def upgrade() -> None:
    """Apply."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    for table, name in _INDEXED:
        op.create_index(f"ix_{table}_{name}", table, [name])
    op.create_index("ix_drafts_macro", "drafts", ["macro", "id"], sqlite_where=_USED, postgresql_where=_USED)
    op.create_index("ix_messages_checked_at", "messages", ["account_id", "checked_at"])
    op.create_index(
        "ix_messages_edited_at", "messages", ["edited_at"], sqlite_where=_OLDER, postgresql_where=_OLDER
    )
    op.execute("UPDATE messages SET checked_at = received_at WHERE author = 'customer'")
    op.create_table(
        "approvals",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("case_id", _NUMBER, nullable=False),
        sa.Column("draft_id", _NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="pending, approved, sent_back, recalled, void"),
        sa.Column(
            "needs", sa.JSON(), nullable=False, comment="rule, approvers, count, then of each rule that holds"
        ),
        sa.Column("digest", sa.Text(), nullable=False, comment="of the text that is to be approved"),
        sa.Column("seen", sa.BigInteger(), nullable=False, comment="last history line that its author saw"),
        sa.Column("requested_by", sa.Text(), nullable=False, comment="Slack user id of the author"),
        sa.Column("requested_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("within_s", sa.Integer(), nullable=False, comment="desk seconds that each in line has"),
        sa.Column(
            "wake_at", Instant(), comment="desk time: when the next in line is asked; empty once settled"
        ),
        sa.Column(
            "step",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how many in line were asked besides",
        ),
        sa.Column("settled_at", Instant(), comment="desk time"),
        sa.Column("settled_by", sa.Text(), nullable=False, server_default="", comment="Slack user id"),
        sa.Column(
            "reason", sa.Text(), nullable=False, server_default="", comment="in the words of who sent it back"
        ),
        sa.Column("card_channel", sa.Text(), comment="id of the channel that the request is in"),
        sa.Column("card_ts", sa.Text(), comment="Slack's ts of the request"),
        sa.Column(
            "card_digest", sa.Text(), nullable=False, server_default="", comment="of what the request shows"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_approvals_case_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_approvals_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "votes",
        sa.Column("approval_id", _NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False, comment="Slack user id of who approved"),
        sa.Column("at", Instant(), nullable=False, comment="desk time"),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("fk_votes_approval_id")),
        sa.PrimaryKeyConstraint("approval_id", "user_id", name=op.f("pk_votes")),
    )
    op.create_table(
        "contacts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("customer_id", _NUMBER, nullable=False),
        sa.Column("opted_out_at", Instant(), comment="desk time: wants no automatic message, for good"),
        sa.Column(
            "privacy_at", Instant(), comment="desk time: when our first direct message told of privacy"
        ),
        sa.Column(
            "takes_dms", sa.Text(), nullable=False, server_default="", comment="yes, no; empty: not known"
        ),
        sa.Column("asked_at", Instant(), comment="machine time: when X was asked last"),
        sa.Column(
            "is_encrypted",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="only the X app can read",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_contacts_account_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id")),
        sa.PrimaryKeyConstraint("account_id", "customer_id", name=op.f("pk_contacts")),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("case_id", _NUMBER, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False, comment="invited, wrote, continued, closed, lapsed"),
        sa.Column("invited_by", sa.Text(), nullable=False, comment="Slack user id"),
        sa.Column("invited_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("wrote_at", Instant(), comment="desk time of the customer's first direct message after it"),
        sa.Column(
            "offered",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="nudge, then other_channels: to the agent",
        ),
        sa.Column(
            "wake_at", Instant(), comment="desk time: when the next help is offered; empty: nothing waits"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handoffs_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_table(
        "streams",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="own: our own posts; dms: direct messages"),
        sa.Column("newest_id", sa.Text(), nullable=False, server_default=""),
        sa.Column(
            "trouble", sa.Text(), nullable=False, server_default="", comment="why the network did not answer"
        ),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0", comment="in a row"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_streams_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_streams")),
    )
    op.create_index("ix_approvals_case", "approvals", ["case_id", "id"])
    op.create_index("ix_approvals_draft", "approvals", ["draft_id"])
    op.create_index("ix_handoffs_case", "handoffs", ["case_id", "id"])
    op.create_index(
        "ix_handoffs_invited", "handoffs", ["case_id"], sqlite_where=_INVITED, postgresql_where=_INVITED
    )
    for table in ("approvals", "handoffs"):
        op.create_index(
            f"ix_{table}_wake_at", table, ["wake_at"], sqlite_where=_WAKES, postgresql_where=_WAKES
        )


def downgrade() -> None:
    """Take back."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("ix_messages_edited_at", "messages")
    op.drop_index("ix_messages_checked_at", "messages")
    op.drop_index("ix_drafts_macro", "drafts")
    for table, name in _INDEXED:
        op.drop_index(f"ix_{table}_{name}", table)
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
