"""Language, mood and thanks of single texts; how often they are right at all is in test_accuracy.py."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.domain.rules import Sentiment
from workflows.words.understand import Understood, is_thanks, language_of, mood_of, understand

LONG = 10_000
GOOD, PLAIN, BAD, FURIOUS = (Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE, Sentiment.ANGRY)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my parcel has not arrived", "en"),
        ("Please book a ticket", "en"),  # words that stand in Hinglish and Turkish phrases too
        ("mobile recharge failed", "en"),
        ("refund nahi mila", "hi-Latn"),
        ("मेरा पैसा वापस करो", "hi"),
        ("mera paisa abhi tak nahi aaya", "hi-Latn"),
        ("నా ఆర్డర్ రాలేదు", "te"),
        ("আমার টাকা ফেরত দিন", "bn"),
        ("মোৰ টকা ঘূৰাই দিয়ক", "as"),
        ("Siparişim hâlâ gelmedi", "tr"),
        ("siparisim gelmedi", "tr"),
        ("SIPARISIM GELMEDI", "tr"),
        ("எனது பணம் எங்கே", "ta"),
        ("رقم الطلب", "ar"),
        ("میرا آرڈر کہاں ہے", "ur"),
        ("где мой заказ", "ru"),
        ("注文が届きません", "ja"),
        ("我的订单在哪里", "zh"),
        ("주문이 안 왔어요", "ko"),
        ("Wann kommt mein Paket endlich an?", "de"),
        ("Mi pedido no ha llegado todavía", "es"),
    ],
)
def test_the_language_is_told_by_script_and_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", " ", "https://example.com/a", "@shop @bank", "😡😡", "12345", "?!"])
def test_a_text_without_words_has_no_language(text: str) -> None:
    assert language_of(text) == "und"


def test_loan_words_and_names_do_not_make_a_hindi_post_english() -> None:
    assert language_of("Amazon का refund नहीं मिला please help me") == "hi"


def test_names_and_links_say_nothing_of_the_language() -> None:
    assert language_of("@TheOfficialEnglishShop kargom gelmedi https://the.shop/where/is/it") == "tr"


def test_a_post_of_hashtags_alone_is_read_by_them() -> None:
    assert language_of("#help") == "en"


def test_the_hint_decides_where_the_words_do_not() -> None:
    assert language_of("Vodafone", hint="nl") == "nl"


@pytest.mark.parametrize(
    ("hint", "language"), [("in", "id"), ("ru", "und"), ("und", "und"), ("hi", "hi-Latn")]
)
def test_hints_are_read_as_x_means_them(hint: str, language: str) -> None:
    assert language_of("Xyzzy", hint=hint) == language


def test_a_lone_name_is_of_no_language() -> None:
    assert language_of("Xyzzy") == "und"


def test_the_hint_does_not_overrule_words() -> None:
    assert language_of("my parcel has not arrived and nobody answers", hint="tl") == "en"
    assert language_of("मेरा पैसा वापस करो", hint="en") == "hi"


def test_a_language_that_is_known_is_believed() -> None:
    assert understand("ok", language="tr") == Understood("tr", mood_of("ok", "tr"))


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("the food was good", GOOD),
        ("the food was not good", BAD),
        ("the food was not at all good", BAD),
        ("it is not good, not bad", BAD),
        ("I was never disappointed", GOOD),
        ("no. good.", GOOD),  # a negation ends with its clause
        ("thanks, but it still does not work", BAD),
        ("the app was slow at first but now it is perfect, I love it", GOOD),
        ("I haven't received it", BAD),
        ("when will I have received it?", PLAIN),
        ("which is the best plan?", PLAIN),
        ("the parcel is damaged", BAD),
        ("the parcel is damaged!!!", FURIOUS),
        ("THE PARCEL IS DAMAGED", FURIOUS),
        ("THANK YOU SO MUCH, PERFECT", GOOD),
        ("a bit annoyed", BAD),
        ("a bit disgusting", BAD),
        ("disgusting", FURIOUS),
        ("No", PLAIN),
        ("no, the blue one", PLAIN),
    ],
)
def test_the_mood_minds_negation_loudness_and_degree(text: str, mood: Sentiment) -> None:
    assert mood_of(text, "en") == mood


@pytest.mark.parametrize(
    ("plain", "stretched"),
    [("bad", "baaaaad"), ("so good", "soooo goooood"), ("idiots", "idiotsssss"), ("terrible", "TERRRRIBLE")],
)
def test_stretched_letters_change_no_mood(plain: str, stretched: str) -> None:
    assert mood_of(stretched, "en") == mood_of(plain, "en") != PLAIN


@pytest.mark.parametrize("text", ["f**k this", "what a b*tch", "sh#t", "a**hole", "f***"])
def test_starred_swearing_is_swearing(text: str) -> None:
    assert mood_of(text, "en") == FURIOUS


@pytest.mark.parametrize("text", ["5 * 3", "price*", "order#123", "*important*", "**Hi**"])
def test_other_stars_are_not(text: str) -> None:
    assert mood_of(text, "en") == PLAIN


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("❤️", GOOD),
        ("😡😡", FURIOUS),
        (":)", GOOD),
        (":(", BAD),
        ("👍🏽", GOOD),
        ("hello 🤦‍♂️", BAD),
        ("🚗", PLAIN),
    ],
)
@pytest.mark.parametrize("language", ["en", "te", "und"])
def test_emoji_and_faces_are_read_in_every_language(text: str, mood: Sentiment, language: str) -> None:
    assert mood_of(text, language) == mood


@pytest.mark.parametrize("language", ["hi", "hi-Latn", "te", "bn", "tr", "de", "und"])
def test_english_words_are_read_in_every_language(language: str) -> None:
    assert mood_of("customer support disgusting", language) == FURIOUS


@pytest.mark.parametrize(
    ("language", "good", "denied"),
    [
        ("hi", "सर्विस अच्छी है", "सर्विस अच्छी नहीं है"),
        ("hi-Latn", "service acchi hai", "service acchi nahi hai"),
        ("bn", "সার্ভিস ভালো", "সার্ভিস ভালো না"),
        ("te", "సర్వీస్ బాగుంది", "సర్వీస్ బాగా లేదు"),
        ("tr", "hizmet çok iyi", "hizmet çok iyi değil"),
        ("tr", "hizmet cok iyi", "hizmet cok iyi degil"),
    ],
)
def test_a_not_that_follows_its_word_denies_it(language: str, good: str, denied: str) -> None:
    assert mood_of(good, language) == GOOD
    assert mood_of(denied, language) in (BAD, FURIOUS)


@pytest.mark.parametrize("text", ["REZALET", "Rezalet", "rezalet", "REZİL", "rezil", "REZIL"])
def test_turkish_is_read_in_capitals_with_and_without_its_letters(text: str) -> None:
    assert mood_of(text, "tr") == FURIOUS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("thank you 🙏", "en"),
        ("@brand thanks!", "en"),
        ("Thanks so much for your help", "en"),
        ("thanks a lot, it works now", "en"),
        ("ok", "en"),
        ("👍", "und"),
        ("🙏🙏", "und"),
        ("thanksss", "en"),
        ("thank you #happy", "en"),
        ("धन्यवाद", "hi"),
        ("shukriya", "hi-Latn"),
        ("ధన్యవాదాలు 🙏", "te"),
        ("ধন্যবাদ", "bn"),
        ("Teşekkürler", "tr"),
        ("cok tesekkurler", "tr"),
        ("thank you", "tr"),
    ],
)
def test_nothing_but_thanks_is_thanks(text: str, language: str) -> None:
    assert is_thanks(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it still does not work",
        "thanks, when will it arrive",
        "ok?",
        "thanks for nothing",
        "thank you, please send the invoice",
        "no thanks to you it is broken",
        "thanks 😡",
        "great, another delay",
        "",
        "@brand",
        "https://example.com",
        "hello",
        "yes",
        "for your help",
        "hello there",
        "thanks my order is 4482",
    ],
)
def test_thanks_with_anything_else_is_not(text: str) -> None:
    assert not is_thanks(text, "en")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "క్ష",
        "a",
        "A",
        "f*",
        "ab*cd ",
        "😡",
        "not good ",
        "!",
        "?!",
        "@a",
        "a@",
        ":)",
        " ",
        "না ",
        "www.",
        "a'",
        "yor",
    ],
)
@pytest.mark.parametrize("language", ["", "tr", "te"])
def test_ten_times_the_longest_message_is_read_in_no_time(unit: str, language: str) -> None:
    """Were one step quadratic, one of these would take minutes."""
    text = (unit * (10 * LONG))[: 10 * LONG]

    assert understand(text, language=language).sentiment in Sentiment
    assert is_thanks(text, "en") in (True, False)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=200), language=st.sampled_from(["", "en", "hi", "hi-Latn", "te", "bn", "tr", "xx"])
)
def test_any_text_is_read_and_twice_alike(text: str, language: str) -> None:
    assert understand(text, language=language) == understand(text, language=language)
    assert not (is_thanks(text, language) and "?" in text)


@settings(max_examples=100, deadline=None)
@given(times=st.integers(1, 400), unit=st.sampled_from(["bad ", "the parcel is late. ", "ठीक ", "👍", "క్ష "]))
def test_a_mood_does_not_change_when_everything_is_said_again(times: int, unit: str) -> None:
    once, often = mood_of(unit * 3, "en"), mood_of(unit * (3 + times), "en")

    assert once == often


def test_names_links_and_spaces_change_no_mood() -> None:
    text = "my parcel is damaged"

    assert mood_of(f"  @worst_shop {text} https://bad.example/awful \n", "en") == mood_of(text, "en")
