"""Moves on a case: who wins, which refusal, and what becomes of the status."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.domain.case import (
    AgentId,
    Case,
    CaseId,
    Status,
    answered,
    claim,
    customer_wrote,
    may_write,
    release,
    reopen,
    resolve,
    take_over,
)
from workflows.errors import Conflict, HeldByOther, Refusal

EARLIER = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOW = EARLIER + timedelta(hours=1)
ASHA, MEHMET, PRIYA = AgentId("U0ASHA"), AgentId("U0MEHMET"), AgentId("U0PRIYA")
FREE, MINE, THEIRS = None, ASHA, MEHMET

Move = Callable[[Case], Case]


def make_case(status: Status = Status.NEW, holder: AgentId | None = None) -> Case:
    return Case(
        id=CaseId(7),
        account_id="1",
        customer_id=2,
        conversation_id="3",
        status=status,
        priority="medium",
        channel="#support",
        version=4,
        opened_at=EARLIER,
        assignee=holder,
        assigned_at=EARLIER if holder else None,
    )


def outcome(move: Move, case: Case) -> tuple[Status, AgentId | None] | str:
    """Return status and holder after the move, or the code of the refusal."""
    try:
        after = move(case)
    except Refusal as refusal:
        return refusal.code
    # Nothing else changes; who takes a case has it since now, who keeps it since earlier.
    assert replace(after, status=case.status, assignee=case.assignee, assigned_at=case.assigned_at) == case
    expected = case.assigned_at if after.assignee == case.assignee else NOW if after.assignee else None
    if after.status is not Status.OPEN or case.status is not Status.RESOLVED:
        assert after.assigned_at == expected
    return after.status, after.assignee


NEW, OPEN, WAITING, RESOLVED = Status
MOVES: dict[str, tuple[Move, dict[tuple[Status, AgentId | None], tuple[Status, AgentId | None] | str]]] = {
    "claim": (
        lambda case: claim(case, ASHA, NOW),
        {
            (NEW, FREE): (OPEN, ASHA),
            (OPEN, MINE): (OPEN, ASHA),
            (OPEN, THEIRS): "held",
            (WAITING, FREE): (WAITING, ASHA),
            (WAITING, MINE): (WAITING, ASHA),
            (WAITING, THEIRS): "held",
            (RESOLVED, FREE): "resolved",
            (RESOLVED, MINE): "resolved",
            (RESOLVED, THEIRS): "resolved",
        },
    ),
    "release": (
        lambda case: release(case, ASHA, NOW),
        {
            (NEW, FREE): "not_held",
            (OPEN, MINE): (NEW, None),
            (OPEN, THEIRS): "held",
            (WAITING, FREE): "not_held",
            (WAITING, MINE): (WAITING, None),
            (WAITING, THEIRS): "held",
        },
    ),
    "take over from Mehmet": (
        lambda case: take_over(case, ASHA, NOW, from_whom=MEHMET),
        {
            (NEW, FREE): (OPEN, ASHA),
            (OPEN, MINE): (OPEN, ASHA),
            (OPEN, THEIRS): (OPEN, ASHA),
            (OPEN, PRIYA): "changed_hands",
            (WAITING, THEIRS): (WAITING, ASHA),
            (RESOLVED, THEIRS): "resolved",
        },
    ),
    "take over what was free": (
        lambda case: take_over(case, ASHA, NOW, from_whom=None),
        {(NEW, FREE): (OPEN, ASHA), (OPEN, THEIRS): "changed_hands", (OPEN, MINE): (OPEN, ASHA)},
    ),
    "resolve": (
        lambda case: resolve(case, ASHA, NOW),
        {
            (NEW, FREE): (RESOLVED, None),
            (OPEN, MINE): (RESOLVED, ASHA),
            (OPEN, THEIRS): "held",
            (WAITING, MINE): (RESOLVED, ASHA),
            (WAITING, THEIRS): "held",
            (RESOLVED, MINE): "resolved",
            (RESOLVED, THEIRS): "resolved",
        },
    ),
    "re-open": (
        lambda case: reopen(case, ASHA, NOW),
        {
            (NEW, FREE): "not_resolved",
            (OPEN, MINE): "not_resolved",
            (WAITING, THEIRS): "not_resolved",
            (RESOLVED, FREE): (OPEN, ASHA),
            (RESOLVED, MINE): (OPEN, ASHA),
            (RESOLVED, THEIRS): (OPEN, ASHA),
        },
    ),
    "customer writes": (
        customer_wrote,
        {
            (NEW, FREE): (NEW, None),
            (OPEN, THEIRS): (OPEN, MEHMET),
            (WAITING, FREE): (NEW, None),
            (WAITING, THEIRS): (OPEN, MEHMET),
            (RESOLVED, FREE): (NEW, None),
            (RESOLVED, THEIRS): (OPEN, MEHMET),
        },
    ),
    "answer is out": (
        lambda case: answered(case, customer_wrote_since=False),
        {
            (NEW, FREE): (WAITING, None),
            (OPEN, MINE): (WAITING, ASHA),
            (WAITING, MINE): (WAITING, ASHA),
            (RESOLVED, MINE): (RESOLVED, ASHA),
        },
    ),
    "answer is out but the customer wrote meanwhile": (
        lambda case: answered(case, customer_wrote_since=True),
        {(OPEN, MINE): (OPEN, ASHA), (RESOLVED, MINE): (RESOLVED, ASHA)},
    ),
}


@pytest.mark.parametrize(
    ("name", "status", "holder"),
    [(name, *before) for name, (_, table) in MOVES.items() for before in table],
)
def test_a_move_ends_where_the_table_says(name: str, status: Status, holder: AgentId | None) -> None:
    move, table = MOVES[name]
    assert outcome(move, make_case(status, holder)) == table[(status, holder)]


def test_who_is_refused_learns_who_has_the_case_and_since_when() -> None:
    with pytest.raises(HeldByOther) as refused:
        claim(make_case(OPEN, MEHMET), ASHA, NOW)
    assert refused.value.facts == {"holder": MEHMET, "since": EARLIER.isoformat()}

    with pytest.raises(Conflict) as conflict:
        take_over(make_case(OPEN, PRIYA), ASHA, NOW, from_whom=MEHMET)
    assert conflict.value.facts == {"holder": PRIYA}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("holder", [FREE, MINE, THEIRS])
def test_whoever_may_claim_may_write(status: Status, holder: AgentId | None) -> None:
    case = make_case(status, holder)
    try:
        claim(case, ASHA, NOW)
    except Refusal as refusal:
        with pytest.raises(type(refusal)):
            may_write(case, ASHA, NOW)
    else:
        may_write(case, ASHA, NOW)


PEOPLE = st.sampled_from([ASHA, MEHMET, PRIYA])
ANY_MOVE: st.SearchStrategy[Move] = st.one_of(
    PEOPLE.map(lambda who: lambda case: claim(case, who, NOW)),
    PEOPLE.map(lambda who: lambda case: release(case, who, NOW)),
    st.tuples(PEOPLE, st.none() | PEOPLE).map(
        lambda two: lambda case: take_over(case, two[0], NOW, from_whom=two[1])
    ),
    PEOPLE.map(lambda who: lambda case: resolve(case, who, NOW)),
    PEOPLE.map(lambda who: lambda case: reopen(case, who, NOW)),
    st.just(customer_wrote),
    st.booleans().map(lambda wrote: lambda case: answered(case, customer_wrote_since=wrote)),
)


@given(st.lists(ANY_MOVE, max_size=12))
@settings(max_examples=150, deadline=None)
def test_whatever_people_do_a_new_case_is_nobodys_and_an_open_one_somebodys(moves: list[Move]) -> None:
    case = make_case()
    for move in moves:
        try:
            case = move(case)
        except Refusal:
            continue
        assert (case.assigned_at is None) == (case.assignee is None)
        assert case.status is not Status.NEW or case.assignee is None
        assert case.status is not Status.OPEN or case.assignee is not None
