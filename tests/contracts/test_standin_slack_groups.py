"""User groups of the stand-in Slack: what the desk may ask, who changes them, and how Slack says no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .test_standin_slack import Slack, serve


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    yield from serve()


@pytest.fixture
def slack(server: Slack) -> Slack:
    server.reset()
    return server


def groups(slack: Slack, **asked: Any) -> dict[str, Any]:
    return {group["id"]: group for group in slack.web.usergroups_list(**asked)["usergroups"]}


def test_two_groups_are_there_with_the_people_of_the_desk(slack: Slack) -> None:
    listed = groups(slack, include_users=True)
    assert {(key, group["handle"], *group["users"]) for key, group in listed.items()} == {
        ("S0AGENTS", "support-agents", "U0ASHA", "U0MEHMET"),
        ("S0LEADS", "support-leads", "U0PRIYA"),
    }
    assert slack.web.usergroups_users_list(usergroup="S0LEADS")["users"] == ["U0PRIYA"]


def test_a_group_has_the_shape_that_slack_gives_it(slack: Slack) -> None:
    group = groups(slack, include_users=True, include_count=True)["S0AGENTS"]
    assert (group["is_usergroup"], group["is_external"], group["user_count"]) == (True, False, 2)
    assert (group["team_id"], group["name"]) == ("T0SANDBOX", "Support agents")
    assert (group["date_delete"], group["deleted_by"], group["auto_type"]) == (0, None, None)
    assert group["prefs"] == {"channels": [], "groups": []}


def test_members_and_their_number_are_told_only_when_asked_for(slack: Slack) -> None:
    assert not {"users", "user_count", "channel_count"} & groups(slack)["S0AGENTS"].keys()
    assert "users" not in groups(slack, include_count=True)["S0AGENTS"]
    assert "user_count" not in groups(slack, include_users=True)["S0AGENTS"]


def test_a_person_who_joins_a_group_or_leaves_it_is_told_of_at_once(slack: Slack) -> None:
    answer = slack.control("usergroup", usergroup="S0LEADS", users=["U0PRIYA", "U0OMAR"])
    assert (answer["id"], answer["users"]) == ("S0LEADS", ["U0PRIYA", "U0OMAR"])
    assert groups(slack, include_users=True)["S0LEADS"]["users"] == ["U0PRIYA", "U0OMAR"]
    slack.control("usergroup", usergroup="S0LEADS", users=[])
    assert slack.web.usergroups_users_list(usergroup="S0LEADS")["users"] == []
    shown = {group["id"]: group["users"] for group in slack.state()["usergroups"]}
    assert shown == {"S0AGENTS": ["U0ASHA", "U0MEHMET"], "S0LEADS": []}


def test_a_disabled_group_is_listed_only_when_asked_for(slack: Slack) -> None:
    slack.control("usergroup", usergroup="S0LEADS", disabled=True)
    assert list(groups(slack)) == ["S0AGENTS"]
    disabled = groups(slack, include_disabled=True)["S0LEADS"]
    assert disabled["date_delete"] > 0
    assert disabled["deleted_by"] == "U0OMAR"
    refused = slack.call("usergroups.users.list", usergroup="S0LEADS").json()
    assert (refused["ok"], refused["error"]) == (False, "no_such_subteam")
    shown = slack.call("usergroups.users.list", usergroup="S0LEADS", include_disabled=True).json()
    assert shown["users"] == ["U0PRIYA"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"usergroup": "S0NONE", "users": []}, 404, "there is no user group S0NONE"),
        ({"usergroup": "S0LEADS", "users": ["U0NOBODY"]}, 404, "there is no user U0NOBODY"),
        ({"usergroup": "S0LEADS", "users": "U0ASHA"}, 400, "users must be an array of user ids"),
        ({"usergroup": "S0LEADS", "disabled": 1}, 400, "disabled must be true or false"),
        ({"users": []}, 400, "usergroup must be a text"),
    ],
)
def test_a_wrong_change_of_a_group_is_named_and_changes_nothing(
    slack: Slack, body: dict[str, Any], status: int, words: str
) -> None:
    before = slack.state()["usergroups"]
    assert slack.control("usergroup", status=status, **body) == {"error": words}
    assert slack.state()["usergroups"] == before


@pytest.mark.parametrize("method", ["usergroups.list", "usergroups.users.list"])
def test_a_missing_scope_names_the_one_that_is_needed(slack: Slack, method: str) -> None:
    slack.fault("error", "usergroups.*", error="missing_scope")
    answer = slack.call(method, usergroup="S0LEADS")
    said = answer.json()
    assert (answer.status_code, said["ok"], said["error"]) == (200, False, "missing_scope")
    assert said["needed"] == "usergroups:read"
    assert "usergroups:read" not in said["provided"].split(",")
    assert "chat:write" in said["provided"].split(",")


@pytest.mark.parametrize("error", ["paid_teams_only", "unknown_method"])
def test_a_workspace_without_groups_says_so_as_slack_does(slack: Slack, error: str) -> None:
    slack.fault("error", "usergroups.*", error=error, times=1)
    assert slack.call("usergroups.list").json() == {"ok": False, "error": error}
    assert slack.call("usergroups.list").json()["ok"] is True


def test_a_group_is_mentioned_in_words_and_in_rich_text(slack: Slack) -> None:
    element = {"type": "usergroup", "usergroup_id": "S0LEADS"}
    sentence = {"type": "rich_text_section", "elements": [element]}
    slack.post("<!subteam^S0LEADS> please look", blocks=[{"type": "rich_text", "elements": [sentence]}])
    message = slack.channel()[0]
    assert message["text"] == "<!subteam^S0LEADS> please look"
    assert message["blocks"][0]["elements"] == [sentence]


def test_the_bot_is_in_the_leads_channel_and_may_post_in_threads_there(slack: Slack) -> None:
    head = slack.post(channel="C0LEADS")
    slack.post("<!subteam^S0LEADS>", channel="C0LEADS", thread_ts=head)
    thread = slack.channel("C0LEADS")[0]["thread"]
    assert [reply["text"] for reply in thread] == ["<!subteam^S0LEADS>"]
