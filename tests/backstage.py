"""Behind the scenes of a whole desk: what tests read in its store, and the waits that they end there.

Leases, looks for a proof and pauses after a refusal are machine time, which nothing winds. A test that
needs one of them to be over moves the row's times in a connection of its own, as if they had passed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select, update

from tests.whole_desk import Json, WholeDesk, wait_until
from workflows.domain.effects import Kind, State
from workflows.store.engine import READ_ONLY
from workflows.store.tables import budgets, history, messages, outbox


def case_of(card: Json) -> int:
    """Return the number of the case that a card shows."""
    names = [str(block.get("block_id", "")) for block in card["blocks"]]
    return int(next(name for name in names if name.startswith("card-")).split("-")[1])


def rows(desk: WholeDesk, wanted: Select[Any]) -> Sequence[Row[Any]]:
    """Read from the store without holding up its writers."""
    with desk.engine.execution_options(**{READ_ONLY: True}).connect() as connection:
        return connection.execute(wanted).all()


def count(desk: WholeDesk, table: Table, *where: ColumnElement[bool]) -> int:
    """Return how many rows of a table are so."""
    return int(rows(desk, select(func.count()).select_from(table).where(*where))[0][0])


def case_that_holds(desk: WholeDesk, post: str) -> int:
    """Wait until a post is stored and return its case, whether or not it has a card yet."""
    wanted = select(messages.c.case_id).where(messages.c.external_id == post)
    return int(wait_until(lambda: rows(desk, wanted), why=f"post {post} is stored")[0].case_id)


def events(desk: WholeDesk, case: int) -> list[tuple[str, str]]:
    """Return what happened to a case, and by whom."""
    wanted = select(history.c.event, history.c.actor).where(history.c.case_id == case).order_by(history.c.id)
    return [(row.event, row.actor) for row in rows(desk, wanted)]


def effect(desk: WholeDesk, case: int, kind: Kind) -> Row[Any] | None:
    """Return the newest effect of this kind for a case."""
    wanted = select(outbox).where(outbox.c.case_id == case, outbox.c.kind == kind)
    return next(iter(rows(desk, wanted.order_by(outbox.c.id.desc()).limit(1))), None)


def look_now(desk: WholeDesk, case: int, kind: Kind = Kind.REPLY, *, within: float = 20.0) -> None:
    """Let the next look for a proof happen now, not 5, 60 or 120 s after the attempt; wait until it is over.

    A doubt that was settled meanwhile is left alone.
    """
    why = f"the {kind} of case {case} is in doubt"
    row = wait_until(lambda: _resting(desk, case, kind), within=within, why=why)
    if row.state != State.IN_DOUBT:
        return
    now = datetime.now(UTC)
    due = update(outbox).where(outbox.c.id == row.id, outbox.c.state == State.IN_DOUBT)
    with desk.engine.begin() as connection:
        connection.execute(due.where(outbox.c.checks == row.checks).values(lease_until=now, offer_at=now))
    wait_until(lambda: _looked(desk, case, kind, row.checks), why=f"the {kind} of case {case} is looked for")


def _resting(desk: WholeDesk, case: int, kind: Kind) -> Row[Any] | None:
    """Return the effect when it is settled, or between two looks: while one is under way, its lease runs."""
    row = effect(desk, case, kind)
    if row is None or row.state in (State.PENDING, State.SENDING):
        return None
    looking = row.state == State.IN_DOUBT and row.offer_at != row.lease_until
    return None if looking else row


def _looked(desk: WholeDesk, case: int, kind: Kind, checks: int) -> bool:
    row = effect(desk, case, kind)
    if row is None or row.state != State.IN_DOUBT:
        return True
    return bool(row.checks > checks and row.offer_at == row.lease_until)


def try_now(desk: WholeDesk, case: int, kind: Kind = Kind.REPLY) -> None:
    """Let a postponed effect go out now: its pause, and that of its budget, count as over."""
    row = wait_until(lambda: _postponed(desk, case, kind), why=f"the {kind} of case {case} waits")
    now = datetime.now(UTC)
    with desk.engine.begin() as connection:
        connection.execute(update(budgets).where(budgets.c.key == row.budget).values(blocked_until=now))
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id, outbox.c.state == State.PENDING)
            .values(not_before=now, offer_at=now)
        )


def _postponed(desk: WholeDesk, case: int, kind: Kind) -> Row[Any] | None:
    row = effect(desk, case, kind)
    return row if row is not None and row.state == State.PENDING and row.reason else None


def take_off_x(desk: WholeDesk, posts: Iterable[str]) -> None:
    """Delete posts on X, so that the polls of the next minutes need not read them over and over."""
    for post in posts:
        desk.control("x/delete", {"id": post})


def quiet(desk: WholeDesk) -> None:
    """Let all that is on its way arrive, so that a fault meets what the test means it for."""
    on_its_way = outbox.c.state.in_([State.PENDING, State.SENDING]) & (outbox.c.reason == "")

    def hasten() -> None:
        now = datetime.now(UTC)
        with desk.engine.begin() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.state == State.PENDING, outbox.c.reason == "", outbox.c.not_before > now)
                .values(not_before=now, offer_at=now)
            )

    _wait_until_none(desk, on_its_way, within=20, meanwhile=hasten)


def quiet_for_good(desk: WholeDesk, *, within: float = 40.0) -> None:
    """Wait, at the desk's own pace, until nothing is on its way any more."""
    _wait_until_none(desk, outbox.c.state.in_([State.PENDING, State.SENDING, State.IN_DOUBT]), within=within)


def _wait_until_none(
    desk: WholeDesk,
    unsettled: ColumnElement[bool],
    *,
    within: float,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    def settled() -> bool:
        meanwhile()
        return count(desk, outbox, unsettled) == 0

    try:
        wait_until(settled, within=within, why="nothing is on its way")
    except AssertionError as error:
        left = [tuple(row) for row in rows(desk, select(outbox).where(unsettled))]
        raise AssertionError(f"{error}: {left}") from None
