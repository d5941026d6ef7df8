"""The sandbox's chooser of playbooks, and the ladder that it tells as a time line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.__main__ import environment
from sandbox.playbooks import Folders, begin_with_default, for_any_account

from .test_standin_slack import Slack

DEFAULT = "# Read me first\nversion: 1\nname: Default\ndescription: >\n  For a\n  small shop\n"
BANK = "version: 1\nname: A bank  # in Turkey\naccounts: [bank_tr]\npriorities: {}\n"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    home = tmp_path_factory.mktemp("sandbox")
    there = Folders(home / "shipped", home / "home" / "playbooks")
    there.shipped.mkdir()
    (there.shipped / "bank.yaml").write_text(BANK)
    (there.shipped / "default.yaml").write_text(DEFAULT)
    (there.shipped / "schema.json").write_text("{}")
    return there


@pytest.fixture(scope="module")
def server(there: Folders) -> Iterator[Slack]:
    slack = Slack("--shipped", str(there.shipped), "--playbooks", str(there.desk))
    yield slack
    slack.stop()


@pytest.fixture(autouse=True)
def folders(there: Folders) -> Folders:
    """The folders as they are after the first start of a desk."""
    shutil.rmtree(there.desk, ignore_errors=True)
    begin_with_default(there)
    return there


def listed(server: Slack) -> dict[str, Any]:
    return dict(server.http.get(f"{server.url}/control/playbooks", timeout=10).json())


def told(server: Slack, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    answer = server.http.post(f"{server.url}/control/{path}", json=body, timeout=10)
    return answer.status_code, dict(answer.json())


def test_a_desk_without_playbooks_begins_with_the_default_one(folders: Folders, server: Slack) -> None:
    assert [path.name for path in folders.desk.iterdir()] == ["desk.yaml"]
    assert listed(server) == {
        "shipped": [
            {"file": "default.yaml", "name": "Default", "description": "For a small shop"},
            {"file": "bank.yaml", "name": "A bank", "description": ""},
        ],
        "chosen": "default.yaml",
        "name": "Default",
        "text": DEFAULT,
    }


def test_a_desk_that_has_a_playbook_keeps_it(folders: Folders) -> None:
    (folders.desk / "desk.yaml").write_text("name: Mine\n")
    begin_with_default(folders)
    assert (folders.desk / "desk.yaml").read_text() == "name: Mine\n"


def test_where_nothing_ships_the_desk_has_none(tmp_path: Path) -> None:
    begin_with_default(Folders(tmp_path / "nothing", tmp_path / "desk"))
    assert list((tmp_path / "desk").iterdir()) == []


def test_a_chosen_playbook_is_copied_for_the_sandboxs_account(folders: Folders, server: Slack) -> None:
    status, answer = told(server, "playbook", {"file": "bank.yaml"})
    words = "version: 1\nname: A bank  # in Turkey\npriorities: {}\n"
    assert (status, answer["chosen"], answer["name"], answer["text"]) == (200, "bank.yaml", "A bank", words)
    assert [path.name for path in folders.desk.iterdir()] == ["desk.yaml"]
    assert (folders.desk / "desk.yaml").read_text() == words
    assert (folders.shipped / "bank.yaml").read_text() == BANK


def test_a_playbook_edited_by_hand_is_none_of_those_that_ship(folders: Folders, server: Slack) -> None:
    words = "name: Çarşı 🙂\nversion: 1\n"
    status, answer = told(server, "playbook/text", {"text": words})
    assert (status, answer["chosen"], answer["name"], answer["text"]) == (200, None, "Çarşı 🙂", words)
    assert (folders.desk / "desk.yaml").read_text(encoding="utf-8") == words


def test_a_playbook_that_is_no_yaml_is_kept_as_it_was_written(server: Slack) -> None:
    words = "version: 1\nname: Half\ntriage: [\n"
    status, answer = told(server, "playbook/text", {"text": words})
    assert (status, answer["text"], answer["name"]) == (200, words, "Half")
    assert listed(server)["text"] == words


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("playbook", {"file": "nothing.yaml"}, 404, "no playbook nothing.yaml ships"),
        ("playbook", {"file": "../home/playbooks/desk.yaml"}, 404, "no playbook ../home"),
        ("playbook", {"file": "schema.json"}, 404, "no playbook schema.json ships"),
        ("playbook", {"file": ["bank.yaml"]}, 404, "no playbook"),
        ("playbook/text", {"text": 1}, 400, "text must be the playbook's words"),
        ("playbook/text", [], 400, "the body must be a JSON object"),
    ],
)
def test_a_wrong_choice_is_named_and_changes_nothing(
    server: Slack, path: str, body: Any, status: int, words: str
) -> None:
    answered, said = told(server, path, body)
    assert answered == status
    assert words in said["error"]
    assert listed(server)["chosen"] == "default.yaml"


def test_the_page_hears_of_another_playbook(server: Slack) -> None:
    with server.http.get(f"{server.url}/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines()
        assert next(lines) == b": here"
        told(server, "playbook", {"file": "bank.yaml"})
        data = next(line for line in lines if line.startswith(b"data: "))
        assert json.loads(data[6:]) == {"changed": "playbooks"}


def test_a_server_without_folders_lists_nothing_and_refuses_a_choice() -> None:
    slack = Slack()
    try:
        assert listed(slack) == {"shipped": [], "chosen": None, "name": None, "text": None}
        assert told(slack, "playbook", {"file": "default.yaml"})[0] == 400
        assert "--playbooks" in told(slack, "playbook/text", {"text": ""})[1]["error"]
    finally:
        slack.stop()


@pytest.mark.parametrize(
    "accounts",
    [
        "accounts: [a, b]\n",
        "accounts:\n  - a\n  - b # ours\n",
        "accounts:\n- a\n\n- b\n",
        "accounts: [\n  a,\n  b\n]\n",
        '"accounts" : [a]\n',
    ],
)
def test_accounts_are_taken_out_however_they_are_written(accounts: str) -> None:
    kept = for_any_account(f"name: A\n{accounts}# People\npeople:\n  accounts: 1\n- tail\n")
    assert kept.replace("\n\n", "\n") == "name: A\n# People\npeople:\n  accounts: 1\n- tail\n"


def test_the_desk_of_the_sandbox_reads_its_own_folder_and_knows_its_leads(tmp_path: Path) -> None:
    settings = environment(4000, 3000, tmp_path, socket_mode=False)
    assert settings["PLAYBOOKS_DIR"] == str(tmp_path / "playbooks")
    assert settings["SLACK_SUPERVISORS_CHANNEL"] == "C0LEADS"


@pytest.mark.parametrize("case", ["", "x", "-1", "²", "1;2"])
def test_a_ladder_is_asked_for_by_the_number_of_a_case(server: Slack, case: str) -> None:
    answer = server.http.get(f"{server.url}/control/ladder", params={"case": case}, timeout=10)
    assert (answer.status_code, answer.json()) == (400, {"error": "case must be the number of a case"})


def test_the_ladder_is_what_its_program_prints_of_the_desks_database(sqlite_url: str) -> None:
    slack = Slack(DATABASE_URL=sqlite_url)
    try:
        answer = slack.http.get(f"{slack.url}/control/ladder?case=7", timeout=30)
        assert (answer.status_code, answer.json()) == (200, {"case": 7, "rungs": []})
    finally:
        slack.stop()
