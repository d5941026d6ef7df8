"""Help that is due is offered by the clock itself: with Redis away, past one case's trouble, in a moment."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, insert, literal, select

from tests.store.stores import RAVI, START, Store, make_post
from tests.store.test_direct import events
from tests.store.test_handoffs import invited, looked, offers, send
from tests.store.test_plans import analyze, listening, numbers, plan_of
from workflows.clock import TheClock
from workflows.desk import open_desk
from workflows.domain.handoff import Stage
from workflows.settings import Settings
from workflows.store.engine import Instant
from workflows.store.reply_tables import handoffs


def test_the_clock_offers_help_while_redis_is_away(store: Store, tmp_path: Path) -> None:
    case_id = invited(store)
    nowhere = SecretStr(f"unix://{tmp_path}/nobody-listens")
    settings = Settings(database_url=SecretStr(store.url), redis_url=nowhere, slack_channel="#support")
    desk = open_desk(settings, name="clock")
    with desk.begin() as uow:
        uow.timers.start("help")

    TheClock(desk).turn()

    desk.engine.dispose()
    assert events(store, case_id)[-1] == "dm_help_offered"


def test_a_case_that_cannot_be_helped_keeps_no_other_one_waiting(store: Store) -> None:
    broken = invited(store)
    other = store.have_case(make_post(2, author=RAVI, conversation_id="1990000000000000002"))
    send(store, other, "invite", 61.0)
    store.write(handoffs, handoffs.c.case_id == broken, stage="nobody knows this one")

    assert looked(store, 31) == 2

    assert (offers(store, broken), offers(store, other)) == (0, 1)
    assert looked(store, 31.5) == 0
    assert looked(store, 33) == 1  # and it is tried again


def test_what_is_due_is_found_by_index_however_much_is_settled(store: Store) -> None:
    case_id = invited(store)
    settled: dict[ColumnElement[Any], ColumnElement[Any]] = {
        handoffs.c.case_id: literal(case_id),
        handoffs.c.stage: literal(Stage.CLOSED.value),
        handoffs.c.invited_by: literal("U0ASHA"),
        handoffs.c.invited_at: literal(START, Instant),
    }
    with store.engine.begin() as connection:
        every = select(*settled.values()).select_from(numbers())
        connection.execute(insert(handoffs).from_select(list(settled), every))
    analyze(store)

    with store.engine.connect() as connection:
        uow = store.on(connection, 60)
        with listening(connection) as heard:
            assert uow.handoffs.due(20) == []
            assert uow.handoffs.lapse_resolved(20) == 0
        asked = [said for said in heard if "handoffs" in said[0]]
        plans = [plan_of(connection, statement, given) for statement, given in asked]
    assert len(plans) == 2
    assert "ix_handoffs_wake_at" in plans[0]
    assert "ix_handoffs_invited" in plans[1] or "ix_handoffs_case" in plans[1]
    assert not any("Seq Scan on handoffs" in plan for plan in plans)
