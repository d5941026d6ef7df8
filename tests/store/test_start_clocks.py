"""Cases from before there were clocks are timed, a few at a time; one that cannot be timed stops no other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from tests.store.stores import (
    BRAND,
    CHANNEL,
    EMMA,
    START,
    Store,
    make_post,
    use,
)
from tests.store.test_escalations import LADDERS, MINUTE, events, said
from workflows.domain.effects import Kind
from workflows.domain.people import House
from workflows.domain.post import Post
from workflows.services.clocks import follow_new_version, start_clocks
from workflows.services.escalations import wake_due
from workflows.services.intake import take_posts
from workflows.services.playbooks import followers
from workflows.store.history import Event
from workflows.store.tables import cases, customers, history, messages, outbox

HOUSE = House(channels={"cards": CHANNEL, "admins": "#desk-admin"})


def old_post(number: int, minute: float) -> Post:
    return make_post(
        number,
        author=replace(EMMA, id=str(number), username=f"c{number}"),
        conversation_id=str(number),
        written_at=START + timedelta(minutes=minute),
    )


def had_before(store: Store, *minutes: float) -> None:
    """Have an open case for each of these minutes, as a process without clocks would have written it."""
    with store.at() as uow:
        uow.accounts.add(BRAND)
    for number, minute in enumerate(minutes, start=1):
        post, at = old_post(number, minute), START + timedelta(minutes=minute)
        author = {"username": post.author.username, "name": post.author.name}
        with store.engine.begin() as connection:
            connection.execute(
                insert(customers).values(id=number, network="x", external_id=post.author.id, **author)
            )
            opened = {"status": "new", "priority": "medium", "channel": CHANNEL, "version": 1}
            connection.execute(
                insert(cases).values(
                    id=number,
                    account_id=BRAND.id,
                    customer_id=number,
                    conversation_id=post.conversation_id,
                    opened_at=at,
                    changed_at=at,
                    **opened,
                )
            )
            connection.execute(insert(messages).values(**_message(number, post)))
            line = {"event": Event.OPENED, "actor_kind": "customer", "actor": str(number)}
            connection.execute(insert(history).values(case_id=number, at=at, facts={"post": post.id}, **line))
    with store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("cases", "customers"):
                connection.exec_driver_sql(f"SELECT setval('{table}_id_seq', {len(minutes)})")


def _message(number: int, post: Post) -> dict[str, Any]:
    return {
        "case_id": number,
        "account_id": BRAND.id,
        "external_id": post.id,
        "author": "customer",
        "kind": "mention",
        "text": post.text,
        "language": "",
        "written_at": post.written_at,
        "received_at": post.written_at,
        "media": 0,
        "names_us": True,
        "follows_up": False,
    }


def started(store: Store, minute: float, most: int = 20) -> int:
    with store.at(minute * MINUTE) as uow:
        return start_clocks(uow, most)


def woken_at(store: Store, minute: float) -> int:
    """Let the clock look, at a desk whose admins have a channel."""
    with store.at(minute * MINUTE) as uow:
        uow.house = HOUSE
        return wake_due(uow)


def pinged(store: Store) -> Sequence[int]:
    return [row.case_id for row in store.rows(history, history.c.event == Event.PINGED)]


# --- from before there were clocks


def test_cases_from_before_there_were_clocks_are_timed_a_few_at_a_time_and_once(store: Store) -> None:
    digest = use(store, LADDERS)
    had_before(store, 0, 1, 2)

    assert [started(store, 5, most=2) for _ in range(3)] == [2, 1, 0]

    assert [row.playbook for row in store.rows(cases)] == [digest] * 3
    assert [row.due_at for row in store.rows(cases)] == [
        START + timedelta(minutes=minute) for minute in (60, 61, 62)
    ]
    assert len(events(store, Event.TIMED)) == 3


def test_what_waited_for_more_than_an_hour_by_then_is_late_and_calls_nobody(store: Store) -> None:
    use(store, LADDERS)
    had_before(store, 0)

    started(store, 61)
    for minute in (61, 62, 120, 3000):
        woken_at(store, minute)

    case = store.case()
    assert (case.is_late, case.waiting_since, case.wake_at) == (True, START, None)
    assert len(events(store, Event.BREACHED)) == 1
    assert (said(store), store.rows(outbox, outbox.c.kind == Kind.PING)) == ([], [])


def test_what_is_younger_than_an_hour_by_then_calls_people(store: Store) -> None:
    use(store, LADDERS)
    had_before(store, 0)

    started(store, 59)
    woken_at(store, 59)

    assert said(store) == [("3", "1,2")]


def test_a_later_post_to_such_a_case_calls_people_from_when_it_was_written(store: Store) -> None:
    use(store, LADDERS)
    had_before(store, 0)
    started(store, 600)
    woken_at(store, 600)
    later = replace(old_post(1, 610), id=make_post(50).id)

    with store.at(610 * MINUTE) as uow:
        assert take_posts(uow, BRAND, [later], channel=CHANNEL) == 1
    for minute in (619.9, 620.1, 640.1):
        woken_at(store, minute)

    assert len(store.rows(cases)) == 1
    assert store.case().waiting_since == START
    assert said(store) == [("1", ""), ("2", "")]


def test_an_old_case_whose_customer_wrote_again_a_moment_ago_calls_people(store: Store) -> None:
    use(store, LADDERS)
    had_before(store, 0)
    answered_long_ago(store, minute=10)
    line = {"event": Event.POST_RECEIVED, "actor_kind": "customer", "actor": "1", "facts": {"post": "7"}}
    with store.engine.begin() as connection:
        connection.execute(insert(history).values(case_id=1, at=START + timedelta(minutes=595), **line))

    started(store, 600)
    woken_at(store, 605.1)

    assert store.case().waiting_since == START + timedelta(minutes=595)
    assert said(store) == [("1", "")]


def answered_long_ago(store: Store, minute: float) -> None:
    """The history of an answer, as a process without clocks wrote it."""
    at = START + timedelta(minutes=minute)
    with store.engine.begin() as connection:
        for event in (Event.REPLY_SUBMITTED, Event.REPLY_SENT):
            line = {"event": event, "actor_kind": "desk", "actor": "", "facts": {"draft": "1"}}
            connection.execute(insert(history).values(case_id=1, at=at, **line))


def test_without_a_playbook_such_a_case_is_timed_once_too(store: Store) -> None:
    had_before(store, 0)
    assert [started(store, 120), started(store, 121)] == [1, 0]
    assert store.case().waiting_since == START


@pytest.mark.parametrize("first", ["followers", "clocks"])
def test_a_playbook_for_open_cases_calls_nobody_to_those_from_before_the_clocks(
    store: Store, first: str
) -> None:
    digest = use(store, LADDERS.replace("name: Ladders", "name: Ladders\napply_to_open: true"))
    had_before(store, 0)

    for what in (first, "followers", "clocks", "followers"):
        with store.at(600 * MINUTE) as uow:
            if what == "clocks":
                start_clocks(uow, 20)
            else:
                follow_new_version(uow, *followers(uow, 20))
    woken_at(store, 601)

    assert (store.case().playbook, store.case().is_late) == (digest, True)
    assert said(store) == []


# --- one that cannot be timed


def test_a_case_that_cannot_be_timed_is_put_aside_and_told_once_an_hour_and_the_others_go_on(
    store: Store,
) -> None:
    use(store, LADDERS)
    for number in (1, 2, 3):
        store.have_case(old_post(number, 0))
    line = {"event": Event.POST_RECEIVED, "actor_kind": "customer", "actor": "2"}
    spoilt = {"post": "7", "written": "yesterday, I think"}
    with store.engine.begin() as connection:
        connection.execute(insert(history).values(case_id=2, at=START, facts=spoilt, **line))

    assert woken_at(store, 10.1) == 3

    assert sorted(pinged(store)) == [1, 3]
    assert store.case(2).wake_at == START + timedelta(minutes=11.1)
    assert woken_at(store, 11) == 0
    assert woken_at(store, 11.2) == 1
    (told,) = store.rows(outbox, outbox.c.kind == Kind.ALERT)
    assert (told.payload["code"], told.payload["facts"]["case"]) == ("case_not_timed", "2")
    assert told.payload["channel"] == "#desk-admin"
    woken_at(store, 61)
    assert len(store.rows(outbox, outbox.c.kind == Kind.ALERT)) == 2
