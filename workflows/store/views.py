"""What the renderers need to see: views that are read from one snapshot and never written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, func, select

from workflows.domain.case import Case, CaseId
from workflows.domain.post import Author
from workflows.domain.reply import Summons
from workflows.errors import Missing
from workflows.store import drafts as draft_states
from workflows.store.approvals import Approval, AskedApprovals, reasons_of, subject_of
from workflows.store.cases import case_of
from workflows.store.directs import Directs, DirectState
from workflows.store.drafts import Draft, DraftId, draft_of
from workflows.store.reply_tables import drafts
from workflows.store.tables import (
    accounts,
    cases,
    customers,
    history,
    intake_cursors,
    leases,
    messages,
    outbox,
    workspaces,
)

SHOWN_POSTS = 3
DRAFTING_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One post as it is shown.

    newest_id  id of its last edit; "" when it was never edited.
    gone       why its text is blank: deleted, protected, suspended; "" while it is there.
    """

    external_id: str
    author: str
    text: str
    language: str
    written_at: datetime
    media: int
    summons: Summons
    kind: str = "mention"
    newest_id: str = ""
    edited_at: datetime | None = None
    gone: str = ""

    @property
    def is_dm(self) -> bool:
        """Whether only we and the customer may read it."""
        return self.kind == "dm"


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that a card shows.

    messages  the customer's posts that are shown, old to new: the first and the newest; no direct ones.
    direct    how the case's direct messages stand.
    hidden    how many of their posts are not shown between the first and the newest.
    drafting  who has a reply modal open.
    awaiting  what waits for an approval.
    held      drafts that came back to their authors: undone, sent back, or something happened meanwhile.
    by_hand   the answer that somebody gave on X itself, after all that the customer wrote; None for none.
    """

    case: Case
    account: Author
    follow_ups_refused: bool
    customer: Author
    earlier_cases: int
    messages: Sequence[MessageView]
    hidden: int
    reply: Draft | None
    drafting: Sequence[str]
    awaiting: Sequence[Approval] = ()
    held: Sequence[Draft] = ()
    by_hand: MessageView | None = None
    direct: DirectState = field(default_factory=DirectState)


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a case's history, with the words that it is about (a post's or a reply's)."""

    id: int
    at: datetime
    event: str
    actor_kind: str
    actor: str
    facts: dict[str, str]
    text: str = ""


class Views:
    """Reads inside one transaction; `now` is desk time, `machine` machine time."""

    def __init__(self, connection: Connection, *, now: datetime, machine: datetime) -> None:
        self.connection = connection
        self.now = now
        self.machine = machine

    def case(self, case_id: CaseId) -> CaseView:
        """Return the view of a case.

        Raises Missing.
        """
        row = self.connection.execute(_CASE, {"number": case_id}).first()
        if row is None:
            raise Missing("no_such_case")
        shown, hidden = self._shown(case_id)
        reply, drafting, held = self._drafts(case_id)
        return CaseView(
            case=case_of(row),
            account=Author(row.account_id, row.username, row.name),
            follow_ups_refused=row.follow_ups_refused,
            customer=Author(
                row.external_id, row.customer_username, row.customer_name, row.followers, row.verified
            ),
            earlier_cases=row.earlier,
            messages=shown,
            hidden=hidden,
            reply=reply,
            drafting=drafting,
            awaiting=AskedApprovals(self.connection, self.now).waiting_in(case_id),
            held=held,
            direct=Directs(self.connection).state(case_id),
            by_hand=self._by_hand(case_id, shown) if row.waiting_since is None else None,
        )

    def _by_hand(self, case_id: CaseId, shown: Sequence[MessageView]) -> MessageView | None:
        row = self.connection.execute(_BY_HAND, {"number": case_id}).first()
        if row is None or (shown and row.written_at < shown[-1].written_at):
            return None
        return message_of(row)

    def _shown(self, case_id: CaseId) -> tuple[list[MessageView], int]:
        newest = self.connection.execute(_NEWEST, {"number": case_id}).all()[::-1]
        if len(newest) < SHOWN_POSTS:
            return [message_of(row) for row in newest], 0
        theirs = select(messages).where(messages.c.case_id == case_id, *_POSTS)
        first = self.connection.execute(theirs.order_by(*_IN_ORDER).limit(1)).all()
        rows = newest if first[0].id == newest[0].id else [*first, *newest[1:]]
        counted = select(func.count()).select_from(theirs.subquery())
        return [message_of(row) for row in rows], self.connection.execute(counted).scalar_one() - len(rows)

    def _drafts(self, case_id: CaseId) -> tuple[Draft | None, list[str], list[Draft]]:
        """Return the answer that is shown, who is writing, and what came back to its author."""
        rows = self.connection.execute(_DRAFTS, {"number": case_id}).all()
        since = self.now - DRAFTING_FOR
        being_written = [row for row in rows if row.state == draft_states.OPEN]
        drafting = [row.author for row in being_written if row.opened_at and row.opened_at > since]
        # A doubt stays in sight until it is settled, whatever was sent after it.
        replies = [row for row in rows if row.state not in draft_states.UNSAID]
        unsettled = [r for r in replies if r.state in (draft_states.ASKED, draft_states.DOUBTED)]
        latest = next(iter(unsettled or replies), None)
        held = [draft_of(row) for row in being_written if row.reason]
        return (draft_of(latest) if latest else None), sorted(set(drafting)), held

    def target(self, case_id: CaseId, *, public_only: bool = False) -> MessageView:
        """Return the customer's newest post or direct message that is still there: an answer goes to it.

        Raises Missing.
        """
        kinds = (messages.c.kind != "dm",) if public_only else ()
        found = self._theirs(case_id, 1, messages.c.gone == "", *kinds) or self._theirs(case_id, 1, *kinds)
        if not found:
            raise Missing("no_such_post")
        return found[0]

    def targets(self, case_id: CaseId, most: int) -> Sequence[MessageView]:
        """Return the customer's newest posts that can be answered, newest first."""
        return self._theirs(case_id, most, messages.c.gone == "", messages.c.kind != "dm")

    def changed_posts(self, case_id: CaseId) -> Sequence[MessageView]:
        """Return the customer's posts that were edited or are gone."""
        changed = select(messages).where(
            messages.c.case_id == case_id,
            messages.c.author == "customer",
            (messages.c.gone != "") | (messages.c.newest_id != ""),
        )
        return [message_of(row) for row in self.connection.execute(changed)]

    def newest_dm(self, case_id: CaseId) -> MessageView | None:
        """Return the customer's newest direct message; None when they never wrote one in this case."""
        return next(iter(self._theirs(case_id, 1, messages.c.kind == "dm")), None)

    def _theirs(self, case_id: CaseId, most: int, *where: ColumnElement[bool]) -> list[MessageView]:
        """Return the newest of the customer's messages that are so, newest first."""
        wanted = select(messages).where(
            messages.c.case_id == case_id, messages.c.author == "customer", *where
        )
        rows = self.connection.execute(wanted.order_by(*_NEWEST_FIRST).limit(most))
        return [message_of(row) for row in rows]

    def case_of(self, account_id: str, post_id: str) -> int | None:
        """Return the case that a post belongs to; None when it is not stored."""
        return self.connection.execute(
            select(messages.c.case_id).where(
                messages.c.account_id == account_id, messages.c.external_id == post_id
            )
        ).scalar()

    def message(self, account_id: str, post_id: str) -> MessageView:
        """Return one post.

        Raises Missing.
        """
        row = self.connection.execute(
            select(messages).where(messages.c.account_id == account_id, messages.c.external_id == post_id)
        ).first()
        if row is None:
            raise Missing("no_such_post")
        return message_of(row)

    def draft(self, draft_id: DraftId) -> Draft:
        """Return a draft.

        Raises Missing.
        """
        row = self.connection.execute(select(drafts).where(drafts.c.id == draft_id)).first()
        if row is None:
            raise Missing("no_such_draft")
        return draft_of(row)

    def events(self, case_id: CaseId, *, after: int, limit: int = 20) -> Sequence[EventView]:
        """Return the history after event `after`, with the words of posts and replies beside it.

        The opening is left out: the card itself tells of it.
        """
        return self._lines(case_id, limit, history.c.id > after, history.c.event != "opened")

    def told(self, case_id: CaseId, numbers: Sequence[int]) -> Sequence[EventView]:
        """Return these lines of the history, with the words of posts and replies beside them."""
        return self._lines(case_id, len(numbers), history.c.id.in_(numbers))

    def _lines(self, case_id: CaseId, limit: int, *where: ColumnElement[bool]) -> Sequence[EventView]:
        rows = self.connection.execute(
            select(history).where(history.c.case_id == case_id, *where).order_by(history.c.id).limit(limit)
        ).all()
        posts = [row.facts["post"] for row in rows if row.event == "post_received"]
        replies = [int(row.facts["draft"]) for row in rows if "draft" in row.facts]
        words = self._words_of(case_id, posts, replies) | reasons_of(self.connection, rows)
        return [
            EventView(
                id=row.id,
                at=row.at,
                event=row.event,
                actor_kind=row.actor_kind,
                actor=row.actor,
                facts=row.facts,
                text=words.get(subject_of(row), ""),
            )
            for row in rows
        ]

    def _words_of(
        self, case_id: CaseId, posts: Sequence[str], replies: Sequence[int]
    ) -> dict[tuple[str, str | None], str]:
        """Return the words of these posts and drafts, which the history itself does not hold."""
        words: dict[tuple[str, str | None], str] = {}
        if posts:
            said = select(messages.c.external_id, messages.c.text).where(
                messages.c.case_id == case_id, messages.c.external_id.in_(posts), messages.c.kind != "dm"
            )
            words |= {("post", post): text for post, text in self.connection.execute(said)}
        if replies:
            written = select(drafts.c.id, drafts.c.text).where(
                drafts.c.id.in_(replies), drafts.c.channel != "dm"
            )
            words |= {("draft", str(n)): text for n, text in self.connection.execute(written)}
        return words

    def workspace(self) -> Row[Any] | None:
        """Return our workspace and bot; None before the first auth.test."""
        return self.connection.execute(select(workspaces)).first()

    def clock_ticked_at(self) -> datetime | None:
        """Return when the clock last turned (machine time)."""
        return self.connection.execute(select(func.max(leases.c.ticked_at))).scalar()

    def audited_at(self) -> datetime | None:
        """Return when the audit last found nothing (machine time)."""
        return self.connection.execute(select(func.max(leases.c.audited_at))).scalar()

    def slack_trouble(self) -> str:
        """Return why effects wait that Slack's login keeps back; "" when none do."""
        reason = self.connection.execute(
            select(outbox.c.reason)
            .where(outbox.c.state == "pending", outbox.c.reason.like("login_slack_%"))
            .limit(1)
        ).scalar()
        return (reason or "").removeprefix("login_slack_")

    def intake(self) -> Sequence[Row[Any]]:
        """Return where the intake of each account stands."""
        return self.connection.execute(select(intake_cursors)).all()

    def unsettled(self) -> dict[str, int]:
        """Return how many effects are in each state that is not settled."""
        rows = self.connection.execute(
            select(outbox.c.state, func.count())
            .where(outbox.c.state.in_(("pending", "sending", "in_doubt", "asked")))
            .group_by(outbox.c.state)
        )
        return dict(rows.all())


def message_of(row: Row[Any]) -> MessageView:
    """Return the view of a message's row."""
    return MessageView(
        external_id=row.external_id,
        author=row.author,
        text=row.text,
        language=row.language,
        written_at=row.written_at,
        media=row.media,
        summons=Summons(row.names_us, row.follows_up, row.refused),
        kind=row.kind,
        newest_id=row.newest_id,
        edited_at=row.edited_at,
        gone=row.gone,
    )


# The statements of each card, built once: building them took a fifth of the time of using them.
_other = cases.alias("other")
_CASE = (
    select(
        cases,
        accounts.c.username,
        accounts.c.name,
        accounts.c.follow_ups_refused,
        customers.c.external_id,
        customers.c.username.label("customer_username"),
        customers.c.name.label("customer_name"),
        customers.c.followers,
        customers.c.verified,
        select(func.count())
        .select_from(_other)
        .where(_other.c.customer_id == cases.c.customer_id, _other.c.id < cases.c.id)
        .correlate(cases)
        .scalar_subquery()
        .label("earlier"),
    )
    .join(accounts, accounts.c.id == cases.c.account_id)
    .join(customers, customers.c.id == cases.c.customer_id)
    .where(cases.c.id == bindparam("number"))
)
# X tells times by the second: posts of one second follow each other by their ids, which rise.
_IN_ORDER = (messages.c.written_at, func.length(messages.c.external_id), messages.c.external_id)
_NEWEST_FIRST = tuple(column.desc() for column in _IN_ORDER)
_POSTS = (messages.c.author == "customer", messages.c.kind != "dm")
_NEWEST = (
    select(messages)
    .where(messages.c.case_id == bindparam("number"), *_POSTS)
    .order_by(*_NEWEST_FIRST)
    .limit(SHOWN_POSTS)
)
_BY_HAND = (
    select(messages)
    .where(
        messages.c.case_id == bindparam("number"),
        messages.c.author == "brand",
        messages.c.kind != "dm",
        ~exists().where(drafts.c.external_id == messages.c.external_id),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_DRAFTS = (
    select(drafts)
    .where(drafts.c.case_id == bindparam("number"), drafts.c.state != draft_states.DROPPED)
    .order_by(drafts.c.id.desc())
    .limit(20)
)
