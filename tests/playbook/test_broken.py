"""Each kind of broken playbook is told with its place and its mend."""

import re

import pytest

from tests.playbook.broken import HEAD, KINDS
from workflows.playbook.problems import Problem
from workflows.playbook.read import read_playbook

BROKEN = [kind for kind in KINDS if kind[2]]
RIGHT = [kind for kind in KINDS if not kind[2]]


def source_and_place(marked: str) -> tuple[str, tuple[int, int] | None]:
    """Return the source without its mark, and the line and column of the mark."""
    text = marked[1:] if marked.startswith("|") else HEAD + marked
    before, mark, after = text.partition("§")
    line = before.count("\n") + 1
    return before + after, (line, len(before) - before.rfind("\n")) if mark else None


def problems_of(marked: str) -> list[Problem]:
    playbook, problems = read_playbook(source_and_place(marked)[0], "shop.yaml")
    assert (playbook is None) is bool(problems)
    return problems


def test_there_are_more_than_sixty_kinds() -> None:
    assert len(BROKEN) >= 60
    assert len({name for name, *_ in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("marked", "code", "mend"), [kind[1:] for kind in BROKEN], ids=[k[0] for k in BROKEN]
)
def test_a_broken_playbook_is_told_where_and_how_to_mend_it(marked: str, code: str, mend: str) -> None:
    # when
    problems = problems_of(marked)

    # then there is this one problem, nothing else is complained of
    assert [problem.code for problem in problems] == [code], problems
    problem = problems[0]
    assert mend in problem.fix
    assert problem.severity == "error"
    place = source_and_place(marked)[1]
    if place:
        assert (problem.line, problem.column) == place


@pytest.mark.parametrize("marked", [kind[1] for kind in RIGHT], ids=[kind[0] for kind in RIGHT])
def test_what_only_looks_broken_is_read(marked: str) -> None:
    assert problems_of(marked) == []


@pytest.mark.parametrize("marked", [kind[1] for kind in BROKEN], ids=[kind[0] for kind in BROKEN])
def test_no_message_speaks_as_the_libraries_do(marked: str) -> None:
    for problem in problems_of(marked):
        words = f"{problem.found} {problem.fix}".casefold()
        assert not re.search(r"pydantic|input should|nonetype|\bdict|scalar|token", words)
        assert "\n" not in words
        assert problem.fix.strip() == problem.fix != ""


def test_all_errors_come_at_once_in_the_order_of_the_lines() -> None:
    # given one fault for each stage of reading: YAML, types, names, sense
    source = """\
version: 1
name: Shop
colour: red
people:
  agents: [Asha]
  agents: [U0ASHA]
hours:
  desk: {time_zone: Istanbul, days: {mon: ["18:00"]}}
priorities:
  high: {first_response: 15, hours: night}
triage:
  rule_sets:
    - name: topics
      rules:
        - {name: a, when: {words: [404], regex: ['(']}, then: {priority: hihg, team: billing}}
        - {name: a, when: {}, then: {tags: [religion]}}
escalation:
  ladders:
    - {name: x, steps: [{ping: [boss]}]}
automation: {}
"""
    # when
    playbook, problems = read_playbook(source, "shop.yaml")

    # then
    assert playbook is None
    assert [(problem.line, problem.code) for problem in problems] == [
        (3, "unknown-key"),
        (5, "bad-id"),
        (6, "duplicate-key"),
        (8, "bad-time-zone"),
        (8, "bad-time"),
        (10, "bad-span"),
        (10, "no-such-hours"),
        (15, "wrong-type"),
        (15, "bad-regex"),
        (15, "not-a-choice"),
        (15, "no-such-team"),
        (16, "duplicate-name"),
        (16, "sensitive-label"),
        (19, "no-time"),
        (19, "bad-ping"),
        (20, "not-yet"),
    ]


def test_the_path_says_where_in_the_playbook_it_is() -> None:
    source = source_and_place(next(kind[1] for kind in BROKEN if kind[0] == "look-ahead"))[0]
    (problem,) = read_playbook(source, "shop.yaml")[1]
    assert problem.path == "triage.rule_sets[0].rules[0].when.regex[1]"


def test_a_placeholder_without_quotes_is_told_as_what_yaml_makes_of_it() -> None:
    problems = problems_of("macros: [{name: hello, text: {en: {customer.name|there}}}]\n")
    assert [(problem.column, problem.code) for problem in problems] == [(35, "wrong-type"), (36, "empty")]
    assert "quotes" in problems[0].fix


def test_no_file_has_too_much_to_be_looked_through() -> None:
    # given more rules in a set, or more expressions in all, than anybody writes by hand
    rules = [f"{{name: r{number}, when: {{words: [a{number}]}}, then: {{}}}}" for number in range(501)]
    patterns = [f"'(a|b{number}){{1,500}}'" for number in range(501)]
    for entries in (rules, [f"{{name: r, when: {{regex: [{', '.join(patterns)}]}}, then: {{}}}}"]):
        source = f"{HEAD}triage: {{rule_sets: [{{name: a, rules: [{', '.join(entries)}]}}]}}\n"

        # when
        (problem,) = read_playbook(source, "shop.yaml")[1]

        # then
        assert (problem.line, problem.code) == (3, "too-many")
        assert "at most 500" in problem.fix
