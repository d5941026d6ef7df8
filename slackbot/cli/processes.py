"""The processes of the desk: web, worker, clock; and `up`, which runs them all on one machine."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from slackbot.cli.logs import configure_logs
from workflows.errors import DeskError
from workflows.settings import Settings, load_settings, missing_for_work


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
