"""The composition root: settings in, a desk out."""

import os
import socket
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Engine

from workflows.delivery import Performer
from workflows.domain.people import House
from workflows.queues import Road, connect, relay_now
from workflows.redis_server import redis_url
from workflows.settings import Settings, load_settings
from workflows.store.budgets import Rate, Rates
from workflows.store.engine import CLICK_PATIENCE_S, JOB_PATIENCE_S, make_engine
from workflows.store.unit_of_work import Begin, Look, Relay, begin_on, look_on
from workflows.x.gateway import Gateway

QUARTER_HOUR_S = 900
# Slack counts what arrives, and that scatters: by 25 ms on one machine (a busy one with 2 cores). Effects
# leave in the very distance that their calls keep; else workers would wait for their turn, more and more.
SCATTER_S = 0.05


@dataclass(frozen=True)
class Desk:
    """One process's view of the desk.

    name  under which this process holds leases; a restarted one has the same.
    """

    settings: Settings
    engine: Engine
    road: Road
    relay: Relay
    name: str

    @cached_property
    def begin(self) -> Begin:
        """Open a unit of work that writes."""
        return begin_on(self.engine, rates_of(self.settings), self.relay, house_of(self.settings))

    @cached_property
    def look(self) -> Look:
        """Open a snapshot that only reads."""
        return look_on(self.engine)

    @cached_property
    def performer(self) -> Performer:
        """This process as one that carries out effects."""
        return Performer(self.begin, self.name, self.settings.admin_channel)

    @cached_property
    def gateway(self) -> Gateway:
        """X; imported only by the processes that speak to it."""
        from workflows.x.tweepy_gateway import TweepyGateway  # noqa: PLC0415

        return TweepyGateway(self.settings)


def rates_of(settings: Settings) -> Rates:
    """Return how fast effects may leave, by the first words of their budget's key."""
    posts = settings.slack_posts_per_second
    burst = max(1, int(posts / 5))
    return {
        "slack:post": Rate(interval_s=1 / posts + (SCATTER_S if burst == 1 else 0), burst=burst),
        "slack:update": Rate.of(settings.slack_updates_per_minute, 60, burst_share=0.4),
        "x:post": Rate.of(settings.x_posts_per_15min, QUARTER_HOUR_S, burst_share=0.5),
        "x:dm": Rate.of(settings.x_dms_per_15min, QUARTER_HOUR_S, burst_share=0.5),
        "x:inbox": Rate(interval_s=settings.x_dm_poll_seconds),
    }


def house_of(settings: Settings) -> House:
    """Return what the settings say of roles and channels."""
    return House(
        channels={
            "cards": settings.slack_channel,
            "supervisors": settings.slack_supervisors_channel or settings.slack_channel,
            "admins": settings.admin_channel,
        },
        supervisors=settings.supervisors,
        admins=settings.admins,
        post_limit=settings.x_post_limit,
    )


def open_desk(settings: Settings, *, name: str, clicks: bool = False, relay: Relay | None = None) -> Desk:
    """Return the desk of this process.

    name    of the process among its kin ("worker-1"); with the host's it names who holds a lease.
    clicks  people wait for this process: its writers give up after 2 s instead of 30 s.
    relay   how committed effects reach Redis; in the calling thread unless given.
    """
    road = Road(connect(redis_url(settings)))
    return Desk(
        settings=settings,
        engine=make_engine(settings.store_url, patience_s=CLICK_PATIENCE_S if clicks else JOB_PATIENCE_S),
        road=road,
        relay=relay or relay_now(road),
        name=f"{socket.gethostname()}/{name}",
    )


@lru_cache(maxsize=1)
def the_desk() -> Desk:
    """Return the desk of this worker process; its jobs share it."""
    return open_desk(load_settings(), name=os.environ.get("MENTIONDESK_PROCESS", f"worker-{os.getpid()}"))
