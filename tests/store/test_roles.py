"""Who may work on a case: those of its account's playbook, as far as Slack has told who they are."""

import pytest

from slackbot.listeners.click import Click, check_actor
from tests.store.stores import ASHA, BRAND, CHANNEL, MEHMET, START, Store, asker, make_post, use
from workflows.domain.case import AgentId, CaseId
from workflows.domain.effects import Kind
from workflows.domain.people import Group, Person
from workflows.domain.post import Author
from workflows.errors import NotAllowed
from workflows.services.intake import take_posts
from workflows.services.playbooks import current_playbook, staff_of
from workflows.store.tables import groups, outbox

OTHER = Author("1700000000000000002", "sarihome", "Sari Home")
LISTS = """
version: 1
name: Lists
accounts: [sarishop]
people: {agents: [U0ASHA, S0AGENTS], allowed: [U0GUEST]}
"""
EVERYBODY = """
version: 1
name: Everybody
"""
STRANGER = AgentId("U0STRANGER")


@pytest.fixture
def two(store: Store) -> Store:
    """A store with case 1 of the account that lists its agents, and case 2 of one that lists none."""
    use(store, LISTS, EVERYBODY)
    store.have_case(make_post(1))
    with store.at() as uow:
        uow.accounts.add(OTHER)
        uow.accounts.keep_group(Group("S0AGENTS", "agents", ["U0MEHMET"]), START)
        take_posts(uow, OTHER, [make_post(2, mentions=((0, OTHER.id),))], channel=CHANNEL)
    return store


def clicks(store: Store, agent: AgentId, subject: int, *, of_case: bool = True) -> None:
    """Let this person press a button. Raises NotAllowed."""
    with store.at() as uow:
        check_actor(uow, Click(asker(agent), "click", subject, of_case=of_case))


@pytest.mark.parametrize("agent", [ASHA, MEHMET])
def test_the_agents_of_an_accounts_playbook_may_work_on_its_cases(two: Store, agent: AgentId) -> None:
    clicks(two, agent, 1)
    clicks(two, agent, 2)


def test_who_is_no_agent_of_the_accounts_playbook_may_work_only_on_cases_of_others(two: Store) -> None:
    with pytest.raises(NotAllowed) as refused:
        clicks(two, STRANGER, 1)
    assert refused.value.code == "not_an_agent"
    clicks(two, STRANGER, 2)
    clicks(two, STRANGER, 1, of_case=False)  # a draft's number: not the one of a case


def test_a_guest_whom_one_playbook_allows_is_refused_at_cases_of_another(two: Store) -> None:
    with two.at() as uow:
        uow.accounts.keep_person(Person("U0GUEST", "T1", "Guest", is_guest=True), START)
    clicks(two, AgentId("U0GUEST"), 1)
    with pytest.raises(NotAllowed) as refused:
        clicks(two, AgentId("U0GUEST"), 2)
    assert refused.value.code == "guests_read_only"


def test_of_a_case_that_is_gone_any_playbook_may_speak(two: Store) -> None:
    clicks(two, STRANGER, 99)


def test_slack_is_asked_about_who_clicks_and_is_not_known(two: Store) -> None:
    clicks(two, ASHA, 1)
    assert two.row(outbox, outbox.c.kind == Kind.PEOPLE).dedup_key == ASHA


# --- whom Slack has told of


def test_of_people_only_those_who_are_named_or_in_a_named_group_and_admins_are_looked_up(
    store: Store,
) -> None:
    people = [
        Person("U0NAMED", "T1", "Named"),
        Person("U0GROUPED", "T1", "Grouped"),
        Person("U0NAMEDGONE", "T1", "Named, gone", is_deleted=True),
        Person("U0OWNER", "T1", "Owner", is_admin=True),
        Person("U0GONE", "T1", "Gone", is_deleted=True),
        Person("U0BOT", "T1", "Bot", is_bot=True),
        Person("U0GUEST", "T1", "Guest", is_guest=True),
        Person("U0PLAIN", "T1", "Plain"),
    ]
    with store.at() as uow:
        for person in people:
            uow.accounts.keep_person(person, START)
        uow.accounts.keep_group(Group("S0TEAM", "team", ["U0GROUPED"]), START)
        uow.accounts.keep_group(Group("S0OTHERS", "others", ["U0PLAIN"]), START)

        known = uow.accounts.directory(["U0NAMED", "U0NAMEDGONE", "S0TEAM", "S0UNTOLD"])

    assert set(known.people) == {"U0NAMED", "U0NAMEDGONE", "U0GROUPED", "U0OWNER"}
    assert set(known.groups) == {"S0TEAM"}
    assert known.people["U0NAMEDGONE"].is_deleted


def test_a_group_that_slack_lists_no_more_gives_nobody_a_right(two: Store) -> None:
    with two.at() as uow:
        uow.accounts.keep_group(Group("S0LEFT", "left", []), START)
        uow.accounts.drop_groups(but=["S0LEFT"])
    assert [row.id for row in two.rows(groups)] == ["S0LEFT"]
    with two.at() as uow:
        staff = staff_of(uow, current_playbook(uow, BRAND.username))
        assert staff.directory.groups == {}
        assert not staff.has_role(MEHMET, "agent", if_unknown=False)


def test_people_are_looked_up_once_in_a_transaction(two: Store) -> None:
    with two.at() as uow:
        playbook = current_playbook(uow, BRAND.username)
        assert staff_of(uow, playbook) is staff_of(uow, playbook)
        assert uow.cases.account_of(CaseId(2)) == OTHER.username
