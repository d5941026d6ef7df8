"""Routing: the first route that fits, and who gets a new case."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from workflows.domain.playbook import Playbook, Route
from workflows.domain.triage import NOWHERE, owner_of, route_for

NOW = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
ROUTES = (
    Route("both", tags=["refund"], languages=["tr", "te"]),
    Route("tag", tags=["refund", "payment"]),
    Route("team", teams=["fraud"]),
    Route("account", accounts=["SariShop"]),
    Route("rest"),
)


@pytest.mark.parametrize(
    ("tags", "team", "language", "account", "name"),
    [
        (["refund"], None, "tr", "x", "both"),
        (["refund"], None, "hi", "x", "tag"),
        (["a", "payment"], "fraud", "hi", "x", "tag"),
        (["a"], "fraud", "te", "sarishop", "team"),
        ([], None, "te", "SARISHOP", "account"),
        ([], "press", "te", "other", "rest"),
        ([], None, "", "", "rest"),
    ],
)
def test_the_first_route_all_of_whose_conditions_hold_is_taken(
    tags: list[str], team: str | None, language: str, account: str, name: str
) -> None:
    playbook = Playbook("P", routes=ROUTES)
    assert route_for(playbook, tags=tags, team=team, language=language, account=account).name == name


@pytest.mark.parametrize("routes", [(), (Route("tr", languages=["tr"]),)])
def test_without_a_fitting_route_a_case_goes_where_cards_go_and_to_nobody(routes: Sequence[Route]) -> None:
    found = route_for(Playbook("P", routes=routes), tags=[], team=None, language="en", account="x")
    assert found is NOWHERE
    assert (found.channel, found.owner) == ("cards", "none")


@pytest.mark.parametrize(
    ("owner", "load", "last", "chosen"),
    [
        ("none", {}, {}, None),
        ("round_robin", {}, {}, "A"),
        ("round_robin", {"A": 0, "B": 9}, {"A": 1}, "B"),
        ("round_robin", {}, {"A": 2, "B": 1, "C": 3}, "B"),
        ("least_load", {}, {}, "A"),
        ("least_load", {"A": 2, "B": 1, "C": 1}, {"B": 5, "C": 4}, "C"),
        ("least_load", {"A": 2, "B": 1}, {"A": 1}, "C"),
        ("least_load", {"A": 1, "B": 1, "C": 1}, {"A": 1, "B": 1, "C": 1}, "A"),
    ],
)
def test_an_owner_is_chosen_as_the_route_says(
    owner: str, load: dict[str, int], last: dict[str, int], chosen: str | None
) -> None:
    given = {user: NOW + timedelta(minutes=minute) for user, minute in last.items()}
    assert owner_of(Route(owner=owner), ["C", "A", "B"], load=load, last_given=given) == chosen


@pytest.mark.parametrize("owner", ["round_robin", "least_load"])
def test_where_nobody_is_on_duty_the_case_waits_to_be_claimed(owner: str) -> None:
    assert owner_of(Route(owner=owner), [], load={}, last_given={}) is None
