"""Assignment in the store: who gets a new case, and who loses one while they are away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    EMMA,
    MEHMET,
    START,
    Store,
    answered,
    asker,
    at_once,
    make_post,
    use,
    woken,
)
from workflows.domain.case import AgentId, CaseId, Status
from workflows.domain.people import Person
from workflows.services.cases import claim_case, resolve_case
from workflows.services.intake import take_posts
from workflows.store.history import Event
from workflows.store.tables import history

LATE = AgentId("U0LATE")
RULES = """
version: 1
name: Hands
hours: {day: {time_zone: UTC, days: {mon-sun: ["09:00-18:00"]}}}
people:
  agents: [U0ASHA, U0MEHMET, U0LATE]
  shifts:
    - {who: [U0LATE], hours: late}
  teams:
    billing: {members: [U0MEHMET]}
triage:
  rule_sets:
    - {name: t, rules: [{name: bill, when: {words: [bill]}, then: {tags: [bill]}}]}
routing:
  - {name: bills, tags: [bill], team: billing, owner: round_robin}
  - {name: rest, owner: HOW}
escalation:
  ladders: [{name: all, steps: [{after: 10m, ping: [owner]}, {after: 2h, ping: [agents]}]}]
""".replace("hours: {day:", 'hours: {late: {time_zone: UTC, days: {mon-sun: ["13:00-14:00"]}}, day:')


def playbook(how: str) -> str:
    return RULES.replace("HOW", how)


def given(store: Store, number: int, *, text: str = "@sarishop hello", seconds: float = 0.0) -> CaseId:
    """A customer of their own writes; return the case."""
    author = replace(EMMA, id=str(number), username=f"c{number}")
    at = START + timedelta(seconds=seconds)
    post = make_post(number, author=author, conversation_id=str(number), text=text, written_at=at)
    return store.have_case(post, seconds=seconds)


def owner(store: Store, case_id: CaseId) -> str | None:
    found = store.case(case_id).assignee
    return None if found is None else str(found)


def events(store: Store, event: Event) -> list[dict[str, str]]:
    return [row.facts for row in store.rows(history, history.c.event == event)]


def test_nobody_is_given_a_case_unless_the_route_says_so(store: Store) -> None:
    use(store, playbook("none"))
    assert owner(store, given(store, 1)) is None
    assert store.case().status == Status.NEW


def test_cases_go_round_among_those_on_duty(store: Store) -> None:
    use(store, playbook("round_robin"))
    got = [owner(store, given(store, number, seconds=number)) for number in range(1, 5)]
    assert got == [ASHA, MEHMET, ASHA, MEHMET]
    assert [facts["to"] for facts in events(store, Event.ASSIGNED)] == got
    assert store.case().status == Status.OPEN


def test_who_comes_on_duty_joins_the_round(store: Store) -> None:
    use(store, playbook("round_robin"))
    given(store, 1)
    assert owner(store, given(store, 2, seconds=3601)) == "U0LATE"


def test_the_least_loaded_gets_it_and_resolved_cases_are_no_load(store: Store) -> None:
    use(store, playbook("least_load"))
    first = given(store, 1, seconds=1)
    given(store, 2, seconds=2)
    assert owner(store, given(store, 3, seconds=3)) == ASHA
    with store.at(4) as uow:
        for case_id in (first, CaseId(3)):
            resolve_case(uow, case_id, asker(ASHA))

    assert owner(store, given(store, 4, seconds=5)) == ASHA
    assert owner(store, given(store, 5, seconds=6)) in (ASHA, MEHMET)


def test_a_case_of_a_team_goes_to_that_team(store: Store) -> None:
    use(store, playbook("none"))
    case_id = given(store, 1, text="@sarishop my bill")
    assert (owner(store, case_id), store.case(case_id).team) == (MEHMET, "billing")


def test_being_given_a_case_is_no_claim_and_its_owner_is_pinged(store: Store) -> None:
    use(store, playbook("round_robin"))
    given(store, 1)
    woken(store, 601)
    assert events(store, Event.PINGED)[0]["step"] == "1"


def test_leavers_and_bots_are_given_nothing(store: Store) -> None:
    use(store, playbook("round_robin"))
    with store.at() as uow:
        uow.accounts.keep_person(Person("U0ASHA", "T1", "Asha", is_deleted=True), START)
    assert owner(store, given(store, 1)) == MEHMET


def wrote_again(store: Store, seconds: float, text: str = "@sarishop anybody?") -> None:
    """The customer of case 1 writes again."""
    post = make_post(
        90,
        author=replace(EMMA, id="1", username="c1"),
        conversation_id="1",
        text=text,
        written_at=START + timedelta(seconds=seconds),
    )
    with store.at(seconds) as uow:
        take_posts(uow, BRAND, [post], channel=CHANNEL)


def held_by(store: Store, agent: AgentId, how: str = "none") -> CaseId:
    """A case that this agent has claimed at 13:30."""
    use(store, playbook(how))
    case_id = given(store, 1, seconds=5400)
    with store.at(5401) as uow:
        claim_case(uow, case_id, asker(agent))
    return case_id


def test_who_is_off_duty_when_the_customer_writes_loses_the_case_to_the_queue(store: Store) -> None:
    case_id = held_by(store, LATE)

    wrote_again(store, 3 * 3600)

    assert (owner(store, case_id), store.case().status) == (None, Status.NEW)
    assert events(store, Event.RELEASED) == [{"off_duty": LATE}]


def test_the_pings_go_on_for_a_case_whose_holder_went_off_duty(store: Store) -> None:
    held_by(store, LATE)
    assert store.case().quiet_by == LATE

    wrote_again(store, 3 * 3600)
    woken(store, 3 * 3600 + 1801)

    assert [facts["step"] for facts in events(store, Event.PINGED)] == ["2"]


def test_where_routing_gives_cases_the_case_of_who_is_off_duty_goes_to_another(store: Store) -> None:
    use(store, playbook("round_robin"))
    given(store, 7, seconds=5000)
    case_id = given(store, 1, seconds=5400)
    assert owner(store, case_id) == LATE

    wrote_again(store, 3 * 3600)

    assert owner(store, case_id) == MEHMET


def test_who_is_on_duty_keeps_the_case(store: Store) -> None:
    case_id = held_by(store, ASHA)
    wrote_again(store, 3 * 3600)
    assert owner(store, case_id) == ASHA


def test_words_of_thanks_take_no_case_from_anybody(store: Store) -> None:
    case_id = held_by(store, LATE)
    answered(store, case_id, 5500, by=LATE)
    wrote_again(store, 3 * 3600, "@sarishop thank you so much!")
    assert owner(store, case_id) == LATE


@pytest.mark.parametrize("with_shifts", [True, False])
def test_who_has_left_the_workspace_loses_the_case_when_the_customer_writes(
    store: Store, with_shifts: bool
) -> None:
    source = playbook("none")
    if not with_shifts:
        source = source.replace("  shifts:\n    - {who: [U0LATE], hours: late}\n", "")
        assert "shifts" not in source
    use(store, source)
    case_id = given(store, 1)
    with store.at(1) as uow:
        claim_case(uow, case_id, asker(ASHA))
        uow.accounts.keep_person(Person("U0ASHA", "T1", "Asha", is_deleted=True), START)

    wrote_again(store, 3600)

    assert owner(store, case_id) is None
    woken(store, 3600 * 2 + 1)
    assert [facts["step"] for facts in events(store, Event.PINGED)] == ["2"]


def test_who_may_not_take_a_case_of_another_route_is_not_given_it_when_it_is_freed(store: Store) -> None:
    # The route of a case is found again by its tags, teams, language and account, as when it was new.
    source = playbook("none").replace(
        "  - {name: rest", "  - {name: turks, languages: [tr], owner: round_robin}\n  - {name: rest"
    )
    use(store, source)
    case_id = given(store, 1, seconds=5400)
    with store.at(5401) as uow:
        claim_case(uow, case_id, asker(LATE))

    wrote_again(store, 3 * 3600)

    assert owner(store, case_id) is None


def test_two_cases_at_once_go_to_two_people(store: Store) -> None:
    use(store, playbook("round_robin"))
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def take(number: int) -> int:
        author = replace(EMMA, id=str(number), username=f"c{number}")
        with store.begin() as uow:
            post = make_post(number, author=author, conversation_id=str(number))
            return take_posts(uow, BRAND, [post], channel=CHANNEL)

    assert at_once(2, take) == [1, 1]
    assert None not in [owner(store, CaseId(number)) for number in (1, 2)]
