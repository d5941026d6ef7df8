"""The running desk follows its playbook's file: good ones for new cases, broken ones not at all."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backstage import case_of, rows
from tests.whole_desk import WholeDesk, shown, wait_until
from workflows.store.tables import cases, playbooks

GOOD = """version: 1
name: First
people: {agents: [U0ASHA, U0MEHMET], supervisors: [U0PRIYA]}
priorities: {medium: {first_response: 1h}}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: parcels, when: {words: [parcel]}, then: {priority: medium, tags: [parcels]}}
"""
CHANGED = (
    GOOD.replace("name: First", "name: Second")
    .replace("1h", "20m")
    .replace("tags: [parcels]", "tags: [post]")
)
BROKEN = GOOD.replace("priority: medium, tags", "priorty: medium, tags")


@pytest.fixture(scope="module")
def playbook_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk with a playbook of its own."""
    desk = WholeDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(GOOD)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(playbook_desk: WholeDesk) -> WholeDesk:
    """The desk with the good playbook in use."""
    put(playbook_desk, GOOD)
    wait_until(lambda: decides(playbook_desk) == "First", why="the good playbook decides")
    return playbook_desk


def put(desk: WholeDesk, text: str) -> None:
    """Replace the playbook's file in one step, as editors do."""
    new = Path(desk.home / "new.yaml")
    new.write_text(text)
    new.rename(desk.playbooks / "desk.yaml")


def decides(desk: WholeDesk) -> str:
    (row,) = rows(desk, playbooks.select().where(playbooks.c.is_current))
    return str(row.name)


def refusals(desk: WholeDesk) -> list[str]:
    """What the admins were told of broken playbooks."""
    said = desk.channel("C0ADMIN")["messages"]
    return [shown(m) or m["text"] for m in said if "the last good one stays" in (shown(m) + m["text"])]


def version_of(desk: WholeDesk, words: str) -> str:
    (row,) = rows(desk, cases.select().where(cases.c.id == case_of(desk.card_of(words))))
    return str(row.playbook)


def test_a_changed_playbook_is_for_new_cases_and_leaves_open_ones_as_they_are(desk: WholeDesk) -> None:
    desk.write("@sarishop the parcel before", author="emma_w")
    before = desk.card_shows("the parcel before", "parcels")
    due = _due(desk, "the parcel before")

    put(desk, CHANGED)
    wait_until(lambda: decides(desk) == "Second", why="the new version decides")
    desk.write("@sarishop the parcel after", author="ravi_k")

    after = desk.card_shows("the parcel after", "post")
    assert "parcels" not in shown(after)
    assert "parcels" in shown(desk.card_of("the parcel before"))
    assert _due(desk, "the parcel before") == due
    assert version_of(desk, "the parcel before") != version_of(desk, "the parcel after")
    desk.click("Why?", before)
    assert "Playbook *First*" in shown(desk.dialog())
    desk.assert_promises()


def _due(desk: WholeDesk, words: str) -> object:
    (row,) = rows(desk, cases.select().where(cases.c.id == case_of(desk.card_of(words))))
    return row.due_at


def test_a_broken_playbook_is_told_to_the_admins_once_with_its_line_and_the_old_rules_go_on(
    desk: WholeDesk,
) -> None:
    known = len(refusals(desk))

    put(desk, BROKEN)

    told = wait_until(lambda: refusals(desk)[known:], why="the admins are told")
    assert "desk.yaml" in told[0]
    assert "Line 10" in told[0]
    assert "priorty" in told[0]
    put(desk, BROKEN)  # saved once more
    desk.write("@sarishop a parcel in troubled times", author="emma_w")
    desk.card_shows("a parcel in troubled times", "parcels")
    assert decides(desk) == "First"
    put(desk, CHANGED)
    wait_until(lambda: decides(desk) == "Second", why="the mended playbook decides")
    assert len(refusals(desk)) == known + 1


def test_a_file_that_is_still_being_written_is_waited_for(desk: WholeDesk) -> None:
    known = len(refusals(desk))
    path = desk.playbooks / "desk.yaml"

    # In place, a line at a time for more than two looks of the clock: each beginning is another file,
    # and several of them would be good playbooks that say less.
    written = ""
    seen: set[str] = set()
    for line in CHANGED.splitlines(keepends=True):
        written += line
        path.write_text(written)
        seen.add(decides(desk))
        wait_until(after(seconds=0.3), why="a slow editor writes the next line")
    wait_until(lambda: decides(desk) == "Second", why="the whole file decides")

    assert seen == {"First"}
    assert len(refusals(desk)) == known
    assert len(rows(desk, playbooks.select())) <= 2


def after(*, seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def test_thanks_do_not_open_a_resolved_case_again(desk: WholeDesk) -> None:
    post = desk.write("@sarishop one parcel is missing", author="emma_w")
    desk.reply(desk.card_of("one parcel is missing"), "It is on its way. – Asha")
    card = desk.card_shows("one parcel is missing", "replied on X")
    desk.click("Resolve", card)
    desk.card_shows("one parcel is missing", "Resolved")

    desk.write("@sarishop thank you so much!", author="emma_w", reply_to=post)

    card = desk.card_shows("one parcel is missing", "thank you so much!")
    assert "Resolved" in shown(card)
    desk.assert_promises()


def test_a_playbook_saved_with_a_byte_order_mark_decides_and_its_card_says_so(desk: WholeDesk) -> None:
    put(desk, "\ufeff" + CHANGED.replace("name: Second", "name: Marked"))
    wait_until(lambda: decides(desk) == "Marked", why="the marked version decides")

    desk.write("@sarishop a parcel behind a mark", author="emma_w")

    card = desk.card_shows("a parcel behind a mark", "post")
    desk.click("Why?", card)
    assert "Playbook *Marked*" in shown(desk.dialog())
    desk.assert_promises()


def test_an_emptied_folder_is_told_to_the_admins_and_the_old_rules_go_on(desk: WholeDesk) -> None:
    known = len(refusals(desk))

    (desk.playbooks / "desk.yaml").unlink()

    told = wait_until(lambda: refusals(desk)[known:], why="the admins are told")
    assert "no playbook in this folder" in told[0]
    desk.write("@sarishop a parcel without rules", author="emma_w")
    desk.card_shows("a parcel without rules", "parcels")
    assert decides(desk) == "First"
    put(desk, CHANGED)
    wait_until(lambda: decides(desk) == "Second", why="the playbook that came back decides")
