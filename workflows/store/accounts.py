"""Accounts, the workspace, its people, and where intake stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from workflows.domain.people import Directory, Group, Person
from workflows.domain.post import Author
from workflows.store.engine import insert_new
from workflows.store.tables import accounts, groups, intake_cursors, people, workspaces

POLL_LEASE_S = 330.0  # longer than the longest poll job

_PERSON = select(people).where(people.c.id == bindparam("of_id"))
_TEAM = select(workspaces.c.team_id)


class Accounts:
    """Who we are on X and in Slack, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Author, network: str = "x") -> None:
        """Keep an account and start its cursor; a known one gets its newest name."""
        names = {"username": account.username, "name": account.name}
        row = {"id": account.id, "network": network, **names, "follow_ups_refused": False}
        if insert_new(self._connection, accounts, row, unique=("id",)) is None:
            self._connection.execute(update(accounts).where(accounts.c.id == account.id).values(names))
        insert_new(self._connection, intake_cursors, {"account_id": account.id}, unique=("account_id",))

    def all(self) -> list[Author]:
        """Return the accounts that the desk answers for."""
        return [Author(row.id, row.username, row.name) for row in self._connection.execute(select(accounts))]

    def remember_follow_ups_refused(self, account_id: str) -> None:
        """Remember that X does not let us answer follow-ups by its API."""
        self._connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(follow_ups_refused=True)
        )

    def start_poll(self, account_id: str, now: datetime, *, by: str) -> str | None:
        """Take the cursor for one poll and return the newest id; None while another poll has it.

        by  the process that polls.
        """
        cursor = intake_cursors.c
        free = or_(cursor.polling_until.is_(None), cursor.polling_until <= now)
        return self._connection.execute(
            update(intake_cursors)
            .where(cursor.account_id == account_id, free)
            .values(polling_until=now + timedelta(seconds=POLL_LEASE_S), polling_by=by)
            .returning(cursor.newest_id)
        ).scalar()

    def move_cursor(self, account_id: str, newest_id: str) -> None:
        """Set the newest id that is stored; in the same transaction as the posts up to it."""
        self._connection.execute(
            update(intake_cursors)
            .where(intake_cursors.c.account_id == account_id)
            .values(newest_id=newest_id)
        )

    def end_poll(self, account_id: str, **values: Any) -> None:
        """Give the cursor back, with what the poll found out; at `polling_until`, if it shall rest."""
        self._connection.execute(
            update(intake_cursors)
            .where(intake_cursors.c.account_id == account_id)
            .values({"polling_until": None} | values)
        )

    def end_polls_of(self, process: str) -> None:
        """Give back what a process that is known to have died was polling."""
        self._connection.execute(
            update(intake_cursors).where(intake_cursors.c.polling_by == process).values(polling_until=None)
        )

    def failures(self, account_id: str) -> int:
        """Return how many polls failed in a row."""
        column = intake_cursors.c.failures
        return int(
            self._connection.execute(
                select(column).where(intake_cursors.c.account_id == account_id)
            ).scalar_one()
        )

    def join_workspace(self, *, team_id: str, bot_user_id: str, bot_id: str, name: str, url: str) -> None:
        """Keep what auth.test told of our workspace and bot; one workspace a desk."""
        values = {"bot_user_id": bot_user_id, "bot_id": bot_id, "name": name, "url": url}
        self._connection.execute(workspaces.delete().where(workspaces.c.team_id != team_id))
        if (
            insert_new(self._connection, workspaces, {"team_id": team_id, **values}, unique=("team_id",))
            is None
        ):
            self._connection.execute(update(workspaces).values(values))

    def keep_person(self, person: Person, now: datetime) -> None:
        """Keep what Slack told of a person."""
        row = {
            "id": person.id,
            "team_id": person.team_id,
            "name": person.name,
            "is_admin": person.is_admin,
            "is_guest": person.is_guest,
            "is_bot": person.is_bot,
            "is_deleted": person.is_deleted,
            "fetched_at": now,
        }
        if insert_new(self._connection, people, row, unique=("id",)) is None:
            self._connection.execute(update(people).where(people.c.id == person.id).values(row))

    def person(self, user_id: str) -> Person | None:
        """Return what is known of a Slack user."""
        row = self._connection.execute(_PERSON, {"of_id": user_id}).first()
        return _person_of(row) if row else None

    def keep_group(self, group: Group, now: datetime) -> None:
        """Keep who is in a user group."""
        row = {"handle": group.handle, "members": list(group.members), "fetched_at": now}
        if insert_new(self._connection, groups, {"id": group.id, **row}, unique=("id",)) is None:
            self._connection.execute(update(groups).where(groups.c.id == group.id).values(row))

    def directory(self, named: Iterable[str]) -> Directory:
        """Return the user groups among these ids, these people and those of the groups, and all admins."""
        ids = set(named)
        rows = self._connection.execute(select(groups).where(groups.c.id.in_(ids)))
        known = {row.id: Group(row.id, row.handle, tuple(row.members)) for row in rows}
        ids |= {user for group in known.values() for user in group.members}
        wanted = people.c.is_admin | people.c.id.in_(ids)
        rows = self._connection.execute(select(people).where(wanted))
        return Directory({row.id: _person_of(row) for row in rows}, known)

    def drop_groups(self, *, but: Iterable[str]) -> None:
        """Forget the user groups that Slack lists no more: nobody has a right by them."""
        self._connection.execute(delete(groups).where(groups.c.id.not_in(list(but))))

    def home_team(self) -> str:
        """Return our workspace's id; "" while unknown."""
        return self._connection.execute(_TEAM).scalar() or ""


def _person_of(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        team_id=row.team_id,
        name=row.name,
        is_admin=row.is_admin,
        is_guest=row.is_guest,
        is_bot=row.is_bot,
        is_deleted=row.is_deleted,
    )
