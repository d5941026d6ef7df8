"""The JSON Schema of playbooks, for editors.

`python -m workflows.playbook.schema` writes playbooks/schema.json.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from workflows.playbook.models import PlaybookFile


@lru_cache(1)
def schema() -> dict[str, Any]:
    """Return the schema (draft-07), generated from the models; do not change it."""
    made = PlaybookFile.model_json_schema(by_alias=True)
    definitions = made.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **_plain(made),
        "definitions": {name: _plain(part) for name, part in definitions.items()},
    }


def schema_text() -> str:
    """Return the schema as it stands in playbooks/schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _plain(node: Any, *, is_names: bool = False) -> Any:
    """Take pydantic's titles, defaults and nulls out, and write references as draft-07 has them."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    if is_names:
        return {name: _plain(part) for name, part in node.items()}
    kept = {key: value for key, value in node.items() if key not in {"title", "default", "discriminator"}}
    kept = {
        key: value
        if key in {"examples", "enum", "const"}
        else _plain(value, is_names=key in {"properties", "patternProperties"})
        for key, value in kept.items()
    }
    return _without_siblings(_without_null(_with_key_pattern(kept)))


def _with_key_pattern(node: dict[str, Any]) -> dict[str, Any]:
    """Keys that do not fit are wrong, not free: `patternProperties` alone would let them pass."""
    if "patternProperties" not in node:
        return node
    ((pattern, inner),) = node["patternProperties"].items()
    rest = {key: value for key, value in node.items() if key != "patternProperties"}
    return {**rest, "propertyNames": {"pattern": pattern}, "additionalProperties": inner}


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """A key that may be left out may not be empty: `channel: #press` is a comment, not a channel."""
    options = node.get("anyOf") or node.get("oneOf")
    if not isinstance(options, list) or {"type": "null"} not in options:
        return node
    left = [option for option in options if option != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key not in {"anyOf", "oneOf"}}
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}


def _without_siblings(node: dict[str, Any]) -> dict[str, Any]:
    """Beside `$ref` draft-07 sees nothing: the reference goes into an `allOf`."""
    if "$ref" not in node:
        return node
    reference = {"$ref": str(node["$ref"]).replace("#/$defs/", "#/definitions/")}
    rest = {key: value for key, value in node.items() if key != "$ref"}
    return {**rest, "allOf": [reference]} if rest else reference


def part_at(path: tuple[str | int, ...]) -> dict[str, Any]:
    """Return the schema of what may stand at this path; {} where nothing may."""
    part = _followed(schema())
    for step in path:
        if isinstance(step, int):
            inner = part.get("items")
        else:
            inner = part.get("properties", {}).get(step, part.get("additionalProperties"))
        if not isinstance(inner, dict):
            return {}
        part = _followed(inner)
    return part


def _followed(part: dict[str, Any]) -> dict[str, Any]:
    """Resolve references; of several forms take the mapping or list, in which a path can go on."""
    for _ in range(8):
        if "allOf" in part:
            part = {**part["allOf"][0], **{key: value for key, value in part.items() if key != "allOf"}}
        if "$ref" in part:
            target = schema()["definitions"][part["$ref"].rsplit("/", 1)[-1]]
            part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
        forms = part.get("anyOf") or part.get("oneOf") or []
        inner = next((form for form in forms if "$ref" in form or "items" in form), None)
        if inner is None:
            break
        part = {**inner, **{key: value for key, value in part.items() if key not in {"anyOf", "oneOf"}}}
    return part


if __name__ == "__main__":
    (Path(__file__).parents[2] / "playbooks" / "schema.json").write_text(schema_text(), encoding="utf-8")
