"""The published schema: true to the reader, complete, and named in the documentation."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.playbook.broken import KINDS
from tests.playbook.full import FULL
from tests.playbook.test_broken import source_and_place
from workflows.playbook.read import shipped_folder
from workflows.playbook.schema import schema, schema_text
from workflows.playbook.strict_yaml import load

DOCS = Path(__file__).parents[2] / "docs" / "playbooks.md"
SHIPPED = sorted(shipped_folder().glob("*.yaml"))

# What a schema cannot see: names that must exist or differ, calendars, sums; and what only YAML itself shows.
BEYOND = {
    "no-such-hours",
    "no-such-team",
    "no-such-rule",
    "duplicate-name",
    "reserved-name",
    "bad-regex",
    "bad-date",
    "bad-time-zone",
    "bad-country",
    "bad-subdivision",
    "bad-bounds",
    "day-twice",
    "overlap",
    "span-too-long",
    "sensitive-label",
    "over-length",
    "control-character",
    "no-such-macro",
    "no-dm-link",
    "too-few-approvers",
}
# The schema sees other kinds of the same code; these it does not.
ALSO_BEYOND = {"a span of no length", "a hashtag of two words", "a time without offset", "open as a bare no"}
SEEN = [
    kind
    for kind in KINDS
    if kind[2]
    and kind[2] not in BEYOND
    and kind[0] not in ALSO_BEYOND
    and not load(source_and_place(kind[1])[0], "f")[1]
]


def errors_of(source: str) -> list[str]:
    document, problems = load(source, "f")
    assert document is not None, problems
    return [error.message for error in Draft7Validator(schema()).iter_errors(document.value)]


def test_the_published_schema_is_that_of_the_reader() -> None:
    published = (shipped_folder() / "schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "run: python -m workflows.playbook.schema"
    Draft7Validator.check_schema(json.loads(published))


@pytest.mark.parametrize("path", SHIPPED, ids=[path.name for path in SHIPPED])
def test_the_shipped_playbooks_fit_the_schema(path: Path) -> None:
    assert errors_of(path.read_text(encoding="utf-8")) == []


def test_a_playbook_with_every_key_fits_the_schema() -> None:
    assert errors_of(FULL) == []


@pytest.mark.parametrize("marked", [kind[1] for kind in SEEN], ids=[kind[0] for kind in SEEN])
def test_an_editor_sees_broken_playbooks_too(marked: str) -> None:
    assert errors_of(source_and_place(marked)[0]) != []


def test_most_kinds_are_seen_by_editors() -> None:
    assert len(SEEN) >= 60


def objects() -> list[tuple[str, dict[str, Any]]]:
    whole = schema()
    return [("playbook", whole), *whole["definitions"].items()]


@pytest.mark.parametrize(("name", "part"), objects(), ids=[name for name, _ in objects()])
def test_every_key_is_described_and_every_mapping_closed(name: str, part: dict[str, Any]) -> None:
    assert part["additionalProperties"] is False
    assert part["description"]
    for key, inner in part["properties"].items():
        assert inner.get("description"), f"{name}.{key}"


def test_every_example_of_the_schema_fits_it() -> None:
    for _, part in objects():
        for key, inner in part["properties"].items():
            validator = Draft7Validator({**inner, "definitions": schema()["definitions"]})
            for example in inner.get("examples", []):
                assert list(validator.iter_errors(example)) == [], (key, example)


def test_every_key_is_named_in_the_documentation() -> None:
    code = re.findall(r"```.*?```|`[^`\n]+`", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    written = set(re.findall(r"\w+", " ".join(code)))
    keys = {key for _, part in objects() for key in part["properties"]}
    assert keys - written == set()


def test_every_key_of_the_documentations_examples_is_known() -> None:
    parts = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1:]
    for block in (part.split("```")[0] for part in parts):
        values = {"version": 1, "name": "x"} | yaml.load(block, yaml.BaseLoader)
        unknown = set(values) - set(schema()["properties"])
        assert unknown == set()
