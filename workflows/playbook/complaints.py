"""What pydantic refuses, in plain sentences with their place in the file."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflows.playbook.models import LATER
from workflows.playbook.problems import YES_NO, Problem, did_you_mean, one_of, path_text, safe, shown
from workflows.playbook.schema import part_at
from workflows.playbook.strict_yaml import Document, Path

_Words = tuple[str, str, str]  # found, fix, code
_NOTHING = object()


# What people write who know other tools.
_OTHER_WORDS = {
    "text": "words",
    "keywords": "words",
    "contains": "words",
    "min": "at_least",
    "max": "at_most",
    "mood": "sentiment",
    "if": "when",
    "conditions": "when",
    "actions": "then",
    "set": "then",
    "notify": "ping",
    "who": "ping",
    "to": "ping",
    "message": "text",
    "sla": "priorities",
    "targets": "priorities",
    "routes": "routing",
    "timezone": "time_zone",
    "tz": "time_zone",
    "users": "members",
    "title": "name",
    "tweet": "post",
    "rules": "rule_sets",
    "canned_replies": "macros",
    "templates": "macros",
    "wordings": "text",
    "reviewers": "approvers",
    "timeout": "within",
    "deadline": "within",
    "escalate_to": "then",
    "footer": "signature",
    "invitation": "invite",
    "reminder": "nudge",
}


def complaints(error: ValidationError, document: Document, file: str) -> Iterator[Problem]:
    """Yield a problem for each thing that pydantic refused."""
    for detail in error.errors(include_url=False):
        path, is_key = _path_of(detail["loc"], document.value)
        kind = detail["type"]
        if kind == "missing":
            words = _missing(path, str(detail["loc"][-1]))
        elif kind == "extra_forbidden":
            words, is_key = _unknown(path), True
        else:
            words = _wrong(detail, path)
        found, fix, code = words
        line, column = document.place(path, of_key=is_key)
        yield Problem("error", file, line, column, path_text(path), found, fix, code)


def _path_of(loc: tuple[int | str, ...], root: Any) -> tuple[Path, bool]:
    """Return the place in the file; pydantic's names for the forms of a value are left out."""
    path: list[str | int] = []
    node: Any = root
    is_key = False
    for part in loc:
        inner = _part_of(node, part)
        if inner is _NOTHING:
            is_key = is_key or part == "[key]"
            continue
        node = inner
        path.append(part)
    return tuple(path), is_key


def _part_of(node: Any, part: int | str) -> Any:
    if isinstance(node, dict):
        return node.get(part, _NOTHING)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else _NOTHING


def _missing(path: Path, key: str) -> _Words:
    examples = part_at((*path, key)).get("examples") or ["…"]
    return f"no key `{key}`", f"write `{key}: {written(examples[0])}`", "missing-key"


def _unknown(path: Path) -> _Words:
    *parents, key = path
    found = f"the unknown key `{safe(str(key))}`"
    if not parents and key in LATER:
        return f"the section `{key}`", "it comes with a later version; take it out for now", "not-yet"
    properties = part_at(tuple(parents)).get("properties", {})
    for name in properties:
        if key in part_at((*parents, name)).get("properties", {}):
            return found, f"write it under `{name}`, as in `{name}: {{{key}: …}}`", "unknown-key"
    other = _OTHER_WORDS.get(str(key).casefold(), "")
    hint = f"did you mean `{other}`? " if other in properties else did_you_mean(str(key), properties)
    choice = f"write {one_of(properties)}, or take it out" if properties else "take it out"
    fix = f"{hint}{choice}"
    return found, fix, "unknown-key"


def _wrong(detail: ErrorDetails, path: Path) -> _Words:
    context = detail.get("ctx") or {}
    kind, value = detail["type"], detail["input"]
    if "fix" in context:
        return str(context["found"]), str(context["fix"]), kind
    if kind in {"too_short", "string_too_short"}:
        return shown(value), f"write at least one, as in `{_example(path)}`, or take the key out", "empty"
    if kind == "too_long":
        most = context["max_length"]
        return (
            f"{context['actual_length']} entries",
            f"write at most {most}, and the rest elsewhere",
            "too-many",
        )
    if kind in {"greater_than_equal", "less_than_equal"}:
        sign = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return shown(value), f"write a whole number of {sign}", "out-of-range"
    return shown(value), _fix_of_type(kind, value, path), "wrong-type"


def _fix_of_type(kind: str, value: Any, path: Path) -> str:
    if kind == "bool_type":
        meant = YES_NO.get(value.casefold()) if isinstance(value, str) else None
        return f"write `{meant}`: only true and false are yes and no" if meant else "write `true` or `false`"
    if kind == "int_type":
        return (
            f"write a whole number in digits and without quotes, as in `{_number(value) or _example(path)}`"
        )
    if kind == "list_type":
        return _fix_of_list(value, path)
    example = _example(path)
    return f"write keys and values, as in `{example}`" if "_type" in kind else f"write it as in `{example}`"


def _fix_of_list(value: Any, path: Path) -> str:
    if path[-2:-1] == ("days",) and str(value).casefold() in {"closed", "off", "none", "no", "false"}:
        return "leave the day out: a day that is not named is closed"
    if not isinstance(value, str | int) or isinstance(value, bool):
        return f"write a list, as in `{_example(path)}`"
    entries = [part.strip() for part in str(value).split(",")] if isinstance(value, str) else [value]
    return f"write a list, as in `{written([entry for entry in entries if entry][:5] or [value])}`"


def _number(value: Any) -> str:
    digits = "".join(c for c in value if c.isascii() and c.isdigit()) if isinstance(value, str) else ""
    return digits[:12]


def _example(path: Path) -> str:
    part = part_at(path)
    examples = part.get("examples")
    if examples:
        return written(examples[0])
    inner = part.get("items")
    return f"[{_example((*path, 0))}]" if isinstance(inner, dict) else "…"


def written(value: Any) -> str:
    """Return a value as it would stand in a playbook."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        is_plain = value and value[0].isalnum() and not set(value) & set(":#,[]{}\"'*&!|>%@`?…")
        return safe(value) if is_plain or value.endswith("%") else json.dumps(safe(value), ensure_ascii=False)
    return json.dumps(value)
