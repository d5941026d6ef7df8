"""A sensitive reply on its way past a second person: asked, approved, changed, sent back, recalled, late."""

from collections.abc import Iterator

import pytest

from tests.backstage import case_of, events
from tests.doors import click_on
from tests.doors import press as knock
from tests.whole_desk import Json, WholeDesk, shown, wait_until

RULES = """version: 1
name: Approvals
threading: {burst: 0s}
people:
  agents: [U0ASHA, U0MEHMET]
  supervisors: [U0PRIYA, U0ASHA]
  admins: [U0OMAR]
replies: {undo: 0s}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: law, when: {words: [lawyer]}, then: {priority: high, sensitive: true}}
        - {name: press, when: {words: [newspaper]}, then: {tags: [press]}}
approvals:
  rules:
    - {name: sensitive cases, when: {sensitive: true}, within: 15m, then: [admins]}
    - {name: press, when: {tags: [press]}, approvers: [U0PRIYA, admins], count: 2}
"""


@pytest.fixture(scope="module")
def approving_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk whose replies about lawyers and newspapers need a second person."""
    desk = WholeDesk(tmp_path_factory.mktemp("desk"), extra={"X_DM_POLL_SECONDS": "0.3"})
    (desk.playbooks / "desk.yaml").write_text(RULES)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(approving_desk: WholeDesk) -> Iterator[WholeDesk]:
    yield approving_desk
    approving_desk.end_faults()
    approving_desk.close_dialogs()


def requests(desk: WholeDesk, words: str) -> list[Json]:
    """The requests among the leads that show these words, old to new."""
    return [
        message
        for message in desk.channel("C0LEADS")["messages"]
        if str(message["blocks"][0]["block_id"]).startswith("request-") and words in shown(message)
    ]


def asked(desk: WholeDesk, words: str, answer: str, *, user: str = "U0ASHA") -> tuple[str, Json]:
    """A customer writes, an agent answers, the supervisors are asked; return the post and the request."""
    post = desk.write(f"@sarishop {words}", author="emma_w")
    desk.reply(desk.card_of(words), answer, user=user)
    return post, wait_until(lambda: requests(desk, answer), why="the supervisors are asked")[0]


def press(desk: WholeDesk, label: str, request: Json, user: str) -> Json:
    body = {"user": user, "channel": "C0LEADS", "ts": request["ts"], "text": label}
    return dict(desk.control("slack/click", body))


def press_old(desk: WholeDesk, label: str, request: Json, user: str) -> None:
    """Press a button of a request as it was, whatever it shows by now."""
    assert knock(desk, click_on(request, label, user=user))[0] == 200


def fill_in(desk: WholeDesk, field: str, text: str, user: str) -> Json:
    view = desk.dialog(user)
    return dict(desk.control("slack/submit", {"user": user, "view_id": view["id"], "values": {field: text}}))


def request_shows(desk: WholeDesk, words: str, *wanted: str) -> Json:
    """Wait until the newest request with these words also shows what is wanted."""

    def look() -> list[Json]:
        return [m for m in requests(desk, words)[-1:] if all(want in shown(m) for want in wanted)]

    return wait_until(look, why=f"the request of {words!r} shows {wanted}")[0]


def told(desk: WholeDesk, user: str, words: str, before: int = 0) -> None:
    wait_until(
        lambda: any(words in said for said in desk.private(user)[before:]),
        why=f"{user} is told {words!r}: {desk.private(user)[before:]}",
    )


def thread_tells(desk: WholeDesk, words: str, wanted: str) -> None:
    wait_until(
        lambda: any(wanted in shown(message) for message in desk.card_of(words)["thread"]),
        why=f"the thread of {words!r} tells {wanted!r}",
    )


def happened(desk: WholeDesk, words: str) -> list[str]:
    return [event for event, _ in events(desk, case_of(desk.card_of(words)))]


def test_a_sensitive_reply_waits_for_a_supervisor_and_goes_out_once_approved(desk: WholeDesk) -> None:
    words, answer = "my lawyer will call", "We are sorry, Emma. I look into it. – Asha"
    post, request = asked(desk, words, answer)

    assert desk.replies_to(post) == []
    said = shown(request)
    assert "*May <@U0ASHA> send this reply to @emma_w?* <@U0PRIYA>" in said
    assert words in said
    assert "sensitive case" in said
    assert said.count("<!date^") == 2
    assert "open the card" in said
    told(desk, "U0ASHA", "Not sent yet")
    desk.card_shows(words, "waits for the approval of a supervisor")
    wait_until(lambda: "waits for the approval of a supervisor" in str(desk.card_of(words)["thread"]))

    assert "warning" not in press(desk, "Approve", request, "U0PRIYA")

    wait_until(lambda: desk.replies_to(post), why="the reply is on X")
    settled = request_shows(desk, answer, "<@U0PRIYA> approved <@U0ASHA>")
    assert "Send back" not in shown(settled)
    desk.card_shows(words, "replied on X")
    assert happened(desk, words)[-4:] == ["approval_asked", "approved", "reply_submitted", "reply_sent"]
    desk.assert_promises()


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("U0ASHA", "This is your own reply"),
        ("U0MEHMET", "You are not among those who may decide"),
        ("U0GUEST", "Guests may read the cards"),
    ],
)
@pytest.mark.parametrize("label", ["Approve", "Edit and approve", "Send back"])
def test_who_may_not_decide_is_told_why_and_opens_no_dialog(
    desk: WholeDesk, label: str, who: str, why: str
) -> None:
    words, answer = f"lawyer, {label} by {who}", f"I am sorry, {label} {who}. – Asha"
    post, request = asked(desk, words, answer)
    seen = len(desk.private(who))

    press_old(desk, label, request, who)

    told(desk, who, why, seen)
    assert [v for v in desk.slack(who)["views"] if v["type"] == "modal"] == []
    assert desk.replies_to(post) == []
    assert happened(desk, words)[-1] == "approval_refused"
    press(desk, "Approve", request, "U0OMAR")  # an admin may do what a supervisor may
    wait_until(lambda: desk.replies_to(post), why="the admin's yes lets it out")


def test_a_supervisor_changes_the_text_and_answers_for_it(desk: WholeDesk) -> None:
    words, answer = "lawyer about the glass", "It was the courier. – Asha"
    post, request = asked(desk, words, answer)

    press(desk, "Edit and approve", request, "U0PRIYA")
    view = desk.dialog("U0PRIYA")
    assert answer in str(view["blocks"])
    assert words in shown(view)
    assert fill_in(desk, "edited_text", "x" * 300, "U0PRIYA")["errors"]["edited_text"].startswith("X counts")
    assert fill_in(desk, "edited_text", "I am so sorry, Emma. – Asha", "U0PRIYA").get("closed")

    wait_until(lambda: desk.replies_to(post) == ["@emma_w I am so sorry, Emma. – Asha"])
    request_shows(desk, "I am so sorry, Emma", "<@U0PRIYA> changed <@U0ASHA>’s reply")
    thread_tells(desk, words, "<@U0PRIYA> changed <@U0ASHA>’s reply and approved it")
    desk.assert_promises()


def test_a_reply_that_is_sent_back_is_rewritten_and_asked_for_again(desk: WholeDesk) -> None:
    words, answer = "lawyer about the vase", "Please read our terms. – Asha"
    post, request = asked(desk, words, answer)

    press(desk, "Send back", request, "U0PRIYA")
    assert "errors" in fill_in(desk, "send_back_reason", "  ", "U0PRIYA")
    assert fill_in(desk, "send_back_reason", "Say *sorry* first, <!here>", "U0PRIYA").get("closed")

    request_shows(desk, answer, "<@U0PRIYA> sent <@U0ASHA>’s reply", "Say *sorry* first, <!here>")
    thread_tells(desk, words, "Say *sorry* first, <!here>")
    view = desk.open_reply(desk.card_of(words))
    assert answer in str(view["blocks"])
    desk.submit(view, "I am sorry, Emma. I look into it today. – Asha")
    again = wait_until(lambda: requests(desk, "I look into it today"))[0]
    assert again["ts"] != request["ts"]
    press(desk, "Approve", again, "U0PRIYA")
    wait_until(lambda: len(desk.replies_to(post)) == 1, why="the new text is on X")
    desk.assert_promises()


def test_its_author_recalls_a_reply_on_the_card_and_nobody_else_does(desk: WholeDesk) -> None:
    words, answer = "lawyer about the lamp", "Too fast. – Asha"
    post, request = asked(desk, words, answer)
    card = desk.card_shows(words, "Recall")
    seen = len(desk.private("U0PRIYA"))
    press(desk, "Recall", request, "U0PRIYA")
    told(desk, "U0PRIYA", "This is a colleague’s draft", seen)

    desk.click("Recall", card)

    request_shows(desk, answer, "recalled the reply")
    wait_until(lambda: "Recall" not in shown(desk.card_of(words)), why="the card says no more that it waits")
    seen = len(desk.private("U0PRIYA"))
    press_old(desk, "Approve", request, "U0PRIYA")
    told(desk, "U0PRIYA", "has recalled this", seen)
    assert desk.replies_to(post) == []


def test_two_are_needed_where_the_playbook_says_so_and_a_change_needs_both_again(desk: WholeDesk) -> None:
    words, answer = "the newspaper will write", "We answer them today. – Asha"
    post, request = asked(desk, words, answer)
    assert "2 more approvals needed" in shown(request)
    press(desk, "Approve", request, "U0PRIYA")
    first = request_shows(desk, answer, "approved by <@U0PRIYA>", "1 more approval needed")
    assert desk.replies_to(post) == []

    press(desk, "Edit and approve", first, "U0OMAR")
    fill_in(desk, "edited_text", "We answer them tomorrow. – Asha", "U0OMAR")

    again = wait_until(lambda: requests(desk, "tomorrow"), why="the new text is asked for")[-1]
    assert "<@U0OMAR> changed <@U0ASHA>’s reply" in shown(again)
    seen = len(desk.private("U0OMAR"))
    press(desk, "Approve", again, "U0OMAR")
    told(desk, "U0OMAR", "You have changed this text yourself", seen)
    assert desk.replies_to(post) == []


def test_when_nobody_acts_the_next_in_line_is_called_and_then_it_is_late(desk: WholeDesk) -> None:
    words, answer = "lawyer at midnight", "We are there. – Asha"
    post, request = asked(desk, words, answer)

    desk.wind(minutes=16)

    called = "<@U0OMAR> <@U0ASHA>’s reply to @emma_w still waits for an approval"
    link = f"/archives/C0LEADS/p{request['ts'].replace('.', '')}|open the request"

    def calls() -> list[list[str]]:
        among = [shown(m) for m in desk.channel("C0LEADS")["messages"] if link in shown(m)]
        under = [shown(m) for card in (late_one(), desk.card_of(words)) for m in card["thread"]]
        return [among, [said for said in under if called in said]]

    def late_one() -> Json:
        return request_shows(desk, answer)

    wait_until(lambda: [len(said) for said in calls()] == [1, 2], why="called in all three places")
    assert called in calls()[0][0]
    late = request_shows(desk, answer, "*LATE*")
    thread_tells(desk, words, "the next in line is asked: an admin")
    desk.wind(minutes=16)
    thread_tells(desk, words, "nobody else is in line")
    assert [len(said) for said in calls()] == [1, 2]
    press(desk, "Approve", late, "U0OMAR")
    wait_until(lambda: desk.replies_to(post), why="late, but approved")
    assert request["ts"] == late["ts"]
    desk.assert_promises()


def test_when_the_customer_writes_meanwhile_the_author_looks_again(desk: WholeDesk) -> None:
    words, answer = "lawyer or not", "The parcel is lost. – Asha"
    post, request = asked(desk, words, answer)
    desk.write("@sarishop it is here, thanks anyway", author="emma_w", reply_to=post)
    desk.card_shows(words, "it is here")

    press_old(desk, "Approve", request, "U0PRIYA")

    request_shows(desk, answer, "Not needed any more")
    thread_tells(desk, words, "was not sent: the customer has written again")
    assert desk.replies_to(post) == []
    view = desk.open_reply(desk.card_of(words))
    assert answer in str(view["blocks"])
    desk.assert_promises()


def asked_directly(desk: WholeDesk, name: str, words: str, answer: str) -> Json:
    """A customer writes directly, an agent answers directly; return the request."""
    desk.control("x/person", {"username": name, "name": "Nora Lind", "create": True})
    desk.control("x/dm", {"author": name, "text": words})
    desk.click("Reply by DM", desk.card_shows(name, "Reply by DM"))
    desk.submit(desk.dialog(), answer)
    return request_shows(desk, f"send this reply to @{name}")


def test_a_request_about_direct_messages_shows_no_words_but_in_a_dialog(desk: WholeDesk) -> None:
    words, answer = "my lawyer knows, between us", "Between us: I am sorry. – Asha"
    request = asked_directly(desk, "nora_l", words, answer)
    assert words not in shown(request)
    assert answer not in shown(request)

    press(desk, "Read it", request, "U0PRIYA")

    assert words in shown(desk.dialog("U0PRIYA"))
    assert answer in shown(desk.dialog("U0PRIYA"))
    seen = len(desk.private("U0MEHMET"))
    press_old(desk, "Read it", request, "U0MEHMET")
    told(desk, "U0MEHMET", "You are not among those who may decide", seen)
    case = case_of(desk.card_of("nora_l"))
    assert [event for event in events(desk, case) if event[0] == "dm_read"] == [("dm_read", "U0PRIYA")]
    press(desk, "Approve", request, "U0PRIYA")
    settled = request_shows(desk, "reply to @nora_l", "<@U0PRIYA> approved")
    assert answer not in shown(settled)
    assert words not in shown(desk.card_of("nora_l"))
    desk.assert_promises()


def test_in_a_private_channel_a_request_shows_direct_messages_too(desk: WholeDesk) -> None:
    for worker in ("worker-1", "worker-2"):
        desk.restart(worker)  # what Slack says of a channel is known for five minutes
    body = {"ok": True, "channel": {"id": "C0LEADS", "is_private": True}}
    desk.fault("slack", "conversations.info", "status", status=200, body=body)

    request = asked_directly(desk, "omer_k", "my lawyer knows, quietly", "Quietly: sorry. – Asha")

    assert "my lawyer knows, quietly" in shown(request)
    assert "Quietly: sorry. – Asha" in shown(request)
    assert "Read it" not in shown(request)
