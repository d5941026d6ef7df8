import ast
import contextlib
import re
import subprocess
from pathlib import Path

import pytest

from .modules import MOST, ROOT, holds_code, modules

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40
SAYS_NOTHING = {"utils", "helpers", "manager", "base", "common", "data", "info"}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_module_is_too_long_to_read_in_one_go() -> None:
    lines = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = [(path, function) for path in modules() for function in functions(path)]
    long = [f"{path}:{f.lineno} {f.name}" for path, f in found if length(f) > MOST_LINES_OF_A_FUNCTION]
    assert long == []


def test_every_module_is_named_for_what_is_in_it() -> None:
    names = [part.removesuffix(".py") for path in modules() for part in path.parts]
    assert SAYS_NOTHING & set(names) == set()


def test_there_are_few_enough_modules_to_know() -> None:
    assert sum(map(holds_code, modules())) <= MOST


def texts() -> list[tuple[str, str]]:
    """Return name and text of every file that a clone has or will have."""
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this tree is no git clone")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        with contextlib.suppress(UnicodeDecodeError, FileNotFoundError):  # a picture; a file just removed
            found.append((name, (ROOT / name).read_text(encoding="utf-8")))
    return found


# Written so that this file does not match itself.
HOSTS = r"pyp[i]\.org|python[h]osted|npm[j]s|\bregistr[y]\.[\w-]+\.[a-z]{2,}"
PLACES = r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/"


@pytest.mark.parametrize("pattern", [HOSTS, PLACES], ids=["package hosts", "places of one machine"])
def test_no_file_names(pattern: str) -> None:
    found = {name: match.group() for name, text in texts() if (match := re.search(pattern, text))}
    assert found == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = re.findall(r"^[\w.\[\]-]+==", text, re.MULTILINE)
    assert len(pinned) > 20
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text


def test_the_lock_for_work_pins_what_the_lock_for_use_pins() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([^\s#]+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
