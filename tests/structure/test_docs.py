import re
import tomllib
from pathlib import Path

import pytest

from workflows.settings import Settings

from .modules import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("playbooks/**/*.md")])
VARIABLES = sorted(
    str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()
)

TERMS = [
    *[
        "post",
        "mention",
        "conversation",
        "direct message",
        "case",
        "new",
        "open",
        "waiting",
        "resolved",
        "reopened",
    ],
    *[
        "customer",
        "agent",
        "supervisor",
        "claim",
        "release",
        "assign",
        "take over",
        "assignee",
        "canned reply",
    ],
    *[
        "macro",
        "playbook",
        "triage rule",
        "priority",
        "SLA target",
        "first response",
        "next response",
        "resolution",
    ],
    *[
        "due",
        "breached",
        "paused",
        "escalation policy",
        "ladder",
        "rung",
        "after",
        "reached",
        "acknowledgement",
    ],
    *[
        "Acknowledge",
        "approval",
        "draft",
        "handoff",
        "effect",
        "outbox",
        "delivery",
        "sweep",
        "card",
        "modal",
    ],
    *["notice", "home", "door", "refusal", "conflict", "undeliverable"],
]


@pytest.mark.parametrize("term", TERMS)
def test_the_glossary_says_what_each_word_means(term: str) -> None:
    assert f"**{term}**" in (ROOT / "docs/glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_is_described_for_operators(variable: str) -> None:
    assert f"`{variable}`" in (ROOT / "docs/settings.md").read_text(encoding="utf-8")


def test_the_example_of_an_environment_has_each_variable_once_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^# ?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)) == VARIABLES


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    names = {re.split(r"[^\w-]", line)[0] for lines in lists for line in lines}
    described = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in described) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", text)
    inner = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inner if not (document.parent / target).exists()] == []
