"""Choose and change the playbook of the sandbox's desk: `/control/playbooks` and `/control/playbook`.

The desk's folder holds one file, which the desk reads again by itself; what ships is only ever copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from sandbox.faults import NotThere

OF_THE_DESK = "desk.yaml"
DEFAULT = "default.yaml"
SHIPPED = Path(__file__).parents[1] / "playbooks"

_ACCOUNTS = re.compile(r"""["']?accounts["']?\s*:""")
_HEAD = re.compile(r"^(?:name|description)[ \t]*:(?:[ \t].*)?(?:\n+[ \t]+.*)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where playbooks lie: those that ship, and the desk's own."""

    shipped: Path
    desk: Path


def add_routes(app: web.Application, folders: Folders | None, changed: Callable[[str], None]) -> None:
    """Add the calls to the app; without folders they list nothing and refuse every change."""

    async def show(request: web.Request) -> web.Response:
        return web.json_response(playbooks_in(folders))

    async def choose(request: web.Request) -> web.Response:
        there, name = _need(folders), (await _body(request)).get("file")
        if name not in [path.name for path in _shipped(there)]:
            raise NotThere(f"no playbook {name} ships")
        put(there.desk, for_any_account(_read(there.shipped / name) or ""))
        changed("playbooks")
        return web.json_response(playbooks_in(there))

    async def edit(request: web.Request) -> web.Response:
        there, text = _need(folders), (await _body(request)).get("text")
        if not isinstance(text, str):
            raise ValueError("text must be the playbook's words")  # noqa: TRY004 - answered as 400
        put(there.desk, text)
        changed("playbooks")
        return web.json_response(playbooks_in(there))

    app.router.add_get("/control/playbooks", show)
    app.router.add_post("/control/playbook", choose)
    app.router.add_post("/control/playbook/text", edit)


def playbooks_in(folders: Folders | None) -> dict[str, Any]:
    """Return what ships, and the desk's own name and text; `chosen` is the file that it is a copy of."""
    if folders is None:
        return {"shipped": [], "chosen": None, "name": None, "text": None}
    text = _read(folders.desk / OF_THE_DESK)
    shipped = [(path.name, _read(path) or "") for path in _shipped(folders)]
    same = [name for name, words in shipped if text == for_any_account(words)]
    return {
        "shipped": [{"file": name, **_head(words, name)} for name, words in shipped],
        "chosen": same[0] if same else None,
        "name": None if text is None else _head(text, OF_THE_DESK)["name"],
        "text": text,
    }


def begin_with_default(folders: Folders) -> None:
    """Give a desk without any playbook the default one, where one ships."""
    folders.desk.mkdir(parents=True, exist_ok=True)
    default = _read(folders.shipped / DEFAULT)
    if default is not None and not any(folders.desk.glob("*.y*ml")):
        put(folders.desk, for_any_account(default))


def put(folder: Path, text: str) -> None:
    """Write the desk's playbook in one step, so that the desk never reads half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{OF_THE_DESK}.new"
    fresh.write_bytes(text.encode())
    fresh.replace(folder / OF_THE_DESK)


def for_any_account(text: str) -> str:
    """Return the playbook without its `accounts`: it is then for whichever account the sandbox has."""
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if _ACCOUNTS.match(line):
            inside = True
        elif inside and (line.startswith((" ", "\t", "- ", "]")) and line.strip()):
            continue
        else:
            inside = inside and (not line.strip() or line.startswith("#"))
            kept.append(line)
    return "".join(kept)


def _shipped(folders: Folders) -> list[Path]:
    found = folders.shipped.glob("*.y*ml") if folders.shipped.is_dir() else iter(())
    return sorted(found, key=lambda path: (path.name != DEFAULT, path.name))


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return None


def _head(text: str, file: str) -> dict[str, str]:
    """Return name and description, whatever else the text holds: it may be long, or half written."""
    told: dict[str, Any] = {}
    for lines in _HEAD.findall(text):
        try:
            told |= yaml.safe_load(lines)
        except yaml.YAMLError:
            continue
    return {
        "name": str(told.get("name") or file),
        "description": " ".join(str(told.get("description") or "").split()),
    }


def _need(folders: Folders | None) -> Folders:
    if folders is None:
        raise ValueError("this server was started without --playbooks, so there is none to change")
    return folders


async def _body(request: web.Request) -> dict[str, Any]:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as 400
    return body
