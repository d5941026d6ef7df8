"""A desk to break: what fault tests do to its stores, and what must be true when it has mended."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from sqlalchemy import Connection, Row, and_, or_, select, update
from sqlalchemy.exc import OperationalError

from slackbot.render.card import render_card
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind, Queue, State
from workflows.queues import Road, connect
from workflows.redis_server import redis_url
from workflows.settings import Settings
from workflows.store import drafts as draft_states
from workflows.store.engine import make_engine
from workflows.store.reply_tables import drafts
from workflows.store.tables import cases, leases, outbox
from workflows.store.unit_of_work import look_on

LONG = 60.0
"""Seconds that a busy machine may take for what needs one or two on a quiet one."""


def answer_to(words: str) -> str:
    """An answer of its own to these words: X refuses the same text twice."""
    return f"We look into “{words}” at once. – Asha"


class BreakableDesk(WholeDesk):
    """A whole desk, with a hand in its database and in its Redis."""

    # --- what agents do

    def given_card(self, words: str, *, author: str = "ravi_k") -> tuple[str, Json]:
        """A customer writes these words; return the post's id and the card."""
        post = self.write(f"@sarishop {words}", author=author)
        return post, self.card_of(words, within=LONG)

    def given_dialog(self, words: str) -> tuple[str, Json]:
        """An agent is about to send an answer to these words; nothing else is under way."""
        post, card = self.given_card(words)
        dialog = self.open_reply(card)
        self.wait_until_quiet()
        return post, dialog

    # --- the database

    def effects(self, kind: Kind | None = None, *states: State) -> list[Row[Any]]:
        wanted = select(outbox).order_by(outbox.c.id)
        if kind:
            wanted = wanted.where(outbox.c.kind == kind)
        if states:
            wanted = wanted.where(outbox.c.state.in_(states))
        with self.reading() as connection:
            return list(connection.execute(wanted))

    def newest(self, kind: Kind) -> Row[Any]:
        return self.effects(kind)[-1]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with look_on(self.engine)() as views:
            yield views.connection

    def offer_now(self, *, within_s: float = 15) -> None:
        """Do not wait until lost jobs are enqueued again: let that be due now.

        Fails when it would not have come by itself in `within_s` seconds.
        """
        now = datetime.now(UTC)
        waiting = and_(outbox.c.state == State.PENDING, outbox.c.not_before <= now, outbox.c.offer_at > now)
        self._hasten(waiting, outbox.c.offer_at, within_s, offer_at=now)

    def look_now(self, *, within_s: float = 5) -> None:
        """Do not wait for the next look for a proof: let it be due now, unless one is under way."""
        now = datetime.now(UTC)
        looks_later = or_(outbox.c.checks == 0, outbox.c.lease_until == outbox.c.offer_at)
        waiting = and_(outbox.c.state == State.IN_DOUBT, looks_later, outbox.c.lease_until > now)
        self._hasten(waiting, outbox.c.lease_until, within_s, lease_until=now, offer_at=now)

    def end_leases(self, *, within_s: float = 45) -> None:
        """Do not wait until the leases of effects under way run out: let them end now."""
        now = datetime.now(UTC)
        waiting = and_(outbox.c.state == State.SENDING, outbox.c.lease_until > now)
        self._hasten(waiting, outbox.c.lease_until, within_s, lease_until=now)

    def end_clock_lease(self, *, within_s: float = 10) -> None:
        """Do not wait until the lease of a clock that died runs out: let it end now."""
        now = datetime.now(UTC)
        self._hasten(leases.c.until > now, leases.c.until, within_s, until=now)

    def _hasten(self, waiting: Any, column: Any, within_s: float, **values: datetime) -> None:
        latest = datetime.now(UTC) + timedelta(seconds=within_s)
        with self.engine.begin() as connection:
            late = connection.execute(select(column.table).where(waiting, column > latest)).all()
            assert not late, f"would come later than in {within_s} s: {late}"
            connection.execute(update(column.table).where(waiting).values(values))

    # --- two clocks

    def start_second_clock(self) -> None:
        """Start another clock, and wait until it has looked: each asks Slack who we are when it starts."""
        asked = self.newest(Kind.HELLO).attempt
        self.start_process("clock-2")
        wait_until(
            lambda: self.newest(Kind.HELLO).attempt > asked, within=LONG, why="the second clock is there"
        )

    def put_clock_to_sleep(self) -> None:
        """Stop the first clock between two turns, and end its lease of ten seconds as if they had passed."""
        impatient = make_engine(self.store_url, patience_s=0.3)

        def asleep() -> bool:
            self.processes["clock"].send_signal(signal.SIGSTOP)
            try:
                with impatient.begin() as connection:
                    connection.execute(update(leases).values(until=datetime.now(UTC)))
            except OperationalError:  # in the middle of a turn, and so of a transaction
                self.processes["clock"].send_signal(signal.SIGCONT)
                return False
            return True

        wait_until(asleep, within=LONG, why="the clock stands still between two turns")
        impatient.dispose()

    # --- Redis

    def road(self) -> Road:
        return Road(self.redis_client())

    def redis_client(self) -> Redis:
        return connect(redis_url(Settings(data_dir=self.home, redis_url="")))  # type: ignore[arg-type]

    def waiting_jobs(self, queue: Queue = Queue.URGENT) -> int:
        return self.road().depths()[queue]

    def jobs(self, queue: Queue) -> set[bytes]:
        """The ids of the jobs that wait in a queue."""
        return set(self.redis_client().lrange(f"rq:queue:{queue}", 0, -1))

    def offer_lost_until_quiet(self) -> None:
        """Wait until nothing is due any more; whatever has no job left is enqueued again without waiting.

        By themselves they come after 15 s, or 30 s when they were lost twice.
        """

        def quiet() -> bool:
            depths = self.road().depths()
            if self._restless() and not sum(depths.values()) - depths[Queue.INTAKE]:
                self.offer_now(within_s=30)
            return not self._restless()

        wait_until(quiet, within=LONG, why=f"quiet: {self._restless()}")

    # --- what must be true in the end

    def wait_until_quiet(self, *, within: float = LONG) -> None:
        """Wait until nothing is under way, in doubt or due."""
        wait_until(
            lambda: not self._restless(),
            within=within,
            why=f"quiet: {self._restless()}\n{self.log()[-3000:]}",
        )

    def _restless(self) -> list[str]:
        now = datetime.now(UTC)
        under_way = [
            f"{row.kind} {row.dedup_key} {row.state}"
            for row in self.effects(None, State.PENDING, State.SENDING, State.IN_DOUBT)
            if row.state != State.PENDING or row.not_before <= now
        ]
        return under_way + self._due_cases()

    def _due_cases(self) -> list[str]:
        """Name the cases whose time has come and that a living clock has not looked at yet."""
        clocks = [process for name, process in self.processes.items() if name.startswith("clock")]
        if not any(process.poll() is None for process in clocks):
            return []
        with look_on(self.engine)() as views:
            due = select(cases.c.id).where(cases.c.wake_at <= views.now)
            return [f"case {number} is due" for number in views.connection.execute(due).scalars()]

    def assert_promises(self, *, posts: int | None = None) -> None:
        """Wait until all has settled, and check all promises, and that each card is true.

        posts  how many of the customers' posts must be stored; all that X shows, unless said.
        """
        self.wait_until_quiet()
        theirs = [post for post in self.x_posts() if post["username"] != "sarishop"]
        super().assert_promises(posts=len(theirs) if posts is None else posts)
        self._assert_said_is_known()
        # Changes of two seconds share a refresh, so that a card may be true a moment later than all is quiet.
        wait_until(lambda: not self.untrue_cards(), within=LONG, why=f"true cards: {self.untrue_cards()}")
        assert self.logged_errors() == []

    def _assert_said_is_known(self) -> None:
        """Each post of ours is one agent's answer, and each answer that we hold to be sent is such a post."""
        said = sorted((post["in_reply_to"], post["text"]) for post in self.x_posts() if post["by_api"])
        with self.reading() as connection:
            rows = connection.execute(
                select(drafts.c.target, drafts.c.text).where(drafts.c.state == draft_states.SENT)
            )
            sent = sorted((row.target, row.text) for row in rows)
        assert [target for target, _ in said] == [target for target, _ in sent]
        assert all(post.endswith(text) for (_, post), (_, text) in zip(said, sent, strict=True)), (said, sent)

    def untrue_cards(self) -> dict[int, list[str]]:
        """The cases that have no card, or several, or one that does not show what the store knows."""
        found: dict[int, list[str]] = {}
        for card in self.cards():
            head = next(b["block_id"] for b in card["blocks"] if b["block_id"].startswith("card-"))
            found.setdefault(int(head.split("-")[1]), []).append(shown(card))
        rule = self.environment.get("X_REPLY_RULE", "open")
        with look_on(self.engine)() as views:
            for number in views.connection.execute(select(cases.c.id)).scalars().all():
                card = render_card(views.case(CaseId(number)), rule=rule)
                if found.setdefault(number, []) == [shown({"blocks": card.message.blocks})]:
                    del found[number]
        return found

    def logged_errors(self) -> list[str]:
        """What our own code has logged as an error; of dead processes the supervisor has to tell."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        logged: list[Json] = [json.loads(line) for line in lines]
        ours = ("workflows", "slackbot", "slack_bolt")
        return [
            str(entry)
            for entry in logged
            if entry["level"] in ("error", "critical")
            and entry["logger"].startswith(ours)
            and entry["logger"] != "slackbot.cli.supervisor"
        ]
