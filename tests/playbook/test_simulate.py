"""A simulated day: deterministic, by the desk's own clocks and ladders, and most urgent first."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from workflows.domain.playbook import ClockKind, Playbook
from workflows.domain.rules import Mention
from workflows.playbook.explain import explain, zone_of
from workflows.playbook.figures import FONTS, difference, draw, figures
from workflows.playbook.judge import judge
from workflows.playbook.read import read_playbook, shipped_folder
from workflows.playbook.simulate import Lived, simulate
from workflows.playbook.staffing import Staffing, Work, staffed
from workflows.playbook.synthetic_day import Incoming, synthetic_day

SMALL = """version: 1
name: Small
hours:
  desk:
    time_zone: Europe/Istanbul
    days: {mon-fri: ["09:00-17:00"]}
  night: always
people: {teams: {guards: {hours: night}}}
priorities:
  high: {first_response: 30m, hours: team}
  medium: {first_response: 2h, hours: team}
triage:
  rule_sets:
    - name: topics
      rules:
        - {name: stolen, when: {words: [stolen]}, then: {priority: high, team: guards}}
        - {name: urgent, when: {words: [urgent]}, then: {priority: high}}
escalation:
  ladders:
    - name: urgent
      priorities: [high]
      steps:
        - {after: 10m, ping: [agents]}
        - {at: 100%, ping: [supervisors], channel: supervisors}
      repeat: {every: 15m, times: 2}
      rearm_after: 20m
"""
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 9:00 in Istanbul
MINUTE = timedelta(minutes=1)
NOBODY = Staffing(agents=0)


def small(*changes: tuple[str, str]) -> Playbook:
    source = SMALL
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    playbook, problems = read_playbook(source, "small.yaml")
    assert playbook is not None, problems
    return playbook


def shipped(name: str) -> Playbook:
    playbook, _ = read_playbook((shipped_folder() / f"{name}.yaml").read_bytes(), f"{name}.yaml")
    assert playbook is not None
    return playbook


def comes(text: str, at: datetime = MONDAY, effort: float = 1.0) -> Incoming:
    return Incoming(Mention(text, at=at), at, effort)


def live(*incoming: Incoming, staffing: Staffing = NOBODY, playbook: Playbook | None = None) -> list[Lived]:
    return simulate([playbook or small()], incoming, staffing)[0]


# --- the day


def test_the_same_seed_makes_the_same_day_and_another_seed_another() -> None:
    playbook, day = shipped("shop-india"), date(2026, 11, 23)
    first = synthetic_day(playbook, day, mentions=200, seed=1)
    assert synthetic_day(playbook, day, mentions=200, seed=1) == first
    assert synthetic_day(playbook, day, mentions=200, seed=2) != first


def test_a_day_runs_from_midnight_to_midnight_where_the_desk_is() -> None:
    playbook = shipped("shop-india")
    incoming = synthetic_day(playbook, date(2026, 11, 23), mentions=2000, seed=1)
    moments = [one.at for one in incoming]
    assert len(moments) == 2000
    assert moments == sorted(moments)
    local = [at.astimezone(zone_of(playbook)) for at in moments]
    assert {at.date() for at in local} == {date(2026, 11, 23)}
    by_hour = Counter(at.hour for at in local)
    assert by_hour[20] > 4 * by_hour[3]


def test_people_write_in_the_languages_of_the_country() -> None:
    playbook = shipped("bank-turkey")
    incoming = synthetic_day(playbook, date(2026, 11, 23), mentions=100, seed=3)
    found = Counter(judge(playbook, one.mention).verdict.language for one in incoming)
    assert found.most_common(1)[0][0] == "tr"


def test_complaints_come_above_praise_in_each_shipped_playbook() -> None:
    for name in ("default", "shop-india", "bank-turkey", "telecom-bangladesh"):
        playbook = shipped(name)
        lives = simulate(
            [playbook], synthetic_day(playbook, date(2026, 11, 23), mentions=300, seed=5), NOBODY
        )[0]
        moods = {mood: Counter[str]() for mood in ("angry", "positive")}
        for one in lives:
            if one.judged.sentiment in moods:
                moods[one.judged.sentiment][one.judged.priority] += 1
        angry, glad = moods["angry"], moods["positive"]
        assert angry["high"] / angry.total() > 0.5 > glad["high"] / glad.total()


# --- who answers


def test_the_most_urgent_is_answered_first_and_then_the_oldest() -> None:
    works = [Work(MONDAY, priority, None, 1.0) for priority in ("low", "medium", "high", "high")]
    done = staffed(small(), works, Staffing(agents=1, answer=10 * MINUTE), MONDAY + timedelta(days=1))
    taken = [(one.taken_at - MONDAY) / MINUTE for one in done if one]
    assert taken == [30, 20, 0, 10]


def test_agents_answer_in_the_desks_hours_and_finish_what_they_began() -> None:
    evening = MONDAY + timedelta(hours=7, minutes=58)
    works = [Work(evening, "low", None, 1.0), Work(evening, "low", None, 1.0)]
    first, second = staffed(small(), works, Staffing(agents=1), evening + timedelta(days=2))
    assert first is not None
    assert second is not None
    assert first.answered_at == evening + 6 * MINUTE
    assert second.taken_at == MONDAY + timedelta(days=1)


def test_a_team_with_other_hours_has_somebody_of_its_own() -> None:
    night = MONDAY - timedelta(hours=6)
    works = [Work(night, "high", "guards", 1.0), Work(night, "high", None, 1.0)]
    guarded, other = staffed(small(), works, Staffing(agents=1), night + timedelta(days=2))
    assert guarded is not None
    assert other is not None
    assert (guarded.taken_at, other.taken_at) == (night, MONDAY)


# --- clocks and ladders


def test_a_post_that_nobody_answers_lives_as_explain_says() -> None:
    at = MONDAY - timedelta(hours=3)
    playbook = small()
    (lived,) = live(comes("urgent", at), playbook=playbook)
    explained = explain(playbook, Mention("urgent", at=at), now=at)
    assert [(p.at, p.step) for p in lived.pings] == [(p.step.at, p.step.index + 1) for p in explained.pings]
    assert [p.targets for p in lived.pings] == [
        ("agents",),
        ("supervisors",),
        ("supervisors",),
        ("supervisors",),
    ]
    assert lived.late == (ClockKind.FIRST_RESPONSE,)


def test_an_answer_in_time_is_neither_late_nor_pinged_for() -> None:
    (lived,) = live(comes("urgent"), staffing=Staffing(agents=1))
    assert (lived.late, lived.pings) == ((), ())
    assert lived.done is not None
    assert lived.done.answered_at == MONDAY + 6 * MINUTE


def test_taking_a_case_quiets_the_ladder_until_it_is_rearmed() -> None:
    incoming = comes("urgent", effort=10.0)  # taken at once, answered after an hour
    (lived,) = live(incoming, staffing=Staffing(agents=1))
    assert [(ping.at - MONDAY) / MINUTE for ping in lived.pings] == [20, 30, 45]
    (for_good,) = live(
        incoming, staffing=Staffing(agents=1), playbook=small(("      rearm_after: 20m\n", ""))
    )
    assert for_good.pings == ()
    (unmoved,) = live(
        incoming,
        staffing=Staffing(agents=1),
        playbook=small(("rearm_after: 20m", "quieted_by: [acknowledge]")),
    )
    assert [(ping.at - MONDAY) / MINUTE for ping in unmoved.pings] == [10, 30, 45]


def test_steps_for_people_who_are_off_duty_are_passed_over() -> None:
    off = ("people: {", "people: {supervisors: [U0ANNA], shifts: [{who: [U0ANNA], hours: desk}], ")
    at = MONDAY + timedelta(hours=12)
    around_the_clock = ("30m, hours: team", "30m, hours: always")
    (lived,) = live(comes("urgent", at), playbook=small(off, around_the_clock))
    assert [ping.targets for ping in lived.pings] == [("agents",)]
    assert lived.off_duty == 3


# --- figures


def test_figures_add_up() -> None:
    playbook = shipped("bank-turkey")
    incoming = synthetic_day(playbook, date(2026, 11, 23), mentions=400, seed=1)
    told = figures(playbook, simulate([playbook], incoming, Staffing())[0])
    assert told["mentions"] == 400 == sum(told["by_priority"].values()) == sum(told["by_rule"].values())
    assert (
        told["breaches"]
        == sum(told["breaches_by_kind"].values())
        == sum(h["breaches"] for h in told["by_hour"])
    )
    assert told["ping_count"] == sum(hour["pings"] for hour in told["by_hour"])
    assert len(told["pings"]) == sum(told["pings_by_target"].values())
    assert [ping["at"] for ping in told["pings"]] == sorted(ping["at"] for ping in told["pings"])
    assert all(ping["at"].endswith("+03:00") for ping in told["pings"])


def test_approvals_are_counted_where_a_rule_is_sure_to_hold_before_anybody_drafts() -> None:
    rules = "{name: guards, when: {teams: [guards]}}, {name: none, when: {offers: false}}"
    playbook = small(("people:", f"approvals: {{rules: [{rules}]}}\npeople:"))
    lives = live(comes("stolen"), comes("urgent"), comes("hello"), playbook=playbook)
    assert figures(playbook, lives)["approvals"] == 1
    assert figures(small(), live(comes("stolen")))["approvals"] == 0


def test_the_cost_is_one_plain_answer_to_each_who_gets_one() -> None:
    dm = Incoming(Mention("hello", kind="dm", at=MONDAY), MONDAY)
    for prices, cost in (("{reply: 0.02, dm: 0.5}", 0.52), ("none", 0)):
        playbook = small(("people:", f"prices: {prices}\npeople:"))
        answered = live(comes("urgent"), dm, staffing=Staffing(agents=1), playbook=playbook)
        assert figures(playbook, answered)["cost"] == cost
        assert figures(playbook, live(comes("urgent"), playbook=playbook))["cost"] == 0


def test_what_two_playbooks_judge_differently_is_counted_and_shown() -> None:
    first = small()
    second = small(("words: [urgent]}, then: {priority: high", "words: [urgent]}, then: {priority: low"))
    incoming = [comes("stolen"), comes("urgent"), comes("hello")]
    lives = simulate([first, second], incoming, NOBODY)
    told = difference(incoming, lives[0], lives[1], UTC)
    assert (told["judged_differently"], told["priority"], told["rule"]) == (1, 1, 0)
    assert told["moves"] == {"high to low": 1}
    assert told["by_priority"] == {"high": -1, "medium": 0, "low": 1}
    assert told["pings"] == -4
    (shown,) = told["first"]
    assert (shown["text"], shown["first"]) == ("urgent", {"priority": "high", "rule": "urgent"})
    assert shown["second"] == {"priority": "low", "rule": "urgent"}


def test_many_mentions_shared_among_processes_come_back_in_their_order() -> None:
    # given a playbook with compiled expressions, which go to the other processes too
    playbook = small(("people:", "tone: {order_numbers: ['[0-9]{9}']}\npeople:"))
    incoming = [
        comes("urgent" if number % 7 == 0 else "hello", MONDAY + number * MINUTE) for number in range(4100)
    ]
    (lives,) = simulate([playbook], incoming, NOBODY)
    assert [one.at for one in lives] == [one.at for one in incoming]
    assert [one.judged.rule for one in lives[:15]] == ["urgent", *[""] * 6, "urgent", *[""] * 6, "urgent"]
    assert lives[:1] == live(incoming[0])


def test_a_day_without_mentions_is_a_day_of_zeros() -> None:
    told = figures(small(), simulate([small()], [], Staffing())[0])
    assert (told["mentions"], told["pings"], told["breaches"], told["by_hour"]) == (0, [], 0, [])


# --- the picture


def test_the_picture_is_a_png_whatever_the_playbooks_name(tmp_path: Path) -> None:
    names = ("हिन्दी दुकान", "తెలుగు దుకాణం", "বাংলা টেলিকম", "Türkiye Şubesi")
    lives = live(comes("urgent"), comes("hello"))
    days = [figures(replace(small(), name=name), lives) for name in names]
    file = tmp_path / "day.png"
    draw(days, file, title="A made-up day")  # a letter that no font has would be a warning, and so an error
    assert file.read_bytes().startswith(b"\x89PNG\r\n")


def test_the_fonts_come_with_their_licence() -> None:
    assert {font.name for font in FONTS.glob("*.ttf")} == {
        "NotoSans-Regular.ttf",
        "NotoSansBengali-Regular.ttf",
        "NotoSansDevanagari-Regular.ttf",
        "NotoSansTelugu-Regular.ttf",
    }
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
