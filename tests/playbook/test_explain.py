"""What would become of a post: by the desk's own functions, in the desk's own hours."""

from datetime import UTC, datetime, timedelta

import pytest

from workflows.domain.playbook import Playbook
from workflows.domain.rules import Mention
from workflows.playbook.explain import as_json, explain
from workflows.playbook.given import WrongUsage, mention_of, object_in
from workflows.playbook.read import read_playbook

OFFICE = """version: 1
name: Office
hours:
  desk:
    time_zone: Europe/Istanbul
    days: {mon-fri: ["09:00-17:00"]}
priorities:
  high: {first_response: 30m, resolution: 4h, hours: team}
people:
  supervisors: [U0ANNA]
  shifts:
    - {who: [U0ANNA], hours: desk}
triage:
  rule_sets:
    - name: topics
      rules:
        - {name: refund, when: {words: [refund]}, then: {priority: high, tags: [money]}}
        - {name: others, when: {}, then: {priority: low}}
escalation:
  ladders:
    - name: urgent
      priorities: [high]
      steps:
        - {after: 10m, ping: [agents]}
        - {at: 50%, ping: [supervisors], channel: supervisors}
"""
FRIDAY = datetime(2026, 11, 20, 13, 45, tzinfo=UTC)  # 16:45 in Istanbul


def office(change: tuple[str, str] = ("", "")) -> Playbook:
    playbook, problems = read_playbook(OFFICE.replace(*change) if change[0] else OFFICE, "office.yaml")
    assert playbook is not None, problems
    return playbook


def test_clocks_and_pings_count_working_time_in_the_zone_of_the_desk() -> None:
    told = as_json(explain(office(), Mention("my refund", at=FRIDAY), now=FRIDAY))
    assert [(clock["kind"], clock["due_at"]) for clock in told["clocks"]] == [
        ("resolution", "2026-11-23T12:45:00+03:00"),
        ("first_response", "2026-11-23T09:15:00+03:00"),
    ]
    assert [(ping["step"], ping["at"], ping["targets"]) for ping in told["pings"]] == [
        (1, "2026-11-20T16:55:00+03:00", ["agents"]),
        (2, "2026-11-20T17:00:00+03:00", ["supervisors"]),
    ]


def test_a_step_whose_people_are_off_duty_is_marked() -> None:
    told = as_json(explain(office(), Mention("my refund", at=FRIDAY), now=FRIDAY))
    assert [ping["on_duty"] for ping in told["pings"]] == [True, False]  # the moment of closing is closed


def test_each_rule_that_was_asked_is_told() -> None:
    told = as_json(explain(office(), Mention("nice weather", at=FRIDAY), now=FRIDAY))
    assert [(one["set"], one["rule"], one["held"]) for one in told["tried"]] == [
        ("topics", "refund", False),
        ("topics", "others", True),
    ]
    assert told["rule"]["name"] == "others"
    assert told["pings"] == []


def test_a_post_without_a_time_comes_now() -> None:
    explanation = explain(office(), Mention("my refund"), now=FRIDAY + timedelta(days=3))
    assert as_json(explanation)["at"] == "2026-11-23T16:45:00+03:00"


def test_without_a_rule_that_decides_there_is_none() -> None:
    playbook, _ = read_playbook("version: 1\nname: Bare\n", "bare.yaml")
    assert playbook is not None
    told = as_json(explain(playbook, Mention("hello", at=FRIDAY), now=FRIDAY))
    assert (told["rule"], told["priority"], told["channel"]) == (None, "medium", "cards")


def test_a_line_is_words_unless_it_is_a_json_object() -> None:
    assert object_in('{"text": "a"}') == {"text": "a"}
    assert object_in("{curly words}") is None
    assert object_in('["a"]') is None


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a", "kind": "letter"}, "kind"),
        ({"text": "a", "author": "me"}, "author"),
        ({"text": "a", "author": {"followers": "many"}}, "followers"),
        ({"text": "a", "author": {"followers": True}}, "followers"),
        ({"text": "a", "at": "2026-11-23T10:00:00"}, "time"),
        ({"text": "a", "at": "tomorrow"}, "time"),
    ],
)
def test_what_a_post_cannot_be_is_refused_by_name(given: dict[str, object], key: str) -> None:
    with pytest.raises(WrongUsage, match=key):
        mention_of(given)


def test_halves_of_characters_are_replaced() -> None:
    mention = mention_of({"text": "oh \ud83d no", "lang": None})
    assert mention.text == "oh � no"
    assert explain(office(), mention, now=FRIDAY).judgement.verdict.language == "en"
