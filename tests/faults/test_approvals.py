"""Approvals when people meet and processes die (faults.md H1 to H3, X24): asked once, decided once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tests.backstage import case_of, events, rows
from tests.faults.breakable import LONG, BreakableDesk
from tests.journeys.test_approvals import (
    RULES,
    asked,
    fill_in,
    press,
    press_old,
    request_shows,
    requests,
    thread_tells,
    told,
)
from tests.whole_desk import Json, shown, wait_until
from workflows.domain.effects import Kind, State
from workflows.store.reply_tables import approvals


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """One desk whose replies about lawyers need an approval; each test kills or hinders a part of it."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(RULES)
    try:
        yield desk.start("web", "clock", "worker-1")
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    for name in ("clock", "worker-1"):
        if running.processes[name].poll() is not None:
            running.start_process(name)
    yield running
    running.end_faults()
    running.close_dialogs()


def given_request(desk: BreakableDesk, words: str, answer: str) -> tuple[str, Json]:
    """A reply waits for its approval, and nothing else is under way."""
    post, request = asked(desk, words, answer)
    desk.wait_until_quiet()
    return post, request


def decided(desk: BreakableDesk, words: str) -> list[tuple[str, str]]:
    """What the history says of decisions about the case with these words, and whose."""
    kinds = ("approved", "sent_back", "recalled", "approval_voided", "approval_refused")
    return [event for event in events(desk, case_of(desk.card_of(words))) if event[0] in kinds]


def state_of(desk: BreakableDesk, words: str) -> str:
    case = case_of(desk.card_of(words))
    wanted = select(approvals.c.state).where(approvals.c.case_id == case).order_by(approvals.c.id.desc())
    return str(rows(desk, wanted)[0].state)


# --- H1: a supervisor approves while the agent edits


def test_a_yes_to_words_that_the_agent_has_changed_meanwhile_lets_nothing_out(desk: BreakableDesk) -> None:
    words, answer = "lawyer, edited meanwhile", "We never make mistakes. – Asha"
    post, old = given_request(desk, words, answer)
    desk.click("Recall", desk.card_shows(words, "Recall"))
    view = desk.open_reply(desk.card_of(words))
    desk.submit(view, "I am sorry, Emma: our mistake. – Asha")
    new = wait_until(lambda: requests(desk, "our mistake"), within=LONG, why="asked for the new words")[0]
    seen = len(desk.private("U0PRIYA"))

    press_old(desk, "Approve", old, "U0PRIYA")
    press_old(desk, "Approve", with_values_of(new, digest_of=old), "U0PRIYA")

    told(desk, "U0PRIYA", "has recalled this", seen)
    told(desk, "U0PRIYA", "The text is not the one", seen)
    desk.wait_until_quiet()
    assert desk.replies_to(post) == []
    press(desk, "Approve", new, "U0PRIYA")
    wait_until(
        lambda: desk.replies_to(post) == ["@emma_w I am sorry, Emma: our mistake. – Asha"], within=LONG
    )
    desk.assert_promises()


def with_values_of(request: Json, *, digest_of: Json) -> Json:
    """Return a request whose buttons claim another text: nothing in a payload but ids is believed."""
    number = button_of(request, "Approve")["value"].partition(".")[0]
    digest = button_of(digest_of, "Approve")["value"].partition(".")[2]
    blocks = [
        block | {"elements": [e | {"value": f"{number}.{digest}"} for e in block["elements"]]}
        if block["type"] == "actions"
        else block
        for block in request["blocks"]
    ]
    return request | {"blocks": blocks}


def button_of(request: Json, label: str) -> Json:
    buttons = [e for block in request["blocks"] if block["type"] == "actions" for e in block["elements"]]
    return next(button for button in buttons if button["text"]["text"] == label)


@pytest.mark.parametrize("first", ["Approve", "Recall"])
def test_approving_and_recalling_at_the_same_moment_does_one_of_them(desk: BreakableDesk, first: str) -> None:
    words, answer = f"lawyer, {first} first", f"Let us see, {first}. – Asha"
    post, request = given_request(desk, words, answer)
    who = {"Approve": "U0PRIYA", "Recall": "U0ASHA"}
    order = [first, *(label for label in who if label != first)]

    with desk.engine.begin():  # both clicks wait for this writer, then run against each other
        for label in order:
            body = {"user": who[label], "channel": "C0LEADS", "ts": request["ts"], "text": label}
            desk.control("slack/click", body | {"wait": False})

    wait_until(lambda: state_of(desk, words) != "pending", within=LONG, why="one of them has it")
    desk.wait_until_quiet()
    won = decided(desk, words)
    assert won in ([("approved", "U0PRIYA")], [("recalled", "U0ASHA")])
    assert len(desk.replies_to(post)) == (1 if won[0][0] == "approved" else 0)
    desk.assert_promises()


# --- H2: the author approves their own reply


def test_an_author_who_is_a_supervisor_too_cannot_approve_their_own_words_however_they_try(
    desk: BreakableDesk,
) -> None:
    words, answer = "lawyer, my own yes", "I approve of myself. – Asha"
    post, request = given_request(desk, words, answer)
    seen = len(desk.private("U0ASHA"))

    for label in ("Approve", "Edit and approve", "Send back"):
        press_old(desk, label, request, "U0ASHA")
    told(desk, "U0ASHA", "This is your own reply", seen)

    desk.wait_until_quiet()
    assert decided(desk, words) == [("approval_refused", "U0ASHA")] * 3
    assert desk.replies_to(post) == []
    assert state_of(desk, words) == "pending"
    desk.assert_promises()


# --- H3: two supervisors at once


def test_of_two_supervisors_who_decide_at_once_the_first_counts_and_the_other_is_told(
    desk: BreakableDesk,
) -> None:
    for race in range(4):
        words, answer = f"lawyer, race {race}", f"Race number {race}. – Asha"
        post, request = given_request(desk, words, answer)
        press(desk, "Send back", request, "U0OMAR")
        view = desk.dialog("U0OMAR")
        reason = {"user": "U0OMAR", "view_id": view["id"], "values": {"send_back_reason": "No."}}
        click = {"user": "U0PRIYA", "channel": "C0LEADS", "ts": request["ts"], "text": "Approve"}
        both = [("slack/submit", reason), ("slack/click", click)]
        seen = len(desk.private("U0PRIYA"))

        with ThreadPoolExecutor(2) as hands, desk.engine.begin():
            order = both if race % 2 else both[::-1]
            answers = {path: hands.submit(desk.control, path, body) for path, body in order}

        desk.wait_until_quiet()
        (won,) = decided(desk, words)
        assert won in (("approved", "U0PRIYA"), ("sent_back", "U0OMAR"))
        if won[0] == "sent_back":
            told(desk, "U0PRIYA", "<@U0OMAR> has sent this back already", seen)
        else:
            refused = answers["slack/submit"].result()["errors"]["send_back_reason"]
            assert "has approved this already" in refused
        assert len(desk.replies_to(post)) == (1 if won[0] == "approved" else 0)
        desk.close_dialogs()
    desk.assert_promises()


def test_a_yes_that_slack_brings_four_times_counts_once(desk: BreakableDesk) -> None:
    words, answer = "lawyer, four times", "Once is enough. – Asha"
    post, request = given_request(desk, words, answer)
    body = {"user": "U0PRIYA", "channel": "C0LEADS", "ts": request["ts"], "text": "Approve"}

    responses = desk.control("slack/click", body | {"deliveries": 4, "parallel": True})["responses"]

    assert [response["status"] for response in responses] == [200] * 4
    wait_until(lambda: desk.replies_to(post), within=LONG, why="the reply is on X")
    assert decided(desk, words) == [("approved", "U0PRIYA")]
    desk.assert_promises()


# --- X24: the customer has deleted the post, or thanked, before the yes


def test_a_yes_that_comes_after_the_customer_thanked_lets_nothing_out_and_the_author_looks_again(
    desk: BreakableDesk,
) -> None:
    words, answer = "lawyer, thanked", "We look for it. – Asha"
    post, request = given_request(desk, words, answer)
    desk.write("@sarishop found it, thank you!", author="emma_w", reply_to=post)
    desk.card_shows(words, "found it", within=LONG)

    press_old(desk, "Approve", request, "U0PRIYA")

    thread_tells(desk, words, "Please look at it again")
    request_shows(desk, answer, "Not needed any more")
    desk.wait_until_quiet()
    assert desk.replies_to(post) == []
    assert answer in str(desk.open_reply(desk.card_of(words))["blocks"])
    desk.assert_promises()


def test_a_yes_that_comes_after_the_customer_deleted_the_post_says_nothing_under_it(
    desk: BreakableDesk,
) -> None:
    words, answer = "lawyer, deleted", "A reply to nobody. – Asha"
    post, request = given_request(desk, words, answer)
    case = case_of(desk.card_of(words))
    desk.control("x/delete", {"id": post})

    press_old(desk, "Approve", request, "U0PRIYA")

    def known() -> list[str]:
        happened = [event for event, _ in events(desk, case)]
        return [e for e in happened if e in ("reply_held", "reply_refused", "approval_voided", "post_gone")]

    wait_until(known, within=LONG, why="the desk knows that the post is gone")
    desk.wait_until_quiet()
    assert [p for p in desk.x_posts() if p["by_api"] and answer in p["text"]] == []


# --- processes die, Slack is silent


@pytest.mark.parametrize("point", ["claimed:post_request", "performed:post_request"])
def test_a_worker_that_dies_over_a_request_leaves_one_request(desk: BreakableDesk, point: str) -> None:
    words, answer = f"lawyer, {point}", f"It died when {point}. – Asha"
    desk.write(f"@sarishop {words}", author="emma_w")
    view = desk.open_reply(desk.card_of(words, within=LONG))
    desk.wait_until_quiet()
    worker = desk.crash_at(point)
    desk.submit(view, answer)
    worker.wait(LONG)
    desk.start_process("worker-1")
    desk.end_leases(within_s=45)
    wait_until(lambda: desk.effects(Kind.POST_REQUEST, State.IN_DOUBT), within=LONG, why="it is in doubt")
    desk.look_now()

    request = wait_until(lambda: requests(desk, answer), within=LONG, why="the supervisors are asked")[0]
    desk.wait_until_quiet()
    assert len(requests(desk, answer)) == 1
    press(desk, "Approve", request, "U0PRIYA")
    request_shows(desk, answer, "<@U0PRIYA> approved")
    desk.assert_promises()


def test_a_request_whose_answer_was_lost_is_found_and_can_be_decided(desk: BreakableDesk) -> None:
    words, answer = "lawyer, lost answer", "Slack was silent. – Asha"
    desk.write(f"@sarishop {words}", author="emma_w")
    view = desk.open_reply(desk.card_of(words, within=LONG))
    desk.wait_until_quiet()
    desk.fault("slack", "chat.postMessage", "drop_after", channel="C0LEADS", times=1)
    desk.submit(view, answer)
    wait_until(lambda: desk.effects(Kind.POST_REQUEST, State.IN_DOUBT), within=LONG, why="it is in doubt")
    seen = requests(desk, answer)
    assert len(seen) == 1

    # A supervisor is quicker than the look for it.
    press(desk, "Approve", seen[0], "U0PRIYA")
    desk.look_now()

    request_shows(desk, answer, "<@U0PRIYA> approved")
    desk.wait_until_quiet()
    assert len(requests(desk, answer)) == 1
    desk.assert_promises()


def test_a_clock_that_dies_when_an_approval_is_late_calls_the_next_in_line_once(desk: BreakableDesk) -> None:
    words, answer = "lawyer, the clock dies", "Nobody looks. – Asha"
    post, request = given_request(desk, words, answer)
    process = desk.crash_at("woken", "clock")
    desk.wind(minutes=16)
    process.wait(LONG)

    desk.start_process("clock")
    desk.end_clock_lease()
    desk.offer_now(within_s=15)

    link = f"/archives/C0LEADS/p{request['ts'].replace('.', '')}|open the request"

    def calls() -> list[Json]:
        return [m for m in desk.channel("C0LEADS")["messages"] if link in shown(m)]

    wait_until(calls, within=LONG, why="the next in line is called")
    desk.wait_until_quiet()
    assert len(calls()) == 1
    said = [event for event, _ in events(desk, case_of(desk.card_of(words)))]
    assert said.count("approval_late") == 1
    press(desk, "Edit and approve", request, "U0OMAR")
    fill_in(desk, "edited_text", "Somebody looks. – Omar", "U0OMAR")
    wait_until(lambda: desk.replies_to(post) == ["@emma_w Somebody looks. – Omar"], within=LONG)
    desk.assert_promises()
