"""The processes of the desk: web, worker, clock; and `up`, which runs them all on one machine."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from workflows.errors import DeskError
from workflows.settings import Settings, load_settings, missing_for_work

# These libraries write tokens, bodies or whole payloads below INFO.
_TALKATIVE = (
    "tweepy",
    "requests_oauthlib",
    "oauthlib",
    "urllib3",
    "slack_sdk",
    "slack_bolt",
    "rq.worker",
    "alembic",
)


def run_web() -> None:
    """Serve until asked to stop."""
    settings = _ready_settings()
    from slackbot.web import Server  # noqa: PLC0415 - gunicorn and Flask are for this process only

    with _stoppable():
        Server(settings).run()


def run_clock() -> None:
    """Turn the clock until asked to stop."""
    settings = _ready_settings()
    from workflows.clock import TheClock  # noqa: PLC0415
    from workflows.desk import open_desk  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with _stoppable():
        TheClock(open_desk(settings, name="clock")).run(stop)


def run_worker(*, urgent: bool, name: str) -> None:
    """Work until asked to stop; a Redis that goes away is waited for."""
    settings = _ready_settings()
    os.environ["MENTIONDESK_PROCESS"] = name or f"worker-{os.getpid()}"
    from slackbot.worker import work_until_stopped  # noqa: PLC0415 - with it the job modules, before any job

    with _stoppable():
        work_until_stopped(settings, urgent=urgent)


def run_up() -> None:
    """Run web, two workers and the clock as children, on embedded stores unless settings name others."""
    settings = _ready_settings()
    missing = missing_for_work(settings)
    if missing:
        raise DeskError(
            "These settings are needed first (in the environment or in .env; see .env.example):\n  "
            + "\n  ".join(missing)
        )
    from slackbot.cli.supervisor import Child, Supervisor  # noqa: PLC0415
    from workflows.store.schema import migrate_to_newest, refuse_wound_clock  # noqa: PLC0415

    migrate_to_newest(settings.store_url)
    refuse_wound_clock(settings.store_url)
    with _stoppable():
        Supervisor(settings, children=[Child(*words) for words in CHILDREN]).run()


# One of the two workers takes no intake: a hung call to X never holds up a reply.
CHILDREN = (
    ("web", ("web",)),
    ("worker-1", ("worker", "--name", "worker-1")),
    ("worker-2", ("worker", "--urgent", "--name", "worker-2")),
    ("clock", ("clock",)),
)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGQUIT stop this process as SIGTERM does; once it has stopped, more of them change nothing.

    Python gives signals back to the kernel on its way out: one more would turn a clean end into a death.
    """
    signal.signal(signal.SIGQUIT, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)


def _ready_settings() -> Settings:
    settings = load_settings()
    configure_logs(settings.log_level)
    return settings


def configure_logs(level: str) -> None:
    """Send everything that is logged to standard error as JSON lines."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
