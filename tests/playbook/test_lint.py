"""What is allowed and yet surely not meant is warned of, at its place."""

from pathlib import Path

import pytest

from tests.playbook.broken import HEAD, hours, rule, step
from tests.playbook.full import FULL
from tests.playbook.test_broken import source_and_place
from workflows.playbook.lint import lint
from workflows.playbook.problems import Problem, as_github, as_json, as_text
from workflows.playbook.read import read_playbook, shipped_folder

LADDER = "escalation: {ladders: [{name: all, steps: [{after: 5m, ping: [agents]}]}]}\n"
SHIPPED = sorted(shipped_folder().glob("*.yaml"))


def warnings_of(marked: str) -> list[Problem]:
    """Return the warnings; a playbook without ladders gets one for everything."""
    source = source_and_place(marked)[0]
    if "escalation:" not in source:
        source += LADDER
    playbook, problems = read_playbook(source, "shop.yaml")
    assert problems == []
    assert playbook is not None
    return lint(playbook, source)


def rules(*conditions: str) -> str:
    """Return a rule set of rules called a, b, c … under these conditions; § marks the name of the last."""
    last = len(conditions) - 1
    return "triage:\n  rule_sets:\n    - name: topics\n      rules:\n" + "".join(
        f"        - {{name: {'§' * (number == last)}{chr(97 + number)}, when: {when}, then: {{}}}}\n"
        for number, when in enumerate(conditions)
    )


def desk(target: str, days: str = '{mon-fri: ["09:00-18:00"]}') -> str:
    """Return the desk's hours and a target for low."""
    return hours(days) + f"priorities: {{low: {{first_response: {target}}}}}\n"


def ladders(*entries: str) -> str:
    return "escalation:\n  ladders:\n" + "".join(f"    - {{{entry}}}\n" for entry in entries)


STEPS = "steps: [{after: 5m, ping: [agents]}]"
NEVER = "hours: {§never: {time_zone: UTC, days: {}}}\n"

WARNED = [
    ("a rule after one for everything", rules("{}", "{words: [a]}"), "dead-rule", "before `a` (line 7)"),
    ("a rule twice", rules("{words: [a]}", "{words: [a]}"), "dead-rule", "before `a`"),
    ("fewer words", rules("{words: [a, b]}", "{words: [b]}"), "dead-rule", "before `a`"),
    (
        "words under a stem",
        rules("{words: [refund*]}", "{words: [Refunds, refunded]}"),
        "dead-rule",
        "before",
    ),
    ("a stem under a stem", rules("{words: [re*]}", "{words: [refund*]}"), "dead-rule", "before"),
    ("a phrase with a word", rules("{words: [paid]}", "{phrases: [paid twice]}"), "dead-rule", "before"),
    ("a phrase within a phrase", rules("{words: [b c]}", "{words: [a b c d]}"), "dead-rule", "before"),
    ("words and more", rules("{words: [a]}", "{words: [a], vip: true}"), "dead-rule", "before"),
    ("fewer moods", rules("{sentiment: [angry, negative]}", "{sentiment: [angry]}"), "dead-rule", "before"),
    (
        "narrower bounds",
        rules("{followers: {at_least: 5}}", "{followers: {at_least: 9}}"),
        "dead-rule",
        "before",
    ),
    ("one of any", rules("{any: [{vip: true}, {words: [a]}]}", "{vip: true}"), "dead-rule", "before"),
    ("a narrower not", rules("{not: {words: [a]}}", "{not: {words: [a, b]}}"), "dead-rule", "before"),
    ("a link to a host", rules("{links: true}", "{links: [x.com]}"), "dead-rule", "before"),
    ("signs as a word", rule('{words: [a, §"!!!"]}'), "never-matches", "regex"),
    ("an emoji as a word", rule("{words: [a, §😡]}"), "never-matches", "regex"),
    ("a star inside", rule("{words: [§cust*mer]}"), "star-inside", "end"),
    ("a word twice", rule("{words: [a, b, §A]}"), "duplicate-word", "line 8"),
    ("open without hours", rule("{§open: true}"), "no-desk-hours", "desk"),
    ("an hour without hours", rule('{§hour: ["22:00-06:00"]}'), "no-desk-hours", "desk"),
    (
        "a tag that no rule sets",
        rule(then="{tags: [press]}") + "routing: [{tags: [§pres]}]\n",
        "no-such-tag",
        "`press`",
    ),
    (
        "another's account",
        "accounts: [acme]\nrouting: [{accounts: [§other]}]\n",
        "not-our-account",
        "accounts",
    ),
    (
        "a route after one for all",
        "routing:\n  - {channel: cards}\n  - §{languages: [tr]}\n",
        "dead-route",
        "line 4",
    ),
    (
        "a team of nobody that gets cases",
        "people: {teams: {§a: {}}}\nrouting: [{team: a, owner: least_load}]\n",
        "no-members",
        "members",
    ),
    ("hours that never open", NEVER, "never-open", "always"),
    ("a target for years", desk("§366d"), "never-met", "hours: always"),
    ("a day that is three", desk("§1d"), "long-day", "`9h`"),
    (
        "a late first response",
        "priorities: {low: {first_response: 2h, resolution: §1h}}\n",
        "target-order",
        "longer",
    ),
    (
        "a late claim",
        "priorities: {low: {first_response: 2h, time_to_claim: §3h}}\n",
        "target-order",
        "shorter",
    ),
    ("high after medium", "priorities: {high: {first_response: §2h}}\n", "priority-order", "`high`"),
    (
        "a ladder after one for all",
        ladders(f"name: a, {STEPS}", f"name: §b, priorities: [high], {STEPS}"),
        "dead-ladder",
        "`a`",
    ),
    (
        "steps out of order",
        step("{after: 9m, ping: [agents]}\n        - §{after: 5m, ping: [agents]}"),
        "step-order",
        "order",
    ),
    (
        "steps at one time",
        step("{after: 5m, ping: [agents]}\n        - §{after: 5m, ping: [team]}"),
        "same-time",
        "one step",
    ),
    ("a step after months", step("§{after: 31d, ping: [agents]}"), "too-late", "30d"),
    (
        "re-arming what nothing stops",
        step("{after: 5m, ping: [agents]}", "      quieted_by: []\n      §rearm_after: 5m\n"),
        "useless-rearm",
        "quieted_by",
    ),
]


@pytest.mark.parametrize(
    ("marked", "code", "mend"), [row[1:] for row in WARNED], ids=[row[0] for row in WARNED]
)
def test_what_is_not_meant_is_warned_of_at_its_place(marked: str, code: str, mend: str) -> None:
    # when
    (problem,) = warnings_of(marked)

    # then
    assert (problem.severity, problem.code, problem.file) == ("warning", code, "shop.yaml")
    assert (problem.line, problem.column) == source_and_place(marked)[1]
    assert mend in problem.fix


RIGHT = [
    ("other words", rules("{words: [a]}", "{words: [a, b]}")),
    ("a word before its stem", rules("{words: [refunds]}", "{words: [refund*]}")),
    ("a phrase before its word", rules("{words: [paid twice]}", "{words: [paid]}")),
    ("a phrase in other order", rules("{words: [a b]}", "{words: [b a]}")),
    ("the narrow one first", rules("{words: [a], vip: true}", "{words: [a]}")),
    ("another condition", rules("{words: [a], vip: true}", "{words: [a], media: true}")),
    ("wider bounds", rules("{followers: {at_least: 9}}", "{followers: {at_least: 5}}")),
    ("an upper bound", rules("{followers: {at_most: 9}}", "{followers: {at_least: 5}}")),
    ("a wider not", rules("{not: {words: [a, b]}}", "{not: {words: [a]}}")),
    ("a swear word with a star", rule("{words: [sh*t, refund*]}")),
    ("a day around the clock", "hours: {desk: always}\npriorities: {low: {first_response: 1d}}\n"),
    ("24 hours, said as hours", desk("24h")),
    ("a team of nobody that only names", "people: {teams: {a: {}}}\n" + rule(then="{team: a}")),
    ("a ladder for the rest", ladders(f"name: a, priorities: [high], {STEPS}", f"name: b, {STEPS}")),
    ("steps after the breach", step("{at: 100%, ping: [agents]}\n        - {at: 1000%, ping: [agents]}")),
    ("agents without a list", step("{after: 5m, ping: [agents, team, owner]}")),
]


@pytest.mark.parametrize("marked", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_what_is_meant_is_not_warned_of(marked: str) -> None:
    assert warnings_of(marked.replace("§", "")) == []


def test_a_rule_of_another_set_is_not_dead() -> None:
    second = "    - name: mood\n      rules:\n        - {name: z, when: {words: [a]}, then: {}}\n"
    assert warnings_of(rules("{}").replace("§", "") + second) == []


def test_priorities_without_a_ladder_are_told() -> None:
    found = warnings_of(ladders(f"name: a, priorities: [high], {STEPS}"))
    assert [problem.code for problem in found] == ["no-ladder", "no-ladder"]
    assert [problem.line for problem in found] == [4, 4]
    assert "medium" in found[0].found + found[1].found


def test_a_share_is_compared_with_a_span_by_the_target() -> None:
    # given high answers in 10 minutes, so that 75 % is before 8 minutes, and low in 24 hours
    steps = "steps: [{after: 8m, ping: [agents]}, {at: 75%, ping: [team]}]"
    priorities = "priorities: {high: {first_response: 10m}}\n"
    rest = f"name: b, {STEPS}"

    # then
    for_high = warnings_of(priorities + ladders(f"name: a, priorities: [high], {steps}", rest))
    for_low = warnings_of(priorities + ladders(f"name: a, priorities: [low], {steps}", rest))
    assert [problem.code for problem in for_high] == ["step-order"]
    assert for_low == []


def test_people_who_are_never_on_duty_are_told() -> None:
    people = (
        "people:\n  agents: [U0ASHA]\n  shifts: [{who: [U0ASHA], hours: never}]\n"
        "  teams: {a: {members: [U0X], hours: never}}\n"
        "hours: {never: {time_zone: UTC, days: {mon: []}}}\n"
    )
    never = {"U0ASHA", "agents", "team"}
    for who in [*never, "U0ANNA", "supervisors", "S0LEADS"]:
        source = people + step(f"{{after: 5m, ping: [{who}]}}", "      teams: [a]\n")
        codes = [problem.code for problem in warnings_of(source)]
        assert ("never-on-duty" in codes) is (who in never), who


def test_one_person_on_duty_is_enough() -> None:
    people = (
        "people: {shifts: [{who: [U0ASHA], hours: never}]}\n"
        "hours: {never: {time_zone: UTC, days: {mon: []}}}\n"
    )
    codes = [problem.code for problem in warnings_of(people + step("{after: 5m, ping: [U0ASHA, U0ANNA]}"))]
    assert codes == ["never-open"]


def test_a_day_is_explained_with_the_days_that_it_takes() -> None:
    (problem,) = warnings_of(desk("1d"))
    assert "24h of working time" in problem.found
    assert "2.7 working days" in problem.found


def test_a_playbook_with_every_key_has_no_warning_but_those_meant() -> None:
    playbook, _ = read_playbook(FULL, "full.yaml")
    assert playbook is not None
    assert {problem.code for problem in lint(playbook, FULL)} == {"no-ladder", "dm-channel-private"}


@pytest.mark.parametrize("path", SHIPPED, ids=[path.name for path in SHIPPED])
def test_the_shipped_playbooks_have_no_warning(path: Path) -> None:
    source = path.read_bytes()
    playbook, problems = read_playbook(source, path.name)
    assert problems == []
    assert playbook is not None
    assert lint(playbook, source) == []


# --- how problems are said


def test_a_problem_is_said_to_terminals_to_machines_and_to_github() -> None:
    problem = read_playbook(HEAD + "threading: {dm: 5%,\n  burst: 1}\n", "play,books/shop.yaml")[1][0]
    assert as_text(problem) == (
        'play,books/shop.yaml:3:17: error: threading.dm: found the text "5%"; '
        "write whole numbers with d, h, m, s, as in `1h30m` [bad-span]"
    )
    assert as_github(problem) == (
        "::error file=play%2Cbooks/shop.yaml,line=3,col=17,title=bad-span::"
        'threading.dm: found the text "5%25"; write whole numbers with d, h, m, s, as in `1h30m`'
    )
    assert as_json(problem) == {
        "severity": "error",
        "file": "play,books/shop.yaml",
        "line": 3,
        "column": 17,
        "path": "threading.dm",
        "found": 'the text "5%"',
        "fix": "write whole numbers with d, h, m, s, as in `1h30m`",
        "code": "bad-span",
    }


def test_what_stands_in_the_file_cannot_forge_lines_of_output() -> None:
    name = "x\\n::error file=a::b\\e[2J\\u202e" + "y" * 200
    problems = read_playbook(f'version: 1\nname: "{name}"\n', "shop.yaml")[1]
    for line in [*map(as_text, problems), *map(as_github, problems)]:
        assert line.isprintable()
        assert len(line) < 400
