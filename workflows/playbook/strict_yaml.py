"""YAML without its traps: plain values with their places, or the reasons why not.

Values are built from the parser's events, one after the other: nothing recurses, an alias is seen before
anything is copied, and the first of too many levels ends the reading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflows.playbook.problems import Problem, path_text, safe

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_VALUES = 40_000  # a playbook of 300 rules has some 15,000
MAX_PROBLEMS = 200  # nobody reads more

Path = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is 12 times faster
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?([0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40})([eE][-+]?[0-9]{1,2})?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values and where each stands.

    values  by path, where the value begins; keys  by path, where its key does.
    broken  paths whose value could not be taken (an alias, a tag): no further complaint about those.
    empty   paths with nothing after the colon or the dash.
    """

    value: dict[str, Any]
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)
    broken: frozenset[Path] = frozenset()
    empty: frozenset[Path] = frozenset()

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Return where this value (or its key) stands; of what is not there, where its parent does."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))


def load(source: bytes | str, file: str) -> tuple[Document | None, list[Problem]]:
    """Return the file's values with their places, and every problem of its YAML; never raises.

    The document is None when nothing can be said about what the file holds.
    """
    text, problem = _text_of(source, file)
    if problem:
        return None, [problem]
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _Enough:
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found, fix, code = _explained(error, text)
        remark = _remark_before(text, place[0])
        if remark:
            place, found, code = remark, "a # after a colon, which begins a remark", "remark"
            fix = 'put the name in quotes, as in "#press"'
        return None, [*builder.problems, Problem("error", file, *place, "", found, fix, code)]
    except yaml.YAMLError:
        return None, [
            _whole(file, "something that is not YAML", "write it as in docs/playbooks.md", "syntax")
        ]
    return builder.finish()


_REMARK = re.compile(r"""^[^"'#]*:\s+(#)[\w-]""")


def _remark_before(text: str, line: int) -> Place | None:
    """Return where a channel's name without quotes ate the rest of its line, here or just above."""
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(0, line - 3), -1):
        found = _REMARK.match(lines[number - 1])
        if found:
            return number, found.start(1) + 1
    return None


def _text_of(source: bytes | str, file: str) -> tuple[str, Problem | None]:
    if len(source) > MAX_BYTES:
        fix = f"keep a playbook below {MAX_BYTES // 1024} kB, and give another account a file of its own"
        return "", _whole(file, f"a file of {len(source) // 1024} kB", fix, "too-big")
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        fix = "save the file as UTF-8, which every editor offers under “Save with encoding”"
        found = f"the byte 0x{raw[error.start]:02x}, which is not UTF-8"
        return "", Problem("error", file, line, 1, "", found, fix, "not-utf8")
    if bad := _CONTROL.search(text):
        before = text[: bad.start()]
        place = (before.count("\n") + 1, bad.start() - before.rfind("\n"))
        found = f"the control character U+{ord(bad[0]):04X}"
        return "", Problem("error", file, *place, "", found, "delete this character", "control-character")
    return text, None


def _whole(file: str, found: str, fix: str, code: str) -> Problem:
    return Problem("error", file, 1, 1, "", found, fix, code)


class _Enough(Exception):
    """What follows cannot be understood."""


@dataclass(slots=True)
class _Frame:
    """A mapping or list whose end has not come yet; `key` waits for its value, which may be for nothing."""

    into: Any
    path: Path
    key: str | None = None
    is_dropped: bool = False


class _Builder:
    """Builds values from events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.broken: set[Path] = set()
        self.empty: set[Path] = set()
        self.root: Any = None
        self.documents = 0
        self.frames: list[_Frame] = []

    def take(self, event: Any) -> None:
        """Work one event in."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.frames.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event)

    def finish(self) -> tuple[Document | None, list[Problem]]:
        """Return what was built."""
        if not self.documents or (self.root is None and () not in self.broken):
            fix = "write at least two lines: `version: 1` and `name: My shop`"
            return None, [*self.problems, _whole(self.file, "an empty file", fix, "empty-file")]
        if not isinstance(self.root, dict):
            fix = "begin with keys at the left margin, as in `version: 1`"
            found = "a list" if isinstance(self.root, list) else "a text without any key"
            return None, [*self.problems, _whole(self.file, found, fix, "not-a-mapping")]
        document = Document(
            self.root, self.values, self.keys, frozenset(self.broken), frozenset(self.empty - self.broken)
        )
        return document, self.problems

    def _start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            fix = "keep one playbook in a file: take out the line `---` or move what follows to another file"
            self._complain(event, "a second document", fix, "several-documents")
            raise _Enough

    def _take_node(self, event: Any) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.into, dict) and frame.key is None:
            self._take_key(frame, event)
            return
        path = self._path_of_next(frame)
        if len(self.values) >= MAX_VALUES:
            fix = "shorten the lists, or give another account a file of its own"
            self._complain(event, f"more than {MAX_VALUES} values", fix, "too-many")
            raise _Enough
        self.values.setdefault(path, _place(event))
        value = self._value(event, path)
        self._put(frame, value)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self.frames) >= MAX_DEPTH:
                fix = f"nest at most {MAX_DEPTH} levels; a bracket is probably not closed"
                self._complain(event, f"more than {MAX_DEPTH} levels", fix, "too-deep")
                raise _Enough
            self.frames.append(_Frame(value, path))

    @staticmethod
    def _path_of_next(frame: _Frame | None) -> Path:
        if frame is None:
            return ()
        return (*frame.path, len(frame.into) if isinstance(frame.into, list) else frame.key or "")

    def _put(self, frame: _Frame | None, value: Any) -> None:
        if frame is None:
            self.root = value
        elif isinstance(frame.into, list):
            frame.into.append(value)
        else:
            if not frame.is_dropped:
                frame.into[frame.key] = value
            frame.key, frame.is_dropped = None, False

    def _take_key(self, frame: _Frame, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            fix = "write a word before the colon, and put a text that holds { or [ in quotes"
            self._complain(event, "a key that is not a word", fix, "bad-key")
            raise _Enough
        self._refuse_marks(event, frame.path)
        key = event.value
        path = (*frame.path, key)
        frame.key, frame.is_dropped = key, self._refuse_key(frame, event, path)
        self.keys.setdefault(path, _place(event))

    def _refuse_key(self, frame: _Frame, event: Any, path: Path) -> bool:
        key, is_plain = event.value, event.implicit[0]
        if key in frame.into:
            fix = f"keep one of the two: the first stands on line {self.keys[path][0]}"
            self._complain(event, f"the key `{safe(key)}` a second time", fix, "duplicate-key", path)
        elif is_plain and not isinstance(resolved(key), str):
            fix = f'put the key in quotes if it is meant: "{safe(key)}"'
            self._complain(event, f"the key `{safe(key)}`, which is not a word", fix, "bad-key", path)
        elif is_plain and key == "<<":
            fix = "write the keys out in each place"
            self._complain(event, "a merge key `<<`", fix, "merge-key", path)
        else:
            return False
        return True

    def _value(self, event: Any, path: Path) -> Any:
        if self._refuse_marks(event, path):
            self.broken.add(path)
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        if isinstance(event, yaml.ScalarEvent):
            value = resolved(event.value) if event.implicit[0] else event.value
            if value is None and not any(frame.is_dropped for frame in self.frames):
                self.empty.add(path)
            return value
        return None

    def _refuse_marks(self, event: Any, path: Path) -> bool:
        if isinstance(event, yaml.AliasEvent):
            fix = (
                f'write the value out; a text that begins with * goes in quotes: "*{safe(str(event.anchor))}"'
            )
            self._complain(event, f"the alias `*{safe(str(event.anchor))}`", fix, "alias", path)
        elif event.anchor is not None:
            fix = f'take it out; a text that begins with & goes in quotes: "&{safe(str(event.anchor))}"'
            self._complain(event, f"the anchor `&{safe(str(event.anchor))}`", fix, "anchor", path)
        elif event.tag is not None:
            fix = "take the tag out; a text that begins with ! goes in quotes"
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._complain(event, f"the tag `{safe(tag)}`", fix, "tag", path)
        else:
            return False
        return True

    def _complain(self, event: Any, found: str, fix: str, code: str, path: Path = ()) -> None:
        path = path or (self.frames[-1].path if self.frames else ())
        self.problems.append(Problem("error", self.file, *_place(event), path_text(path), found, fix, code))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Enough


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def resolved(text: str) -> object:
    """Return what a plain scalar means: true, false, null, a number, by YAML 1.2; else text."""
    if text in _NOTHING:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


# libyaml's complaints in words of people who write playbooks.
_Explained = tuple[str, str, str]

_BY_PROBLEM: tuple[tuple[str, _Explained], ...] = (
    (
        "mapping values are not allowed",
        (
            "a colon where none can stand",
            'put a text that holds ": " in quotes, and begin keys of one mapping in the same column',
            "colon",
        ),
    ),
    (
        "expected ':'",
        ("a line without a colon", "write `key: value`, with a space after the colon", "no-colon"),
    ),
    ("expected ',' or ']'", ("a list that is not closed", "close the list with `]`", "not-closed")),
    ("expected ',' or '}'", ("a mapping that is not closed", "close the mapping with `}`", "not-closed")),
    ("unexpected end of stream", ("a quote that is not closed", "close the quote", "not-closed")),
    ("unexpected document indicator", ("a quote that is not closed", "close the quote", "not-closed")),
    (
        "expected '-' indicator",
        (
            "a line that is not part of the list above it",
            "begin each entry with `- ` in the same column",
            "indent",
        ),
    ),
    (
        "block sequence entries are not allowed",
        (
            "a dash where no list can begin",
            "begin the list on a line of its own, or put the text in quotes",
            "indent",
        ),
    ),
    (
        "unknown escape character",
        ("a backslash in double quotes", r"use single quotes around expressions, as in '\d+'", "escape"),
    ),
    (
        "hexdecimal",
        ("a backslash in double quotes", r"use single quotes around expressions, as in '\d+'", "escape"),
    ),
    (
        "alphabetic or numeric character",
        (
            "a * or & that begins a text",
            'put it in quotes; a * stands at the end of a word, as in "refund*"',
            "alias",
        ),
    ),
    (
        "expected key",
        (
            "a line that begins in a column where no key is expected",
            "begin all keys of one mapping in the same column, and let nothing follow a closing quote",
            "indent",
        ),
    ),
    (
        "expected <document start>",
        (
            "text after the end of the mapping",
            "begin keys at the left margin, and let nothing follow a closing bracket or quote",
            "indent",
        ),
    ),
    ("nesting", ("more than 20 levels", "a bracket is probably not closed", "too-deep")),
)
_BY_START = {
    "\t": ("a tab", "indent with spaces, two for each level", "tab"),
    "@": (
        "a text that begins with @",
        'write a Slack user id such as U0ASHA, or put it in quotes: "@…"',
        "at-sign",
    ),
    "`": ("a text that begins with a backtick", "put it in quotes", "quotes"),
    "%": ("a text that begins with %", "put it in quotes; a share is written `75%`", "quotes"),
}
_OTHERWISE = ("something that is not YAML", "compare the lines above with docs/playbooks.md", "syntax")


def _explained(error: yaml.MarkedYAMLError, text: str) -> _Explained:
    """Return what was found, what to write and a code for what the parser could not read."""
    problem = str(error.problem)
    if "cannot start any token" in problem and error.problem_mark:
        line, column = error.problem_mark.line, error.problem_mark.column
        lines = text.splitlines()
        character = lines[line][column : column + 1] if line < len(lines) else ""
        return _BY_START.get(character, _OTHERWISE)
    for words, answer in _BY_PROBLEM:
        if words in problem:
            return answer
    if "tab" in problem:
        return _BY_START["\t"]
    return _OTHERWISE
