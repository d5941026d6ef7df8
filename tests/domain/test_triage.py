"""Triage: each condition in every script, and how rules and sets of rules decide together."""

import unicodedata
from datetime import UTC, datetime
from typing import Literal, get_args

import pytest

from workflows.domain.playbook import DESK, Hours, Playbook
from workflows.domain.rules import (
    AllOf,
    AnyOf,
    AtHours,
    AtTimes,
    Author,
    Between,
    Condition,
    Hashtags,
    HasLinks,
    HasMedia,
    HasWords,
    IsVerified,
    IsVip,
    KindIs,
    LanguageIs,
    Matches,
    Mention,
    Not,
    Outcome,
    Rule,
    RuleSet,
    Sentiment,
    SentimentIs,
    Span,
    Triage,
)
from workflows.domain.triage import Rules, Verdict

ISTANBUL = Hours(DESK, time_zone="Europe/Istanbul", days={day: [Span(540, 1080)] for day in range(5)})
NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)  # a Friday, 15:00 in Istanbul
ANGRY, NEUTRAL = Sentiment.ANGRY, Sentiment.NEUTRAL
Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIUM = Outcome(priority="medium")
ALWAYS = AllOf(())
NEVER = AnyOf(())


def decided(
    playbook: Playbook, mention: Mention | str, language: str = "en", mood: Sentiment = NEUTRAL
) -> Verdict:
    seen = Mention(mention, at=NOON) if isinstance(mention, str) else mention
    return Rules(playbook).decide(seen, language=language, sentiment=mood)


def holds(
    when: Condition, mention: Mention | str, language: str = "en", mood: Sentiment = NEUTRAL, *vip: str
) -> bool:
    rules = [Rule("it", when, Outcome(tags=["held"]))]
    triage = Triage(rule_sets=[RuleSet("set", rules)], vip=frozenset(vip))
    playbook = Playbook("P", hours={DESK: ISTANBUL}, triage=triage)
    return "held" in decided(playbook, mention, language, mood).tags


# --- words, in five languages


@pytest.mark.parametrize(
    ("word", "text", "language"),
    [
        ("refund", "Where is my REFUND?!", "en"),
        ("can’t", "I can't log in", "en"),
        ("can't", "I can’t log in", "en"),
        ("धोखा", "यह धोखा है।", "hi"),
        ("पैसे", "मेरे पैसे, वापस करो", "hi"),
        ("paise", "mere PAISE wapas karo", "hi-Latn"),
        ("మోసం", "ఇది మోసం!", "te"),
        ("টাকা", "আমার টাকা কোথায়?", "bn"),
        ("çalındı", "Hesabım ÇALINDI", "tr"),
        ("iade", "İADE istiyorum", "tr"),
        ("ısrar", "ISRAR ediyorum", "tr"),
        ("iban", "IBAN verdim", "tr"),
        ("kırık", "kırık.geldi", "tr"),
        ("strasse", "Straße", "de"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_whole_word_is_found_in_every_script_case_and_normal_form(
    word: str, text: str, language: str, form: Form
) -> None:
    for written in FORMS:
        when = HasWords([unicodedata.normalize(written, word)])
        assert holds(when, unicodedata.normalize(form, text), language)


@pytest.mark.parametrize(
    ("word", "text", "language"),
    [
        ("refund", "refunds", "en"),
        ("bank", "banking snowbank", "en"),
        ("पैसा", "पैसाखोर", "hi"),
        ("क", "की के कि क्या", "hi"),  # a letter with its vowel sign is another word
        ("మోస", "మోసం", "te"),
        ("টাক", "টাকা", "bn"),
        ("iade", "iadesini", "tr"),
        ("hacked", "@hacked https://hacked.example/hacked", "en"),  # names and links are no words
        ("ok", "o.k.", "en"),
    ],
)
def test_a_part_of_a_word_is_not_the_word(word: str, text: str, language: str) -> None:
    assert not holds(HasWords([word]), text, language)


@pytest.mark.parametrize(
    ("entry", "text", "language", "found"),
    [
        ("refund*", "refunding me", "en", True),
        ("refund*", "nonrefund", "en", False),
        ("iade*", "iadesini istiyorum", "tr", True),
        ("İade*", "İADEMİ yapın", "tr", True),
        ("ఆర్డర్*", "ఆర్డర్లో సమస్య", "te", True),
        ("টাকা*", "টাকার কথা", "bn", True),
        ("paid twice", "I PAID... twice", "en", True),
        ("paid twice", "paid not twice", "en", False),
        ("account stolen*", "my account, stolenish", "en", True),
        ("para iade*", "para (iadesi)", "tr", True),
        ("paid twice", "paid @bank twice", "en", True),
        ("paid twice", "twice paid", "en", False),
        ("hack* account*", "hackers' accounts", "en", True),
    ],
)
def test_stems_and_phrases_go_over_endings_and_punctuation(
    entry: str, text: str, language: str, found: bool
) -> None:
    assert holds(HasWords([entry]), text, language) is found


def test_joiners_inside_indic_words_make_no_difference() -> None:
    assert holds(HasWords(["క్షమించండి"]), "క్\u200cషమించండి", "te")
    assert holds(HasWords(["রা‍ব"]), "রাব", "bn")


@pytest.mark.parametrize(
    ("pattern", "text", "language", "found"),
    [
        (r"order\s*#?\d{4,}", "ORDER #12345", "en", True),
        (r"order\s*#?\d{4,}", "order 12", "en", False),
        (r"\bhesap\b", "HESAP nerede", "tr", True),
        (r"\bhesap\b", "hesapta", "tr", False),
        (r"रिफंड", "मेरा रिफंड", "hi", True),
        ("iade", "İADE", "tr", True),
    ],
)
def test_expressions_are_searched_in_folded_text(pattern: str, text: str, language: str, found: bool) -> None:
    assert holds(Matches([pattern]), text, language) is found


# --- signs


@pytest.mark.parametrize(
    ("tags", "text", "language", "found"),
    [
        (["Fail"], "such a #FAIL", "en", True),
        (["#fail"], "such a ＃fail!", "en", True),
        (["fail"], "fail #failed", "en", False),
        (["iptal"], "#İPTAL edin", "tr", True),
        (["ılık"], "#ILIK", "tr", True),
        (["धोखा"], "#धोखा", "hi", True),
        (["ধোঁকা"], "#" + unicodedata.normalize("NFD", "ধোঁকা"), "bn", True),
    ],
)
def test_hashtags_are_whole_and_without_case(tags: list[str], text: str, language: str, found: bool) -> None:
    assert holds(Hashtags(tags), text, language) is found


@pytest.mark.parametrize(
    ("when", "text", "found"),
    [
        (HasLinks(), "see https://x.example/a", True),
        (HasLinks(), "see x.example", False),
        (HasLinks(wanted=False), "no link", True),
        (HasLinks(wanted=False), "HTTP://X.example", False),
        (HasLinks(hosts=["bank.example"]), "https://www.BANK.example/login", True),
        (HasLinks(hosts=["www.bank.example"]), "https://login.bank.example?x=1", True),
        (HasLinks(hosts=["bank.example"]), "https://notbank.example", False),
        (HasLinks(hosts=["bank.example"]), "https://bank.example.evil.test", False),
        (HasLinks(hosts=["bank.example"]), "https://evil.test/bank.example", False),
        (HasLinks(hosts=["bank.example"]), "https://bank.example:8443/x", True),
        (HasLinks(hosts=["bank.example"]), "https://user@bank.example/x", True),
        (HasLinks(hosts=["bank.example"]), "see https://bank.example, please", True),
        (HasLinks(hosts=["bank.example"]), "(https://bank.example)", True),
    ],
)
def test_links_are_known_by_their_host(when: Condition, text: str, found: bool) -> None:
    assert holds(when, text) is found


# --- who wrote, when, how


def by(**facts: object) -> Mention:
    return Mention("hello", author=Author(**facts), at=NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "mention", "found"),
    [
        (Between("followers", 1000), by(followers=1000), True),
        (Between("followers", 1000), by(followers=999), False),
        (Between("followers", 0, 5), by(followers=5), True),
        (Between("followers", 0, 5), by(followers=6), False),
        (Between("followers", 0, 0), by(followers=0), True),
        (Between("earlier_cases", 3), by(earlier_cases=3, followers=0), True),
        (Between("earlier_cases", 3), by(earlier_cases=2, followers=9), False),
        (IsVerified(), by(verified=True), True),
        (IsVerified(wanted=False), by(verified=True), False),
        (IsVip(), by(vip=True), True),
        (IsVip(), by(username="ACME_ceo"), True),
        (IsVip(), by(username="acme"), False),
        (IsVip(wanted=False), by(username="acme"), True),
        (HasMedia(), Mention("x", media=2), True),
        (HasMedia(), Mention("x"), False),
        (HasMedia(wanted=False), Mention("x"), True),
        (KindIs(["dm", "quote"]), Mention("x", kind="quote"), True),
        (KindIs(["dm"]), Mention("x"), False),
    ],
)
def test_who_wrote_and_how(when: Condition, mention: Mention, found: bool) -> None:
    assert holds(when, mention, "en", NEUTRAL, "Acme_CEO") is found


def test_language_and_mood_are_those_that_were_found() -> None:
    assert holds(LanguageIs(["hi", "hi-Latn"]), "paise", "hi-Latn")
    assert not holds(LanguageIs(["hi"]), "paise", "hi-Latn")
    assert holds(SentimentIs([ANGRY]), "x", "en", ANGRY)
    assert not holds(SentimentIs([ANGRY]), "x", "en", NEUTRAL)


@pytest.mark.parametrize(
    ("spans", "utc", "found"),
    [
        ([Span(15 * 60, 16 * 60)], "12:00", True),  # Istanbul is three hours ahead
        ([Span(15 * 60, 16 * 60)], "12:59", True),
        ([Span(15 * 60, 16 * 60)], "13:00", False),
        ([Span(22 * 60, 6 * 60)], "19:00", True),
        ([Span(22 * 60, 6 * 60)], "02:59", True),
        ([Span(22 * 60, 6 * 60)], "03:00", False),
        ([Span(0, 1440)], "20:59", True),
        ([Span(0, 1440)], "21:00", True),
        ([Span(0, 60), Span(120, 180)], "23:30", True),
        ([Span(0, 60), Span(120, 180)], "22:30", False),
    ],
)
def test_the_hour_is_that_of_the_desks_clock(spans: list[Span], utc: str, found: bool) -> None:
    hour, minute = map(int, utc.split(":"))
    mention = Mention("x", at=NOON.replace(hour=hour, minute=minute))
    assert holds(AtTimes(spans), mention) is found


@pytest.mark.parametrize(("day", "inside"), [(1, True), (2, False)])
def test_open_hours_are_those_of_the_calendar(day: int, inside: bool) -> None:
    mention = Mention("x", at=NOON.replace(day=day))
    assert holds(AtHours(DESK), mention) is inside
    assert holds(AtHours(DESK, inside=False), mention) is not inside


# --- together


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (AllOf(()), True),
        (AnyOf(()), False),
        (AnyOf((NEVER, ALWAYS)), True),
        (AllOf((NEVER, ALWAYS)), False),
        (Not(NEVER), True),
        (Not(Not(NEVER)), False),
        (AllOf((Not(AnyOf((NEVER, HasWords(["x"])))), AnyOf((ALWAYS, NEVER)))), True),
        (AllOf((HasWords(["hello"]), Not(HasWords(["hello"])))), False),
    ],
)
def test_conditions_are_nested_at_will(when: Condition, found: bool) -> None:
    assert holds(when, "hello") is found


def rules_of(*sets: list[Rule], otherwise: Outcome = MEDIUM) -> Playbook:
    named = [RuleSet(f"set {number}", rules) for number, rules in enumerate(sets)]
    return Playbook("P", triage=Triage(rule_sets=named, otherwise=otherwise))


def test_in_a_set_the_first_rule_that_holds_wins_and_the_rest_are_not_asked() -> None:
    verdict = decided(
        rules_of(
            [
                Rule("no", NEVER, Outcome("low")),
                Rule("yes", ALWAYS, Outcome("high", ["a"])),
                Rule("later", ALWAYS, Outcome("low", ["b"], sensitive=True)),
            ]
        ),
        "hello",
    )
    assert (verdict.priority, verdict.tags, verdict.sensitive) == ("high", ("a",), False)
    assert [(tried.rule.name, tried.held) for tried in verdict.tried] == [("no", False), ("yes", True)]
    assert verdict.rule is not None
    assert verdict.rule.name == "yes"


def test_sets_add_up_and_the_earlier_one_decides() -> None:
    verdict = decided(
        rules_of(
            [Rule("one", ALWAYS, Outcome(None, ["a"], sensitive=True))],
            [Rule("two", ALWAYS, Outcome("low", ["b", "a"], team="x"))],
            [Rule("three", ALWAYS, Outcome("high", ["c"], team="y"))],
            otherwise=Outcome("medium", ["z"], team="w"),
        ),
        "hello",
    )
    assert (verdict.priority, verdict.team, verdict.sensitive) == ("low", "x", True)
    assert verdict.tags == ("a", "b", "c", "z")
    assert verdict.rule is not None
    assert verdict.rule.name == "two"


def test_where_no_rule_names_a_priority_the_rest_of_the_playbook_does_and_no_rule_is_named() -> None:
    playbook = rules_of([Rule("tag only", ALWAYS, Outcome(None, ["a"]))], otherwise=Outcome("low"))
    verdict = decided(playbook, "hello")
    assert (verdict.priority, verdict.tags, verdict.rule) == ("low", ("a",), None)


def test_a_playbook_without_rules_and_without_anything_else_says_medium() -> None:
    assert decided(Playbook("P", triage=Triage(otherwise=Outcome())), "hello").priority == "medium"


# --- hostile input

LONG = 200_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        "a " * LONG,
        "#" * LONG,
        "@" * LONG,
        "https://" * LONG,
        "a'" * LONG,
        "क्" * LONG,
        "e" + "\u0301" * LONG,
        "\u200d" * LONG,
        "İ" * LONG,
        "\U0001f469\u200d" * LONG,
        "hack " * LONG,
    ],
)
def test_hostile_texts_take_no_more_than_linear_time(text: str) -> None:
    entries = ["a a a a a a a b", "hack* hack* hack* x", "क्*", "e*", *(f"hack{n}*" for n in range(500))]
    when = AnyOf((HasWords(entries), Matches([r"(a*)*b", r"(a|aa)+$", r"(hack ?)*x"]), Hashtags(["x"])))
    for language in ("en", "tr"):
        assert not holds(AllOf((when, NEVER)), text, language)
        assert holds(AnyOf((when, ALWAYS)), text, language)
