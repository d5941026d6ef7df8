"""Versions of playbooks in the store: which one decides, and what a case keeps."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.store.stores import (
    BRAND,
    CHANNEL,
    EMMA,
    RAVI,
    START,
    Store,
    answered,
    at_once,
    make_post,
    use,
    woken,
)
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.domain.people import House
from workflows.playbook.read import digest_of
from workflows.services.intake import take_posts
from workflows.services.playbooks import adopt, current_playbook, look_into, playbook_of
from workflows.store.history import Event
from workflows.store.tables import cases, history, outbox, playbooks

SOURCE = """version: 1
name: Shop
priorities: {medium: {first_response: 1h}}
triage: {otherwise: {priority: medium}}
escalation:
  ladders:
    - {name: all, steps: [{after: 10m, ping: [agents]}]}
"""
SOONER = SOURCE.replace("1h", "30m").replace("10m", "5m")
BROKEN = SOURCE.replace("ping:", "pings:")
HOUSE = House(channels={"cards": CHANNEL, "admins": "#desk-admin"})


def found_in(store: Store, folder: Path, seconds: float = 0.0) -> bool:
    """Let the desk read this folder, and tell whether it changed what decides."""
    found = look_into(folder)
    with store.at(seconds) as uow:
        uow.house = HOUSE
        return adopt(uow, found)


def decides(store: Store, username: str = "sarishop") -> str:
    with store.at() as uow:
        return current_playbook(uow, username).digest


def alerts(store: Store) -> list[dict[str, str]]:
    return [row.payload["facts"] for row in store.rows(outbox, outbox.c.kind == Kind.ALERT)]


def another_case(store: Store, number: int, seconds: float) -> CaseId:
    post = make_post(
        number,
        author=RAVI,
        conversation_id=str(number),
        written_at=START + timedelta(seconds=seconds),
    )
    return store.have_case(post, seconds=seconds)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(SOURCE)
    return tmp_path


def test_each_case_records_the_version_that_decides_about_it(store: Store) -> None:
    digest = use(store, SOURCE)
    store.have_case()
    assert store.case().playbook == digest
    opened = store.row(history, history.c.event == Event.OPENED)
    assert opened.facts["playbook"] == digest


def test_a_new_version_is_for_new_cases_and_changes_no_open_one(store: Store) -> None:
    first = use(store, SOURCE)
    store.have_case()
    before = store.case()
    second = use(store, SOONER)

    another_case(store, 7, seconds=60)
    woken(store, 301)
    woken(store, 361)

    assert (store.case(1).playbook, store.case(2).playbook) == (first, second)
    assert (store.case(1).due_at, store.case(1).wake_at) == (before.due_at, before.wake_at)
    assert store.case(2).due_at == START + timedelta(minutes=31)
    assert [row.case_id for row in store.rows(history, history.c.event == Event.PINGED)] == [2]


def test_an_old_case_keeps_its_version_in_its_next_wait_too(store: Store) -> None:
    first = use(store, SOURCE)
    case_id = store.have_case()
    use(store, SOONER)
    answered(store, case_id, 60)
    post = make_post(9, text="@sarishop and now?", written_at=START + timedelta(seconds=120))
    with store.at(120) as uow:
        take_posts(uow, BRAND, [post], channel=CHANNEL)

    assert store.case().playbook == first
    assert store.case().wake_at == START + timedelta(seconds=120, minutes=10)


def test_going_back_to_an_earlier_version_makes_it_the_current_one_again(store: Store) -> None:
    first = use(store, SOURCE)
    use(store, SOONER)
    use(store, SOURCE)

    assert decides(store) == first
    assert len(store.rows(playbooks)) == 2
    assert len(store.rows(playbooks, playbooks.c.is_current)) == 1


def test_a_post_goes_to_the_playbook_of_its_account(store: Store) -> None:
    mine = SOONER.replace("name: Shop", "name: Other\naccounts: [SariShop]")
    shop = use(store, mine, SOURCE)
    store.have_case()
    assert store.case().playbook == shop
    assert decides(store, "somebody_else") != shop


# --- reading a folder


def test_a_playbook_saved_with_a_byte_order_mark_decides_and_times_its_cases(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("all,", "marked,").encode())
    assert found_in(store, tmp_path)
    assert not found_in(store, tmp_path, 5)

    store.have_case()

    case = store.case()
    assert (case.playbook, case.ladder) == (decides(store), "marked")
    assert case.wake_at == START + timedelta(minutes=10)
    assert woken(store, 601) == 1
    assert len(store.rows(history, history.c.event == Event.PINGED)) == 1


def test_a_version_that_was_not_found_is_looked_for_again(store: Store) -> None:
    # What was read is remembered by this process: each run needs a text of its own.
    source = SOURCE.replace("name: Shop", "name: Found later") + f"# {uuid4()}\n"
    digest = digest_of(source)
    with store.at() as uow:
        assert playbook_of(uow, digest).name == "Built-in"

    assert use(store, source) == digest

    with store.at() as uow:
        assert playbook_of(uow, digest).name == "Found later"


def test_what_stands_in_the_folder_decides(store: Store, folder: Path) -> None:
    assert found_in(store, folder)
    assert store.row(playbooks).file == "shop.yaml"
    assert not found_in(store, folder)


def test_a_broken_file_leaves_the_last_good_one_and_the_admins_are_told_once_where(
    store: Store, folder: Path
) -> None:
    found_in(store, folder)
    good = decides(store)
    (folder / "shop.yaml").write_text(BROKEN)

    for seconds in (10, 20, 30):
        assert not found_in(store, folder, seconds)

    assert decides(store) == good
    (told,) = alerts(store)
    assert (told["file"], told["line"]) == ("shop.yaml", "7")
    assert told["found"]
    assert told["fix"]


def test_a_mistake_that_comes_back_after_it_was_mended_is_told_again(store: Store, folder: Path) -> None:
    (folder / "shop.yaml").write_text(BROKEN)
    found_in(store, folder)
    (folder / "shop.yaml").write_text(SOURCE)
    found_in(store, folder, 10)
    (folder / "shop.yaml").write_text(BROKEN)

    found_in(store, folder, 3600 * 24)

    assert len(alerts(store)) == 2


def test_one_broken_file_holds_back_all_of_them(store: Store, folder: Path) -> None:
    found_in(store, folder)
    good = decides(store)
    (folder / "bad.yaml").write_text(BROKEN.replace("name: Shop", "name: Bad\naccounts: [other]"))
    (folder / "shop.yaml").write_text(SOONER)

    assert not found_in(store, folder)

    assert decides(store) == good
    assert [told["file"] for told in alerts(store)] == ["bad.yaml"]


@pytest.mark.parametrize("words", ["", "version: 1\nname: Sho", SOURCE[:120], "\x00", "- a\n- b\n"])
def test_half_a_file_never_decides(store: Store, folder: Path, words: str) -> None:
    found_in(store, folder)
    good = decides(store)
    (folder / "shop.yaml").write_text(words)

    found_in(store, folder, 5)

    assert decides(store) == good or words.startswith("version: 1\nname: Sho")


def test_two_clocks_that_read_the_folder_at_once_agree(store: Store, folder: Path) -> None:
    found = look_into(folder)

    def read(_: int) -> bool:
        with store.begin() as uow:
            return adopt(uow, found)

    results = at_once(4, read)

    assert [r for r in results if isinstance(r, Exception)] == []
    assert len(store.rows(playbooks, playbooks.c.is_current)) == 1


def test_a_version_that_nobody_can_read_any_more_still_lets_its_cases_be_handled(store: Store) -> None:
    store.have_case()
    store.write(cases, cases.c.id == 1, playbook="0000000000000000")

    with store.at(60) as uow:
        later = make_post(5, text="@sarishop hello?")
        assert take_posts(uow, BRAND, [later], channel=CHANNEL) == 1

    assert store.case().waiting_since == START


def test_names_of_writers_decide_whatever_their_case(store: Store) -> None:
    vip = SOURCE.replace(
        "triage: {otherwise: {priority: medium}}",
        "triage:\n  vip: [EMMA_w]\n  rule_sets: [{name: s, rules: "
        "[{name: v, when: {vip: true}, then: {priority: high}}]}]",
    )
    use(store, vip)
    store.have_case(make_post(1, author=replace(EMMA, username="Emma_W")))
    assert store.case().priority == "high"


def test_an_empty_or_missing_folder_is_told_to_the_admins_once_and_changes_nothing(
    store: Store, folder: Path
) -> None:
    found_in(store, folder)
    good = decides(store)
    (folder / "shop.yaml").unlink()

    for where in (folder, folder / "missing"):
        for seconds in (10, 20):
            assert not found_in(store, where, seconds)

    assert decides(store) == good
    told = alerts(store)
    assert [one["found"] for one in told] == ["no playbook in this folder"] * 2
    assert [one["file"] for one in told] == [folder.name, "missing"]
    assert all("PLAYBOOKS_DIR" in one["fix"] for one in told)
