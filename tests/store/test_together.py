"""Everybody at once on one case: clicks, workers, the clock and intake wait for each other, never for ever.

The real deeds talk to a tiny HTTP server. What would be a deadlock shows as NotSaved: PostgreSQL ends it
after a second by throwing one of the two out.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import slackbot.jobs
import workflows.jobs
from slackbot.sender import Sender
from tests.slackbot.answering import Answering, answering
from tests.store.stores import ASHA, BRAND, CHANNEL, MEHMET, Store, asker, at_once, make_post
from workflows.delivery import deliver_effect, settle_run_out
from workflows.desk import Desk
from workflows.domain.case import AgentId
from workflows.domain.effects import State
from workflows.errors import Refusal
from workflows.queues import Road, connect, relay_now
from workflows.services.audit import audit
from workflows.services.cases import release_case, take_over_case
from workflows.services.intake import take_posts
from workflows.settings import Settings
from workflows.store.tables import cases, messages, outbox

ROUNDS = 12


@pytest.fixture
def slack() -> Iterator[Answering]:
    with answering() as told:
        yield told.say({"ok": True, "channel": "C0SUPPORT", "ts": "1.1"})


@pytest.fixture
def desk(store: Store, slack: Answering) -> Desk:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        slack_api_url=slack.url,
        slack_channel=CHANNEL,
        slack_posts_per_second=10_000,
        slack_updates_per_minute=600_000,
    )
    road = Road(connect("redis://127.0.0.1:1"))  # nothing is enqueued: the workers here take what is due
    return Desk(settings, store.engine, road, relay_now(road), "worker-1")


class Scene:
    """One case, the people who click on it, the customer who writes, and the processes that work."""

    def __init__(self, store: Store, desk: Desk, answer_url: str) -> None:
        self.begin = store.begin
        self.performer = desk.performer
        self.deeds: Any = slackbot.jobs.deeds_of(desk, Sender(desk.settings)) | workflows.jobs.deeds_of(desk)
        self.answer_url = answer_url
        self.case_id = store.have_case()
        self.over = threading.Event()
        self.people: list[Callable[[], None]] = [
            lambda: self.click(ASHA),
            lambda: self.click(MEHMET),
            self.write,
        ]
        self.left = threading.Barrier(len(self.people), action=self.over.set)

    def act(self, number: int) -> None:
        if number >= len(self.people):
            self.work()
            return
        try:
            self.people[number]()
        finally:
            self.left.wait(60)

    def click(self, agent: AgentId) -> None:
        for _ in range(ROUNDS):
            with self.begin() as uow:
                held = uow.cases.get(self.case_id).assignee
                take_over_case(uow, self.case_id, asker(agent, self.answer_url), from_whom=held)
            with contextlib.suppress(Refusal), self.begin() as uow:  # the other one may have taken it over
                release_case(uow, self.case_id, asker(agent, self.answer_url))

    def write(self) -> None:
        for number in range(ROUNDS):
            with self.begin() as uow:
                take_posts(uow, BRAND, [make_post(2 + number)], channel=CHANNEL)

    def work(self) -> None:
        """Be the clock and a worker at once."""
        while not self.over.is_set():
            with self.begin() as uow:
                due = uow.departures.due()
                settle_run_out(self.performer, uow, self.deeds)
            for offer in due:
                deliver_effect(self.performer, self.deeds, offer.effect_id)


@pytest.mark.parametrize("shown", ["through clicks", "by updates"])
def test_clicks_workers_clock_and_intake_do_not_throw_each_other_out(
    store: Store, desk: Desk, slack: Answering, shown: str
) -> None:
    scene = Scene(store, desk, f"{slack.url}/response" if shown == "through clicks" else "")

    results = at_once(len(scene.people) + 3, scene.act)

    assert [result for result in results if result is not None] == []
    assert len(store.rows(messages)) == ROUNDS + 1
    assert len(store.rows(cases)) == 1
    assert store.rows(outbox, outbox.c.state == State.FAILED) == []
    with store.look() as views:
        assert audit(views) == []
