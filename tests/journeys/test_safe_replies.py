"""What leaves the desk was seen, checked and meant: macros, tone, news, last look, Undo, posts in parts."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests.backstage import case_of, events, rows
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.reply_tables import drafts
from workflows.store.tables import history, people

UNDO_S = 2
PLAYBOOK = f"""version: 1
name: Safe
replies: {{undo: {UNDO_S}s, signature: "– {{agent.first_name}}"}}
macros:
  - name: sorry_late
    title: Sorry, it is late
    tags: [parcels]
    text:
      en: ["Sorry it is late, {{customer.first_name|there}}. Please send us the number by DM.",
           "We are sorry for the delay, {{customer.first_name|there}}. Please DM us the number."]
      tr: "Gecikme için özür dileriz {{customer.first_name|Merhaba}}. Lütfen numarayı DM ile iletin."
      hi: "देरी के लिए क्षमा करें {{customer.first_name|जी}}। कृपया नंबर हमें DM करें।"
tone:
  verdicts: {{defensive: warn, swearing: refuse, blame: refuse, no_empathy: note, promise_without_time: note}}
approvals: {{rules: []}}
triage:
  otherwise: {{priority: medium}}
  rule_sets:
    - name: topics
      rules:
        - {{name: parcels, when: {{words: [parcel]}}, then: {{tags: [parcels]}}}}
"""
SIGNED = " – Asha"


@pytest.fixture(scope="module")
def safe_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk whose playbook has macros, a signature and an undo window."""
    desk = WholeDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    try:
        desk.start()
        # Who nobody knows signs nothing.
        wait_until(lambda: rows(desk, select(people).where(people.c.id == "U0ASHA")), why="Asha is known")
        yield desk
    finally:
        desk.stop()


@pytest.fixture
def desk(safe_desk: WholeDesk) -> Iterator[WholeDesk]:
    yield safe_desk
    safe_desk.end_faults()
    safe_desk.close_dialogs()


def use(desk: WholeDesk, action_id: str, value: object) -> None:
    """Let Asha use a field of the open dialog."""
    view = desk.dialog()
    answer = desk.control(
        "slack/view_action",
        {"user": "U0ASHA", "view_id": view["id"], "action_id": action_id, "selected": value},
    )
    assert answer["status"] == 200


def typed(view: Json) -> str:
    """What stands in the dialog's text field."""
    fields = [field for block in view["values"].values() for field in block.items()]
    return str(next(value["value"] for name, value in fields if name == "reply_text") or "")


def on_x(desk: WholeDesk, post: str, *texts: str) -> None:
    """Wait until exactly these answers stand under the post."""
    wait_until(lambda: desk.replies_to(post) == list(texts), why=f"on X: {texts}; is {desk.replies_to(post)}")


@pytest.mark.parametrize(
    ("author", "words", "beginning"),
    [
        ("emma_w", "where is my parcel, please", "S"),
        ("ismail_d", "kargom nerede acaba, çok geç kaldı", "Gecikme için özür dileriz İsmail."),
        ("ravi_k", "मेरा पार्सल कब आएगा बताइए", "देरी के लिए क्षमा करें रवि।"),
    ],
)
def test_a_macro_speaks_the_customers_language_and_can_be_changed_before_it_goes(
    desk: WholeDesk, author: str, words: str, beginning: str
) -> None:
    post = desk.write(f"@sarishop {words}", author=author)
    card = desk.card_of(words)
    desk.open_reply(card)

    use(desk, "reply_macro", "sorry_late")
    wait_until(lambda: typed(desk.dialog()).startswith(beginning), why="the macro stands in the field")
    final = typed(desk.dialog())
    wait_until(lambda: f"{final}{SIGNED}" in shown(desk.dialog()), why="the dialog shows what will be read")
    assert desk.submit(desk.dialog(), f"{final} 🙏")["closed"]

    wait_until(lambda: len(desk.replies_to(post)) == 1, why="it is on X")
    assert desk.replies_to(post)[0].endswith(f"{final} 🙏{SIGNED}")
    said = select(history.c.facts).where(
        history.c.case_id == case_of(card), history.c.event == "reply_submitted"
    )
    assert rows(desk, said)[0].facts["macro"] == "sorry_late"


def test_a_macro_says_another_wording_the_next_time(desk: WholeDesk) -> None:
    wordings = set()
    for number in range(2):
        desk.write(f"@sarishop wording {number} of the parcel please", author="emma_w")
        desk.open_reply(desk.card_of(f"wording {number}"))
        use(desk, "reply_macro", "sorry_late")
        wait_until(lambda: typed(desk.dialog()), why="the macro stands in the field")
        wordings.add(typed(desk.dialog()))
        assert desk.submit(desk.dialog(), typed(desk.dialog()))["closed"]

    assert len(wordings) == 2


def test_an_older_post_can_be_answered(desk: WholeDesk) -> None:
    first = desk.write("@sarishop the older question", author="emma_w")
    card = desk.card_of("the older question")
    second = desk.write("@sarishop and a newer one", author="emma_w", reply_to=first)
    desk.card_shows("the older question", "and a newer one")
    view = desk.open_reply(card)
    assert "and a newer one" in shown(view)

    desk.submit(view, "To the older one.", values={"reply_text": "To the older one.", "reply_target": first})

    on_x(desk, first, f"@emma_w To the older one.{SIGNED}")
    assert desk.replies_to(second) == []


def test_what_the_customer_wrote_meanwhile_is_shown_before_anything_leaves(desk: WholeDesk) -> None:
    first = desk.write("@sarishop is the shop open today", author="tanvir_h")
    view = desk.open_reply(desk.card_of("is the shop open today"))
    second = desk.write("@sarishop never mind, I found it", author="tanvir_h", reply_to=first)
    desk.card_shows("is the shop open today", "never mind, I found it")

    answer = desk.submit(view, "Yes, until nine.")

    assert answer.get("updated"), answer
    held = desk.dialog()
    assert "Not sent yet" in shown(held)
    assert "never mind, I found it" in shown(held)
    assert typed(held) == "Yes, until nine."
    assert desk.replies_to(first) == desk.replies_to(second) == []

    assert desk.submit(held, "Yes, until nine.")["closed"]
    on_x(desk, first, f"@tanvir_h Yes, until nine.{SIGNED}")
    desk.assert_promises()


def test_what_a_colleague_answered_meanwhile_is_shown_before_anything_leaves(desk: WholeDesk) -> None:
    post = desk.write("@sarishop two will answer this", author="emma_w")
    card = desk.card_of("two will answer this")
    view = desk.open_reply(card)
    assert desk.submit(desk.open_reply(card, user="U0MEHMET"), "I was faster.", user="U0MEHMET")["closed"]

    first = desk.submit(view, "I come second.")

    # The case is Mehmet's by now; what was typed is kept.
    assert "Mehmet" in str(first["errors"])
    on_x(desk, post, "@emma_w I was faster. – Mehmet")
    kept = rows(desk, select(drafts.c.text).where(drafts.c.author == "U0ASHA", drafts.c.state == "open"))
    assert "I come second." in [row.text for row in kept]


def test_an_answer_can_be_taken_back_until_it_leaves_and_is_found_again(desk: WholeDesk) -> None:
    post = desk.write("@sarishop can it be taken back", author="emma_w")
    card = desk.card_of("can it be taken back")
    assert desk.reply(card, "Oops, not this.")["closed"]
    private = wait_until(
        lambda: next(
            (p for p in desk.slack()["private"] if "Sends at" in p["text"] and p["ts"] > card["ts"]), None
        ),
        why="the author is told when it leaves",
    )

    desk.control(
        "slack/click", {"user": "U0ASHA", "channel": "C0SUPPORT", "ts": private["ts"], "text": "Undo"}
    )

    wait_until(lambda: ("reply_undone", "U0ASHA") in events(desk, case_of(card)), why="it was taken back")
    view = desk.open_reply(desk.card_of("can it be taken back"))
    assert typed(view) == f"Oops, not this.{SIGNED}"
    assert desk.submit(view, f"Better like this.{SIGNED}")["closed"]
    on_x(desk, post, f"@emma_w Better like this.{SIGNED}")
    desk.assert_promises()


def test_an_answer_leaves_when_nobody_takes_it_back_and_then_it_is_too_late(desk: WholeDesk) -> None:
    post = desk.write("@sarishop it leaves by itself", author="emma_w")
    card = desk.card_of("it leaves by itself")
    assert desk.reply(card, "There it goes.")["closed"]
    desk.card_shows("it leaves by itself", "leaves for X at", "Undo")
    older = desk.card_of("it leaves by itself")
    on_x(desk, post, f"@emma_w There it goes.{SIGNED}")
    desk.card_shows("it leaves by itself", "replied on X")

    desk.click("Undo", older, stale=True)

    wait_until(lambda: any("left for X already" in text for text in desk.private()), why="told that it left")
    assert desk.replies_to(post) == [f"@emma_w There it goes.{SIGNED}"]


def test_swearing_stays_in_the_dialog_with_its_reason(desk: WholeDesk) -> None:
    post = desk.write("@sarishop your service is bad", author="emma_w")
    view = desk.open_reply(desk.card_of("your service is bad"))

    answer = desk.submit(view, "Fuck off, we do what we can.")

    assert "swear word" in str(answer["errors"])
    assert desk.replies_to(post) == []
    assert desk.submit(desk.dialog(), "Sorry to hear that. Please DM us what happened.")["closed"]
    on_x(desk, post, f"@emma_w Sorry to hear that. Please DM us what happened.{SIGNED}")


def test_a_warning_is_shown_once_and_then_the_author_decides(desk: WholeDesk) -> None:
    post = desk.write("@sarishop nobody told me", author="emma_w")
    view = desk.open_reply(desk.card_of("nobody told me"))
    words = "As we already told you, that is not our problem."

    first = desk.submit(view, words)
    assert first.get("updated"), first
    assert "look at the warnings" in shown(desk.dialog())

    assert desk.submit(desk.dialog(), words)["closed"]
    on_x(desk, post, f"@emma_w {words}{SIGNED}")


@pytest.mark.parametrize(
    "words", ["Your card 4111 1111 1111 1111 is blocked.", "Please reply here with your phone number."]
)
def test_personal_data_is_neither_shown_nor_asked_for_in_public(desk: WholeDesk, words: str) -> None:
    post = desk.write(f"@sarishop about {len(words)} data", author="emma_w")

    answer = desk.submit(desk.open_reply(desk.card_of(f"about {len(words)} data")), words)

    assert re.search("Everybody could read|asks for personal data", str(answer["errors"]))
    assert desk.replies_to(post) == []


def in_parts(desk: WholeDesk, words: str, text: str) -> str:
    """Hand in a long answer as several posts; return the post that it answers."""
    post = desk.write(f"@sarishop {words}", author="emma_w")
    desk.open_reply(desk.card_of(words))
    view = desk.dialog()
    answer = desk.control(
        "slack/view_action",
        {"user": "U0ASHA", "view_id": view["id"], "action_id": "reply_text", "value": text},
    )
    assert answer["status"] == 200
    wait_until(lambda: "several numbered posts" in shown(desk.dialog()), why="parts are offered")
    use(desk, "reply_options", ["signed", "as_thread"])
    wait_until(lambda: "2 posts" in shown(desk.dialog()), why="the dialog shows the parts")
    assert desk.submit(desk.dialog(), text)["closed"]
    return post


LONG = "This is how you return it. " * 14


def test_a_long_answer_goes_out_as_numbered_posts_that_follow_each_other(desk: WholeDesk) -> None:
    post = in_parts(desk, "tell me all about returns", LONG)

    wait_until(lambda: len(desk.replies_to(post)) == 1, why="the first part is on X")
    first = next(p for p in desk.x_posts() if p["in_reply_to"] == post)
    assert first["text"].endswith("(1/2)")
    second = wait_until(
        lambda: next((p for p in desk.x_posts() if p["in_reply_to"] == first["id"]), None),
        why="the second part follows the first",
    )
    assert second["text"].endswith("– Asha (2/2)")
    desk.card_shows("tell me all about returns", "replied on X", "part 2 of 2")
    desk.assert_promises()


def test_what_is_promised_is_kept_with_the_answer_and_the_past_is_refused(desk: WholeDesk) -> None:
    post = desk.write("@sarishop when will it be there", author="emma_w")
    card = desk.card_of("when will it be there")
    values: dict[str, object] = {"reply_text": "Today by five.", "reply_promise": 1_000_000_000}
    view = desk.open_reply(card)
    assert "has passed" in str(desk.submit(view, "", values=values)["errors"])

    values["reply_promise"] = 4_000_000_000
    assert desk.submit(desk.dialog(), "", values=values)["closed"]

    on_x(desk, post, f"@emma_w Today by five.{SIGNED}")
    (row,) = rows(desk, select(drafts.c.promised_by).where(drafts.c.case_id == case_of(card)))
    assert row.promised_by.timestamp() == 4_000_000_000
