"""Between two parts of a schedule: all faults end, and everything that is under way comes to its end.

Leases, looks for a proof and pauses are machine time, which nothing winds: they are over by a stroke of the
pen in their rows. What people have to decide stays as it is.
"""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, or_, select, update

from tests.faults.breakable import BreakableDesk
from tests.faults.schedule import Walk
from tests.whole_desk import Json
from workflows.domain.effects import State
from workflows.store.reply_tables import approvals, drafts
from workflows.store.tables import budgets, cases, intake_cursors, messages, outbox, timers
from workflows.store.unit_of_work import look_on
from workflows.store.views import DRAFTING_FOR

BRAND = "sarishop"
WITHIN_S = 90.0
PUSH_EVERY_S = 0.7
CHORES = ("poll", "own", "recheck", "dialogs")
MIND = timedelta(seconds=1)
"""So long after an attempt X may still take what a dead worker has sent: no look comes sooner."""


def hasten(desk: BreakableDesk) -> int:
    """Let pauses, looks for a proof and undo windows be over now; return of how many effects."""
    now = datetime.now(UTC)
    waits = and_(outbox.c.state == State.PENDING, or_(outbox.c.not_before > now, outbox.c.offer_at > now))
    between_looks = or_(outbox.c.checks == 0, outbox.c.lease_until == outbox.c.offer_at)
    doubted = and_(outbox.c.state == State.IN_DOUBT, between_looks, outbox.c.started_at < now - MIND)
    with desk.engine.begin() as connection:
        pushed = connection.execute(update(outbox).where(waits).values(not_before=now, offer_at=now))
        looked = connection.execute(
            update(outbox).where(doubted, outbox.c.lease_until > now).values(lease_until=now, offer_at=now)
        )
        connection.execute(update(budgets).values(blocked_until=now, free_at=now))
        connection.execute(update(timers).where(timers.c.kind.in_(CHORES)).values(due_at=now))
        connection.execute(update(intake_cursors).values(failures=0))
    return int(pushed.rowcount + looked.rowcount)


def settle(walk: Walk) -> None:
    """End all faults, start what died, and wait until nothing is under way, in doubt or due any more."""
    walk.ask("x/release", {})
    deadline = time.monotonic() + WITHIN_S
    pushed_at = 0.0
    while True:
        walk.start_everything()
        if time.monotonic() > pushed_at + PUSH_EVERY_S:
            hasten(walk.desk)
            pushed_at = time.monotonic()
        left = unsettled(walk.desk)
        if not left:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"does not settle: {left}\n{walk.desk.log()[-3000:]}")
        time.sleep(0.1)  # on two cores each look slows the desk down


def unsettled(desk: BreakableDesk) -> list[str]:
    """Name what is under way, in doubt, due, or not taken from X yet."""
    with look_on(desk.engine)() as views:
        wanted = select(outbox).where(outbox.c.state.in_([State.PENDING, State.SENDING, State.IN_DOUBT]))
        left = [
            f"{row.kind} {row.dedup_key} {row.state} {row.reason}" for row in views.connection.execute(wanted)
        ]
        for table in (cases, approvals):
            due = select(table.c.id).where(table.c.wake_at <= views.now)
            left += [f"{table.name} {number} due" for number in views.connection.execute(due).scalars()]
        old = select(drafts.c.id).where(drafts.c.opened_at < views.now - DRAFTING_FOR)
        left += [f"dialog of draft {number} is old" for number in views.connection.execute(old).scalars()]
    return left or not_taken(desk)


def not_taken(desk: BreakableDesk) -> list[str]:
    """Name the posts and direct messages that X shows and the desk has not stored as X shows them."""
    wanted = select(messages.c.external_id, messages.c.newest_id)
    with desk.reading() as connection:
        stored = {name for row in connection.execute(wanted) for name in row}
    state = desk.control("x/state")
    shown = [post["id"] for post in theirs(state)] + [m["id"] for m in state["dms"] if not _ours(m)]
    return [f"{name} of X is not stored" for name in shown if name not in stored]


def theirs(state: Json) -> list[Json]:
    """Return the customers' posts that X shows."""
    return [post for post in state["posts"] if not _ours(post) and not post["deleted"]]


def _ours(said: Json) -> bool:
    return bool(said["username"] == BRAND)
