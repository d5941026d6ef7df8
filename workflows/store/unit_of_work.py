"""The unit of work: one short transaction, its two times, and the effects that it lets out.

`begin` writes and commits on a clean exit; `look` only reads, from a snapshot. Both read the row
of the wound clock in the transaction that they open anyway, so that no door can forget it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workflows.crash import crash_point
from workflows.domain.people import House, Staff
from workflows.errors import AlreadyTaken, NotSaved
from workflows.store.accounts import Accounts
from workflows.store.approvals import AskedApprovals
from workflows.store.budgets import Budgets, Rates
from workflows.store.cases import Cases
from workflows.store.contacts import Contacts
from workflows.store.departures import Departures, Offer
from workflows.store.directs import Directs
from workflows.store.drafts import Drafts
from workflows.store.engine import READ_ONLY, insert_new, one_writer
from workflows.store.escalations import Escalations
from workflows.store.handoffs import Handoffs
from workflows.store.history import History
from workflows.store.outbox import Outbox
from workflows.store.playbooks import Playbooks
from workflows.store.posts import Posts
from workflows.store.streams import Streams
from workflows.store.tables import cases, deliveries, desk_clock, outbox
from workflows.store.timers import Timers
from workflows.store.views import Views


@dataclass(frozen=True, slots=True)
class Told:
    """A private word to the one who clicked: where it is said, the code of its sentence, and its facts."""

    answer_url: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Released:
    """What a committed unit of work lets out.

    offers  effects that may be enqueued now.
    told    what the one who clicked is told when the effects cannot be enqueued; None where nobody clicked.
    """

    offers: Sequence[Offer]
    told: Told | None = None


Relay = Callable[[Released], None]
Begin = Callable[..., AbstractContextManager["UnitOfWork"]]
Look = Callable[[], AbstractContextManager[Views]]


class UnitOfWork:
    """The writing half of the store inside one transaction.

    now      desk time: what the case lives by; the sandbox winds it.
    machine  machine time: leases, budgets and back-off.
    house    what the settings say of roles and channels.
    staff    the people of playbooks, by digest, that were looked up in this transaction.
    """

    def __init__(
        self,
        connection: Connection,
        rates: Rates,
        *,
        now: datetime,
        machine: datetime,
        house: House | None = None,
    ) -> None:
        self.connection = connection
        self.house = house or House()
        self.now = now
        self.machine = machine
        self.budgets = Budgets(connection, rates, machine)
        self.outbox = Outbox(connection, self.budgets, machine)
        self.departures = Departures(connection, self.budgets, machine)
        self.accounts = Accounts(connection)
        self.cases = Cases(connection, now, machine)
        self.posts = Posts(connection, machine)
        self.drafts = Drafts(connection, now)
        self.approvals = AskedApprovals(connection, now)
        self.contacts = Contacts(connection)
        self.directs = Directs(connection)
        self.handoffs = Handoffs(connection, now)
        self.history = History(connection, now)
        self.playbooks = Playbooks(connection, now)
        self.escalations = Escalations(connection, now)
        self.streams = Streams(connection)
        self.timers = Timers(connection, machine)
        self.views = Views(connection, now=now, machine=machine)
        self.told_if_late: Told | None = None
        self.staff: dict[str, Staff] = {}

    def take_delivery(self, key: str) -> None:
        """Remember that this delivery is being worked through.

        Raises AlreadyTaken when it was before, by whichever process.
        """
        if insert_new(self.connection, deliveries, {"key": key, "at": self.machine}, unique=("key",)) is None:
            raise AlreadyTaken(key)

    def hold_case_of(self, effect_id: int) -> None:
        """Lock the case of an effect, before its row: the order in which clicks lock.

        SQLite has one writer anyway and needs no lock.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(_CASE_OF, {"effect": effect_id})

    def attempt(self) -> AbstractContextManager[Any]:
        """Open a part that can be taken back alone: what it wrote before a refusal is undone."""
        return self.connection.begin_nested()


def begin_on(engine: Engine, rates: Rates, relay: Relay, house: House | None = None) -> Begin:
    """Return `begin`: `with begin() as uow:` commits on a clean exit, rolls back on an error.

    `begin(delivery=key)` also makes sure that the delivery with this key is worked through only once.
    After the commit `relay` hears of the effects that may leave at once; losing that call loses
    nothing, because the rows are written and the clock finds them.
    """

    @contextmanager
    def begin(*, delivery: str = "") -> Iterator[UnitOfWork]:
        try:
            with one_writer(engine), engine.begin() as connection:
                machine = datetime.now(UTC)
                now = machine + _offset(connection)
                uow = UnitOfWork(connection, rates, now=now, machine=machine, house=house)
                if delivery:
                    uow.take_delivery(delivery)
                yield uow
                released = Released(uow.departures.at_once(uow.outbox.added), uow.told_if_late)
                crash_point("committing")
            crash_point("committed")
        except (OperationalError, PoolTimeout) as error:
            raise NotSaved(str(error.__cause__ or error)) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise NotSaved(str(error.__cause__ or error)) from error
            raise
        if released.offers:
            relay(released)

    return begin


def look_on(engine: Engine) -> Look:
    """Return `look`: `with look() as views:` reads one snapshot and never holds up a writer."""
    isolated = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        isolated["isolation_level"] = "REPEATABLE READ"  # type: ignore[assignment]
        isolated["postgresql_readonly"] = True
    reader = engine.execution_options(**isolated)

    @contextmanager
    def look() -> Iterator[Views]:
        with reader.begin() as connection:
            machine = datetime.now(UTC)
            yield Views(connection, now=machine + _offset(connection), machine=machine)

    return look


_CASE_OF = (
    select(cases.c.id)
    .join(outbox, outbox.c.case_id == cases.c.id)
    .where(outbox.c.id == bindparam("effect"))
    .with_for_update(of=cases)
)
_OFFSET = select(desk_clock.c.offset_s)


def _offset(connection: Connection) -> timedelta:
    offset = connection.execute(_OFFSET).scalar()
    return timedelta(seconds=offset or 0.0)
