"""The desk's record for other tools: what happened, line by line, and nobody's words."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.store.stores import Store, answered, make_post
from workflows.store.tables import history


def exported(what: str, url: str, *more: str) -> tuple[int, list[dict[str, Any]], str]:
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "slackbot", "export", what, *more],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_history_comes_line_by_line_with_who_when_and_which_text_but_no_words(store: Store) -> None:
    case_id = store.have_case(make_post(1, text="@sarishop kanarienvogel?"))
    store.have_case(make_post(2, conversation_id="2"))
    answered(store, case_id, 5)

    code, lines, said = exported("history", store.url, "--case", str(case_id))

    assert (code, said) == (0, "")
    assert [line["event"] for line in lines] == [
        row.event for row in store.rows(history, history.c.case_id == case_id)
    ]
    submitted = next(line for line in lines if line["event"] == "reply_submitted")
    assert (submitted["actor"], submitted["kind"], submitted["account"]) == ("U0ASHA", "agent", "sarishop")
    assert len(submitted["facts"]["digest"]) == 16
    assert "kanarienvogel" not in json.dumps(lines)
    assert all(line["case"] == str(case_id) and line["at"].endswith("+00:00") for line in lines)


def test_the_cases_come_as_they_stand(store: Store) -> None:
    case_id = store.have_case()
    answered(store, case_id, 5)

    code, (case,), _ = exported("cases", store.url)

    assert code == 0
    assert (case["case"], case["status"], case["actor"]) == (str(case_id), "waiting", "U0ASHA")


def test_without_a_database_one_line_says_so(tmp_path: Path) -> None:
    code, lines, said = exported("history", f"sqlite:///{tmp_path}/none.db")

    assert (code, lines) == (1, [])
    assert said.startswith("there is nothing to export: no database at")
