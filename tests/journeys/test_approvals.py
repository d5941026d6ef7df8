"""A sensitive reply on its way past a second person: asked, approved, changed, sent back, recalled, late."""

from collections.abc import Iterator

import pytest

from tests.backstage import case_of, events
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
    desk = WholeDesk(tmp_path_factory.mktemp("desk"))
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


def fill_in(desk: WholeDesk, field: str, text: str, user: str) -> Json:
    view = desk.dialog(user)
    return dict(desk.control("slack/submit", {"user": user, "view_id": view["id"], "values": {field: text}}))


def request_shows(desk: WholeDesk, words: str, *wanted: str) -> Json:
    def look() -> Json | None:
        found = requests(desk, words)
        return found[-1] if found and all(want in shown(found[-1]) for want in wanted) else None

    return wait_until(look, why=f"the request of {words!r} shows {wanted}")  # type: ignore[return-value]


def told(desk: WholeDesk, user: str, words: str, before: int = 0) -> None:
    wait_until(
        lambda: any(words in said for said in desk.private(user)[before:]),
        why=f"{user} is told {words!r}: {desk.private(user)[before:]}",
    )


def happened(desk: WholeDesk, words: str) -> list[str]:
    return [event for event, _ in events(desk, case_of(desk.card_of(words)))]


def test_a_sensitive_reply_waits_for_a_supervisor_and_goes_out_once_approved(desk: WholeDesk) -> None:
    words, answer = "my lawyer will call", "We are sorry, Emma. I look into it. – Asha"
    post, request = asked(desk, words, answer)

    assert desk.replies_to(post) == []
    said = shown(request)
    assert "<@U0PRIYA> *May <@U0ASHA> send this reply to @emma_w?*" in said
    assert words in said
    assert "sensitive case" in said
    assert said.count("<!date^") == 2
    assert "open the card" in said
    told(desk, "U0ASHA", "Not sent yet")
    desk.card_shows(words, "waits for the approval of the supervisors")
    wait_until(lambda: "waits for the approval of the supervisors" in str(desk.card_of(words)["thread"]))

    assert "warning" not in press(desk, "Approve", request, "U0PRIYA")

    wait_until(lambda: desk.replies_to(post), why="the reply is on X")
    settled = request_shows(desk, answer, "<@U0PRIYA> approved <@U0ASHA>")
    assert "Send back" not in shown(settled)
    desk.card_shows(words, "replied on X")
    assert happened(desk, words)[-4:] == ["approval_asked", "approved", "reply_submitted", "reply_sent"]
    desk.assert_promises()
