"""The reply dialog: it counts as X does while one types, refuses what X would, and loses no word."""

import pytest

from sandbox.x.length import LIMIT, weighted_length
from tests.whole_desk import Json, WholeDesk, shown, wait_until

# As agents of five languages write; X's own way of weighing is not to count characters.
TYPED = {
    "en": "Sorry, Emma — see https://help.sarishop.example.com/returns/very/long/path?order=1044 – Asha",
    "hi": "नमस्ते रवि जी, क्षमा करें। रिफंड आज भेज दिया है 🙏🏽",
    "te": "నమస్తే లక్ష్మి గారు, క్షమించండి… మీ ఆర్డర్ రేపు వస్తుంది 👩🏽‍🚀",
    "bn": "নমস্কার তানভীর, দুঃখিত। টাকা (৳ ১,২০০) আজই ফেরত যাবে ✓",
    "tr": "Merhaba İsmail Bey, çok özür dileriz. ₺450 iadeniz bugün yapılıyor 🇹🇷",
}
TOO_LONG = {
    "en": "So sorry! " * 29,
    "hi": "क्षमा करें " * 28,
    "te": "క్షమించండి " * 27,
    "bn": "দুঃখিত, " * 36,
    "tr": "Özür dileriz… " * 21,
}


def written(view: Json) -> str:
    """What the dialog's text field holds."""
    return str(next(iter(next(iter(view["values"].values())).values()))["value"] or "")


def type_into(desk: WholeDesk, view: Json, text: str) -> Json:
    body = {"user": "U0ASHA", "view_id": view["id"], "action_id": "reply_text", "value": text}
    return dict(desk.control("slack/view_action", body))


@pytest.mark.parametrize("language", TYPED)
def test_the_dialog_shows_while_one_types_how_x_counts_the_text(desk: WholeDesk, language: str) -> None:
    words, text = f"count in {language}", TYPED[language]
    desk.write(f"@sarishop {words}", author="emma_w")
    dialog = desk.open_reply(desk.card_of(words))
    assert f"0 of {LIMIT} characters, as X counts them" in shown(dialog)

    for part in (text[:7], text):
        assert type_into(desk, dialog, part)["status"] == 200
        weight = weighted_length(part.strip())
        want = f"{weight} of {LIMIT} characters, as X counts them"
        wait_until(lambda want=want: want in shown(desk.dialog()), why=want)  # type: ignore[misc]
        assert written(desk.dialog()) == part
    assert desk.submit(desk.dialog(), text)["closed"]
    desk.card_shows(words, "<@U0ASHA> replied on X", text)
    desk.assert_promises()


@pytest.mark.parametrize("language", TOO_LONG)
def test_a_reply_that_is_too_long_for_x_stays_in_the_dialog_with_the_count(
    desk: WholeDesk, language: str
) -> None:
    words, text = f"too long in {language}", TOO_LONG[language].strip()
    weight = weighted_length(text)
    assert weight > LIMIT
    post = desk.write(f"@sarishop {words}", author="emma_w")
    dialog = desk.open_reply(desk.card_of(words))
    type_into(desk, dialog, text)
    warning = f"{weight} of {LIMIT}: {weight - LIMIT} character"
    wait_until(lambda: warning in shown(desk.dialog()), why=warning)

    answer = desk.submit(dialog, text)

    said = (
        f"X counts {weight} characters here and allows {LIMIT}. Please shorten the text by {weight - LIMIT}."
    )
    assert list(answer["errors"].values()) == [said]
    assert written(desk.dialog()) == text
    assert desk.replies_to(post) == []
    # Closed in despair and opened again, it is still there; shortened, it goes out.
    desk.control("slack/close", {"user": "U0ASHA", "view_id": dialog["id"]})
    again = desk.open_reply(desk.card_of(words))
    assert written(again) == text
    short = text[: len(text) // 3].strip()
    assert desk.submit(again, short)["closed"]
    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == [f"@emma_w {short}"]
    desk.assert_promises()


def test_a_reply_of_blanks_only_is_refused_with_a_word(desk: WholeDesk) -> None:
    words = "nothing to say"
    post = desk.write(f"@sarishop {words}")
    dialog = desk.open_reply(desk.card_of(words))

    for blank in ("   ", "\n\n", "\u00a0\u2003"):
        assert list(desk.submit(dialog, blank)["errors"].values()) == ["Please write something."]

    assert desk.dialog()["id"] == dialog["id"]
    assert desk.replies_to(post) == []
    assert [r for r in desk.x_requests("POST /2/tweets") if not r["args"]["text"].strip()] == []
    desk.assert_promises()
