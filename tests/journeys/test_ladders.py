"""A customer waits: who is called, who takes it on, who asks for help, and what `why?` tells of it."""

from collections.abc import Iterator

import pytest

from tests.backstage import case_of, effect, events
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.effects import Kind

LADDERS = """version: 1
name: Ladders
threading: {burst: 0s}
people:
  agents: [U0ASHA, U0MEHMET]
  supervisors: [U0PRIYA]
  teams: {fraud: {members: [U0OMAR]}}
priorities:
  high: {first_response: 10m}
  medium: {first_response: 1h}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: account hacked, when: {words: [hacked]}, then: {priority: high, tags: [security]}}
escalation:
  ladders:
    - name: urgent
      priorities: [high]
      steps:
        - {after: 2s, ping: [agents], channel: supervisors, text: "Who takes this one?"}
        - {after: 5m, ping: [supervisors], channel: supervisors, text: "Still nobody?"}
    - name: calm
      steps:
        - {after: 30m, ping: [agents]}
        - {after: 45m, ping: [supervisors], channel: supervisors}
"""


@pytest.fixture(scope="module")
def ladder_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk whose ladder begins after two seconds."""
    desk = WholeDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(LADDERS)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(ladder_desk: WholeDesk) -> Iterator[WholeDesk]:
    yield ladder_desk
    ladder_desk.end_faults()


def calls(desk: WholeDesk, channel: str, words: str) -> list[Json]:
    """The pings that are said in a channel and show these words."""
    messages = desk.channel(channel)["messages"]
    return [m for m in messages if ":rotating_light:" in shown(m) and words in shown(m)]


def thread_calls(desk: WholeDesk, words: str) -> list[Json]:
    """The pings in the thread of the card with these words."""
    card = desk.card_of(words)
    return [m for m in card["thread"] if ":rotating_light:" in shown(m)]


def called(desk: WholeDesk, words: str, *, times: int = 1) -> tuple[Json, Json]:
    """Wait until people are called for this case, in its thread and among the leads; return both pings."""
    in_thread = wait_until(
        lambda: thread_calls(desk, words)[times - 1 : times],
        why="a ping in the thread",
    )
    elsewhere = wait_until(lambda: calls(desk, "C0LEADS", words)[-1:], why="a ping among the leads")
    return in_thread[0], elsewhere[0]


def press(desk: WholeDesk, label: str, message: Json, channel: str, user: str) -> Json:
    body = {"user": user, "channel": channel, "ts": message["ts"], "text": label}
    return dict(desk.control("slack/click", body))


def ask_for_help(desk: WholeDesk, card: Json, target: str, reason: str, *, user: str = "U0ASHA") -> Json:
    desk.click("Escalate", card, user=user)
    view = desk.dialog(user)
    pick = {"user": user, "view_id": view["id"], "action_id": "escalate_to", "value": target}
    desk.control("slack/view_action", pick)
    body = {"user": user, "view_id": view["id"], "values": {"escalate_reason": reason}}
    return dict(desk.control("slack/submit", body))


def test_an_urgent_post_gets_its_priority_tags_and_due_time_and_people_are_called(desk: WholeDesk) -> None:
    words = "my account was hacked at dawn"
    desk.write(f"@sarishop {words}", author="emma_w")

    card = desk.card_shows(words, "High", "security", "due")
    in_thread, elsewhere = called(desk, words)

    assert "<!date^" in shown(card)
    assert "<@U0ASHA> <@U0MEHMET>" in shown(in_thread)
    assert "Who takes this one?" in shown(in_thread)
    assert f"/archives/C0SUPPORT/p{card['ts'].replace('.', '')}|open the card" in shown(elsewhere)
    desk.assert_promises()


def test_who_acknowledges_is_named_on_every_ping_and_the_pings_stop(desk: WholeDesk) -> None:
    words = "hacked and acknowledged"
    desk.write(f"@sarishop {words}", author="ravi_k")
    _, elsewhere = called(desk, words)

    answer = press(desk, "Acknowledge", elsewhere, "C0LEADS", "U0MEHMET")

    assert "warning" not in answer
    taken = "<@U0MEHMET> has taken it on"
    wait_until(lambda: taken in shown(calls(desk, "C0LEADS", words)[-1]), why="the leads see who has it")
    wait_until(lambda: taken in shown(thread_calls(desk, words)[-1]), why="the thread shows who has it")
    said = shown(calls(desk, "C0LEADS", words)[-1]) + shown(thread_calls(desk, words)[-1])
    assert "Acknowledge" not in said
    desk.wind(minutes=6)
    desk.write("@sarishop hacked, the next one", author="emma_w")
    called(desk, "hacked, the next one")
    assert len(thread_calls(desk, words)) == 1
    assert len(calls(desk, "C0LEADS", words)) == 1


def test_a_card_turns_late_once_its_target_is_missed(desk: WholeDesk) -> None:
    words = "no hurry at first"
    desk.write(f"@sarishop {words}", author="ravi_k")
    card = desk.card_shows(words, "Medium", "due")
    assert "was due" not in shown(card)

    desk.wind(minutes=61)

    desk.card_shows(words, "was due")
    happened = [event for event, _ in events(desk, case_of(card))]
    assert happened.count("breached") == 1
    # Both steps were due by then: only the highest is said, with what it stands for.
    wait_until(lambda: thread_calls(desk, words))
    (ping,) = thread_calls(desk, words)
    assert "steps skipped: 1" in shown(ping)
    assert "late, the desk was down" in shown(ping)


def test_an_answer_ends_the_ladder(desk: WholeDesk) -> None:
    words = "hacked but answered"
    desk.write(f"@sarishop {words}", author="emma_w")
    called(desk, words)
    desk.reply(desk.card_of(words), "We have locked it. – Asha")
    desk.card_shows(words, "replied on X")

    desk.wind(minutes=7)
    desk.write("@sarishop hacked after the answer", author="ravi_k")
    called(desk, "hacked after the answer")

    assert len(thread_calls(desk, words)) == 1
    assert "due" not in shown(desk.card_of(words)).replace("replied", "")


@pytest.mark.parametrize(
    ("target", "whom", "words"),
    [
        ("next_step", "<@U0ASHA> <@U0MEHMET>", "help by the ladder"),
        ("on_duty_supervisor", "<@U0PRIYA>", "help by a supervisor"),
        ("team:fraud", "<@U0OMAR>", "help by a team"),
    ],
)
def test_an_agent_asks_for_help_and_says_why(desk: WholeDesk, target: str, whom: str, words: str) -> None:
    desk.write(f"@sarishop {words}", author="emma_w")
    card = desk.card_shows(words, "Medium")

    answer = ask_for_help(desk, card, target, "She has a *lawyer* & <!here>")

    assert answer.get("closed")
    ping = wait_until(lambda: thread_calls(desk, words))[0]
    assert whom in shown(ping)
    assert "<@U0ASHA> asks for help" in shown(ping)
    assert "She has a *lawyer* & <!here>" in shown(ping)
    desk.card_shows(words, "High")
    happened = [event for event, _ in events(desk, case_of(card))]
    assert "escalated" in happened
    assert "priority_changed" in happened
    desk.assert_promises()


def test_a_call_for_help_without_a_reason_is_held_in_its_dialog(desk: WholeDesk) -> None:
    words = "help without a word"
    desk.write(f"@sarishop {words}", author="emma_w")

    answer = ask_for_help(desk, desk.card_of(words), "on_duty_supervisor", "   ")

    assert "escalate_reason" in answer["errors"]
    assert thread_calls(desk, words) == []


@pytest.mark.parametrize("label", ["Escalate", "Acknowledge"])
def test_a_guest_may_neither_escalate_nor_acknowledge(desk: WholeDesk, label: str) -> None:
    words = f"hacked and {label.casefold()}d by a guest"
    desk.write(f"@sarishop {words}", author="emma_w")
    in_thread, _ = called(desk, words)
    card = desk.card_of(words)
    before, seen = events(desk, case_of(card)), len(desk.private("U0GUEST"))

    press(desk, label, card if label == "Escalate" else in_thread, "C0SUPPORT", "U0GUEST")

    wait_until(lambda: desk.private("U0GUEST")[seen:], why="the guest is told why not")
    assert events(desk, case_of(card)) == before
    assert [v for v in desk.slack("U0GUEST")["views"] if v["type"] == "modal"] == []


def test_who_is_no_agent_of_the_playbook_may_not_escalate(desk: WholeDesk) -> None:
    words = "help by somebody else"
    desk.write(f"@sarishop {words}", author="emma_w")
    card = desk.card_of(words)
    seen = len(desk.private("U0OMAR"))
    desk.click("Claim", card, user="U0OMAR")
    # Omar owns the workspace, and so is an admin of the desk: admins may do what agents may.
    desk.card_shows(words, "<@U0OMAR> has it since")
    assert desk.private("U0OMAR")[seen:] == []


def test_why_names_the_rule_with_its_place_the_time_that_counted_and_the_ladder(desk: WholeDesk) -> None:
    words = "hacked, and why"
    desk.write(f"@sarishop {words}", author="emma_w")
    in_thread, _ = called(desk, words)
    press(desk, "Acknowledge", in_thread, "C0SUPPORT", "U0MEHMET")
    card = desk.card_of(words)

    desk.click("Why?", card)

    told = shown(desk.dialog())
    line = 1 + LADDERS[: LADDERS.index("account hacked")].count("\n")
    assert f"account hacked* of the set topics (desk.yaml:{line})" in told
    assert "*First response*" in told
    assert "waiting for us" in told
    assert "*Ladder urgent*" in told
    assert "step 1 of the ladder was said" in told
    assert "<@U0MEHMET> has taken it on" in told
    assert effect(desk, case_of(card), Kind.MODAL) is None
