"""The tables. Desk time follows the case (posts, clocks); machine time never is wound (leases, budgets)."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from workflows.store.engine import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
Number = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True, comment="the network's own id of the brand's account"),
    Column("network", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("follow_ups_refused", Boolean, nullable=False, default=False, comment="a 403 was remembered"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("team_id", Text, primary_key=True),
    Column("bot_user_id", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True, comment="Slack user id"),
    Column("team_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("fetched_at", Instant, nullable=False, comment="machine time"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("network", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("followers", Integer, nullable=False, default=0),
    Column("verified", Boolean, nullable=False, default=False),
    UniqueConstraint("network", "external_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Number, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("conversation_id", Text, nullable=False, comment="the network's id of the conversation"),
    Column("status", Text, nullable=False, comment="new, open, waiting, resolved"),
    Column("priority", Text, nullable=False),
    Column("assignee", Text, comment="Slack user id of who has it"),
    Column("assigned_at", Instant, comment="desk time"),
    Column("opened_at", Instant, nullable=False, comment="desk time"),
    Column("changed_at", Instant, nullable=False, comment="desk time"),
    Column("version", Integer, nullable=False, default=1, comment="rises with each change"),
    Column(
        "channel", Text, nullable=False, comment="Slack channel of the card, as settings or playbook name it"
    ),
    Column("card_channel", Text, comment="id of the channel that the card is in, as Slack told"),
    Column("card_ts", Text, comment="Slack's ts of the card once it is posted"),
    Column("card_version", Integer, nullable=False, default=0, comment="version that the card shows"),
    Column("card_digest", Text, nullable=False, default="", comment="of what the card shows"),
    Column("answer_url", Text, nullable=False, default="", comment="of the last click: shows changes freely"),
    Column("answer_until", Instant, comment="machine time"),
    Column("answer_uses", Integer, nullable=False, default=0, comment="how often it may still be used"),
    Column("threaded_to", BigInteger, nullable=False, default=0, comment="history told in the thread"),
    Column("playbook", Text, nullable=False, server_default="", comment="digest of the version that decides"),
    Column("rule", Text, nullable=False, server_default="", comment="that gave the priority: set/name"),
    Column("language", Text, nullable=False, server_default=""),
    Column("sentiment", Text, nullable=False, server_default=""),
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("sensitive", Boolean, nullable=False, server_default=false()),
    Column("team", Text),
    Column("waiting_since", Instant, comment="desk time: T0, of the oldest post that nobody answered"),
    Column("due_at", Instant, comment="desk time: when the next target is missed"),
    Column("due_kind", Text, nullable=False, server_default="", comment="first_response, resolution …"),
    Column("is_late", Boolean, nullable=False, server_default=false(), comment="a running target is missed"),
    Column("wake_at", Instant, comment="desk time: when the clock has to look at the case again"),
    Column("turn", Integer, nullable=False, server_default="0", comment="answers and re-openings so far"),
    Column("ladder", Text, nullable=False, server_default="", comment="name of the ladder it climbs"),
    Column("reached", Integer, nullable=False, server_default="0", comment="steps of the ladder behind us"),
    Column("quiet_at", Instant, comment="desk time: when somebody took the wait on"),
    Column("quiet_by", Text, nullable=False, server_default="", comment="Slack user id of who did"),
    Column("escalated", Boolean, nullable=False, server_default=false(), comment="by hand, in this turn"),
    Column("dm_channel", Text, comment="id of the private channel that holds the card of direct messages"),
    Column("dm_ts", Text, comment="Slack's ts of that card"),
    Column("dm_digest", Text, nullable=False, server_default="", comment="of what that card shows"),
    UniqueConstraint("account_id", "conversation_id", "customer_id"),
)
Index("ix_cases_status", cases.c.status, cases.c.changed_at)
Index("ix_cases_customer", cases.c.customer_id)
Index(
    "ix_cases_wake_at",
    cases.c.wake_at,
    sqlite_where=text("wake_at IS NOT NULL"),
    postgresql_where=text("wake_at IS NOT NULL"),
)
Index("ix_cases_assignee", cases.c.assignee, cases.c.status)

threads = Table(
    "threads",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), primary_key=True),
    Column("conversation_id", Text, primary_key=True, comment="another conversation that the case took in"),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
)
Index("ix_threads_case", threads.c.case_id)

playbooks = Table(
    "playbooks",
    metadata,
    Column("digest", Text, primary_key=True, comment="of the source: the version"),
    Column("name", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("source", Text, nullable=False, comment="the whole file: cases are decided by it while they live"),
    Column("loaded_at", Instant, nullable=False, comment="desk time"),
    Column("is_current", Boolean, nullable=False, comment="decides new cases"),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("at", Instant, nullable=False, comment="desk time"),
    Column("by", Text, nullable=False, comment="Slack user id"),
    Column("target", Text, nullable=False, comment="next_step, on_duty_supervisor, team:<name>"),
    Column("reason", Text, nullable=False, comment="in the agent's own words"),
)
Index("ix_escalations_case", escalations.c.case_id)

groups = Table(
    "groups",
    metadata,
    Column("id", Text, primary_key=True, comment="Slack user group id"),
    Column("handle", Text, nullable=False),
    Column("members", JSON, nullable=False, comment="Slack user ids"),
    Column("fetched_at", Instant, nullable=False, comment="machine time"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("external_id", Text, nullable=False, comment="the network's id of the post"),
    Column("author", Text, nullable=False, comment="customer or brand"),
    Column("kind", Text, nullable=False, comment="mention, reply or quote"),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("in_reply_to", Text),
    Column("written_at", Instant, nullable=False, comment="desk time, as the network says"),
    Column("received_at", Instant, nullable=False, comment="desk time"),
    Column("media", Integer, nullable=False, default=0, comment="how many pictures or videos"),
    Column(
        "names_us", Boolean, nullable=False, comment="the author mentioned or quoted us in this very post"
    ),
    Column(
        "follows_up", Boolean, nullable=False, comment="answers a post of ours, naming us only implicitly"
    ),
    Column("refused", Text, nullable=False, default="", comment="why the network refused our answer to it"),
    Column("newest_id", Text, nullable=False, server_default="", comment="id of its last edit; empty: never"),
    Column("edited_at", Instant, comment="desk time of the last edit that we saw"),
    Column("older_text", Text, nullable=False, server_default="", comment="before that edit; for 24 h"),
    Column(
        "gone", Text, nullable=False, server_default="", comment="deleted, protected …; the text is blank"
    ),
    Column("checked_at", Instant, comment="machine time: when it was last seen on the network"),
    UniqueConstraint("account_id", "external_id"),
)
Index("ix_messages_case", messages.c.case_id, messages.c.id)
Index("ix_messages_newest_id", messages.c.newest_id)
Index("ix_messages_checked_at", messages.c.account_id, messages.c.checked_at)
Index(
    "ix_messages_edited_at",
    messages.c.edited_at,
    sqlite_where=text("older_text <> ''"),
    postgresql_where=text("older_text <> ''"),
)

history = Table(
    "history",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("at", Instant, nullable=False, comment="desk time"),
    Column("event", Text, nullable=False),
    Column("actor_kind", Text, nullable=False, comment="customer, agent or desk"),
    Column("actor", Text, nullable=False),
    Column("facts", JSON, nullable=False, comment="ids, digests and facts; never anybody's words"),
)
Index("ix_history_case", history.c.case_id, history.c.id)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dedup_key", Text, nullable=False),
    Column("case_id", ForeignKey("cases.id")),
    Column("urgency", Integer, nullable=False),
    Column("budget", Text, nullable=False, default="", comment="key of the budget it spends; empty: none"),
    Column("payload", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("again", Boolean, nullable=False, default=False, comment="asked for once more while sending"),
    Column("attempt", Integer, nullable=False, default=0),
    Column("crashes", Integer, nullable=False, default=0, comment="leases in a row that ran out"),
    Column("checks", Integer, nullable=False, default=0, comment="looks for a proof while in doubt"),
    Column("not_before", Instant, nullable=False, comment="machine time"),
    Column("offer_at", Instant, nullable=False, comment="machine time: when it may be enqueued (again)"),
    Column("offers", Integer, nullable=False, default=0, comment="how often it was enqueued since pending"),
    Column("serial", Integer, nullable=False, default=0, comment="n of the job id fx-<id>-<n>"),
    Column("lease_until", Instant, comment="machine time"),
    Column("leased_by", Text, nullable=False, default=""),
    Column("started_at", Instant, comment="machine time of the last claim"),
    Column("settled_at", Instant, comment="machine time"),
    Column("external_id", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    UniqueConstraint("kind", "dedup_key"),
)
Index(
    "ix_outbox_pending",
    outbox.c.budget,
    outbox.c.urgency,
    outbox.c.not_before,
    outbox.c.id,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
Index(
    "ix_outbox_offer_at",
    outbox.c.offer_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
Index("ix_outbox_state", outbox.c.state, outbox.c.lease_until)
Index("ix_outbox_case", outbox.c.case_id)

budgets = Table(
    "budgets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("free_at", Instant, nullable=False, comment="machine time: when the next one may leave"),
    Column("blocked_until", Instant, comment="machine time: the far side said wait"),
    Column("turn_at", Instant, comment="machine time: when the last call of a budget without bursts started"),
)

intake_cursors = Table(
    "intake_cursors",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("newest_id", Text, nullable=False, default=""),
    Column("polling_until", Instant, comment="machine time: lease of the poll under way"),
    Column("polling_by", Text, nullable=False, default="", comment="process that has this lease"),
    Column("polled_at", Instant, comment="machine time of the last good answer"),
    Column("trouble", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
)

streams = Table(
    "streams",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("name", Text, primary_key=True, comment="own: our own posts; dms: direct messages"),
    Column("newest_id", Text, nullable=False, server_default=""),
    Column("trouble", Text, nullable=False, server_default="", comment="why the network did not answer"),
    Column("failures", Integer, nullable=False, server_default="0", comment="in a row"),
)

timers = Table(
    "timers",
    metadata,
    Column("kind", Text, primary_key=True, comment="poll, audit, people, tidy: what the clock does when due"),
    Column("key", Text, primary_key=True, comment="of whom; empty where there is only one"),
    Column("due_at", Instant, nullable=False, comment="machine time"),
)
Index("ix_timers_due", timers.c.due_at)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", Text, primary_key=True, comment="of an event, click or submission that was worked through"),
    Column("at", Instant, nullable=False, comment="machine time"),
)
Index("ix_deliveries_at", deliveries.c.at)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False, comment="machine time"),
    Column("ticked_at", Instant, nullable=False, comment="machine time of the holder's last turn"),
    Column("audited_at", Instant, comment="machine time of the last audit that found nothing"),
)

desk_clock = Table(
    "desk_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("offset_s", Float, nullable=False, comment="desk time minus machine time; the sandbox only"),
)
