"""`mentiondesk text tone`: what it reads, prints and returns."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from slackbot.cli.text import text


def _run(*words: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(text, ["tone", *words], input=given)
    return result.exit_code, result.stdout


def _judge(**draft: Any) -> dict[str, Any]:
    code, printed = _run("--jsonl", "-", given=json.dumps(draft))
    assert code == 0
    answer: dict[str, Any] = json.loads(printed)
    return answer


def test_each_finding_has_its_code_its_place_and_a_sentence() -> None:
    code, printed = _run("--json", "You should have read it.")

    assert code == 1
    assert json.loads(printed) == {
        "verdict": "approval",
        "findings": [
            {
                "code": "blame",
                "start": 0,
                "end": 20,
                "why": "“You should have read” blames the customer: "
                "say what happened, without whose fault it was.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ("Done today by 5 pm.", 0),
        ("As we already told you, no.", 0),
        ("It's your fault.", 1),
        ("Oh shit.", 1),
    ],
)
def test_what_may_be_sent_at_once_is_fine(draft: str, code: int) -> None:
    assert _run(draft)[0] == code


def test_the_customers_words_tell_that_they_are_angry_unless_it_is_given() -> None:
    draft = {"text": "It comes tomorrow at 10.", "customer_text": "Worst company ever, you thieves!!!"}

    assert [finding["code"] for finding in _judge(**draft)["findings"]] == ["no_empathy"]
    assert _judge(**draft, angry=False)["findings"] == []


def test_names_are_asked_for_by_playbooks_that_want_them(tmp_path: Path) -> None:
    file = tmp_path / "strict.yaml"
    file.write_text(
        "version: 1\nname: Strict\ntone: {verdicts: {no_name: warn, blame: note}}\n", encoding="utf-8"
    )
    draft = json.dumps({"text": "It's your fault.", "customer": "Asha"})

    code, printed = _run("--playbook", str(file), "--jsonl", "-", given=draft)

    found = json.loads(printed)
    assert (code, found["verdict"]) == (0, "warn")
    assert {finding["code"] for finding in found["findings"]} == {"no_name", "blame"}
    assert {finding["code"] for finding in _judge(**json.loads(draft))["findings"]} == {"blame"}


def test_what_is_no_text_is_answered_with_what_is_wrong() -> None:
    code, printed = _run("--jsonl", "-", given='{"text": "Hi", "customer": 5}')

    assert code == 1
    assert "customer" in json.loads(printed)["error"]
