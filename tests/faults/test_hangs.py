"""Calls that hang without an answer: given up after 20 s, looked for, and not made a second time."""

from tests.backstage import case_that_holds, effect, look_now, quiet
from tests.whole_desk import WholeDesk, shown, wait_until
from workflows.domain.effects import Kind


def test_a_reply_and_a_card_that_hang_for_20_seconds_are_given_up_found_and_not_sent_twice(
    desk: WholeDesk,
) -> None:
    # Both at once, so that the real 20 s are waited for only once; each holds one of the two workers.
    text = "This one hangs. – Asha"
    post = desk.write("@sarishop the reply hangs", author="emma_w")
    dialog = desk.open_reply(desk.card_of("the reply hangs"))
    quiet(desk)
    desk.fault("x", "POST /2/tweets", "hang_after", seconds=60, times=1)
    desk.fault("slack", "chat.postMessage", "hang_after", seconds=60, times=1)
    mention = desk.write("@sarishop the card hangs", author="ravi_k")
    wait_until(lambda: [r for r in desk.requests("chat.postMessage") if r["fault"] == "hang_after"])

    assert desk.submit(dialog, text)["closed"]
    cases = {Kind.REPLY: case_that_holds(desk, post), Kind.POST_CARD: case_that_holds(desk, mention)}
    for kind, case in cases.items():
        look_now(desk, case, kind, within=45)

    desk.card_shows("the reply hangs", "<@U0ASHA> replied on X")
    desk.click("Claim", desk.card_of("the card hangs"))
    desk.card_shows("the card hangs", "<@U0ASHA> has it")
    for kind, case in cases.items():
        row = effect(desk, case, kind)
        assert row is not None
        # Our own timeline, which is polled anyway, may prove it before the first look does.
        assert (row.attempt, row.checks) in ((1, 1), (1, 0))
        assert 20 <= (row.settled_at - row.started_at).total_seconds() < 40
    assert desk.replies_to(post) == [f"@emma_w {text}"]
    assert len([r for r in desk.x_requests("POST /2/tweets") if r["args"].get("text") == text]) == 1
    asked = [r for r in desk.requests("chat.postMessage") if "the card hangs" in shown(r["args"])]
    assert len([r for r in asked if not r["args"].get("thread_ts")]) == 1
    desk.assert_promises()
