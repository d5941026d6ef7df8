"""The clock: what is due or was left behind, several times a second, in one process at a time.

Two clocks at once do no harm: one holds the lease, and checks it in the very transaction that it
writes in; every step is a compare-and-set besides.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy import delete

from workflows.crash import crash_point
from workflows.delivery import settle_run_out
from workflows.desk import Desk
from workflows.domain.effects import GROUPS, Kind
from workflows.errors import NotSaved
from workflows.jobs import deeds_of
from workflows.jobs.upkeep import OWN_TIMER, RECHECK_TIMER, recheck_pause_s
from workflows.queues import POLLS
from workflows.services.audit import audit
from workflows.services.board import alert
from workflows.services.clocks import follow_new_version, start_clocks
from workflows.services.dm_help import offer_due_help
from workflows.services.escalations import wake_due
from workflows.services.late_approvals import approvals_due
from workflows.services.playbooks import adopt, followers, look_into, make_ready
from workflows.services.replies import leave_old_dialogs
from workflows.store.departures import Offer
from workflows.store.tables import deliveries
from workflows.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

LEASE = "clock"
LEASE_FOR_S = 10.0
LONGEST_TURN_S = 0.2
SHORTEST_TURN_S = 0.02
AUDIT_EVERY_S = 60.0
PEOPLE_EVERY_S = 6 * 3600.0
GROUPS_EVERY_S = 300.0
FOLLOW_EVERY_S = 60.0
FORGET_EVERY_S = 3600.0
DELIVERIES_KEPT_S = 24 * 3600.0
DIALOGS_EVERY_S = 60.0
HELP_EVERY_S = 1.0
PLAYBOOKS_EVERY_S = 1.0
MOST_WOKEN = 10  # clicks go on between two turns
CHUNK = 20
JUMP_S = 60.0
_CHORES = (*POLLS, "audit", "people", "forget", "dialogs", "playbooks", "groups", "follow", "help")


class SteadyTime:
    """The wall clock against one that nobody can set: tells when the wall clock was moved."""

    def __init__(self) -> None:
        self._wall: datetime | None = None
        self._steady = 0.0

    def jump_s(self, wall: datetime) -> float:
        """Return by how many seconds the wall clock has moved beyond the time that passed meanwhile."""
        steady = time.monotonic()
        before, passed = self._wall, steady - self._steady
        self._wall, self._steady = wall, steady
        return (wall - before).total_seconds() - passed if before else 0.0


class Watch:
    """The files of a folder: whether they have changed since they were taken, and stand still again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._taken: object = None
        self._last: object = None

    def has_settled(self) -> bool:
        """Tell whether there is something new that has not changed since the last look."""
        seen = self._look()
        settled = seen == self._last and seen != self._taken
        self._last = seen
        return settled

    def taken(self) -> None:
        """Remember that what stood there at the last look was read."""
        self._taken = self._last if self._last is not None else self._look()

    def _look(self) -> object:
        files = sorted([*self.path.glob("*.yaml"), *self.path.glob("*.yml")])
        with contextlib.suppress(OSError):
            return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        return ()


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
            "playbooks": self._playbooks,
            "groups": self._groups,
            "follow": self._follow,
            "help": self._help,
        }
        settings = desk.settings
        self._pauses_s = {
            "poll": settings.x_poll_seconds,
            OWN_TIMER: settings.x_own_poll_seconds,
            RECHECK_TIMER: recheck_pause_s(settings),
        }
        self._folder = Watch(settings.playbooks)
        self._steady = SteadyTime()

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
        self._folder.has_settled()  # before reading: what changes meanwhile is new at the next look
        found = look_into(self._folder.path)
        with self._desk.begin() as uow:
            adopt(uow, found)
            for chore in _CHORES:
                uow.timers.start(chore)
            uow.outbox.add(Kind.HELLO, "")
        self._folder.taken()
        make_ready(self._desk.begin)

    def turn(self) -> float:
        """Do what is due and return the seconds until the next turn."""
        with self._desk.begin() as uow:
            if not uow.timers.hold_lease(LEASE, self._holder, for_s=LEASE_FOR_S):
                return 1.0
            settle_run_out(self._desk.performer, uow, self._deeds)
            jumped = self._has_jumped(uow)
            woken = 0 if jumped else max(wake_due(uow, MOST_WOKEN), approvals_due(uow, MOST_WOKEN))
            offers = uow.departures.due()
            checks = uow.departures.doubts_due()
            chores = [kind for kind, _ in uow.timers.due()]
            polls = [kind for kind in chores if kind in POLLS]
            for kind in polls:
                uow.timers.set_next(kind, after_s=self._pauses_s[kind])
            serial = f"{uow.machine.timestamp():.3f}".replace(".", "")
            next_due = min(
                (at for at in (uow.departures.next_due_at(), uow.timers.next_due_at()) if at), default=None
            )
        if woken:
            crash_point("woken")
        self._enqueue(offers, checks, polls, serial)
        for kind in chores:
            if kind in self._chores:
                self._chores[kind]()
        if woken == MOST_WOKEN:
            return 0.0
        if next_due is None:
            return LONGEST_TURN_S
        left = (next_due - datetime.now(UTC)).total_seconds()
        return min(LONGEST_TURN_S, max(SHORTEST_TURN_S, left))

    def _enqueue(
        self, offers: Sequence[Offer], checks: Sequence[Offer], polls: Sequence[str], serial: str
    ) -> None:
        try:
            if offers:
                self._desk.road.carry(offers)
            if checks:
                self._desk.road.carry_checks(checks)
            if polls:
                self._desk.road.carry_polls(polls, serial)
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

    def _groups(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("groups", after_s=GROUPS_EVERY_S)
            uow.outbox.add(Kind.PEOPLE, GROUPS)

    def _dialogs(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("dialogs", after_s=DIALOGS_EVERY_S)
            leave_old_dialogs(uow)

    def _help(self) -> None:
        """Offer the help that is due on the way to direct messages, a few a turn: it needs no network."""
        with self._desk.begin() as uow:
            uow.timers.set_next("help", after_s=HELP_EVERY_S)
            if not uow.timers.hold_lease(LEASE, self._holder, for_s=LEASE_FOR_S):
                return
            if offer_due_help(uow, CHUNK) == CHUNK:
                uow.timers.set_next("help", after_s=0)

    def _has_jumped(self, uow: UnitOfWork) -> bool:
        """Tell whether the wall clock has jumped since the last turn: then this one escalates nothing."""
        jump_s = self._steady.jump_s(uow.machine)
        if abs(jump_s) <= JUMP_S:
            return False
        log.warning("the machine's clock jumped by %.0f s", jump_s)
        minute = uow.machine.strftime("%Y%m%d%H%M")
        facts = {"jump_s": f"{jump_s:.0f}"}
        alert(uow, self._desk.settings.admin_channel, f"jump:{minute}", "clock_jumped", **facts)
        return True

    def _playbooks(self) -> None:
        """Take over playbooks that were changed and have stood still for a second."""
        with self._desk.begin() as uow:
            uow.timers.set_next("playbooks", after_s=PLAYBOOKS_EVERY_S)
        if not self._folder.has_settled():
            return
        found = look_into(self._folder.path)
        with self._desk.begin() as uow:
            if uow.timers.hold_lease(LEASE, self._holder, for_s=LEASE_FOR_S) and adopt(uow, found):
                log.info("playbooks read: %s", ", ".join(version.name for version in found.versions))
                uow.timers.set_next("follow", after_s=0)
        self._folder.taken()
        make_ready(self._desk.begin)

    def _follow(self) -> None:
        """Let open cases follow new versions that ask for it, and time those of older processes.

        A few a turn, in the transaction that holds the lease: who slept through it puts nothing back.
        """
        with self._desk.begin() as uow:
            uow.timers.set_next("follow", after_s=FOLLOW_EVERY_S)
            if not uow.timers.hold_lease(LEASE, self._holder, for_s=LEASE_FOR_S):
                return
            digest, behind = followers(uow, CHUNK)
            follow_new_version(uow, digest, behind)
            if len(behind) == CHUNK or start_clocks(uow, CHUNK) == CHUNK:
                uow.timers.set_next("follow", after_s=0)

    def _forget(self) -> None:
        with self._desk.begin() as uow:
            uow.timers.set_next("forget", after_s=FORGET_EVERY_S)
            old = uow.machine.timestamp() - DELIVERIES_KEPT_S
            uow.connection.execute(
                delete(deliveries).where(deliveries.c.at < datetime.fromtimestamp(old, UTC))
            )
