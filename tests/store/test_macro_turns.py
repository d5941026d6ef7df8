"""The wordings of a macro take turns, however often it was used; whose turn it is stays quick to find."""

from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, case, insert, literal, select

from tests.store.stores import START, Store
from tests.store.test_plans import analyze, listening, numbers, plan_of
from workflows.store.drafts import MOST_USES, SENT
from workflows.store.engine import Instant
from workflows.store.reply_tables import drafts
from workflows.store.unit_of_work import UnitOfWork

USES = 4 * MOST_USES


def used(uow: UnitOfWork, macro: str, *, every: int = 1) -> int:
    """Have one more answer that began with this macro, and others after it; return how many count."""
    row: dict[str, Any] = {"case_id": 1, "author": "U0ASHA", "target": "1", "text": "Hi", "state": SENT}
    row |= {"macro": macro, "submitted_at": START}
    uow.connection.execute(drafts.insert(), [row, *[row | {"macro": ""}] * (every - 1)])
    return uow.drafts.times_used(macro)


def test_the_first_uses_are_counted_one_by_one(store: Store) -> None:
    store.have_case()
    with store.at() as uow:
        assert [used(uow, "hello") for _ in range(4)] == [1, 2, 3, 4]
        assert used(uow, "bye") == 1


def test_what_was_not_handed_in_takes_no_turn(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        values = {"case_id": case_id, "author": "U0ASHA", "target": "1", "text": "Hi", "state": "open"}
        uow.connection.execute(drafts.insert().values(**values, macro="hello"))
        assert uow.drafts.times_used("hello") == 0


def test_wordings_take_turns_after_very_many_uses_too(store: Store) -> None:
    store.have_case()
    for every in (1, 2):  # with wordings of an even number, every second number alone would be one wording
        with store.at() as uow:
            counts = [used(uow, f"macro-{every}", every=every) for _ in range(USES)]
        again = sum(one % 2 == other % 2 for one, other in pairwise(counts))
        assert again <= USES // 50
        assert max(counts) <= MOST_USES


def test_whose_turn_it_is_is_found_without_reading_all_uses(store: Store) -> None:
    case_id = store.have_case()
    counted = numbers()
    columns: dict[ColumnElement[Any], ColumnElement[Any]] = {
        drafts.c.case_id: literal(case_id),
        drafts.c.author: literal("U0ASHA"),
        drafts.c.target: literal("1"),
        drafts.c.text: literal("Hi"),
        drafts.c.digest: literal(""),
        drafts.c.state: literal(SENT),
        drafts.c.reason: literal(""),
        drafts.c.external_id: literal(""),
        drafts.c.submitted_at: literal(START, Instant),
        drafts.c.macro: case((counted.c.n % 50 == 0, "hello"), else_="bye"),
    }
    with store.engine.begin() as connection:
        connection.execute(insert(drafts).from_select(list(columns), select(*columns.values())))
    analyze(store)

    with store.engine.connect() as connection:
        with listening(connection) as heard:
            assert store.on(connection).drafts.times_used("hello") <= MOST_USES
        ((statement, given),) = [said for said in heard if "drafts" in said[0]]
        plan = plan_of(connection, statement, given)
        read = len(connection.exec_driver_sql(statement, given).all())
    assert "ix_drafts_macro" in plan
    assert not any(sign in plan for sign in ("Sort", "B-TREE", "Seq Scan", "Aggregate"))
    assert read == MOST_USES
