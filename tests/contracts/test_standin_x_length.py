"""The stand-in X weighs posts by X's published rules (twitter-text, configuration v3).

The cases were written from those rules by hand: light signs 1, all others 2, link 23, emoji 2, NFC first.
"""

from __future__ import annotations

import time
import unicodedata

import pytest

from sandbox.x.length import compose, cut, find_hashtags, find_links, find_mentions, weighted_length

FAMILY = "👨\u200d👩\u200d👧\u200d👦"

WEIGHTS = [
    ("Latin, and nothing at all", [("", 0), ("This is a test.", 15), ("naïve café", 10), ("a\nb", 3)]),
    ("accents count once however they were typed", [("cafe\u0301", 4), ("İsmail Doğan", 12)]),
    ("Turkish", [("Şikâyetim var, ğüşıöç", 21), ("İŞĞÜ", 4)]),
    ("Devanagari, each vowel sign by itself", [("नमस्ते", 6), ("मेरा ऑर्डर कहाँ है।", 19)]),
    ("Telugu", [("నమస్కారం", 8), ("ఆర్డర్", 6)]),
    ("Bengali", [("ধন্যবাদ", 7), ("আমার অর্ডার", 11)]),
    ("joiners inside Indic words are light", [("क्\u200dष", 4), ("क्\u200cष", 4)]),
    ("Thai, Arabic, Georgian, Tibetan", [("สวัสดี", 6), ("مرحبا", 5), ("საქართველო", 10), ("བོད", 3)]),
    ("Chinese, Japanese, Korean", [("你好", 4), ("こんにちは", 10), ("안녕", 4), ("のa", 3)]),
    ("scripts beyond U+10FF", [("ភ្នំ", 8), ("አማርኛ", 8)]),
    ("light punctuation", [("“a” – ‘b’ — c", 13), ("5′ 6″", 5), ("a\u2009b\u200db", 5)]),
    ("heavy punctuation and money", [("…", 2), ("•", 2), ("₹499", 5), ("€5 ₺5", 7), ("→ ✓", 5), ("™", 2)]),
    ("Latin signs with an emoji twin", [("©", 1), ("®", 1), ("©\ufe0f", 2), ("☺", 2), ("☺\ufe0f", 2)]),
    ("one emoji", [("😀", 2), ("🙏🏽", 2), ("✌🏿", 2), ("❤\ufe0f", 2), ("🏽", 2)]),
    ("joined emoji", [(FAMILY, 2), ("👩\u200d💻", 2), ("🏳\ufe0f\u200d🌈", 2), ("👩🏽\u200d🤝\u200d👨🏿", 2)]),
    (
        "flags",
        [("🇮🇳", 2), ("🇹🇷🇧🇩", 4), ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2)],
    ),
    ("keycaps", [("1\ufe0f\u20e3", 2), ("#\u20e3", 2), ("1", 1)]),
    ("skin tone on what has no skin", [("🍕🏽", 4)]),
    ("links with a scheme", [("http://test.com", 23), ("https://test.com", 23), ("HTTPS://Test.COM/a", 23)]),
    ("links without one", [("test.com", 23), ("t.co", 23), ("foo.co.jp", 23), ("Test test.com test", 33)]),
    ("several links", [("Test https://test.com test https://test.com test.com test", 86)]),
    ("a very long link", [("https://example.com/" + "a" * 300, 23)]),
    ("a port belongs to the link", [("https://example.com:8080/path", 23), ("https://example.com:8080", 23)]),
    (
        "a bare domain keeps port and query only with a path",
        [("example.com:8080", 28), ("example.com:8080/a", 23)],
    ),
    ("the query of a bare domain holds no further link", [("example.com?x=1,x.com", 33)]),
    ("query and fragment", [("https://example.com/p?a=1&b=2#c", 23), ("https://example.com?x=1", 23)]),
    (
        "punctuation after a link",
        [("See example.com.", 28), ("https://example.com/a, b", 26), ("a.com!", 24)],
    ),
    ("brackets around a link", [("(https://example.com/a)", 25), ("https://example.com/a_(b)", 23)]),
    ("an e-mail address is no link", [("help@example.com", 16), ("first.last@example.com", 22)]),
    (
        "an unknown ending is no link",
        [("v1.2.3", 6), ("e.g. a.b", 8), ("foo.invalidtld", 14), ("localhost:80", 12)],
    ),
    ("a domain with broken labels", [("-foo.com", 8), ("foo_bar.com", 11), ("foo..com", 8), ("@foo.com", 8)]),
    ("a link in a script without spaces", [("これはexample.comです", 33), ("देखें https://example.com", 29)]),
    ("a bare domain right after a full stop", [("ధన్యవాదాలు.example.com", 34), ("ok.-example.com", 15)]),
    ("a link right after a full stop", [("Bakın.https://example.com", 29)]),
    ("a domain in another script", [("https://उदाहरण.भारत", 23), ("https://例え.com/あ", 25)]),
    ("what was meant as two sentences", [("Merhaba.Net", 23), ("Merhaba.Yarın", 13)]),
    ("mentions and hashtags count as text", [("@sarishop #तारीख", 16)]),
]


@pytest.mark.parametrize(
    ("text", "weight"),
    [pytest.param(*case, id=f"{name}: {case[0][:24]}") for name, cases in WEIGHTS for case in cases],
)
def test_a_text_weighs_what_xs_rules_say(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@pytest.mark.parametrize("text", ["नमस्ते café", FAMILY, "See example.com, ₹5"])
def test_the_weight_does_not_depend_on_how_accents_are_encoded(text: str) -> None:
    assert weighted_length(unicodedata.normalize("NFD", text)) == weighted_length(text)


def test_280_light_signs_or_140_heavy_ones_fill_a_post() -> None:
    assert (weighted_length("a" * 280), weighted_length("の" * 140), weighted_length("🐱" * 140)) == (
        280,
        280,
        280,
    )


@pytest.mark.parametrize(
    "text",
    [
        *("a." * 50_000, "e.g." * 25_000, "a.com/(" * 15_000, "https://" * 12_000, "https://x" * 12_000),
        *(
            "x.com/?" * 15_000,
            "a.com/!!" * 12_000,
            "a-" * 50_000,
            "@a" * 50_000,
            "@a.com " * 14_000,
            "#" * 100_000,
        ),
        *("👨\u200d" * 50_000, "1\ufe0f" * 50_000, "a\u0301" * 50_000, "(" * 100_000, "a.com " * 17_000),
    ],
    ids=lambda text: text[:8],
)
def test_a_hundred_thousand_hostile_signs_are_weighed_at_once(text: str) -> None:
    begun = time.process_time()

    weighted_length(text)
    find_mentions(text)
    find_hashtags(text)

    assert time.process_time() - begun < 2


def test_mentions_are_names_that_stand_free() -> None:
    text = "@sarishop (@ravi_k) a@b.com https://x.com/@emma ＠full @@no RT @tanvir_h: #@x x@y"

    assert [piece.value for piece in find_mentions(text)] == ["sarishop", "ravi_k", "full", "tanvir_h"]


def test_hashtags_may_be_in_any_script_but_not_bare_numbers() -> None:
    text = "#sari #2024 #1st #साड़ी #చీర #শাড়ি https://a.com/#x a#b &#39; #çanta!"

    assert [piece.value for piece in find_hashtags(text)] == ["sari", "1st", "साड़ी", "చీర", "শাড়ি", "çanta"]


def test_links_are_found_where_they_stand() -> None:
    text = "a https://x.com/b?c=1, (example.com/d) e@example.com"

    assert [text[piece.start : piece.end] for piece in find_links(text)] == [
        "https://x.com/b?c=1",
        "example.com/d",
    ]


def test_text_is_written_as_x_returns_it_and_its_entities_fit() -> None:
    text, entities = compose("@ravi_k a < b & c: example.com/x #ok", "1")

    assert text.startswith("@ravi_k a &lt; b &amp; c: https://t.co/")
    assert [text[one["start"] : one["end"]] for one in entities["urls"]] == [entities["urls"][0]["url"]]
    assert len(entities["urls"][0]["url"]) == 23
    assert entities["urls"][0]["expanded_url"] == "http://example.com/x"
    assert text[entities["hashtags"][0]["start"] : entities["hashtags"][0]["end"]] == "#ok"
    assert entities["mentions"] == [{"start": 0, "end": 7, "username": "ravi_k"}]


@pytest.mark.parametrize("text", ["word " * 100, "नमस्ते " * 60, "の" * 200, "x" * 400, "example.com/a " * 30])
def test_a_cut_text_leaves_room_for_the_link_to_the_rest(text: str) -> None:
    assert 100 < weighted_length(cut(text) + "… https://t.co/abcdefghij") <= 280
