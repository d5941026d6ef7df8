"""A new version that is for open cases too: they follow it in chunks, and their ladder goes on in time."""

import pytest

from tests.store.stores import BRAND, RAVI, Store, answered, make_post, use, woken
from tests.store.test_escalations import MINUTE, events, said, wake_at
from workflows.services.clocks import follow_new_version
from workflows.services.playbooks import followers
from workflows.store.history import Event
from workflows.store.tables import cases, history

OLD = """
version: 1
name: Shop
people: {agents: [U0ASHA], supervisors: [U0MEHMET], admins: [U0ANNA]}
priorities: {medium: {first_response: 60m}}
triage: {otherwise: {priority: medium}}
escalation:
  ladders:
    - name: all
      steps:
        - {after: 10m, ping: [agents]}
        - {after: 30m, ping: [supervisors]}
        - {after: 45m, ping: [admins]}
"""
FOLLOWED = OLD.replace("name: Shop", "name: Shop\napply_to_open: true")
FIRST, MIDDLE = "        - {after: 10m, ping: [agents]}\n", "        - {after: 30m, ping: [supervisors]}\n"
INSERTED = FOLLOWED.replace(FIRST, "        - {after: 5m, ping: [agents]}\n" + FIRST)
INSERTED_LATER = FOLLOWED.replace(MIDDLE, "        - {after: 20m, ping: [agents]}\n" + MIDDLE)
DROPPED = FOLLOWED.replace(FIRST, "")
RENAMED = FOLLOWED.replace("name: all", "name: everybody")


def followed(store: Store, minute: float, most: int = 20) -> int:
    """Let the clock bring some of the open cases under their new version; return how many."""
    with store.at(minute * MINUTE) as uow:
        digest, behind = followers(uow, most)
        follow_new_version(uow, digest, behind)
    return len(behind)


def said_after(store: Store, *minutes: float) -> list[str]:
    """Let the clock look at these minutes, and return which steps it said, each with its minute."""
    told = []
    for minute in minutes:
        before = len(said(store))
        woken(store, minute * MINUTE)
        told += [f"{step} at {minute:g}" for step, _ in said(store)[before:]]
    return told


def test_open_cases_follow_in_chunks_and_each_once(store: Store) -> None:
    use(store, OLD)
    for number in range(1, 6):
        store.have_case(make_post(number, conversation_id=str(number)))
    digest = use(store, FOLLOWED)

    assert [followed(store, 1, most=2) for _ in range(4)] == [2, 2, 1, 0]

    assert {row.playbook for row in store.rows(cases)} == {digest}
    changed = store.rows(history, history.c.event == Event.PLAYBOOK_CHANGED)
    assert sorted(row.case_id for row in changed) == [1, 2, 3, 4, 5]
    assert {row.facts["playbook"] for row in changed} == {digest}


def test_a_case_under_the_current_version_and_a_resolved_one_are_not_touched(store: Store) -> None:
    use(store, OLD)
    store.have_case(make_post(1, conversation_id="1"))
    store.write(cases, cases.c.id == 1, status="resolved")
    use(store, FOLLOWED)
    store.have_case(make_post(2, author=RAVI, conversation_id="2"))
    before = store.rows(cases)

    assert followed(store, 1) == 0

    assert store.rows(cases) == before
    assert events(store, Event.PLAYBOOK_CHANGED) == []


def test_without_the_wish_open_cases_keep_their_version(store: Store) -> None:
    old = use(store, OLD)
    store.have_case()
    use(store, OLD.replace("60m", "20m"))
    assert followed(store, 1) == 0
    assert store.case().playbook == old


def test_cases_of_an_account_that_another_playbook_names_do_not_follow(store: Store) -> None:
    mine = OLD.replace("name: Shop", f"name: Mine\naccounts: [{BRAND.username}]")
    digest = use(store, mine)
    store.have_case()
    use(store, mine, FOLLOWED)
    assert followed(store, 1) == 0
    assert store.case().playbook == digest


@pytest.mark.parametrize(
    ("new", "first", "then"),
    [
        (FOLLOWED, 30, ["2 at 30.1", "3 at 45.1"]),
        (INSERTED, 30, ["3 at 30.1", "4 at 45.1"]),
        (INSERTED_LATER, 20, ["2 at 20.1", "3 at 30.1", "4 at 45.1"]),
        (DROPPED, 30, ["1 at 30.1", "2 at 45.1"]),
        (RENAMED, 30, ["2 at 30.1", "3 at 45.1"]),
    ],
    ids=["the same", "a step before", "a step to come", "a step less", "another name"],
)
def test_the_ladder_goes_on_from_where_time_stands_and_neither_repeats_nor_loses_a_step(
    store: Store, new: str, first: float, then: list[str]
) -> None:
    use(store, OLD)
    store.have_case()
    assert said_after(store, 10.1) == ["1 at 10.1"]
    use(store, new)

    assert followed(store, 15) == 1

    assert wake_at(store) == first
    assert said_after(store, 15.1, 19.9, 20.1, 29.9, 30.1, 45.1, 60.1, 600) == then
    assert len(events(store, Event.BREACHED)) == 1


def test_a_step_that_was_due_before_the_change_and_was_not_said_is_said(store: Store) -> None:
    use(store, OLD)
    store.have_case()
    use(store, INSERTED)
    followed(store, 7)
    assert said_after(store, 7.1, 10.1) == ["1 at 7.1", "2 at 10.1"]


def test_a_case_that_waits_for_its_customer_follows_and_stays_silent(store: Store) -> None:
    use(store, OLD)
    answered(store, store.have_case(), 5 * MINUTE)
    digest = use(store, FOLLOWED)

    assert followed(store, 6) == 1

    case = store.case()
    assert (case.playbook, case.status, case.wake_at) == (digest, "waiting", None)
    assert woken(store, 600 * MINUTE) == 0
