"""Stored posts as the network has them now: their versions, whether they are still there, when we looked."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from workflows.domain.case import Status
from workflows.store.tables import cases, messages

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FOR_GOOD = "deleted"  # the one way to be gone from which no post comes back
_UNRESOLVED = [status for status in Status if status is not Status.RESOLVED]


class Posts:
    """Stored posts inside one transaction; `now` is machine time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def known_as(self, account_id: str, post_ids: Iterable[str]) -> Sequence[Row[Any]]:
        """Return the stored messages of which one of these ids is the first or the newest version."""
        wanted = {"account": account_id, "wanted": sorted(set(post_ids) - {""})}
        if not wanted["wanted"]:
            return ()
        # Two questions, each with an index of its own: "or" would read all posts of the account.
        found = self._connection.execute(BY_FIRST, wanted).all()
        return [*found, *self._connection.execute(BY_NEWEST, wanted).all()]

    def get(self, message_id: int) -> Row[Any]:
        """Return a stored message as it is now."""
        return self._connection.execute(select(messages).where(messages.c.id == message_id)).one()

    def change(self, message_id: int, **values: Any) -> None:
        """Keep what a post is like now."""
        self._connection.execute(update(messages).where(messages.c.id == message_id).values(**values))

    def to_check(
        self, account_id: str, *, unresolved_after: timedelta, others_after: timedelta, most: int
    ) -> Sequence[Row[Any]]:
        """Return the posts that are to be looked for next, those of unresolved cases first.

        They were seen longer ago than these spans; what was never to be looked for has no time at all.
        """
        due = {"account": account_id, "before": self._now - unresolved_after, "most": most}
        found = self._connection.execute(_OF_UNRESOLVED, due).all()
        if len(found) < most:
            due |= {"before": self._now - others_after, "most": most - len(found)}
            known = {row.id for row in found}
            found = [*found, *(r for r in self._connection.execute(_OF_ALL, due) if r.id not in known)]
        return found

    def note_checked(self, message_ids: Collection[int]) -> None:
        """Remember that these were looked for just now; those that never come back are left as they are."""
        self._connection.execute(_CHECKED, {"numbers": list(message_ids), "at": self._now})

    def look_soon(self, account_id: str, post_id: str) -> None:
        """Let this post be looked for at the next occasion."""
        self._connection.execute(
            update(messages)
            .where(messages.c.account_id == account_id, messages.c.external_id == post_id)
            .where(messages.c.checked_at.is_not(None))
            .values(checked_at=LONG_AGO)
        )

    def forget_older_texts(self, before: datetime) -> int:
        """Blank what posts said before they were edited; return of how many.

        before  desk time of the edit.
        """
        return self._connection.execute(_FORGET, {"before": before}).rowcount

    def oldest_unresolved(self, account_id: str) -> datetime | None:
        """Return when the oldest unresolved case of the account was opened (desk time)."""
        return self._connection.execute(_OLDEST, {"account": account_id}).scalar()


BY_FIRST = select(messages).where(
    messages.c.account_id == bindparam("account"),
    messages.c.external_id.in_(bindparam("wanted", expanding=True)),
)
BY_NEWEST = select(messages).where(
    func.coalesce(messages.c.account_id, "") == bindparam("account"),  # the index of newest ids is the one
    messages.c.newest_id.in_(bindparam("wanted", expanding=True)),
)
_DUE = (messages.c.account_id == bindparam("account"), messages.c.checked_at <= bindparam("before"))
_OLDEST_FIRST = (messages.c.checked_at, messages.c.id)
# From the cases, which are few while they are unresolved, not from all posts that were seen an hour ago: so
# this asks in a way for which only the indexes of status and of a case's messages are of use.
_SEEN = func.coalesce(messages.c.checked_at, messages.c.checked_at)
_OF_UNRESOLVED = (
    select(messages)
    .join(cases, cases.c.id == messages.c.case_id)
    .where(
        cases.c.status.in_(_UNRESOLVED),
        func.coalesce(cases.c.account_id, "") == bindparam("account"),
        bindparam("before", type_=messages.c.checked_at.type) >= _SEEN,
    )
    .order_by(_SEEN, messages.c.id)
    .limit(bindparam("most"))
)
_OF_ALL = select(messages).where(*_DUE).order_by(*_OLDEST_FIRST).limit(bindparam("most"))
_CHECKED = (
    update(messages)
    .where(messages.c.id.in_(bindparam("numbers", expanding=True)), messages.c.checked_at.is_not(None))
    .values(checked_at=bindparam("at"))
)
_FORGET = (
    update(messages)
    .where(messages.c.older_text != "", messages.c.edited_at <= bindparam("before"))
    .values(older_text="")
)
_OLDEST = select(func.min(cases.c.opened_at)).where(
    cases.c.account_id == bindparam("account"), cases.c.status.in_(_UNRESOLVED)
)
