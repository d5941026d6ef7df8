"""Who may act, who has which role, who is on duty, and whom a ladder calls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workflows.domain.people import Directory, Group, House, Person, Staff, may_act, people_named
from workflows.domain.playbook import Escalation, Hours, Ladder, People, Playbook, Rung, Shift, Team
from workflows.domain.rules import Span
from workflows.errors import NotAllowed

ASHA = Person("U0ASHA", "T1", "Asha Rao")


@pytest.mark.parametrize(
    ("person", "team_id", "home_team"),
    [
        (ASHA, "T1", "T1"),
        (replace(ASHA, is_admin=True), "T1", "T1"),
        (ASHA, "", "T1"),
        (ASHA, "T1", ""),
        (replace(ASHA, team_id=""), "T1", "T1"),
        (None, "T1", "T1"),
        (None, "", "T1"),
        (None, "T9", ""),
        (None, "", ""),
    ],
)
def test_members_may_act_and_so_may_those_we_do_not_know_yet(
    person: Person | None, team_id: str, home_team: str
) -> None:
    may_act(person, team_id=team_id, home_team=home_team)


@pytest.mark.parametrize(
    ("person", "team_id", "code"),
    [
        (replace(ASHA, is_guest=True), "T1", "guests_read_only"),
        (replace(ASHA, is_guest=True, is_admin=True), "T1", "guests_read_only"),
        (replace(ASHA, is_bot=True), "T1", "not_a_member"),
        (replace(ASHA, is_deleted=True), "T1", "not_a_member"),
        (replace(ASHA, team_id="T9"), "T9", "externals_read_only"),
        (replace(ASHA, team_id="T9"), "T1", "externals_read_only"),
        (replace(ASHA, team_id="T9", is_guest=True), "T9", "externals_read_only"),
        (None, "T9", "externals_read_only"),
    ],
)
def test_guests_externals_bots_and_leavers_may_only_read(
    person: Person | None, team_id: str, code: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        may_act(person, team_id=team_id, home_team="T1")
    assert refused.value.code == code


# --- roles, duty and whom a ladder calls

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)  # a Friday
DAY = Hours("day", days={day: [Span(9 * 60, 17 * 60)] for day in range(5)})
NIGHT = Hours("night", days={day: [Span(22 * 60, 6 * 60)] for day in range(7)})
LISTED = {"agent": ["U0ASHA", "S0AGENTS"], "supervisor": ["S0LEADS"], "admin": ["U0ANNA"]}


def member(user: str, **facts: bool) -> Person:
    return Person(user, "T1", user, **facts)


def staff(
    *people: Person,
    roles: Mapping[str, Sequence[str]] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    house: House | None = None,
    teams: Sequence[Team] = (),
    shifts: Sequence[Shift] = (),
    allowed: Sequence[str] = (),
) -> Staff:
    named = People(roles or {}, allowed, {team.name: team for team in teams}, shifts)
    playbook = Playbook("P", people=named, hours={"day": DAY, "night": NIGHT})
    known = {name: Group(name, name, members) for name, members in (groups or {}).items()}
    directory = Directory({person.id: person for person in people}, known)
    return Staff(playbook, house or House(), directory)


@pytest.mark.parametrize(
    ("user", "agent", "supervisor", "admin"),
    [
        ("U0ASHA", True, False, False),
        ("U0BY_GROUP", True, False, False),
        ("U0LEAD", True, True, False),
        ("U0ANNA", True, True, True),
        ("U0NOBODY", False, False, False),
    ],
)
def test_a_supervisor_may_what_agents_may_and_an_admin_what_supervisors_may(
    user: str, agent: bool, supervisor: bool, admin: bool
) -> None:
    known = staff(roles=LISTED, groups={"S0AGENTS": ["U0BY_GROUP"], "S0LEADS": ["U0LEAD"]})
    found = [known.has_role(user, role, if_unknown=False) for role in ("agent", "supervisor", "admin")]
    assert found == [agent, supervisor, admin]


@pytest.mark.parametrize(
    ("role", "user", "decided"),
    [("agent", "U0X", None), ("supervisor", "U0X", None), ("admin", "U0X", False), ("agent", "U0ASHA", True)],
)
def test_a_group_that_slack_has_not_told_of_is_open_or_closed_as_the_asker_says(
    role: str, user: str, decided: bool | None
) -> None:
    known = staff(roles=LISTED)
    for if_unknown in (True, False):
        found = known.has_role(user, role, if_unknown=if_unknown)
        assert found is (if_unknown if decided is None else decided)


def test_without_agents_every_member_is_one_but_no_supervisor() -> None:
    known = staff()
    known.may_work("U0X")
    assert known.has_role("U0X", "agent", if_unknown=False)
    assert not known.has_role("U0X", "supervisor", if_unknown=True)


def test_work_is_refused_to_who_is_no_agent_unless_they_are_allowed_or_nobody_can_tell() -> None:
    with pytest.raises(NotAllowed) as refused:
        staff(roles={"agent": ["U0ASHA"]}).may_work("U0X")
    assert refused.value.code == "not_an_agent"
    staff(roles={"agent": ["U0ASHA"]}, allowed=["U0X"]).may_work("U0X")
    staff(roles={"agent": ["S0UNKNOWN"]}).may_work("U0X")


@pytest.mark.parametrize(
    ("roles", "house", "found"),
    [
        ({"supervisor": ["U0LEAD"]}, House(supervisors=["U0SET"]), ["U0LEAD"]),
        ({}, House(supervisors=["U0SET"]), ["U0SET"]),
        ({}, House(), ["U0OWNER"]),
    ],
)
def test_supervisors_are_those_of_the_playbook_else_of_the_settings_else_the_workspaces_admins(
    roles: dict[str, list[str]], house: House, found: list[str]
) -> None:
    people = [
        member("U0OWNER", is_admin=True),
        member("U0GONE", is_admin=True, is_deleted=True),
        member("U0GUEST", is_guest=True),
    ]
    assert list(staff(*people, roles=roles, house=house).listed("supervisor")) == found


def test_guests_who_are_allowed_may_act_but_bots_and_leavers_never_may() -> None:
    guest = replace(ASHA, is_guest=True)
    may_act(guest, team_id="T1", home_team="T1", allowed=["U0ASHA"])
    may_act(replace(guest, team_id="T9"), team_id="T9", home_team="T1", allowed=["U0ASHA"])
    for gone in (replace(ASHA, is_bot=True), replace(ASHA, is_deleted=True)):
        with pytest.raises(NotAllowed):
            may_act(gone, team_id="T1", home_team="T1", allowed=["U0ASHA"])


@pytest.mark.parametrize(
    ("user", "team", "hour", "on"),
    [
        ("U0FREE", None, 3, True),
        ("U0NIGHT", None, 12, False),
        ("U0NIGHT", None, 23, True),
        ("U0NIGHT", None, 5, True),
        ("U0BOTH", None, 12, True),
        ("U0BOTH", None, 19, False),
        ("U0GROUPED", None, 12, True),
        ("U0GROUPED", None, 20, False),
        ("U0FREE", "billing", 12, True),
        ("U0FREE", "billing", 20, False),
        ("U0NIGHT", "billing", 23, True),  # a shift says more than the team's hours
    ],
)
def test_on_duty_are_those_whose_shift_or_team_works(
    user: str, team: str | None, hour: int, on: bool
) -> None:
    known = staff(
        groups={"S0DAY": ["U0GROUPED"]},
        teams=[Team("billing", ["U0FREE"], hours="day")],
        shifts=[Shift(["U0NIGHT", "U0BOTH"], "night"), Shift(["U0BOTH", "S0DAY"], "day")],
    )
    assert known.on_duty(user, NOON.replace(hour=hour), team) is on


SHIFTS = [Shift(["U0ASHA"], "night")]
GROUPS = {"S0LEADS": ["U0LEAD", "U0GONE"], "S0NIGHT": ["U0ASHA"], "S0EMPTY": []}


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["agents"], ["here"]),
        (["U0ASHA"], []),
        (["owner"], ["U0OWNER"]),
        (["S0LEADS"], ["S0LEADS"]),
        (["S0NIGHT"], []),
        (["S0EMPTY"], []),
        (["S0UNKNOWN"], ["S0UNKNOWN"]),
        (["supervisors"], ["S0LEADS"]),
        (["on_duty_supervisor"], ["U0LEAD"]),
        (["admins"], ["U0ANNA"]),
        (["team"], ["U0BILL"]),
        (["U0GONE"], []),
        (["U0LEAD", "S0LEADS", "U0LEAD"], ["U0LEAD", "S0LEADS"]),
        ([], []),
    ],
)
def test_a_step_calls_those_it_names_who_are_on_duty(names: list[str], called: list[str]) -> None:
    known = staff(
        member("U0GONE", is_deleted=True),
        roles={"supervisor": ["S0LEADS"], "admin": ["U0ANNA"]},
        groups=GROUPS,
        teams=[Team("billing", ["U0BILL", "U0ASHA", "U0GONE"])],
        shifts=SHIFTS,
    )
    assert known.pinged(names, NOON, team="billing", owner="U0OWNER") == called


def test_a_step_for_a_team_or_an_owner_that_is_not_there_calls_the_agents_or_nobody() -> None:
    known = staff(roles={"agent": ["U0ASHA", "U0MEHMET"]})
    assert known.pinged(["team"], NOON, team=None, owner=None) == ["U0ASHA", "U0MEHMET"]
    assert known.pinged(["owner"], NOON, team=None, owner=None) == []


def test_a_step_calls_no_more_people_than_slack_shows_in_a_line() -> None:
    many = [f"U{n:03}" for n in range(50)]
    assert staff(roles={"agent": many}).pinged(["agents"], NOON, team=None, owner=None) == many[:8]


def test_cases_are_given_to_members_of_the_team_on_duty_and_to_nobody_else() -> None:
    known = staff(
        member("U0GONE", is_deleted=True),
        member("U0BOT", is_bot=True),
        roles={"agent": ["U0ASHA", "U0GONE", "U0BOT", "U0MEHMET", "S0LEADS"]},
        groups=GROUPS,
        teams=[Team("billing", ["U0BILL"], hours="day"), Team("empty")],
        shifts=SHIFTS,
    )
    assert known.available(None, NOON) == ["U0MEHMET", "U0LEAD"]
    assert known.available("billing", NOON) == ["U0BILL"]
    assert known.available("billing", NOON.replace(hour=20)) == []
    assert known.available("empty", NOON) == ["U0MEHMET", "U0LEAD"]
    assert staff().available(None, NOON) == []


def test_a_role_of_a_channel_is_the_one_of_the_settings_else_that_of_the_cards() -> None:
    house = House(channels={"cards": "C1", "admins": "C2"})
    assert [house.channel(n) for n in ("cards", "supervisors", "admins", "#press")] == [
        "C1",
        "C1",
        "C2",
        "#press",
    ]


@pytest.mark.parametrize(
    ("name", "roles", "house", "called"),
    [
        ("on_duty_supervisor", {"supervisor": ["S0UNTOLD"]}, House(), ["S0UNTOLD"]),
        ("on_duty_supervisor", {"supervisor": ["S0UNTOLD", "U0LEAD"]}, House(), ["U0LEAD"]),
        ("on_duty_supervisor", {"supervisor": ["U0ASHA", "S0UNTOLD"]}, House(), ["S0UNTOLD"]),
        ("on_duty_supervisor", {"supervisor": ["U0ASHA"]}, House(), []),
        ("on_duty_supervisor", {}, House(supervisors=["S0UNTOLD"]), ["S0UNTOLD"]),
        ("on_duty_supervisor", {}, House(), ["here"]),
        ("supervisors", {"supervisor": ["S0UNTOLD"]}, House(), ["S0UNTOLD"]),
        ("supervisors", {}, House(), ["here"]),
        ("admins", {}, House(), ["here"]),
    ],
)
def test_where_slack_has_not_told_who_the_supervisors_are_their_group_is_called_or_everybody(
    name: str, roles: dict[str, list[str]], house: House, called: list[str]
) -> None:
    known = staff(roles=roles, house=house, shifts=SHIFTS)
    assert known.pinged([name], NOON, team=None, owner=None) == called


def test_admins_whom_slack_has_told_of_stand_in_for_supervisors_whom_nobody_lists() -> None:
    known = staff(member("U0OWNER", is_admin=True))
    for name in ("on_duty_supervisor", "supervisors", "admins"):
        assert known.pinged([name], NOON, team=None, owner=None) == ["U0OWNER"]


def test_everybody_whom_a_playbook_or_the_settings_name_is_looked_up() -> None:
    people = People(
        {"agent": ["U0A"]}, ["U0GUEST"], {"t": Team("t", ["S0TEAM"])}, [Shift(["U0SHIFT"], "day")]
    )
    ladder = Ladder("l", [Rung(["U0RUNG", "S0RUNG"])])
    playbook = Playbook("P", people=people, escalation=Escalation([ladder]))
    named = people_named(playbook, House(supervisors=["S0LEADS"], admins=["U0BOSS"]))
    assert named == {"U0A", "U0GUEST", "S0TEAM", "U0SHIFT", "U0RUNG", "S0RUNG", "S0LEADS", "U0BOSS"}
