"""The clock: what is due or was left behind, several times a second, in one process at a time.

Two clocks at once do no harm: one holds the lease, and checks it in the very transaction that it
writes in; every step is a compare-and-set besides.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from redis.exceptions import RedisError
from sqlalchemy import delete

from workflows.delivery import settle_run_out
from workflows.desk import Desk
from workflows.domain.effects import Kind
from workflows.errors import NotSaved
from workflows.jobs import deeds_of
from workflows.services.audit import audit
from workflows.services.replies import leave_old_dialogs
from workflows.store.departures import Offer
from workflows.store.tables import deliveries

log = logging.getLogger(__name__)

LEASE = "clock"
LEASE_FOR_S = 10.0
LONGEST_TURN_S = 0.2
SHORTEST_TURN_S = 0.02
AUDIT_EVERY_S = 60.0
PEOPLE_EVERY_S = 6 * 3600.0
FORGET_EVERY_S = 3600.0
DELIVERIES_KEPT_S = 24 * 3600.0
DIALOGS_EVERY_S = 60.0
_CHORES = ("poll", "audit", "people", "forget", "dialogs")


class TheClock:
    """One process's clock; `turn` is one look at what is due."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._holder = f"{socket.gethostname()}/{os.getpid()}"
        self._deeds = deeds_of(desk)
        self._auditor: threading.Thread | None = None
        self._chores: dict[str, Callable[[], None]] = {
            "audit": self._audit,
            "people": self._people,
            "forget": self._forget,
            "dialogs": self._dialogs,
        }

    def run(self, stop: threading.Event) -> None:
        """Turn until asked to stop; trouble with a store is logged and outlived."""
        wait_s = 0.0
        started = False
        while not stop.wait(wait_s):
            try:
                if not started:
                    self._start()
                    started = True
                wait_s = self.turn()
            except NotSaved as error:
                log.warning("the database does not answer: %s", error)
                wait_s = 1.0
            except Exception:
                log.exception("a turn of the clock broke")
                wait_s = 1.0
        try:
            with self._desk.begin() as uow:
                uow.timers.end_lease(LEASE, self._holder)
        except NotSaved as error:
            log.warning("lease not given up: %s", error)

    def _start(self) -> None:
        with self._desk.begin() as uow:
            for chore in _CHORES:
                uow.timers.start(chore)
            uow.outbox.add(Kind.HELLO, "")

    def turn(self) -> float:
        """Do what is due and return the seconds until the next turn."""
        with self._desk.begin() as uow:
            if not uow.timers.hold_lease(LEASE, self._holder, for_s=LEASE_FOR_S):
                return 1.0
            settle_run_out(self._desk.performer, uow, self._deeds)
            offers = uow.departures.due()
            checks = uow.departures.doubts_due()
            chores = [kind for kind, _ in uow.timers.due()]
            poll = "poll" in chores
            if poll:
                uow.timers.set_next("poll", after_s=self._desk.settings.x_poll_seconds)
            serial = f"{uow.machine.timestamp():.3f}".replace(".", "")
            next_due = min(
                (at for at in (uow.departures.next_due_at(), uow.timers.next_due_at()) if at), default=None
            )
        self._enqueue(offers, checks, serial if poll else "")
        for kind in chores:
            if kind in self._chores:
                self._chores[kind]()
        if next_due is None:
            return LONGEST_TURN_S
        left = (next_due - datetime.now(UTC)).total_seconds()
        return min(LONGEST_TURN_S, max(SHORTEST_TURN_S, left))

    def _enqueue(self, offers: Sequence[Offer], checks: Sequence[Offer], poll: str) -> None:
        try:
            if offers:
                self._desk.road.carry(offers)
            if checks:
                self._desk.road.carry_checks(checks)
            if poll:
                self._desk.road.carry_poll(poll)
        except (RedisError, OSError) as error:
            # The rows are pending still; each is offered again after 15 s.
            log.warning("Redis does not answer: %s", type(error).__name__)

    def _audit(self) -> None:
        """Audit in a thread of its own: however long it takes, what is due is not held up."""
        with self._desk.begin() as uow:
            uow.timers.set_next("audit", after_s=AUDIT_EVERY_S)
        if self._auditor is None or not self._auditor.is_alive():
            self._auditor = threading.Thread(target=self._audit_now, name="audit", daemon=True)
            self._auditor.start()

    def _audit_now(self) -> None:
        try:
            self._audit_once()
        except Exception:
            log.exception("the audit broke")

    def _audit_once(self) -> None:
        with self._desk.look() as views:
            findings = audit(views)
        if not findings:
            with self._desk.begin() as uow:
                uow.timers.note_audit(LEASE)
        for finding in findings:
            log.error("audit: %s", finding)

    def _people(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("people", after_s=PEOPLE_EVERY_S)
            uow.outbox.add(Kind.PEOPLE, "")

    def _dialogs(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("dialogs", after_s=DIALOGS_EVERY_S)
            leave_old_dialogs(uow)

    def _forget(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("forget", after_s=FORGET_EVERY_S)
            old = uow.machine.timestamp() - DELIVERIES_KEPT_S
            uow.connection.execute(
                delete(deliveries).where(deliveries.c.at < datetime.fromtimestamp(old, UTC))
            )
