"""YAML's traps: what is refused, what stays text, and that refusing is cheap."""

import time
import tracemalloc

import pytest
import yaml

from workflows.playbook import strict_yaml
from workflows.playbook.strict_yaml import load

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "written",
    [
        "18:00",
        "NO",
        "on",
        "yes",
        "off",
        "y",
        "0123",
        "1_000",
        "2026-12-24",
        "0x1F",
        "0o17",
        ".inf",
        ".nan",
        "1e5",
        "+",
        "12:30:45",
        "=",
        "9" * 30,
    ],
)
def test_what_only_looks_like_a_value_stays_text(written: str) -> None:
    document, problems = load(f"key: {written}\n", "f")
    assert problems == []
    assert document is not None
    assert document.value == {"key": written}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("15", 15),
        ("-3", -3),
        ("0.75", 0.75),
        ('"15"', "15"),
        ("'true'", "true"),
        ('""', ""),
        ("0", 0),
    ],
)
def test_the_few_values_of_yaml_1_2_are_values(written: str, value: object) -> None:
    document, problems = load(f"key: {written}\n", "f")
    assert problems == []
    assert document is not None
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


def test_every_value_and_key_knows_its_place() -> None:
    document, _ = load("a: 1\nb:\n  - c: [x, y]\n    हिन्दी: z\n", "f")
    assert document is not None
    assert document.place(("b", 0, "c", 1)) == (3, 12)
    assert document.place(("b", 0, "c"), of_key=True) == (3, 5)
    assert document.place(("b", 0, "हिन्दी")) == (4, 13)  # characters are counted, not bytes
    assert document.place(("b", 0, "missing")) == (3, 5)
    assert document.place(("missing",)) == (1, 1)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, strict_yaml._LOADER], ids=["python", "libyaml"])
def test_both_of_yamls_parsers_read_alike(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_LOADER", loader)
    document, problems = load("a: 1\na: 2\nb: [*x, !t y, {c: &d e}]\nf: on\n<<: {}\n", "f")
    assert document is not None
    assert document.value == {"a": 1, "b": [None, "y", {"c": "e"}], "f": "on"}
    assert [(p.line, p.column, p.code) for p in problems] == [
        (2, 1, "duplicate-key"),
        (3, 5, "alias"),
        (3, 9, "tag"),
        (3, 19, "anchor"),
        (5, 1, "merge-key"),
    ]


def test_a_byte_order_mark_and_the_ends_of_lines_of_windows_do_no_harm() -> None:
    document, problems = load(b"\xef\xbb\xbfversion: 1\r\nname: x\r\n", "f")
    assert problems == []
    assert document is not None
    assert document.value == {"version": 1, "name": "x"}


@pytest.mark.parametrize(
    ("source", "line", "code"),
    [
        (b"a: 1\nb: \xff\n", 2, "not-utf8"),
        ("a: 1\n".encode("utf-16"), 1, "not-utf8"),
        ("a: \ud800", 1, "not-utf8"),
        (b"a: 1\n\nb: \x00\n", 3, "control-character"),
        ("a: \x85b\x1b", 1, "control-character"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(source: bytes | str, line: int, code: str) -> None:
    document, problems = load(source, "f")
    assert document is None
    assert [(problem.line, problem.code) for problem in problems] == [(line, code)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (BOMB, "alias"),
        (b"x" * 10_000_000, "too-big"),
        ("a: b\n" * 2_000_000, "too-big"),
        ("a: " + "[" * 3000, "too-deep"),
        ("a: " + "{a: " * 3000, "too-deep"),
        ("- " * 3000, "too-deep"),
        ("a: [" + "[" * 200_000, "too-deep"),
        ("? " * 3000, "bad-key"),
        ("".join(f"{' ' * n}a:\n" for n in range(600)), "too-deep"),
        ("a: 1\n" * 50_000, "duplicate-key"),
        ("a: [" + "*b, " * 60_000 + "c]", "alias"),
        ('a: "' + "\\x41" * 60_000 + '"', None),
        ("a: [" + "x," * 120_000 + "x]", "too-many"),
    ],
    ids=range(13),
)
def test_hostile_files_are_refused_at_once_and_in_little_memory(
    source: bytes | str, code: str | None
) -> None:
    began = time.process_time()
    load(source, "f")
    assert time.process_time() - began < 1

    tracemalloc.start()
    _, problems = load(source, "f")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (problems[-1].code if problems else None) == code
    assert peak < 50_000_000
