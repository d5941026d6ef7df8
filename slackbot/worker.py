"""The worker: RQ's loop in this very process, with the job modules imported before the first job."""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue as RqQueue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

import slackbot.jobs  # noqa: F401 - the jobs that RQ will name
import workflows.jobs  # noqa: F401
from workflows.desk import the_desk
from workflows.domain.effects import Queue
from workflows.errors import NotSaved
from workflows.queues import connect
from workflows.redis_server import redis_url
from workflows.settings import Settings

log = logging.getLogger(__name__)

IDLE_TTL_S = 30
_READ_S = 30.0
_PAUSE_S = 1.0
_BEAT_S = 1.0


class DeskWorker(SimpleWorker):
    """RQ's worker without forking (docs/adr/0007); asked twice to stop, it still finishes its job.

    A deploy may send several signals. Every HTTP call of a job has a timeout, so it ends by itself; who
    cannot wait sends SIGKILL, and what was under way is then in doubt, never lost.
    """

    _beat_at = 0.0
    told_before = threading.Event()
    max_connection_wait_time = 2.0  # RQ would sleep up to a minute after Redis is back

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell Redis that we live once a second; RQ would three times a job, at three calls each."""
        now = time.monotonic()
        if pipeline is None and now - self._beat_at < _BEAT_S:
            return
        self._beat_at = now
        super().heartbeat(timeout, pipeline)

    def set_shutdown_requested_date(self) -> None:
        """Tell Redis nothing: RQ would, inside the signal and so inside a job, for as long as it takes."""

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ types it not
        # RQ hears signals only from here on, after it has greeted Redis; one that came before counts too.
        self._stop_requested = self.told_before.is_set()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Leave a second SIGTERM or SIGINT unheard: the first one counts."""
        log.info("stopping already; signal %s changes nothing", signum)


def work_until_stopped(settings: Settings, *, urgent: bool) -> None:
    """Work on the queues in order of urgency until SIGTERM or SIGINT.

    urgent  take no intake and no background work, so that a hung call to X never holds up a reply.
    """
    queues = [Queue.URGENT, Queue.CARDS] if urgent else list(Queue)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    _settle_predecessor(stop)
    while not stop.is_set():
        _work(settings, queues, stop)
        stop.wait(_PAUSE_S)


def _work(settings: Settings, queues: Sequence[Queue], stop: threading.Event) -> None:
    """Run RQ's loop once; it ends when Redis goes away, or when we are asked to stop."""
    connection = connect(redis_url(settings), socket_s=_READ_S)
    worker: DeskWorker | None = None
    try:
        worker = DeskWorker(
            [RqQueue(queue, connection=connection, serializer=JSONSerializer) for queue in queues],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=IDLE_TTL_S,
            name=f"{the_desk().name}-{os.getpid()}-{os.urandom(3).hex()}".replace("/", "-"),
            log_job_description=False,
        )
        worker.told_before = stop
        worker.work(logging_level="WARNING", with_scheduler=False)
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer: %s", type(error).__name__)
    except StopRequested:
        log.info("told to stop while saying goodbye to Redis")
    finally:
        # Asked to stop while Redis went away, RQ raises instead of ending: the wish is heard all the same.
        if worker is not None and (worker._stop_requested or worker._shutdown_requested_date):  # noqa: SLF001
            stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        connection.close()


def _settle_predecessor(stop: threading.Event) -> None:
    """End the leases of the process that had our name: it is dead, so its work is in doubt at once."""
    while not stop.is_set():
        try:
            desk = the_desk()
            with desk.begin() as uow:
                uow.outbox.end_leases_of(desk.name)
                uow.accounts.end_polls_of(desk.name)
        except NotSaved as error:
            log.warning("the database does not answer: %s", error)
            stop.wait(_PAUSE_S)
        else:
            return
