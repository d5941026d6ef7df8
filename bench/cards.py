"""Mention to card: throughput and latency, against the bare path and against no-op jobs."""

import json
import statistics
import time
from datetime import datetime

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from bench import bare
from bench.processes import Bench, fetch
from workflows.store.engine import make_engine
from workflows.store.schema import migrate_to_newest
from workflows.store.tables import outbox


def _queue(bench: Bench, name: str) -> Queue:
    return Queue(name, connection=Redis.from_url(bench.environment["REDIS_URL"]), serializer=JSONSerializer)


def noop_per_s(bench: Bench, worker_class: str, jobs: int = 1500) -> tuple[float, float]:
    """Return no-op jobs per second that one worker carries, and enqueues per second."""
    queue = _queue(bench, "noop")
    started = time.perf_counter()
    for number in range(jobs):
        queue.enqueue("bench.bare.nothing", number, result_ttl=0)
    enqueued = jobs / (time.perf_counter() - started)
    worker = bench.start("bench.bare", "noop", worker_class)
    bench.wait(lambda: queue.count < jobs)
    started, left = time.perf_counter(), queue.count
    bench.wait(lambda: queue.count == 0, within=120)
    rate = left / (time.perf_counter() - started)
    bench.stop(worker)
    return rate, enqueued


def bare_per_s(bench: Bench, worker_class: str, mentions: int = 400) -> float:
    """Return cards per second of the bare path: intake and enqueue here, one worker there."""
    bare.engine.cache_clear()  # the last run's folder is gone
    bare.metadata.create_all(bare.engine())
    queue = _queue(bench, "bare")
    worker = bench.start("bench.bare", "bare", worker_class)
    _bare_card(queue, 0)
    started = time.perf_counter()
    for number in range(mentions):
        queue.enqueue("bench.bare.post", bare.take_in(1 + number), result_ttl=0)
    bench.wait(lambda: _bare_left() == 0, within=120)
    rate = mentions / (time.perf_counter() - started)
    bench.stop(worker)
    return rate


def bare_idle_ms(bench: Bench, worker_class: str, mentions: int = 60) -> float:
    """Return the median ms from the mention in hand to the card recorded, one at a time."""
    queue = _queue(bench, "bare")
    worker = bench.start("bench.bare", "bare", worker_class)
    _bare_card(queue, 10_000)
    spent = [_bare_card(queue, 10_001 + number) for number in range(mentions)]
    bench.stop(worker)
    return statistics.median(spent)


def _bare_card(queue: Queue, number: int) -> float:
    started = time.perf_counter()
    queue.enqueue("bench.bare.post", bare.take_in(-1 - number), result_ttl=0)
    Bench.wait(lambda: _bare_left() == 0)
    return (time.perf_counter() - started) * 1000


def _bare_left() -> int:
    with bare.engine().connect() as connection:
        waiting = select(func.count()).select_from(bare.outbox).where(bare.outbox.c.state == "pending")
        return int(connection.execute(waiting).scalar_one())


class DeskRun:
    """The desk's workers and clock before the far side."""

    def __init__(self, bench: Bench, *, workers: int) -> None:
        self.bench = bench
        url = f"sqlite:///{bench.home / 'mentiondesk.db'}"
        migrate_to_newest(url)
        self.engine = make_engine(url)
        names = [("worker", "--name", "worker-1"), ("worker", "--urgent", "--name", "worker-2")]
        self.processes = [bench.start("slackbot", *words) for words in [*names[:workers], ("clock",)]]

    def cards(self) -> int:
        """Return how many cards are posted and recorded."""
        done = (
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.kind == "post_card", outbox.c.state == "done")
        )
        with self.engine.connect() as connection:
            return int(connection.execute(done).scalar_one())

    def recorded_at(self) -> list[float]:
        """Return when each card was recorded."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(outbox.c.settled_at).where(outbox.c.kind == "post_card").order_by(outbox.c.id)
            ).scalars()
            return [row.timestamp() for row in rows if isinstance(row, datetime)]

    def feed(self, count: int) -> None:
        """Let the next poll bring so many mentions."""
        fetch(f"http://127.0.0.1:{self.bench.far}/feed", json.dumps({"count": count}).encode())

    def brought_at(self) -> list[float]:
        """Return when each poll that brought something was answered."""
        return list(json.loads(fetch(f"http://127.0.0.1:{self.bench.far}/fed")))

    def stop(self) -> None:
        """Stop the processes."""
        self.bench.stop(*self.processes)
        self.engine.dispose()


def desk_per_s(bench: Bench, *, workers: int, mentions: int = 400) -> float:
    """Return cards per second of the desk, from the answer of the poll to the last card recorded."""
    run = DeskRun(bench, workers=workers)
    run.feed(1)
    bench.wait(lambda: run.cards() == 1)
    run.feed(mentions)
    bench.wait(lambda: run.cards() == mentions + 1, within=120)
    started = run.brought_at()[1]
    rate = mentions / (max(run.recorded_at()) - started)
    run.stop()
    return rate


def desk_idle_ms(bench: Bench, mentions: int = 40) -> float:
    """Return the median ms from the answered poll to the card recorded, one mention at a time."""
    run = DeskRun(bench, workers=2)
    for number in range(1, mentions + 1):
        run.feed(1)
        bench.wait(lambda number=number: run.cards() == number)
    spent = [
        (done - brought) * 1000 for done, brought in zip(run.recorded_at(), run.brought_at(), strict=True)
    ]
    run.stop()
    return statistics.median(spent[5:])
