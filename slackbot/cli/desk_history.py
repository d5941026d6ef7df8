"""The desk's own cases as a simulation takes them; the database is only read."""

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DBAPIError

from workflows.domain.rules import Author, Mention
from workflows.errors import DeskError
from workflows.playbook.synthetic_day import Incoming
from workflows.settings import Settings
from workflows.store.engine import READ_ONLY, make_engine
from workflows.store.tables import accounts, cases, customers, messages

_OPENERS = select(func.min(messages.c.id)).where(messages.c.author == "customer").group_by(messages.c.case_id)
_POSTS = (
    select(
        messages.c.kind,
        messages.c.text,
        messages.c.language,
        messages.c.written_at,
        messages.c.media,
        cases.c.customer_id,
        customers.c.username,
        customers.c.followers,
        customers.c.verified,
        accounts.c.username.label("account"),
    )
    .join_from(messages, cases, messages.c.case_id == cases.c.id)
    .join(customers, cases.c.customer_id == customers.c.id)
    .join(accounts, cases.c.account_id == accounts.c.id)
    .where(messages.c.id.in_(_OPENERS))
    .order_by(messages.c.id.desc())
)


class NoHistory(DeskError):
    """There is no database to read, or nothing in it."""


def cases_of_the_desk(settings: Settings, *, most: int) -> list[Incoming]:
    """Return the posts that opened the newest cases, at most so many, in order of time.

    Raises NoHistory.
    """
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NoHistory(f"there is no history yet: no database at {url.database}")
    engine = make_engine(settings.store_url).execution_options(**{READ_ONLY: True})
    try:
        with engine.connect() as connection:
            rows = connection.execute(_POSTS.limit(most)).all()
    except DBAPIError as error:
        raise NoHistory(f"the history cannot be read: {error.orig}") from error
    finally:
        engine.dispose()
    if not rows:
        raise NoHistory("there is no history yet: no customer has written")
    seen: Counter[int] = Counter()
    return [_incoming(row, seen) for row in sorted(rows, key=lambda row: row.written_at)]


def _incoming(row: Any, seen: Counter[int]) -> Incoming:
    """Return the post of this row; of the customer's earlier cases those count that were read."""
    author = Author(row.username, row.followers, row.verified, earlier_cases=seen[row.customer_id])
    seen[row.customer_id] += 1
    mention = Mention(
        text=row.text,
        author=author,
        kind=row.kind,
        at=row.written_at,
        hint=row.language,
        media=row.media,
        account=row.account,
    )
    return Incoming(mention, row.written_at)
