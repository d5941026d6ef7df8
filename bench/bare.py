"""The bare parts that the desk is measured against: nothing of ours between.

`bare:app` is Bolt with its default settings behind the same server; `post` is one RQ job of the bare way of a
mention: read the outbox row, chat.postMessage, mark it sent.
"""

import os
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    select,
    update,
)

metadata = MetaData()
cases = Table("cases", metadata, Column("id", Integer, primary_key=True), Column("post", Text, unique=True))
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer),
    Column("what", Text),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer),
    Column("state", Text),
    Column("ts", Text),
    Column("at", DateTime),
)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Return SQLite as the desk uses it: WAL, synchronous=FULL, BEGIN IMMEDIATE."""
    made = create_engine(f"sqlite:///{os.environ['BARE_DB']}", connect_args={"timeout": 30})

    @event.listens_for(made, "connect")
    def _on_connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(made, "begin")
    def _on_begin(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


def take_in(number: int) -> int:
    """One transaction in: a case, an event, an outbox row."""
    with engine().begin() as connection:
        case = connection.execute(cases.insert().values(post=str(number))).inserted_primary_key[0]
        connection.execute(events.insert().values(case_id=case, what="opened"))
        return int(
            connection.execute(outbox.insert().values(case_id=case, state="pending")).inserted_primary_key[0]
        )


@lru_cache(maxsize=1)
def _client():  # type: ignore[no-untyped-def]
    from slack_sdk import WebClient

    return WebClient(token="xoxb-bench", base_url=os.environ["SLACK_API_URL"], retry_handlers=[])


def post(row_id: int) -> None:
    """Carry out one outbox row: read, post, mark."""
    with engine().connect() as connection:
        connection.execute(select(outbox).where(outbox.c.id == row_id)).one()
    answer = _client().chat_postMessage(
        channel="C1",
        text="a card",
        blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "a card"}}],
    )
    with engine().begin() as connection:
        done = {"state": "sent", "ts": answer["ts"], "at": datetime.now(UTC).replace(tzinfo=None)}
        connection.execute(update(outbox).where(outbox.c.id == row_id).values(done))


def nothing(_: int) -> None:
    """A no-op job."""


def work(queue: str, worker_class: str) -> None:
    """Run one RQ worker with the job module imported first."""
    from redis import Redis
    from rq import Queue
    from rq.serializers import JSONSerializer
    from rq.worker import SimpleWorker, Worker

    connection = Redis.from_url(os.environ["REDIS_URL"])
    chosen = {"SimpleWorker": SimpleWorker, "Worker": Worker}[worker_class]
    chosen(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
    ).work(logging_level="WARNING")


def app():  # type: ignore[no-untyped-def]
    """Return Flask around a Bolt app with default settings whose only listener acks."""
    from flask import Flask, request
    from slack_bolt import App
    from slack_bolt.adapter.flask import SlackRequestHandler
    from slack_bolt.authorization import AuthorizeResult

    who = AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_user_id="U1", bot_id="B1", bot_token="xoxb-bench"
    )
    bolt = App(signing_secret="bench-secret", authorize=lambda **_: who)

    @bolt.action("claim")
    def on_claim(ack):  # type: ignore[no-untyped-def]
        ack()

    flask = Flask("bare")
    handler = SlackRequestHandler(bolt)
    flask.post("/slack/events")(lambda: handler.handle(request))
    return flask


if __name__ == "__main__":
    import sys

    work(sys.argv[1], sys.argv[2])
