"""Who may do what: each action by each role, allowed or refused with a reason, decided when it is submitted.

The matrix of the desk's threat model, for the actions that exist: agent, supervisor, admin; guest, person of
another workspace, bot and somebody who has left.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.backstage import case_of, events
from tests.doors import click_on, press, submission_of
from tests.whole_desk import Json, WholeDesk, shown, wait_until

PLAYBOOK = """version: 1
name: Roles
people: {agents: [U0ASHA, U0MEHMET], supervisors: [U0PRIYA], admins: [U0OMAR]}
replies: {undo: 0s}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: secret, when: {words: [secret]}, then: {sensitive: true}}
"""
AGENT, OTHER_AGENT, SUPERVISOR, ADMIN = "U0ASHA", "U0MEHMET", "U0PRIYA", "U0OMAR"
GUEST, EXTERNAL, STRANGER = "U0GUEST", "U0EXTERNAL", "U0NOBODY"
STAFF = (AGENT, SUPERVISOR, ADMIN)
OUTSIDE = (GUEST, EXTERNAL, STRANGER)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk whose playbook lists its people."""
    running = WholeDesk(tmp_path_factory.mktemp("desk"))
    (running.playbooks / "desk.yaml").write_text(PLAYBOOK)
    try:
        yield running.start()
    finally:
        running.stop()


def clicks(desk: WholeDesk, card: Json, label: str, user: str) -> None:
    """Bring a click of this person to the desk, as Slack would sign it."""
    team = "T0ELSEWHERE" if user == EXTERNAL else "T0SANDBOX"
    status, _ = press(desk, click_on(card, label, user=user, team=team))
    assert status == 200


def happened(desk: WholeDesk, card: Json, event: str, user: str) -> bool:
    return (event, user) in events(desk, case_of(card))


def claimed_by(desk: WholeDesk, words: str, user: str) -> Json:
    desk.write(f"@sarishop {words}", author="emma_w")
    desk.click("Claim", desk.card_of(words), user=user)
    return desk.card_shows(words, f"<@{user}> has it")


def new_card(desk: WholeDesk, words: str) -> Json:
    desk.write(f"@sarishop {words}", author="emma_w")
    return desk.card_of(words)


Having = Callable[[WholeDesk, str, str], Json]
HAVING: dict[str, Having] = {
    "nobody's case": lambda desk, words, _: new_card(desk, words),
    "one's own case": claimed_by,
    "a colleague's case": lambda desk, words, _: claimed_by(desk, words, OTHER_AGENT),
}
# The button, on whose case, the line of the history that it leaves behind, and who may press it.
MATRIX = [
    ("Claim", "nobody's case", "claimed", STAFF),
    ("Release", "one's own case", "released", STAFF),
    ("Release", "a colleague's case", "released", ()),
    ("Take over", "a colleague's case", "taken_over", STAFF),
    ("Resolve", "nobody's case", "resolved", STAFF),
    ("Resolve", "one's own case", "resolved", STAFF),
    ("Resolve", "a colleague's case", "resolved", (SUPERVISOR, ADMIN)),
]


@pytest.mark.parametrize("user", STAFF)
@pytest.mark.parametrize(("label", "whose", "event", "allowed"), MATRIX)
def test_staff_may_do_what_the_matrix_says_and_are_told_why_not(
    desk: WholeDesk, label: str, whose: str, event: str, allowed: tuple[str, ...], user: str
) -> None:
    words = f"{label} of {whose} by {user}"
    card = HAVING[whose](desk, words, user)
    before = len(desk.private(user))

    desk.click(label, card, user=user)

    if user in allowed:
        wait_until(lambda: happened(desk, card, event, user), why=f"{user} may {label} {whose}")
    else:
        wait_until(lambda: desk.private(user)[before:], why=f"{user} is told why not")
        assert not happened(desk, card, event, user)


@pytest.mark.parametrize("user", OUTSIDE)
@pytest.mark.parametrize("label", ["Claim", "Reply", "Escalate", "Resolve", "Why?", "Take over", "Release"])
def test_who_is_outside_may_do_nothing(desk: WholeDesk, label: str, user: str) -> None:
    words = f"{label} from outside by {user}"
    card = new_card(desk, words)
    if label in ("Take over", "Release"):
        desk.click("Claim", card, user=AGENT)
        card = desk.card_shows(words, f"<@{AGENT}> has it")
    before = events(desk, case_of(card))

    clicks(desk, card, label, user)

    assert events(desk, case_of(card)) == before
    assert not [view for view in desk.control("slack/state")["views"] if view["type"] == "modal"]


@pytest.mark.parametrize("user", STAFF)
def test_staff_send_ordinary_answers_and_draft_sensitive_ones(desk: WholeDesk, user: str) -> None:
    ordinary, secret = f"an ordinary one for {user}", f"a secret one for {user}"
    card, sensitive = new_card(desk, ordinary), new_card(desk, secret)

    assert desk.reply(card, f"Of course, {user}.", user=user)["closed"]
    wait_until(lambda: happened(desk, card, "reply_submitted", user), why="it goes out")
    assert desk.reply(sensitive, f"Between us, {user}.", user=user)["closed"]

    wait_until(lambda: happened(desk, sensitive, "approval_asked", user), why="it waits for an approval")
    assert not happened(desk, sensitive, "reply_submitted", user)
    desk.card_shows(secret, "waits for the approval")


@pytest.mark.parametrize(
    ("author", "approver", "allowed"),
    [
        (AGENT, OTHER_AGENT, False),
        (AGENT, AGENT, False),
        (AGENT, SUPERVISOR, True),
        (AGENT, ADMIN, True),
        (SUPERVISOR, SUPERVISOR, False),
        (SUPERVISOR, ADMIN, True),
        (AGENT, GUEST, False),
        (AGENT, STRANGER, False),
        (AGENT, EXTERNAL, False),
    ],
)
def test_a_sensitive_answer_is_approved_by_a_supervisor_and_never_by_its_author(
    desk: WholeDesk, author: str, approver: str, allowed: bool
) -> None:
    words = f"a secret by {author} for {approver}"
    card = new_card(desk, words)
    assert desk.reply(card, f"Between {author} and {approver}.", user=author)["closed"]
    request = wait_until(lambda: request_for(desk, words), why="supervisors are asked")
    told = approver in (AGENT, OTHER_AGENT, SUPERVISOR)
    before = len(desk.private(approver)) if told else 0
    team = "T0ELSEWHERE" if approver == EXTERNAL else "T0SANDBOX"
    payload = click_on(request, "Approve", user=approver, team=team)
    payload["container"]["channel_id"] = payload["channel"]["id"] = "C0LEADS"

    status, _ = press(desk, payload)

    assert status == 200
    if allowed:
        wait_until(lambda: happened(desk, card, "approved", approver), why="it is approved")
        wait_until(lambda: happened(desk, card, "reply_submitted", author), why="it goes out")
        return
    assert not happened(desk, card, "approved", approver)
    assert not happened(desk, card, "reply_submitted", author)
    if told:
        wait_until(lambda: desk.private(approver)[before:], why="they are told why not")


def request_for(desk: WholeDesk, words: str) -> Json | None:
    """The request whose customer wrote these words."""
    messages = desk.channel("C0LEADS")["messages"]
    return next((m for m in messages if words in shown(m) and "Approve" in shown(m)), None)


@pytest.mark.parametrize("user", [OTHER_AGENT, SUPERVISOR, ADMIN, GUEST, EXTERNAL, STRANGER])
def test_nobody_hands_in_what_somebody_else_has_written(desk: WholeDesk, user: str) -> None:
    words = f"whose dialog is it, {user}"
    view = desk.open_reply(new_card(desk, words))
    payload = submission_of(view, f"Said by {user}.", user=user)

    status, said = press(desk, payload)

    assert status == 200
    assert "errors" in said
    assert not any(f"Said by {user}." in post["text"] for post in desk.x_posts())
    desk.close_dialogs()


@pytest.mark.parametrize("value", ["999999", "7|1|", "0", "-1", "1e3", "١", "x" * 2000, ""])
def test_a_forged_number_points_at_nothing(desk: WholeDesk, value: str) -> None:
    card = new_card(desk, f"forged {value[:9] or 'nothing'}")

    status, _ = press(desk, click_on(card, "Claim", value=value and f"{value}|1|"))

    assert status == 200
    assert not happened(desk, card, "claimed", AGENT)
