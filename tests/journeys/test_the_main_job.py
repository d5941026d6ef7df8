"""The main job, end to end: a mention on X is answered from Slack."""

import pytest

from tests.whole_desk import WholeDesk, shown, wait_until

SAYINGS = [
    (
        "emma_w",
        "@sarishop my parcel arrived broken, order 1044. Please help!",
        "Hi Emma, so sorry. A new one leaves today. – Asha",
    ),
    (
        "ravi_k",
        "@sarishop मेरा रिफंड कहाँ है? क्षमा नहीं, उत्तर चाहिए।",
        "नमस्ते रवि जी, क्षमा करें। रिफंड आज भेज दिया है। – आशा",
    ),
    (
        "lakshmi_t",
        "@sarishop నా ఆర్డర్ ఇంకా రాలేదు, దయచేసి సహాయం చేయండి",
        "నమస్తే లక్ష్మి గారు, క్షమించండి. మీ ఆర్డర్ రేపు వస్తుంది. – ఆశ",
    ),
    ("tanvir_h", "@sarishop আমার টাকা কেটে নিয়েছে কিন্তু অর্ডার হয়নি", "নমস্কার তানভীর, দুঃখিত। টাকা আজই ফেরত যাবে। – আশা"),
    (
        "ismail_d",
        "@sarishop İADE İSTİYORUM! Çalışmıyor, ısrarla söylüyorum",
        "Merhaba İsmail Bey, özür dileriz. İadeniz bugün yapılıyor. – Aşa",
    ),
]


@pytest.mark.parametrize(("author", "words", "answer"), SAYINGS, ids=["en", "hi", "te", "bn", "tr"])
def test_a_mention_is_claimed_and_answered_in_its_own_script(
    desk: WholeDesk, author: str, words: str, answer: str
) -> None:
    post = desk.write(words, author=author)
    card = desk.card_of(words)
    assert "nobody has it yet" in shown(card)

    desk.click("Claim", card)
    card = desk.card_shows(words, "<@U0ASHA> has it")
    assert desk.reply(card, answer)["closed"]

    card = desk.card_shows(words, "<@U0ASHA> replied on X", answer)
    assert "Waiting for the customer" in shown(card)
    assert desk.replies_to(post) == [f"@{author} {answer}"]
    desk.assert_promises()


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(desk: WholeDesk) -> None:
    desk.write("@sarishop who takes this race?", author="emma_w")
    card = desk.card_of("who takes this race?")

    before = len(desk.private("U0MEHMET"))
    desk.click("Claim", card, user="U0ASHA")
    desk.card_shows("who takes this race?", "<@U0ASHA> has it")
    desk.click("Claim", card, user="U0MEHMET", stale=True)

    said = wait_until(lambda: desk.private("U0MEHMET")[before:], why="he is told")
    assert len(said) == 1
    assert "<@U0ASHA> has this case since" in said[0]


def test_a_later_post_joins_the_card_and_the_thread(desk: WholeDesk) -> None:
    first = desk.write("@sarishop the box was empty", author="ravi_k")
    desk.card_of("the box was empty")
    desk.write("@sarishop and nobody answers me", author="ravi_k", reply_to=first)

    desk.card_shows("the box was empty", "and nobody answers me")
    thread = wait_until(lambda: desk.card_of("the box was empty")["thread"], why="the thread tells of it")
    assert "and nobody answers me" in shown(thread[0])
    assert "@ravi_k wrote" in shown(thread[0])
