"""RQ and Redis: a road, never a store. Jobs carry the id of an effect (or account), nothing else.

Losing a job loses nothing: its row is still pending, and the clock enqueues it again.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from workflows.domain.effects import NATURE, Queue
from workflows.store.departures import Offer
from workflows.store.unit_of_work import Relay, Released, Told

log = logging.getLogger(__name__)

POLL_TIMEOUT_S = 300  # a backlog of many pages from a slow X
JOB_TIMEOUT_S = 60  # longer than all HTTP timeouts of one job: RQ must never kill in the middle of a post
FAILURE_TTL_S = 60
_SOCKET_S = 1.0
_GATHERED = 50

# By side of the effect. Slack's jobs are named, not imported: the desk is true without Slack.
DELIVER = {"x": "workflows.jobs.deliver", "slack": "slackbot.jobs.deliver"}
RECONCILE = {"x": "workflows.jobs.reconcile", "slack": "slackbot.jobs.reconcile"}
POLL = "workflows.jobs.poll"
POLL_DIRECT = "workflows.jobs.poll_direct"
# By the clock's timer. Behind the mentions come the direct messages; whether it is their time, their own
# budget says.
POLLS = {
    "poll": (POLL, POLL_DIRECT),
    "own": ("workflows.jobs.poll_own",),
    "recheck": ("workflows.jobs.recheck",),
}
MOST_POLLS = 4  # that wait at once; of the mentions' none may wait yet


def connect(url: str, *, socket_s: float = _SOCKET_S) -> Redis:
    """Return a client that tries once: a lost answer to an enqueue must not enqueue twice."""
    return Redis.from_url(
        url,
        socket_timeout=socket_s,
        socket_connect_timeout=_SOCKET_S,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


class Road:
    """The queues as their producers see them."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._queues = {
            queue: RqQueue(queue, connection=redis, serializer=JSONSerializer, is_async=True)
            for queue in Queue
        }

    def carry(self, offers: Sequence[Offer]) -> None:
        """Enqueue the delivery of these effects.

        Raises redis.exceptions.RedisError when Redis does not take them.
        """
        self._enqueue([(o.queue, DELIVER[NATURE[o.kind].side], o.effect_id, _job_id(o)) for o in offers])

    def carry_checks(self, offers: Sequence[Offer]) -> None:
        """Enqueue a look for proof of these doubted effects.

        Raises redis.exceptions.RedisError when Redis does not take them.
        """
        self._enqueue([(o.queue, RECONCILE[NATURE[o.kind].side], o.effect_id, _job_id(o)) for o in offers])

    def carry_polls(self, timers: Sequence[str], serial: str) -> None:
        """Enqueue the looks at X of these timers, unless some wait still: without a worker none pile up.

        Raises redis.exceptions.RedisError when Redis does not take them.
        """
        waiting = self._queues[Queue.INTAKE].count
        going = [timer for timer in timers if not waiting or (timer != "poll" and waiting < MOST_POLLS)]
        looks = [function for timer in going for function in POLLS[timer]]
        named = [(function, f"{function.rpartition('.')[2]}-{serial}") for function in looks]
        self._enqueue([(Queue.INTAKE, function, 0, job_id) for function, job_id in named])

    def _enqueue(self, jobs: Sequence[tuple[Queue, str, int, str]]) -> None:
        with self.redis.pipeline(transaction=False) as pipe:
            for queue in Queue:
                wanted = [job for job in jobs if job[0] is queue]
                if wanted:
                    self._queues[queue].enqueue_many(
                        [
                            RqQueue.prepare_data(
                                function,
                                args=(number,),
                                job_id=job_id,
                                timeout=POLL_TIMEOUT_S if queue is Queue.INTAKE else JOB_TIMEOUT_S,
                                result_ttl=0,
                                failure_ttl=FAILURE_TTL_S,
                                description=job_id,
                            )
                            for _, function, number, job_id in wanted
                        ],
                        pipeline=pipe,
                    )
            pipe.execute()

    def depths(self) -> dict[str, int]:
        """Return how many jobs wait in each queue."""
        return {str(name): queue.count for name, queue in self._queues.items()}


def _job_id(offer: Offer) -> str:
    return f"fx-{offer.effect_id}-{offer.serial}"


def relay_now(road: Road) -> Relay:
    """Return a relay that enqueues in the calling thread, for workers and the clock."""

    def relay(released: Released) -> None:
        try:
            road.carry(released.offers)
        except (RedisError, OSError) as error:
            log.warning("not enqueued, the clock will: %s", type(error).__name__)

    return relay


def relay_in_background(road: Road, tell: Callable[[Told], None]) -> Relay:
    """Return a relay that never holds up a click: a thread of its own enqueues.

    What gathers while it works goes into one call to Redis.

    tell  called when Redis does not take the job: the one who clicked is told at once that it is saved and
          will be shown late, or why it was refused.
    """
    waiting: SimpleQueue[Released] = SimpleQueue()

    def work() -> None:
        while True:
            gathered = [waiting.get()]
            while len(gathered) < _GATHERED and not waiting.empty():
                gathered.append(waiting.get())
            _carry_or_tell(road, gathered, tell)

    threading.Thread(target=work, name="relay", daemon=True).start()
    return waiting.put


def _carry_or_tell(road: Road, gathered: Sequence[Released], tell: Callable[[Told], None]) -> None:
    try:
        road.carry([offer for released in gathered for offer in released.offers])
    except (RedisError, OSError) as error:
        log.warning("not enqueued, the clock will: %s", type(error).__name__)
        for released in gathered:
            if released.told and released.told.answer_url:
                tell(released.told)
    except Exception:
        log.exception("the relay goes on; the clock will enqueue what it lost")
