"""Approvals: which drafts need one, whose yes counts, and who is next when nobody acts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.approval import (
    ApprovalRule,
    Approvals,
    Ask,
    Need,
    asked_by_now,
    longest_line,
    needs_of,
    next_in_line,
    still_needed,
    time_to_act,
)
from workflows.domain.text import compile_pattern

ASK = Ask("We will look into it.", author="U0ASHA", account="SariShop", priority="medium")
LEADS = {"supervisors": {"U0PRIYA", "U0OMAR"}, "admins": {"U0OMAR"}, "S0LEGAL": {"U0LEX"}}


def in_group(user: str, names: Sequence[str]) -> bool:
    return any(user in LEADS.get(name, {name}) for name in names)


def need(approvers: Sequence[str] = ("supervisors",), count: int = 1, **more: Any) -> Need:
    made = Need("a rule", tuple(approvers), count, timedelta(minutes=15), ("admins",))
    return replace(made, **more)


@pytest.mark.parametrize(
    ("rule", "fitting", "why"),
    [
        ({"sensitive": True}, {"is_sensitive": True}, {"sensitive": ""}),
        ({"sensitive": False}, {}, {"sensitive": ""}),
        (
            {"tone": True},
            {"tone_wants_it": True, "tone_checks": ("blame", "aggression")},
            {"tone": "blame,aggression"},
        ),
        ({"offers": True}, {"offer": "full refund"}, {"offer": "full refund"}),
        (
            {"patterns": (compile_pattern(r"free (lunch|dinner)"),)},
            {"text": "Have a FREE lunch on us"},
            {"offer": "free lunch"},
        ),
        (
            {"offers": True, "patterns": (compile_pattern("voucher"),)},
            {"text": "A voucher is on its way"},
            {"offer": "voucher"},
        ),
        ({"trainee": True}, {"author": "U0NEW"}, {"trainee": "U0NEW"}),
        ({"followers": 10_000}, {"followers": 10_000}, {"followers": "10000"}),
        ({"cost": 0.2}, {"cost": 0.2}, {"cost": "0.200"}),
        ({"tags": ("press", "law")}, {"tags": ("vip", "law")}, {"tag": "law"}),
        ({"priorities": ("high",)}, {"priority": "high"}, {"priority": "high"}),
        ({"teams": ("fraud",)}, {"team": "fraud"}, {"team": "fraud"}),
        ({"accounts": ("saribank",)}, {"account": "SariBank"}, {"account": "saribank"}),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else None,
)
def test_each_condition_holds_for_what_it_names_and_says_why(
    rule: dict[str, Any], fitting: dict[str, Any], why: dict[str, str]
) -> None:
    rules = Approvals((ApprovalRule("the rule", **rule),), trainees=("U0NEW",))
    other = replace(ASK, is_sensitive=True) if rule == {"sensitive": False} else ASK

    (found,) = needs_of(rules, replace(ASK, **fitting))

    assert (found.rule, found.why) == ("the rule", why)
    assert needs_of(rules, other) == []


def test_a_rule_wants_all_its_conditions_and_one_without_any_wants_every_draft() -> None:
    both = ApprovalRule("both", sensitive=True, priorities=("high",), approvers=("S0LEGAL",), count=2)
    every = ApprovalRule("every")
    rules = Approvals((both, every))

    assert [n.rule for n in needs_of(rules, replace(ASK, is_sensitive=True))] == ["every"]
    needs = needs_of(rules, replace(ASK, is_sensitive=True, priority="high"))
    assert [(n.rule, n.approvers, n.count) for n in needs] == [
        ("both", ("S0LEGAL",), 2),
        ("every", ("supervisors",), 1),
    ]


def test_without_rules_of_its_own_a_playbook_asks_for_sensitive_cases_and_for_tone() -> None:
    assert needs_of(Approvals(), ASK) == []
    ask = replace(ASK, is_sensitive=True, tone_wants_it=True)
    assert [n.rule for n in needs_of(Approvals(), ask)] == ["sensitive cases", "tone"]


@pytest.mark.parametrize(
    ("needs", "voters", "lacking"),
    [
        ([need()], [], [1]),
        ([need()], ["U0PRIYA"], []),
        ([need()], ["U0ASHA"], [1]),
        ([need(count=2)], ["U0PRIYA"], [1]),
        ([need(count=2)], ["U0PRIYA", "U0PRIYA"], [1]),
        ([need(count=2)], ["U0PRIYA", "U0OMAR"], []),
        ([need(), need(["admins"])], ["U0PRIYA"], [1]),
        ([need(), need(["admins"])], ["U0OMAR"], []),
        ([need(["S0LEGAL", "U0ASHA"], count=2)], ["U0LEX", "U0ASHA"], []),
        ([need(["S0GONE"])], ["U0PRIYA"], [1]),
    ],
)
def test_a_vote_counts_for_every_need_whose_group_its_voter_is_in(
    needs: list[Need], voters: list[str], lacking: list[int]
) -> None:
    assert [left.count for left in still_needed(needs, voters, in_group)] == lacking


USERS = st.sampled_from(["U0PRIYA", "U0OMAR", "U0LEX", "U0ASHA", "U0X"])
NEEDS = st.builds(need, st.lists(st.sampled_from([*LEADS, "U0X"]), min_size=1, max_size=3), st.integers(1, 3))


@given(st.lists(NEEDS, max_size=4), st.lists(USERS, max_size=5), USERS)
def test_another_vote_never_makes_more_needed_and_an_order_makes_no_difference(
    needs: list[Need], voters: list[str], one_more: str
) -> None:
    left = still_needed(needs, voters, in_group)
    after = still_needed(needs, [*voters, one_more], in_group)

    assert sum(n.count for n in after) <= sum(n.count for n in left)
    assert still_needed(needs, voters[::-1], in_group) == left
    assert all(0 < n.count <= 3 for n in left)


def test_who_was_asked_besides_may_approve_too_and_nobody_before_their_turn() -> None:
    needs = [need(["U0PRIYA"], then=("S0LEGAL", "admins")), need(["supervisors"], then=("S0LEGAL",))]

    assert [n.approvers for n in asked_by_now(needs, 0)] == [("U0PRIYA",), ("supervisors",)]
    assert [n.approvers for n in asked_by_now(needs, 1)] == [
        ("U0PRIYA", "S0LEGAL"),
        ("supervisors", "S0LEGAL"),
    ]
    assert [next_in_line(needs, step) for step in range(3)] == [["S0LEGAL"], ["admins"], []]
    assert longest_line(needs) == 2


def test_the_shortest_time_of_all_rules_counts() -> None:
    needs = [need(), need(within=timedelta(minutes=5)), need(within=timedelta(hours=2))]
    assert time_to_act(needs) == timedelta(minutes=5)
    assert time_to_act([]) == timedelta(minutes=15)
