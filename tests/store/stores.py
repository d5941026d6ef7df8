"""A store to test, with a clock that the test sets, and what to put into it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, select, update

from workflows.domain.case import AgentId, CaseId
from workflows.domain.effects import Effect, Kind
from workflows.domain.post import Author, Post
from workflows.playbook.read import read_playbook
from workflows.services.board import Asker
from workflows.services.escalations import wake_due
from workflows.services.intake import take_posts
from workflows.services.outcomes import reply_sent
from workflows.services.replies import Choices, OpenReply, open_reply, submit_reply
from workflows.store.budgets import Rate, Rates
from workflows.store.departures import Offer
from workflows.store.drafts import DraftId
from workflows.store.engine import READ_ONLY, make_engine
from workflows.store.playbooks import Version
from workflows.store.tables import cases, outbox
from workflows.store.unit_of_work import Begin, Look, Released, UnitOfWork, begin_on, look_on

T = TypeVar("T")

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
"""Long past, so that what is due then is due for `begin` too, which reads the real clock."""
BRAND = Author("1700000000000000001", "sarishop", "Sari Shop")
EMMA = Author("1700000000000000011", "emma_w", "Emma Wilson", followers=1204)
RAVI = Author("1700000000000000012", "ravi_k", "रवि कुमार")
ASHA, MEHMET = AgentId("U0ASHA"), AgentId("U0MEHMET")
CHANNEL = "#support"
RATES: Rates = {
    "slack:post": Rate(interval_s=1.0),
    "slack:update": Rate.of(50, 60, burst_share=0.4),
    "x:post": Rate.of(100, 900, burst_share=0.5),
}


@dataclass
class Store:
    """A migrated database.

    released  what each committed `begin` let out.
    """

    url: str
    patience_s: float = 10.0
    rates: Rates = field(default_factory=lambda: RATES)
    released: list[Released] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine: Engine = make_engine(self.url, patience_s=self.patience_s)

    @property
    def begin(self) -> Begin:
        return begin_on(self.engine, self.rates, self.released.append)

    @property
    def look(self) -> Look:
        return look_on(self.engine)

    @contextmanager
    def at(self, seconds: float = 0.0, *, wound_s: float = 0.0) -> Iterator[UnitOfWork]:
        """Open a unit of work so many seconds of machine time after the start."""
        with self.engine.begin() as connection:
            yield self.on(connection, seconds, wound_s=wound_s)

    def on(self, connection: Connection, seconds: float = 0.0, *, wound_s: float = 0.0) -> UnitOfWork:
        machine = START + timedelta(seconds=seconds)
        return UnitOfWork(connection, self.rates, now=machine + timedelta(seconds=wound_s), machine=machine)

    # --- looking in

    def rows(self, table: Table, *where: ColumnElement[bool]) -> Sequence[Row[Any]]:
        with self.engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            return connection.execute(select(table).where(*where).order_by(*table.primary_key)).all()

    def row(self, table: Table, *where: ColumnElement[bool]) -> Row[Any]:
        (found,) = self.rows(table, *where)
        return found

    def effect(self, effect_id: int) -> Row[Any]:
        return self.row(outbox, outbox.c.id == effect_id)

    def case(self, case_id: int = 1) -> Row[Any]:
        return self.row(cases, cases.c.id == case_id)

    def write(self, table: Table, *where: ColumnElement[bool], **values: Any) -> None:
        """Change rows past the desk's own code."""
        with self.engine.begin() as connection:
            connection.execute(update(table).where(*where).values(**values))

    # --- what tests begin with

    def have_case(self, *posts: Post, seconds: float = 0.0) -> CaseId:
        """Take these posts (one of Emma's unless given) and return the case of the first."""
        with self.at(seconds) as uow:
            uow.accounts.add(BRAND)
            posts = posts or (make_post(),)
            take_posts(uow, BRAND, posts, channel=CHANNEL)
            message = uow.cases.message(BRAND.id, posts[0].id)
            assert message is not None
            return CaseId(message.case_id)

    def have_effect(self, kind: Kind = Kind.ALERT, key: str = "k", **more: Any) -> int:
        with self.at() as uow:
            return uow.outbox.add(kind, key, **more)

    def claimed(self, effect_id: int, seconds: float = 0.0) -> Effect:
        with self.at(seconds) as uow:
            effect = uow.outbox.claim(effect_id, by="worker-1")
        assert effect is not None
        return effect

    def dispatched(self, seconds: float, limit: int = 200) -> Sequence[Offer]:
        with self.at(seconds) as uow:
            return uow.departures.due(limit)


def make_post(number: int = 1, **more: Any) -> Post:
    """Return Emma's post of this number, in one conversation, that names the brand."""
    post = Post(
        id=str(1990000000000000000 + number),
        author=EMMA,
        text="@sarishop where is it?",
        written_at=START + timedelta(seconds=number),
        conversation_id="1990000000000000001",
        mentions=((0, BRAND.id),),
    )
    return replace(post, **more)


def use(store: Store, *sources: str) -> str:
    """Let these playbooks decide about new cases, and return the digest of the first."""
    versions = []
    for number, source in enumerate(sources):
        playbook, problems = read_playbook(source, f"rules-{number}.yaml")
        assert playbook is not None, problems
        versions.append(Version(playbook.digest, playbook.name, f"rules-{number}.yaml", source))
    with store.at() as uow:
        uow.playbooks.replace(versions)
    return versions[0].digest


def woken(store: Store, seconds: float) -> int:
    """Let the clock look, and return how many cases were due."""
    with store.at(seconds) as uow:
        return wake_due(uow)


def answered(store: Store, case_id: CaseId, seconds: float, *, by: AgentId = ASHA) -> None:
    """Let an agent answer, and X take it at once."""
    with store.at(seconds) as uow:
        draft = open_reply(uow, case_id, asker(by), rule="open").draft
        hand_in(uow, draft.id, asker(by), f"We are on it, at {seconds}")
        wish = uow.outbox.find(Kind.REPLY, str(draft.id))
        assert wish is not None
        effect = uow.outbox.claim(wish.id, by="worker-1")
        assert effect is not None
        assert uow.outbox.done(effect, f"7{draft.id}")
        reply_sent(uow, effect, f"7{draft.id}")


def hand_in(uow: UnitOfWork, draft_id: DraftId, by: Asker, text: str) -> OpenReply | None:
    """Hand an answer in whose undo window is over at once: it is machine time, which nothing winds."""
    held = submit_reply(uow, draft_id, by, Choices(text=text))
    waits = (outbox.c.kind == Kind.REPLY, outbox.c.dedup_key == str(draft_id))
    uow.connection.execute(update(outbox).where(*waits).values(not_before=uow.machine, offer_at=uow.machine))
    return held


def asker(agent: AgentId = ASHA, answer_url: str = "") -> Asker:
    return Asker(agent, answer_url=answer_url, channel="C0SUPPORT")


def at_once(count: int, work: Callable[[int], T]) -> list[T | Exception]:
    """Let so many threads do this at the same moment, and return what each got: a value or an error."""
    gate = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
