"""The first tables."""

import sqlalchemy as sa
from alembic import op

from workflows.store.engine import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _append_only(dialect: str) -> list[str]:
    """Return what makes the history append-only: the database itself refuses changes."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER history_keeps_{act.lower()} BEFORE {act} ON history "
            "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
            for act in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$",
        "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION history_is_append_only()",
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False, comment="the network's own id of the brand's account"),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("follow_ups_refused", sa.Boolean(), nullable=False, comment="a 403 was remembered"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "budgets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("free_at", Instant(), nullable=False, comment="machine time: when the next one may leave"),
        sa.Column("blocked_until", Instant(), nullable=True, comment="machine time: the far side said wait"),
        sa.Column(
            "turn_at",
            Instant(),
            nullable=True,
            comment="machine time: when the last call of a budget without bursts started",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budgets")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("network", "external_id", name=op.f("uq_customers_network_external_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "key",
            sa.Text(),
            nullable=False,
            comment="of an event, click or submission that was worked through",
        ),
        sa.Column("at", Instant(), nullable=False, comment="machine time"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_at", ["at"], unique=False)

    op.create_table(
        "desk_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "offset_s", sa.Float(), nullable=False, comment="desk time minus machine time; the sandbox only"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_clock")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False, comment="machine time"),
        sa.Column("ticked_at", Instant(), nullable=False, comment="machine time of the holder's last turn"),
        sa.Column(
            "audited_at",
            Instant(),
            nullable=True,
            comment="machine time of the last audit that found nothing",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False, comment="Slack user id"),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False, comment="machine time"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "timers",
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="poll, audit, people, tidy: what the clock does when due",
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="of whom; empty where there is only one"),
        sa.Column("due_at", Instant(), nullable=False, comment="machine time"),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_timers")),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index("ix_timers_due", ["due_at"], unique=False)

    op.create_table(
        "workspaces",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "conversation_id", sa.Text(), nullable=False, comment="the network's id of the conversation"
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="new, open, waiting, resolved"),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True, comment="Slack user id of who has it"),
        sa.Column("assigned_at", Instant(), nullable=True, comment="desk time"),
        sa.Column("opened_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("changed_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with each change"),
        sa.Column(
            "channel",
            sa.Text(),
            nullable=False,
            comment="Slack channel of the card, as settings or playbook name it",
        ),
        sa.Column(
            "card_channel",
            sa.Text(),
            nullable=True,
            comment="id of the channel that the card is in, as Slack told",
        ),
        sa.Column("card_ts", sa.Text(), nullable=True, comment="Slack's ts of the card once it is posted"),
        sa.Column("card_version", sa.Integer(), nullable=False, comment="version that the card shows"),
        sa.Column("card_digest", sa.Text(), nullable=False, comment="of what the card shows"),
        sa.Column("answer_url", sa.Text(), nullable=False, comment="of the last click: shows changes freely"),
        sa.Column("answer_until", Instant(), nullable=True, comment="machine time"),
        sa.Column("answer_uses", sa.Integer(), nullable=False, comment="how often it may still be used"),
        sa.Column("threaded_to", sa.BigInteger(), nullable=False, comment="history told in the thread"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cases_account_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "account_id",
            "conversation_id",
            "customer_id",
            name=op.f("uq_cases_account_id_conversation_id_customer_id"),
        ),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_customer", ["customer_id"], unique=False)
        batch_op.create_index("ix_cases_status", ["status", "changed_at"], unique=False)

    op.create_table(
        "intake_cursors",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("newest_id", sa.Text(), nullable=False),
        sa.Column(
            "polling_until", Instant(), nullable=True, comment="machine time: lease of the poll under way"
        ),
        sa.Column("polling_by", sa.Text(), nullable=False, comment="process that has this lease"),
        sa.Column("polled_at", Instant(), nullable=True, comment="machine time of the last good answer"),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_intake_cursors_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_intake_cursors")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author", sa.Text(), nullable=False, comment="Slack user id"),
        sa.Column("target", sa.Text(), nullable=False, comment="external id of the post that is answered"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="of the text when it was submitted"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="open, submitted, doubted, asked, sent, refused, dropped",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False, comment="of the post it became"),
        sa.Column("opened_at", Instant(), nullable=True, comment="desk time; empty while no dialog shows it"),
        sa.Column("submitted_at", Instant(), nullable=True, comment="desk time"),
        sa.Column("settled_at", Instant(), nullable=True, comment="desk time"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_drafts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index("ix_drafts_case", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_drafts_opened_at", ["opened_at"], unique=False)
        batch_op.create_index("ix_drafts_external_id", ["external_id"], unique=False)

    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Instant(), nullable=False, comment="desk time"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="customer, agent or desk"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "facts", sa.JSON(), nullable=False, comment="ids, digests and facts; never anybody's words"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_history_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_case", ["case_id", "id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False, comment="the network's id of the post"),
        sa.Column("author", sa.Text(), nullable=False, comment="customer or brand"),
        sa.Column("kind", sa.Text(), nullable=False, comment="mention, reply or quote"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("written_at", Instant(), nullable=False, comment="desk time, as the network says"),
        sa.Column("received_at", Instant(), nullable=False, comment="desk time"),
        sa.Column("media", sa.Integer(), nullable=False, comment="how many pictures or videos"),
        sa.Column(
            "names_us",
            sa.Boolean(),
            nullable=False,
            comment="the author mentioned or quoted us in this very post",
        ),
        sa.Column(
            "follows_up",
            sa.Boolean(),
            nullable=False,
            comment="answers a post of ours, naming us only implicitly",
        ),
        sa.Column("refused", sa.Text(), nullable=False, comment="why the network refused our answer to it"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_messages_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("account_id", "external_id", name=op.f("uq_messages_account_id_external_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_case", ["case_id", "id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False, comment="key of the budget it spends; empty: none"),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False, comment="asked for once more while sending"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False, comment="leases in a row that ran out"),
        sa.Column("checks", sa.Integer(), nullable=False, comment="looks for a proof while in doubt"),
        sa.Column("not_before", Instant(), nullable=False, comment="machine time"),
        sa.Column(
            "offer_at", Instant(), nullable=False, comment="machine time: when it may be enqueued (again)"
        ),
        sa.Column("offers", sa.Integer(), nullable=False, comment="how often it was enqueued since pending"),
        sa.Column("serial", sa.Integer(), nullable=False, comment="n of the job id fx-<id>-<n>"),
        sa.Column("lease_until", Instant(), nullable=True, comment="machine time"),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True, comment="machine time of the last claim"),
        sa.Column("settled_at", Instant(), nullable=True, comment="machine time"),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "dedup_key", name=op.f("uq_outbox_kind_dedup_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_case", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_offer_at",
            ["offer_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_outbox_pending",
            ["budget", "urgency", "not_before", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_outbox_state", ["state", "lease_until"], unique=False)

    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state")
        batch_op.drop_index(
            "ix_outbox_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(
            "ix_outbox_offer_at",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_outbox_case")

    op.drop_table("outbox")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_case")

    op.drop_table("messages")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history_case")

    op.drop_table("history")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION history_is_append_only()")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index("ix_drafts_opened_at")
        batch_op.drop_index("ix_drafts_external_id")
        batch_op.drop_index("ix_drafts_case")

    op.drop_table("drafts")
    op.drop_table("intake_cursors")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_status")
        batch_op.drop_index("ix_cases_customer")

    op.drop_table("cases")
    op.drop_table("workspaces")
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.drop_index("ix_timers_due")

    op.drop_table("timers")
    op.drop_table("people")
    op.drop_table("leases")
    op.drop_table("desk_clock")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_at")

    op.drop_table("deliveries")
    op.drop_table("customers")
    op.drop_table("budgets")
    op.drop_table("accounts")
