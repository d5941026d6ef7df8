"""The tables of what is said: drafts, their approvals, and how customers may be written to."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
    true,
)

from workflows.store.engine import Instant
from workflows.store.tables import Number, metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("author", Text, nullable=False, comment="Slack user id"),
    Column("target", Text, nullable=False, comment="external id of the post that is answered"),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False, default="", comment="of the text when it was submitted"),
    Column(
        "state",
        Text,
        nullable=False,
        comment="open, submitted, doubted, asked, sent, refused, dropped",
    ),
    Column("reason", Text, nullable=False, default=""),
    Column("external_id", Text, nullable=False, default="", comment="of the post it became"),
    Column("opened_at", Instant, comment="desk time; empty while no dialog shows it"),
    Column("submitted_at", Instant, comment="desk time"),
    Column("settled_at", Instant, comment="desk time"),
    Column("channel", Text, nullable=False, server_default="public", comment="public or dm"),
    Column(
        "purpose", Text, nullable=False, server_default="", comment="invite, nudge, closing …; or nothing"
    ),
    Column("macro", Text, nullable=False, server_default="", comment="name of the macro it began with"),
    Column("promised_by", Instant, comment="desk time: until when its author promises something"),
    Column("signed", Boolean, nullable=False, server_default=true(), comment="ends with the signature"),
    Column("as_thread", Boolean, nullable=False, server_default=false(), comment="in numbered parts if long"),
    Column(
        "seen", BigInteger, nullable=False, server_default="0", comment="last history line its author saw"
    ),
    Column("fills", Integer, nullable=False, server_default="0", comment="how often a macro filled it"),
    Column("whole", Text, nullable=False, server_default="", comment="the text that this is part 1 of"),
    Column("editor", Text, nullable=False, server_default="", comment="who changed it when approving it"),
    Column("leaves_at", Instant, comment="machine time: until then it can be undone"),
    Column("thread_of", Number, comment="draft of the first part, of a later part of a thread"),
    Column(
        "part", Integer, nullable=False, server_default="0", comment="number of the part; 0: not in parts"
    ),
    Column("parts", Integer, nullable=False, server_default="0", comment="how many parts there are"),
)
Index("ix_drafts_case", drafts.c.case_id, drafts.c.id)
Index("ix_drafts_thread_of", drafts.c.thread_of)
Index(
    "ix_drafts_macro",
    drafts.c.macro,
    drafts.c.id,
    sqlite_where=text("submitted_at IS NOT NULL"),
    postgresql_where=text("submitted_at IS NOT NULL"),
)
Index("ix_drafts_opened_at", drafts.c.opened_at)
Index("ix_drafts_external_id", drafts.c.external_id)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("draft_id", ForeignKey("drafts.id"), nullable=False),
    Column("state", Text, nullable=False, comment="pending, approved, sent_back, recalled, void"),
    Column("needs", JSON, nullable=False, comment="rule, approvers, count, then of each rule that holds"),
    Column("digest", Text, nullable=False, comment="of the text that is to be approved"),
    Column("seen", BigInteger, nullable=False, comment="last history line that its author saw"),
    Column("requested_by", Text, nullable=False, comment="Slack user id of the author"),
    Column("requested_at", Instant, nullable=False, comment="desk time"),
    Column("within_s", Integer, nullable=False, comment="desk seconds that each in line has"),
    Column("wake_at", Instant, comment="desk time: when the next in line is asked; empty once settled"),
    Column(
        "step", Integer, nullable=False, server_default="0", comment="how many in line were asked besides"
    ),
    Column("settled_at", Instant, comment="desk time"),
    Column("settled_by", Text, nullable=False, server_default="", comment="Slack user id"),
    Column("reason", Text, nullable=False, server_default="", comment="in the words of who sent it back"),
    Column("card_channel", Text, comment="id of the channel that the request is in"),
    Column("card_ts", Text, comment="Slack's ts of the request"),
    Column("card_digest", Text, nullable=False, server_default="", comment="of what the request shows"),
)
Index("ix_approvals_case", approvals.c.case_id, approvals.c.id)
Index("ix_approvals_draft", approvals.c.draft_id)
Index(
    "ix_approvals_wake_at",
    approvals.c.wake_at,
    sqlite_where=text("wake_at IS NOT NULL"),
    postgresql_where=text("wake_at IS NOT NULL"),
)

votes = Table(
    "votes",
    metadata,
    Column("approval_id", ForeignKey("approvals.id"), primary_key=True),
    Column("user_id", Text, primary_key=True, comment="Slack user id of who approved"),
    Column("at", Instant, nullable=False, comment="desk time"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), primary_key=True),
    Column("opted_out_at", Instant, comment="desk time: wants no automatic message, for good"),
    Column("privacy_at", Instant, comment="desk time: when our first direct message told of privacy"),
    Column("takes_dms", Text, nullable=False, server_default="", comment="yes, no; empty: not known"),
    Column("asked_at", Instant, comment="machine time: when X was asked last"),
    Column(
        "is_encrypted", Boolean, nullable=False, server_default=false(), comment="only the X app can read"
    ),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("stage", Text, nullable=False, comment="invited, wrote, continued, closed, lapsed"),
    Column("invited_by", Text, nullable=False, comment="Slack user id"),
    Column("invited_at", Instant, nullable=False, comment="desk time"),
    Column("wrote_at", Instant, comment="desk time of the customer's first direct message after it"),
    Column(
        "offered", Text, nullable=False, server_default="", comment="nudge, then other_channels: to the agent"
    ),
    Column("wake_at", Instant, comment="desk time: when the next help is offered; empty: nothing waits"),
)
Index("ix_handoffs_case", handoffs.c.case_id, handoffs.c.id)
Index(
    "ix_handoffs_invited",
    handoffs.c.case_id,
    sqlite_where=text("stage = 'invited'"),
    postgresql_where=text("stage = 'invited'"),
)
Index(
    "ix_handoffs_wake_at",
    handoffs.c.wake_at,
    sqlite_where=text("wake_at IS NOT NULL"),
    postgresql_where=text("wake_at IS NOT NULL"),
)
