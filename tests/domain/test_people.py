"""Who may act: members of our workspace; all others may only read."""

from dataclasses import replace

import pytest

from workflows.domain.people import Person, may_act
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
