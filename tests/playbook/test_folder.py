"""A folder of playbooks: which are read, where they contradict each other, which is for an account."""

from pathlib import Path

from workflows.domain.playbook import Playbook
from workflows.playbook.read import Looked, playbook_for, read_folder, shipped_folder


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(("version: 1", *lines)) + "\n", encoding="utf-8")


def test_the_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "b.yml", "name: B", "accounts: [b]")
    write(tmp_path, "a.yaml", "name: A")
    write(tmp_path, "notes.txt", "nonsense")
    (tmp_path / "folder.yaml").mkdir()
    looked = read_folder(tmp_path)
    playbooks, problems = looked.playbooks, looked.problems
    assert problems == []
    assert [playbook.name for playbook in playbooks] == ["A", "B"]


def test_a_broken_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "nam: A")
    write(tmp_path, "b.yaml", "name: B")
    looked = read_folder(tmp_path)
    playbooks, problems = looked.playbooks, looked.problems
    assert [playbook.name for playbook in playbooks] == ["B"]
    assert {(problem.file, problem.code) for problem in problems} == {
        (str(tmp_path / "a.yaml"), "unknown-key"),
        (str(tmp_path / "a.yaml"), "missing-key"),
    }


def test_two_playbooks_for_all_accounts_contradict_each_other(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "name: A")
    write(tmp_path, "b.yaml", "name: B")
    (problem,) = read_folder(tmp_path).problems
    assert (problem.severity, problem.code, problem.line) == ("error", "two-for-all", 2)
    assert problem.file.endswith("b.yaml")
    assert "a.yaml" in problem.found + problem.fix


def test_an_account_belongs_to_one_playbook_in_whatever_case(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "name: A", "accounts: [acme, ACME_help]")
    write(tmp_path, "b.yaml", "name: B", "accounts:", "  - other", "  - Acme_Help")
    (problem,) = read_folder(tmp_path).problems
    assert (problem.code, problem.line, problem.column, problem.path) == (
        "account-twice",
        5,
        5,
        "accounts[1]",
    )
    assert "a.yaml" in problem.fix
    assert "b.yaml" in problem.fix


def test_a_name_belongs_to_one_playbook(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "name: Shop")
    write(tmp_path, "b.yaml", "name: shop", "accounts: [acme]")
    (problem,) = read_folder(tmp_path).problems
    assert (problem.code, problem.line, problem.column) == ("name-twice", 2, 7)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"x" * 3_000_000)
    (problem,) = read_folder(tmp_path).problems
    assert problem.code == "too-big"


def test_a_link_to_nowhere_and_a_missing_folder_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere")
    assert read_folder(tmp_path) == Looked([], [], [])
    assert read_folder(tmp_path / "missing") == Looked([], [], [])


def test_an_account_gets_the_playbook_that_names_it_else_the_one_for_all() -> None:
    everybody, acme = Playbook("Everybody"), Playbook("Acme", accounts=("Acme",))
    assert playbook_for([everybody, acme], "ACME") is acme
    assert playbook_for([everybody, acme], "@acme") is acme
    assert playbook_for([acme, everybody], "other") is everybody
    assert playbook_for([acme], "other").name == "Built-in"
    assert playbook_for([], "other").name == "Built-in"


def test_the_shipped_playbooks_are_right() -> None:
    looked = read_folder(shipped_folder())
    playbooks, problems = looked.playbooks, looked.problems
    assert problems == []
    assert any(playbook.name == "Default" for playbook in playbooks)
