"""The examples beside the rules are judged as the running desk judges, and compared by what they name."""

from pathlib import Path

import pytest

from workflows.playbook.examples import Examined, run_examples
from workflows.playbook.read import read_playbook, shipped_folder

ONE_RULE = """version: 1
name: Small
triage:
  rule_sets:
    - name: topics
      rules:
        - name: refund
          when: {words: [refund*]}
          then: {priority: high, tags: [money, late], team: billing}
          examples:
            - {post: "where is my refund", expect: EXPECTED}
people: {teams: {billing: {}}}
"""


def examined(expected: str) -> Examined:
    playbook, problems = read_playbook(ONE_RULE.replace("EXPECTED", expected), "small.yaml")
    assert playbook is not None, problems
    return run_examples(playbook)


@pytest.mark.parametrize(
    "expected",
    [
        "{priority: high}",
        "{rule: refund, team: billing}",
        "{tags: [late, money]}",
        "{sensitive: false, channel: cards}",
        "{language: en, sentiment: negative}",
    ],
)
def test_an_example_passes_when_all_that_it_names_comes_out(expected: str) -> None:
    assert (examined(expected).passed, examined(expected).failed) == (1, [])


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ("{priority: low}", {"priority"}),
        ("{priority: high, tags: [money]}", {"tags"}),
        ("{sensitive: true, language: tr}", {"sensitive", "language"}),
        ('{channel: "#press"}', {"channel"}),
    ],
)
def test_an_example_fails_by_name_of_what_differs(expected: str, wrong: set[str]) -> None:
    (failure,) = examined(expected).failed
    assert set(failure.expected) == set(failure.got) == wrong
    assert (failure.rule.name, failure.example.line) == ("refund", 11)


@pytest.mark.parametrize("file", sorted(shipped_folder().glob("*.yaml")), ids=lambda file: file.stem)
def test_each_shipped_playbook_keeps_its_thirty_examples_and_more(file: Path) -> None:
    playbook, _ = read_playbook(file.read_bytes(), str(file))
    assert playbook is not None
    examined = run_examples(playbook)
    assert examined.count >= 30
    assert [failure.example.mention.text for failure in examined.failed] == []
