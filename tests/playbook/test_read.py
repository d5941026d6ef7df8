"""A right file becomes a playbook with all its values; no file at all breaks the reader."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.playbook.full import FULL
from workflows.domain import playbook as book
from workflows.domain import rules as terms
from workflows.domain.playbook import ClockKind, Playbook
from workflows.domain.rules import Sentiment, Span
from workflows.playbook.read import read_playbook
from workflows.playbook.schema import schema

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def read(source: str) -> Playbook:
    playbook, problems = read_playbook(source, "full.yaml")
    assert problems == []
    assert playbook is not None
    return playbook


def test_two_lines_are_a_playbook_with_the_defaults() -> None:
    playbook = read("version: 1\nname: Small\n")
    assert playbook == Playbook(name="Small", digest=playbook.digest, file="full.yaml")


def test_the_digest_is_of_the_bytes() -> None:
    as_text, as_bytes = read(FULL), read_playbook(FULL.encode(), "full.yaml")[0]
    assert as_text == as_bytes
    assert len(as_text.digest) == 16
    assert read(FULL + "# a word\n").digest != as_text.digest


def test_people_and_hours_are_read() -> None:
    playbook = read(FULL)
    assert (playbook.accounts, playbook.apply_to_open) == (("Acme", "acme_help"), True)
    assert playbook.people == book.People(
        roles={"agent": ("S0AGENTS",), "supervisor": ("U0MEHMET",), "admin": ("W0ANNA",)},
        allowed=("U0GUEST",),
        teams={"billing": book.Team("billing", ("S0BILLING",), "early")},
        shifts=(book.Shift(("U0ASHA", "U0ANNA"), "early"),),
    )
    office = (Span(540, 750), Span(810, 1080))
    assert playbook.hours["desk"] == book.Hours(
        "desk",
        time_zone="Asia/Kolkata",
        days={**dict.fromkeys(range(5), office), 5: (Span(1320, 360),)},
        country="IN",
        subdivision="TG",
        closed=frozenset({date(2026, 12, 31)}),
        open_on=frozenset({date(2026, 10, 29)}),
    )
    assert playbook.hours["early"].days == dict.fromkeys((4, 5, 6), (Span(0, 1440),))
    assert playbook.hours["night"].is_always


def test_targets_that_are_left_out_are_filled_in() -> None:
    targets = {name: priority.targets for name, priority in read(FULL).priorities.items()}
    first, following = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
    assert targets == {
        "high": {
            first: 15 * MINUTE,
            following: 20 * MINUTE,
            ClockKind.RESOLUTION: 4 * HOUR,
            ClockKind.TIME_TO_CLAIM: 5 * MINUTE,
        },
        "medium": {first: 2 * HOUR, following: 2 * HOUR},
        "low": {first: 24 * HOUR, following: 24 * HOUR},
    }
    assert [priority.hours for priority in read(FULL).priorities.values()] == ["always", "team", "early"]


def test_every_condition_is_read() -> None:
    triage = read(FULL).triage
    rule, rest = triage.rule_sets[0].rules
    assert isinstance(rule.when, terms.AllOf)
    assert set(rule.when.conditions) == {
        terms.HasWords(("hacked", "account stolen")),
        terms.HasWords(("locked out",)),
        terms.Matches(("order *[0-9]{6}", r"\bçALINDI\b")),
        terms.Hashtags(("help",)),
        terms.LanguageIs(("en", "hi-Latn")),
        terms.SentimentIs((Sentiment.ANGRY, Sentiment.NEGATIVE)),
        terms.KindIs(("mention", "dm")),
        terms.HasLinks(hosts=("example.com",)),
        terms.HasMedia(wanted=False),
        terms.Between("followers", 100, 5000),
        terms.Between("earlier_cases", 0, 5),
        terms.IsVerified(),
        terms.IsVip(wanted=False),
        terms.AtTimes((Span(1320, 360),)),
        terms.AtHours("night"),
        terms.AnyOf((terms.IsVip(), terms.HasLinks())),
        terms.AllOf((terms.AtHours("desk", inside=False),)),
        terms.Not(terms.HasWords(("joke",))),
    }
    assert rest.when == terms.AllOf(())
    assert triage.vip == {"acme_ceo"}
    assert triage.otherwise == terms.Outcome("medium", ("other",))


def test_a_rule_knows_what_it_decides_and_where_it_stands() -> None:
    rule = read(FULL).triage.rule_sets[0].rules[0]
    assert rule.then == terms.Outcome("high", ("security",), True, "billing")
    assert FULL.splitlines()[rule.line - 1].strip() == "- name: account hacked"
    (example,) = rule.examples
    assert FULL.splitlines()[example.line - 1].strip() == "- post: my account was hacked"
    assert example.mention == terms.Mention(
        text="my account was hacked",
        author=terms.Author("fan", 10, True, True, 3),
        kind="dm",
        at=datetime(2026, 12, 24, 15, 30, tzinfo=UTC),
        language="en",
        media=2,
        account="acme",
    )
    assert example.expected == {
        "rule": "account hacked",
        "priority": "high",
        "tags": ("security",),
        "sensitive": True,
        "team": "billing",
        "channel": "#press",
        "language": "en",
        "sentiment": "angry",
    }


def test_routes_ladders_and_windows_are_read() -> None:
    playbook = read(FULL)
    assert playbook.routes == (
        book.Route(
            "money", ("security",), ("billing",), ("tr",), ("acme",), "#press", "billing", "least_load"
        ),
    )
    (ladder,) = playbook.escalation.ladders
    assert not playbook.escalation.raise_priority
    assert [(rung.after, rung.share, rung.ping, rung.channel, rung.text) for rung in ladder.rungs] == [
        (timedelta(seconds=15), None, ("agents",), "", "Please take this one."),
        (None, 0.75, ("on_duty_supervisor", "U0MEHMET"), "supervisors", ""),
    ]
    assert FULL.splitlines()[ladder.rungs[1].line - 1].strip().startswith("- {at: 75%")
    assert (ladder.repeat_every, ladder.repeat_times) == (30 * MINUTE, 3)
    assert (ladder.priorities, ladder.teams) == (("high",), ("billing",))
    assert (ladder.quieted_by, ladder.rearm_after) == (("claim",), 80 * MINUTE)
    assert playbook.threading == book.Threading(DAY, 2 * DAY, timedelta(), 3 * DAY)


# --- never an exception


def _keys() -> list[str]:
    parts = [schema(), *schema()["definitions"].values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        ["15m", "always", "team", "high", "#press", "U0ASHA", "09:00-17:00", "75%", "TR", "(", "*", "\ud800"]
    ),
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_keys()), inner, max_size=4),
    max_leaves=25,
)


def check(source: bytes | str) -> None:
    playbook, problems = read_playbook(source, "f")
    assert (playbook is None) == bool(problems)
    lines = source.count(b"\n" if isinstance(source, bytes) else "\n") + 2  # type: ignore[arg-type]
    for problem in problems:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert (problem.found + problem.fix + problem.path).isprintable() or "\u200d" in problem.found
        assert len(problem.found) < 400


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_bytes_and_no_text_break_the_reader(source: bytes | str) -> None:
    read_playbook(source, "f")


@settings(max_examples=300, deadline=None)
@given(
    start=st.integers(0, len(FULL)),
    length=st.integers(0, 40),
    instead=st.text("[]{}:,-*&!|>'\"#%@` \n\taA01\\", max_size=6) | st.text(max_size=4),
)
def test_no_slip_of_the_pen_breaks_the_reader(start: int, length: int, instead: str) -> None:
    read_playbook(FULL[:start] + instead + FULL[start + length :], "f")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(_keys()), _TREES, max_size=6))
def test_no_values_under_known_keys_break_the_reader(tree: dict[str, Any]) -> None:
    tree = {"version": 1, "name": "x"} | tree
    check(yaml.safe_dump(tree, sort_keys=False))


def test_a_playbook_of_300_rules_is_read_in_less_than_a_second() -> None:
    # given rules of twenty words and two examples each
    words = [f"word{n}" for n in range(20)]
    rules = "".join(
        f"        - name: rule {number}\n"
        f"          when: {{words: [{', '.join(f'{w}x{number}' for w in words)}], regex: ['a{number}+b']}}\n"
        f"          then: {{priority: high, tags: [tag{number}]}}\n"
        "          examples:\n" + "            - {post: hello, expect: {priority: high}}\n" * 2
        for number in range(300)
    )
    head = "version: 1\nname: Big\ntriage:\n  rule_sets:\n    - name: topics\n      rules:\n"

    # when
    began = time.process_time()
    playbook = read(head + rules)

    # then
    assert time.process_time() - began < 1
    assert len(playbook.triage.rule_sets[0].rules) == 300
