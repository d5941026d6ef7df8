"""The desk's record for other tools: one JSON object a line, ids and facts only, read from one snapshot."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, make_url, select
from sqlalchemy.exc import DBAPIError

from slackbot.cli.desk_history import NoHistory
from workflows.settings import load_settings
from workflows.store.engine import READ_ONLY, make_engine
from workflows.store.tables import accounts, cases, customers, history

_PAGE = 1000
_HISTORY = (
    select(history, cases.c.account_id, accounts.c.username)
    .join(cases, cases.c.id == history.c.case_id)
    .join(accounts, accounts.c.id == cases.c.account_id)
)
_CASES = (
    select(cases, accounts.c.username, customers.c.external_id)
    .join(accounts, accounts.c.id == cases.c.account_id)
    .join(customers, customers.c.id == cases.c.customer_id)
)


def history_lines(case: int | None, since: datetime | None) -> Iterator[dict[str, Any]]:
    """Yield what happened, old to new: who did what when, approvals with the digest of the text."""
    wanted = _HISTORY if case is None else _HISTORY.where(history.c.case_id == case)
    wanted = wanted if since is None else wanted.where(history.c.at >= since)
    for row in _pages(wanted.order_by(history.c.id)):
        yield {
            "case": str(row.case_id),
            "at": row.at.isoformat(),
            "event": row.event,
            "actor": row.actor,
            "kind": row.actor_kind,
            "account": row.username,
            "line": str(row.id),
            "facts": row.facts,
        }


def case_lines(case: int | None, since: datetime | None) -> Iterator[dict[str, Any]]:
    """Yield the cases as they stand, old to new."""
    wanted = _CASES if case is None else _CASES.where(cases.c.id == case)
    wanted = wanted if since is None else wanted.where(cases.c.opened_at >= since)
    for row in _pages(wanted.order_by(cases.c.id)):
        yield {
            "case": str(row.id),
            "at": row.opened_at.isoformat(),
            "event": "case",
            "actor": row.assignee or "",
            "kind": "agent" if row.assignee else "desk",
            "account": row.username,
            "customer": row.external_id,
            "status": row.status,
            "priority": row.priority,
            "tags": list(row.tags or ()),
            "sensitive": row.sensitive,
            "playbook": row.playbook,
            "rule": row.rule,
        }


def _pages(wanted: Select[Any]) -> Iterator[Row[Any]]:
    """Yield the rows of one snapshot.

    Raises NoHistory when there is no database, or one that was never migrated.
    """
    url = make_url(load_settings().store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NoHistory(f"there is nothing to export: no database at {url.database}")
    engine = make_engine(url.render_as_string(hide_password=False))
    try:
        with engine.execution_options(**{READ_ONLY: True}).begin() as connection:
            yield from connection.execution_options(yield_per=_PAGE).execute(wanted)
    except DBAPIError as error:
        raise NoHistory(f"the database cannot be read: {error.orig}") from error
    finally:
        engine.dispose()
