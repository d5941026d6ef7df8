"""The tone check: what it names, where, by whose verdict, and what it leaves alone."""

import pytest

from slackbot.render.tone import why
from workflows.domain.text import compile_pattern
from workflows.domain.tone import Check, Finding, Said, TonePolicy, Verdict
from workflows.words.tone import check_tone, is_opt_out, offer_in

ALL = TonePolicy(dict.fromkeys(Check, Verdict.WARN))


def _codes(text: str, language: str = "en", **said: object) -> set[str]:
    found = check_tone(Said(text, language, **said), TonePolicy(), limit=280)  # type: ignore[arg-type]
    return {finding.check.value for finding in found}


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "What the f**k do you want", "swearing"),
        ("en", "PLEASE READ THE TERMS AGAIN", "aggression"),
        ("en", "Thanks for the lecture.", "aggression"),
        ("en", "You really should have checked the label.", "blame"),
        ("en", "As we've already told you, the fee stands.", "defensive"),
        ("hi", "आपको पहले लेबल देख लेना चाहिए था।", "blame"),
        ("hi", "नियम तो नियम है।", "defensive"),
        ("hi-Latn", "apki hi galti h", "blame"),
        ("hi-Latn", "isme hum kuch nhi kr sakte", "defensive"),
        ("te", "మీరు ముందే చూసుకోవాల్సింది.", "blame"),
        ("te", "ఇది మా తప్పు కాదు.", "defensive"),
        ("bn", "আপনার আগে দেখে নেওয়া উচিত ছিল।", "blame"),
        ("bn", "আমাদের কিছু করার নেই।", "defensive"),
        ("tr", "Son tarihe dikkat etmeliydiniz.", "blame"),
        ("tr", "Sozlesmeyi okumamissiniz.", "blame"),
        ("tr", "Bu bizim suçumuz değil.", "defensive"),
        ("en", "Please send us your phone number and address here.", "personal_data_asked"),
        ("en", "Just DM us your OTP.", "personal_data_asked"),
        ("hi", "अपना मोबाइल नंबर यहाँ कमेंट में लिखें।", "personal_data_asked"),
        ("tr", "TC kimlik numaranızı buraya yazın.", "personal_data_asked"),
        ("en", "We'll get back to you soon.", "promise_without_time"),
        ("tr", "En kısa sürede size dönüş yapacağız.", "promise_without_time"),
        ("en", "Which app? Which phone? Since when?", "unclear"),
        ("en", "word " * 60, "unclear"),
        ("en", "So sorry. " * 40, "too_long"),
        ("en", "All is at https://example.com/help", "link_cost"),
    ],
)
def test_a_bad_draft_is_named(language: str, text: str, code: str) -> None:
    assert code in _codes(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This is no fault of yours, the error was ours."),
        ("en", "We're not blaming you, Asha."),
        ("en", "You should have received it by now."),
        ("en", "Please never post your card number or OTP here."),
        ("en", "Do you deliver to Scunthorpe? We do!"),
        ("en", "Could you DM us your phone number and order number?"),
        ("en", "We'll call you by 5 pm."),
        ("hi", "हम आपको दोष नहीं दे रहे।"),
        ("hi-Latn", "Sale me 30% chhoot hai, full refund bhi."),
        ("te", "తప్పు మీది కాదు."),
        ("bn", "ভুলটা আমাদের, আপনার নয়।"),
        ("tr", "Sizi sık sık aradığımız için özür dileriz."),
        ("tr", "Paketiniz şubeye götürülüyor, kusura bakmayın."),
    ],
)
def test_a_good_draft_is_left_alone(language: str, text: str) -> None:
    assert _codes(text, language) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is rebooked for tomorrow at 10.", True),
        ("DM us your code. Sorry.", True),
        ("We're so sorry, Asha.", True),
        ("We're so sorry, Asha. It is rebooked for tomorrow at 10.", False),
    ],
)
def test_an_angry_customer_is_heard_before_the_next_step(text: str, found: bool) -> None:
    assert ("no_empathy" in _codes(text, is_angry=True)) is found
    assert "no_empathy" not in _codes(text)


def test_words_that_the_draft_quotes_of_the_customer_are_theirs() -> None:
    text = 'You wrote "useless idiots", and we see why.'

    assert _codes(text, customer_text="You useless idiots!") == set()
    assert "aggression" in _codes(text)


def test_findings_come_in_the_order_of_the_text_with_their_places() -> None:
    text = "You should have read it. Call 98765 43210. Shut up."

    found = check_tone(Said(text, "en"), TonePolicy(), limit=280)

    assert [(finding.check.value, text[finding.start : finding.end]) for finding in found] == [
        ("blame", "You should have read"),
        ("personal_data_shown", "98765 43210"),
        ("aggression", "Shut up"),
    ]


def test_the_policy_gives_the_verdict_and_what_is_ok_is_not_looked_for() -> None:
    policy = TonePolicy({Check.BLAME: Verdict.NOTE, Check.SWEARING: Verdict.OK})

    found = check_tone(Said("Damn, it's your fault.", "en"), policy, limit=280)

    assert [(finding.check, finding.verdict) for finding in found] == [(Check.BLAME, Verdict.NOTE)]


def test_a_name_and_a_signature_are_looked_for_where_the_playbook_wants_them() -> None:
    said = Said("It goes out today.", "en", customer="Asha", agent="Ravi")

    found = {finding.check for finding in check_tone(said, ALL, limit=280)}

    assert {Check.NO_NAME, Check.NO_SIGNATURE} <= found
    assert _codes(said.text, customer="Asha", agent="Ravi") == set()


def test_in_a_direct_message_data_may_be_asked_for_and_shown_but_no_secret() -> None:
    assert _codes("Please send us your phone number. Yours is 98765 43210?", is_public=False) == set()
    assert _codes("Please send us your password.", is_public=False) == {"personal_data_asked"}


def test_order_numbers_of_the_playbook_are_personal() -> None:
    policy = TonePolicy(order_numbers=[compile_pattern(r"\bod\d{6}\b")])

    (found,) = check_tone(Said("OD123456 left today.", "en"), policy, limit=280)

    assert (found.check, found.what) == (Check.PERSONAL_DATA_SHOWN, "order_number")


def test_a_link_costs_only_where_the_plan_bills() -> None:
    said = Said("See https://example.com", "en")

    assert check_tone(said, TonePolicy(), limit=280, bills=False) == []


@pytest.mark.parametrize("language", ["en", "hi", "hi-Latn", "te", "bn", "tr", "", "fr"])
def test_an_empty_draft_and_any_language_are_fine(language: str) -> None:
    assert check_tone(Said("", language), TonePolicy(), limit=280) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We'll refund it in full."),
        ("en", "You'll get £20 for the trouble."),
        ("hi", "आपको ₹500 का वाउचर भेज रहे हैं।"),
        ("hi-Latn", "Paise wapas kar denge."),
        ("te", "డబ్బులు తిరిగి ఇస్తాం."),
        ("bn", "টাকা ফেরত দেব।"),
        ("tr", "Ücretsiz yenisini göndereceğiz."),
    ],
)
def test_an_offer_of_money_or_goods_is_found(language: str, text: str) -> None:
    assert offer_in(text, language)


@pytest.mark.parametrize("text", ["Thanks for telling us, we'll look into it today.", "Your bill is £20."])
def test_what_offers_nothing_is_no_offer(text: str) -> None:
    assert offer_in(text, "en") == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "STOP"),
        ("en", "Please stop messaging me!"),
        ("en", "unsubscribe"),
        ("hi", "मुझे मैसेज मत भेजो"),
        ("hi-Latn", "band karo ye messages"),
        ("te", "ఆపండి"),
        ("bn", "বন্ধ করুন"),
        ("tr", "Durdur"),
        ("tr", "beni rahat bırak"),
    ],
)
def test_who_wants_no_more_messages_says_so_in_any_language(language: str, text: str) -> None:
    assert is_opt_out(text, language)


@pytest.mark.parametrize(
    "text",
    ["stop cheating people", "stop the order please", "stop charging my card twice", "", "where is it"],
)
def test_other_things_that_shall_stop_are_no_opt_out(text: str) -> None:
    assert not is_opt_out(text, "en")


@pytest.mark.parametrize("check", list(Check))
@pytest.mark.parametrize("what", ["", "questions", "paragraph", "late", "no_step", "card", "phone", "damn"])
def test_each_finding_is_told_in_one_sentence(check: Check, what: str) -> None:
    told = why(Finding(check, 0, 1, what))

    assert told.endswith(".")
    assert "%(" not in told


@pytest.mark.parametrize(
    "piece", ["you ", "9 8 7 ", "f*", "not your fault ", "98765 43210 ", "?", "(((1", "a.b@c.d "]
)
@pytest.mark.timeout(30)
def test_ten_thousand_characters_of_anything_are_read_to_their_end(piece: str) -> None:
    text = (piece * 10_000)[:10_000]

    findings = check_tone(Said(text, "en", is_angry=True), TonePolicy(), limit=280)

    assert Check.TOO_LONG in [finding.check for finding in findings]
    assert not is_opt_out(text, "en")
