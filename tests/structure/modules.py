"""What counts as a module of ours, and how many there are."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("slackbot", "workflows", "sandbox")
MOST = 195
"""More modules than this and nobody finds their way; the count leaves out tests, migrations and bench."""


def modules() -> list[Path]:
    """Return the modules of the product, as paths from the root; migrations are exempt."""
    found = (path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if not {"migrations", "node_modules"} & set(path.parts))


def holds_code(path: Path) -> bool:
    """Tell whether a module does anything: an `__init__.py` with a docstring at most does not."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    return path.name != "__init__.py" or len(body) > (ast.get_docstring(ast.Module(body, [])) is not None)


def main() -> int:
    """Print the count; fail if it is over the limit."""
    count = sum(map(holds_code, modules()))
    print(f"{count} modules of {MOST} at most")  # noqa: T201  # the answer is what it is for
    return int(count > MOST)


if __name__ == "__main__":
    sys.exit(main())
