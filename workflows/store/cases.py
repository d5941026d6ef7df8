"""Customers, cases and messages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, select, update

from workflows.domain.case import AgentId, Case, CaseId, Status
from workflows.domain.post import Author, Post
from workflows.errors import Missing
from workflows.store.engine import insert_new
from workflows.store.posts import Posts
from workflows.store.tables import accounts, cases, customers, history, messages, threads

_CASE_COLUMNS = tuple(Case.__dataclass_fields__)

# Built once: on the way of a click, building a statement takes longer than running it.
_GET = select(cases).where(cases.c.id == bindparam("row_id")).with_for_update()
_CHANGE = update(cases).where(cases.c.id == bindparam("row_id")).returning(cases)
_OF_CONVERSATION = (
    select(cases)
    .where(
        cases.c.account_id == bindparam("account"),
        cases.c.customer_id == bindparam("customer"),
        cases.c.conversation_id == bindparam("conversation"),
    )
    .with_for_update()
)
_OF_THREAD = (
    select(cases)
    .join(threads, threads.c.case_id == cases.c.id)
    .where(
        threads.c.account_id == bindparam("account"),
        threads.c.customer_id == bindparam("customer"),
        threads.c.conversation_id == bindparam("conversation"),
    )
    .with_for_update(of=cases)
)
_LATEST_NEW = (
    select(cases.c.id, func.max(messages.c.received_at).label("wrote_at"))
    .join(messages, messages.c.case_id == cases.c.id)
    .where(
        cases.c.account_id == bindparam("account"),
        cases.c.customer_id == bindparam("customer"),
        cases.c.status == Status.NEW,
        messages.c.author == "customer",
    )
    .group_by(cases.c.id)
    .order_by(func.max(messages.c.received_at).desc(), cases.c.id.desc())
    .limit(1)
)
_LAST_POST = select(func.max(messages.c.received_at)).where(messages.c.case_id == bindparam("number"))
_ACCOUNT_OF = (
    select(accounts.c.username)
    .join(cases, cases.c.account_id == accounts.c.id)
    .where(cases.c.id == bindparam("number"))
)
_UNTIMED = and_(
    cases.c.status.in_([Status.NEW, Status.OPEN]),
    cases.c.playbook == "",
    cases.c.waiting_since.is_(None),
    ~exists().where(history.c.case_id == cases.c.id, history.c.event == "timed"),
)
_EARLIER = select(func.count()).select_from(cases).where(cases.c.customer_id == bindparam("customer"))


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A post as a message of a case."""

    case_id: CaseId
    account_id: str
    author: str
    kind: str
    post: Post
    names_us: bool
    follows_up: bool


class Cases:
    """Cases inside one transaction; `now` is desk time, `machine` machine time."""

    def __init__(self, connection: Connection, now: datetime, machine: datetime) -> None:
        self._connection = connection
        self._now = now
        self._machine = machine

    def get(self, case_id: CaseId) -> Case:
        """Return the case, held for this transaction.

        Raises Missing.
        """
        row = self._connection.execute(_GET, {"row_id": case_id}).first()
        if row is None:
            raise Missing("no_such_case")
        return case_of(row)

    def save(self, before: Case, after: Case) -> Case:
        """Write what changed, with the next version; an unchanged case is left as it is."""
        if before == after:
            return before
        changed = _changes(before, after)
        changed |= {"version": before.version + 1, "changed_at": self._now}
        return case_of(self._connection.execute(_CHANGE, {"row_id": before.id, **changed}).one())

    def touch(self, case_id: CaseId) -> None:
        """Let the version rise: something that the card shows has changed beside the case itself."""
        self._connection.execute(
            update(cases)
            .where(cases.c.id == case_id)
            .values(version=cases.c.version + 1, changed_at=self._now)
        )

    def keep_time(self, before: Case, after: Case) -> Case:
        """Write what the clocks give; the version stays, because whoever changed the case has raised it."""
        changed = _changes(before, after)
        if not changed:
            return before
        return case_of(self._connection.execute(_CHANGE, {"row_id": before.id, **changed}).one())

    def note_card(self, case_id: CaseId, **values: Any) -> Case:
        """Record where the card is and what it shows; that is not a change of the case."""
        return case_of(self._connection.execute(_CHANGE, {"row_id": case_id, **values}).one())

    def keep_customer(self, author: Author, network: str) -> int:
        """Return our number of this person, with their newest name and figures."""
        values = {
            "username": author.username,
            "name": author.name,
            "followers": author.followers,
            "verified": author.verified,
        }
        row = {"network": network, "external_id": author.id, **values}
        number = insert_new(self._connection, customers, row, unique=("network", "external_id"))
        if number is None:
            number = self._connection.execute(
                update(customers)
                .where(customers.c.network == network, customers.c.external_id == author.id)
                .values(values)
                .returning(customers.c.id)
            ).scalar_one()
        return int(number)

    def of_conversation(self, account_id: str, customer_id: int, conversation_id: str) -> Case | None:
        """Return the case that this conversation of the customer continues, held; None when there is none."""
        key = {"account": account_id, "customer": customer_id, "conversation": conversation_id}
        row = self._connection.execute(_OF_THREAD, key).first()
        row = row or self._connection.execute(_OF_CONVERSATION, key).first()
        return case_of(row) if row else None

    def latest_new(self, account_id: str, customer_id: int) -> tuple[Case, datetime] | None:
        """Return the customer's case that nobody has taken yet, held, and when they wrote to it last."""
        key = {"account": account_id, "customer": customer_id}
        row = self._connection.execute(_LATEST_NEW, key).first()
        return (self.get(CaseId(row.id)), row.wrote_at) if row else None

    def last_post_at(self, case_id: CaseId) -> datetime | None:
        """Return when the newest post of a case arrived."""
        return self._connection.execute(_LAST_POST, {"number": case_id}).scalar()

    def join(self, case: Case, conversation_id: str) -> None:
        """Let another conversation of the customer belong to their case."""
        row = {
            "account_id": case.account_id,
            "customer_id": case.customer_id,
            "conversation_id": conversation_id,
            "case_id": case.id,
        }
        insert_new(self._connection, threads, row, unique=("account_id", "customer_id", "conversation_id"))

    def leave_conversation(self, case: Case, conversation_id: str) -> None:
        """Let the conversation go: its next post opens another case (the old one's window has passed)."""
        self._connection.execute(
            delete(threads).where(
                threads.c.account_id == case.account_id,
                threads.c.customer_id == case.customer_id,
                threads.c.conversation_id == conversation_id,
            )
        )
        if case.conversation_id == conversation_id:
            # The key is unique, for two deliveries at once; a case that is over gives it up.
            self._connection.execute(
                update(cases)
                .where(cases.c.id == case.id)
                .values(conversation_id=f"{conversation_id}/{case.id}")
            )

    def account_of(self, case_id: CaseId) -> str | None:
        """Return the username of ours that a case belongs to; None when there is no such case."""
        return self._connection.execute(_ACCOUNT_OF, {"number": case_id}).scalar()

    def untimed(self, most: int) -> Sequence[Case]:
        """Return open cases, held, that no clock has looked at: those from before there were clocks."""
        rows = self._connection.execute(
            select(cases).where(_UNTIMED).limit(most).with_for_update(skip_locked=True)
        )
        return [case_of(row) for row in rows]

    def open_under_others(self, account_ids: Sequence[str], digest: str, most: int) -> Sequence[Case]:
        """Return unresolved cases, held, of these accounts that another version than this decides."""
        rows = self._connection.execute(
            select(cases)
            .where(
                cases.c.account_id.in_(account_ids),
                cases.c.status.in_([Status.NEW, Status.OPEN, Status.WAITING]),
                cases.c.playbook != digest,
                ~_UNTIMED,  # their clocks are started first: what is old calls nobody
            )
            .order_by(cases.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return [case_of(row) for row in rows]

    def others_of_customer(self, case: Case, most: int = 20) -> Sequence[Case]:
        """Return the customer's other open cases with this account, only to be shown."""
        theirs = (cases.c.customer_id == case.customer_id, cases.c.account_id == case.account_id)
        open_ones = select(cases).where(*theirs, cases.c.id != case.id, cases.c.status != Status.RESOLVED)
        return [case_of(row) for row in self._connection.execute(open_ones.limit(most)).all()]

    def earlier_cases(self, customer_id: int) -> int:
        """Return how many cases this customer has had."""
        return int(self._connection.execute(_EARLIER, {"customer": customer_id}).scalar_one())

    def open_for(
        self, account_id: str, customer_id: int, conversation_id: str, *, channel: str, **facts: Any
    ) -> tuple[Case, bool]:
        """Return the case of this customer and conversation, and whether it is new.

        facts  what triage found out, for a new one: priority, tags, playbook …

        The database's constraint decides between two deliveries at once: one opens, the other joins.
        """
        key: dict[str, Any] = {
            "account_id": account_id,
            "conversation_id": conversation_id,
            "customer_id": customer_id,
        }
        first: dict[str, Any] = {
            "status": Status.NEW,
            "priority": "medium",
            "channel": channel,
            "version": 1,
            "opened_at": self._now,
        } | facts
        row = {**key, **first, "changed_at": self._now}
        number = insert_new(self._connection, cases, row, unique=tuple(key))
        if number is not None:
            return Case(id=CaseId(number), **key, **first), True
        found = (cases.c[name] == value for name, value in key.items())
        return case_of(self._connection.execute(select(cases).where(*found).with_for_update()).one()), False

    def known_posts(self, account_id: str, post_ids: Iterable[str]) -> set[str]:
        """Return those of the ids that are stored, as a post's first or newest version."""
        wanted = set(post_ids) - {""}
        rows = Posts(self._connection, self._machine).known_as(account_id, wanted)
        return wanted & {post_id for row in rows for post_id in (row.external_id, row.newest_id)}

    def add_message(self, message: NewMessage) -> int | None:
        """Store a post and return its number; None when it was there."""
        post = message.post
        row = {
            "case_id": message.case_id,
            "account_id": message.account_id,
            "external_id": post.id,
            "author": message.author,
            "kind": message.kind,
            "text": post.text,
            "language": post.language,
            "in_reply_to": post.in_reply_to or None,
            "written_at": post.written_at,
            "received_at": self._now,
            "media": post.media,
            "names_us": message.names_us,
            "follows_up": message.follows_up,
            # Direct messages and our own are not looked for again.
            "checked_at": self._machine if message.author == "customer" and message.kind != "dm" else None,
        }
        return insert_new(self._connection, messages, row, unique=("account_id", "external_id"))

    def message(self, account_id: str, post_id: str) -> Row[Any] | None:
        """Return the stored message of this post, by the id of its first or of its newest version."""
        return next(iter(Posts(self._connection, self._machine).known_as(account_id, [post_id])), None)

    def conversation_of(self, account_id: str, post_id: str) -> str:
        """Return the conversation of the case that this post belongs to; "" when it is not stored."""
        message = self.message(account_id, post_id)
        if message is None:
            return ""
        wanted = select(cases.c.conversation_id).where(cases.c.id == message.case_id)
        return str(self._connection.execute(wanted).scalar_one())

    def refuse_message(self, account_id: str, post_id: str, reason: str) -> None:
        """Remember that the network refuses our answers to this post."""
        self._connection.execute(
            update(messages)
            .where(messages.c.account_id == account_id, messages.c.external_id == post_id)
            .values(refused=reason)
        )


def _changes(before: Case, after: Case) -> dict[str, Any]:
    return {
        name: getattr(after, name) for name in _CASE_COLUMNS if getattr(after, name) != getattr(before, name)
    }


def case_of(row: Row[Any]) -> Case:
    """Return the case that this row holds."""
    values = {name: getattr(row, name) for name in _CASE_COLUMNS}
    values["status"] = Status(row.status)
    values["id"] = CaseId(row.id)
    values["tags"] = tuple(row.tags or ())
    values["assignee"] = AgentId(row.assignee) if row.assignee else None
    return Case(**values)
