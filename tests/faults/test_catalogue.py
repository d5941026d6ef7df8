"""The list of faults names a test for each, and each of these tests is there."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
# What replies that are safe must survive: processes, Redis, Slack, X, people.
OWED = frozenset(
    {f"P{number}" for number in range(2, 6)}
    | {"R9", *(f"S{number}" for number in (*range(9, 14), 17))}
    | {f"X{number}" for number in (4, 5, 6, *range(8, 16), 18, 19, 20, 23, 24)}
    | {"H1", "H2", "H3"}
)


def listed() -> list[tuple[set[str], str]]:
    """The rows of the list: which faults, and `file::test`."""
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "::test_" in line]
    return [(set(row[0].split(", ")), row[-1]) for row in cells]


def there() -> set[str]:
    """Every test beside this file, as `file::test`."""
    return {
        f"{path.name}::{node.name}"
        for path in HERE.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_fault_that_replies_must_survive_has_a_test() -> None:
    assert set().union(*(faults for faults, _ in listed())) >= OWED


def test_every_test_that_the_list_of_faults_names_is_there() -> None:
    assert {test for _, test in listed()} - there() == set()
