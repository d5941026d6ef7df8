"""The playbook commands as real processes: shapes, exit codes, and nothing but JSON on standard output."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.store.stores import RAVI, Store, make_post
from workflows.playbook.schema import schema
from workflows.store.schema import migrate_to_newest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "playbooks"
SMALL = """version: 1
name: Small
triage:
  rule_sets:
    - name: topics
      rules:
        - name: refund
          when: {words: [refund*]}
          then: {priority: high, tags: [money]}
          examples:
            - {post: "where is my refund", expect: {priority: high}}
"""
BROKEN = "version: 1\nname: Small\nprioritys: {}\nthreading: {burst: soon}\n"


def run(*words: str, stdin: str = "", cwd: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = ("PATH", "HOME", "LANG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "slackbot", *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        check=False,
    )


def answer(*words: str, stdin: str = "", code: int = 0) -> Any:
    done = run(*words, stdin=stdin)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def small(tmp_path: Path) -> str:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return str(file)


@pytest.fixture
def broken(tmp_path: Path) -> str:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    return str(file)


def test_the_shipped_playbooks_have_no_errors() -> None:
    assert answer("playbook", "lint", "--json")["ok"] is True


def test_every_error_of_a_file_is_told_at_once_with_its_place_and_mend(broken: str) -> None:
    told = answer("playbook", "lint", broken, "--json", code=1)
    assert told["ok"] is False
    keys = ["severity", "file", "line", "column", "path", "found", "fix", "code"]
    assert all(list(problem) == keys for problem in told["problems"])
    assert [(problem["line"], problem["severity"]) for problem in told["problems"]] == [
        (3, "error"),
        (4, "error"),
    ]


def test_lint_speaks_to_terminals_and_to_github(broken: str) -> None:
    in_text, for_github = (
        run("playbook", "lint", broken),
        run("playbook", "lint", broken, "--format", "github"),
    )
    assert in_text.returncode == for_github.returncode == 1
    assert in_text.stdout.startswith(f"{broken}:3:1: error: ")
    assert in_text.stdout.endswith("1 file, 2 errors, 0 warnings\n")
    assert all(line.startswith("::error file=") for line in for_github.stdout.splitlines())


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "warned.yaml"
    file.write_text(SMALL.replace("[refund*]", "[refund*, refund*]"), encoding="utf-8")
    told = answer("playbook", "lint", str(file), "--json")
    assert told["ok"] is True
    assert {problem["severity"] for problem in told["problems"]} == {"warning"}
    assert "duplicate-word" in {problem["code"] for problem in told["problems"]}


def test_several_files_are_held_against_each_other(small: str) -> None:
    told = answer("playbook", "lint", small, str(SHIPPED / "default.yaml"), "--json", code=1)
    assert [p["code"] for p in told["problems"] if p["severity"] == "error"] == ["two-for-all"]


@pytest.mark.parametrize(
    "words",
    [
        ("lint", "nowhere.yaml"),
        ("lint", "--format", "xml"),
        ("test", "nowhere.yaml"),
        ("explain",),
        ("explain", "words", "--kind", "letter"),
        ("explain", "words", "--at", "yesterday"),
        ("explain", "words", "--at", "2026-11-23T09:00:00"),
        ("explain", "--jsonl", "nowhere.jsonl"),
    ],
)
def test_wrong_usage_is_two_and_a_clear_line(words: tuple[str, ...]) -> None:
    done = run("playbook", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_lint_of_a_file_needs_no_settings(small: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=many\n", encoding="utf-8")
    done = run("playbook", "lint", small, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_schema_is_the_published_one() -> None:
    assert answer("playbook", "schema") == schema() == json.loads((SHIPPED / "schema.json").read_text())


def test_explain_answers_a_text_and_a_json_object_alike(small: str) -> None:
    at = "2026-11-23T09:30:00+03:00"
    by_options = answer("playbook", "explain", "my refund!", "--playbook", small, "--at", at, "--json")
    post = json.dumps({"text": "my refund!", "at": at})
    assert answer("playbook", "explain", post, "--playbook", small, "--json") == by_options
    assert answer("playbook", "explain", "-", "--playbook", small, "--json", stdin=post) == by_options
    assert by_options["rule"] == {"name": "refund", "file": small, "line": 7}
    assert by_options["priority"] == "high"
    clock = by_options["clocks"][0]
    assert (clock["kind"], clock["due_at"]) == ("first_response", "2026-11-23T06:45:00+00:00")


def test_explain_answers_many_lines_in_one_process(small: str) -> None:
    lines = ['my "refund"', '{"text": "हाय", "lang": "hi"}', '{"text": 7}', ""]
    done = run("playbook", "explain", "--playbook", small, "--jsonl", "-", stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one.get("priority") for one in answers] == ["high", "medium", None, "medium"]
    assert "`text`" in answers[2]["error"]
    assert done.returncode == 1


def test_explain_takes_the_playbook_of_the_account() -> None:
    bank = answer("playbook", "explain", "kartım çalındı", "--playbook", str(SHIPPED), "--json")
    assert bank["playbook"]["name"] == "Default"


def test_explain_reads_well(small: str) -> None:
    words = run("playbook", "explain", "my refund!", "--playbook", small).stdout
    assert "English (en)" in words
    assert "✓ refund   line 7" in words
    assert "high, by the rule “refund”" in words


def test_a_broken_playbook_explains_nothing(broken: str) -> None:
    done = run("playbook", "explain", "words", "--playbook", broken, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{broken}:3:1" in done.stderr


def test_examples_that_fail_are_named(small: str, tmp_path: Path) -> None:
    fine = answer("playbook", "test", small, "--json")
    assert (fine["ok"], fine["passed"], fine["failed"]) == (True, 1, [])
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SMALL.replace("expect: {priority: high}", "expect: {priority: low}"), encoding="utf-8")
    told = answer("playbook", "test", str(wrong), "--json", code=1)
    assert told["failed"] == [
        {
            "rule": "refund",
            "post": "where is my refund",
            "expected": {"priority": "low"},
            "got": {"priority": "high"},
            "file": str(wrong),
            "line": 11,
        }
    ]


def test_a_file_without_examples_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "bare.yaml"
    file.write_text("version: 1\nname: Bare\n", encoding="utf-8")
    done = run("playbook", "test", str(file), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["passed"] == 0
    assert "no example" in done.stderr


def test_the_language_and_the_length_of_texts_are_told_one_by_one_and_in_lines() -> None:
    turkish = {"language": "tr", "sentiment": "angry"}
    assert answer("text", "language", "Rezalet, berbat bir hizmet!", "--json") == turkish
    lines = '{"text": "Rezalet, berbat bir hizmet!"}\nThank you, great service\n'
    told = run("text", "language", "--jsonl", "-", stdin=lines).stdout.splitlines()
    assert [json.loads(line) for line in told] == [turkish, {"language": "en", "sentiment": "positive"}]
    weighed = run("text", "length", "--jsonl", "-", stdin="four\nदो\n").stdout.splitlines()
    assert [json.loads(line)["weighted"] for line in weighed] == [4, 2]
    assert run("text", "length", "").stdout == "0 of 280\n"
    assert run("text", "length").returncode == run("text", "language").returncode == 2


# --- simulate


def test_a_simulated_day_has_the_form_that_tools_rely_on(small: str) -> None:
    words = (
        "playbook",
        "simulate",
        small,
        "--mentions",
        "200",
        "--seed",
        "7",
        "--day",
        "2026-11-23",
        "--json",
    )
    told = answer(*words)
    assert told["mentions"] == 200
    assert set(told["by_priority"]) == {"high", "medium", "low"}
    assert (told["approvals"], told["pings"]) == (0, [])
    assert isinstance(told["breaches"], int)
    assert "second" not in told
    assert answer(*words) == told


def test_two_playbooks_are_held_against_each_other_and_drawn(small: str, tmp_path: Path) -> None:
    picture = tmp_path / "day.png"
    words = (
        "playbook",
        "simulate",
        str(SHIPPED / "default.yaml"),
        small,
        "--mentions",
        "60",
        "--day",
        "2026-11-23",
    )
    told = answer(*words, "--json", "--chart", str(picture))
    assert told["second"]["mentions"] == 60
    assert told["difference"]["judged_differently"] > 20
    assert len(told["difference"]["first"]) == 20
    assert {"step", "at", "target"} <= set(told["pings"][0])
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = run(*words).stdout
    assert "Difference of the second from the first" in table


@pytest.mark.parametrize(
    "words",
    [
        ("--mentions", "0"),
        ("--day", "Monday"),
        ("nowhere.yaml",),
        ("--mentions", "5", "--chart", "/nowhere/day.png"),
    ],
)
def test_what_cannot_be_simulated_is_wrong_usage(words: tuple[str, ...], small: str) -> None:
    done = run("playbook", "simulate", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_desks_own_history_goes_through_a_playbook(small: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mentiondesk.db'}"
    nothing = run("playbook", "simulate", small, "--history", DATABASE_URL=url)
    assert nothing.returncode == 1
    assert "no history yet" in nothing.stderr

    migrate_to_newest(url)
    store = Store(url)
    posts = [make_post(1, text="@sarishop my refund?"), make_post(2, text="@sarishop still nothing")]
    other = make_post(3, text="@sarishop hello", author=RAVI, conversation_id="1990000000000000003")
    store.have_case(*posts, other)
    store.engine.dispose()

    done = run("playbook", "simulate", small, "--history", "--json", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["mentions"], told["by_rule"]) == (2, {"refund": 1, "(otherwise)": 1})
    assert told["seed"] is None


def test_the_installed_command_shares_a_long_day_among_processes(small: str) -> None:
    command = Path(sys.executable).with_name("mentiondesk")
    words = ("playbook", "simulate", small, "--mentions", "4100", "--json")
    done = subprocess.run([command, *words], capture_output=True, encoding="utf-8", check=False, timeout=90)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["mentions"] == 4100
