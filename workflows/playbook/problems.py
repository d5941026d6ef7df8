"""What is wrong in a playbook: where, what stands there, what to write instead."""

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]

_CLIP = 60
# Words that YAML 1.1 took for true and false, and people still do.
YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_JOINERS = "\u200c\u200d"  # Indic and Persian words hold these


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    line, column  start at 1.
    path          as in `triage.rule_sets[0].rules[2].when.regex[0]`; "" is the whole file.
    found         what stands there, clipped and without control characters.
    fix           what to write instead, one sentence.
    code          a stable word for machines and tests.
    """

    severity: Severity
    file: str
    line: int
    column: int
    path: str
    found: str
    fix: str
    code: str


def safe(text: str, limit: int = _CLIP) -> str:
    """Return the text on one line, without control and direction characters, clipped."""
    clean = "".join(c if c.isprintable() or c in _JOINERS else "\ufffd" for c in text[: limit + 1])
    return clean[:limit] + "…" if len(clean) > limit else clean


def shown(value: object) -> str:
    """Return how a value of the file is named in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {safe(str(value))}"
    if isinstance(value, str):
        return f'the text "{safe(value)}"' if value else "an empty text"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a mapping" if value else "an empty mapping"


def path_text(path: Iterable[str | int]) -> str:
    """Return a path as people read it: `hours.desk.days.mon[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{safe(part)}" if text else safe(part)
    return text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant; None when none is near."""
    by_fold = {name.casefold(): name for name in known}
    wanted = word[:100].casefold()
    close = difflib.get_close_matches(wanted, by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean x? " or nothing: the beginning of a fix."""
    near = nearest(word, known)
    return f"did you mean `{near}`? " if near else ""


def one_of(words: Iterable[str]) -> str:
    """Return "`a`, `b` or `c`"."""
    quoted = [f"`{word}`" for word in words]
    return "".join(quoted) if len(quoted) < 2 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems by their place, each once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.severity, p.code))


def as_json(problem: Problem) -> dict[str, object]:
    """Return the form of `playbook lint --json`."""
    return asdict(problem)


def as_text(problem: Problem) -> str:
    """Return one line for a terminal, in the form that editors make a link of."""
    where = f"{problem.file}:{problem.line}:{problem.column}"
    path = f"{problem.path}: " if problem.path else ""
    return f"{where}: {problem.severity}: {path}found {problem.found}; {problem.fix} [{problem.code}]"


def as_github(problem: Problem) -> str:
    """Return a workflow command, so that GitHub shows the problem beside its line."""
    place = f"file={_property(problem.file)},line={problem.line},col={problem.column}"
    path = f"{problem.path}: " if problem.path else ""
    words = _message(f"{path}found {problem.found}; {problem.fix}")
    return f"::{problem.severity} {place},title={_property(problem.code)}::{words}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
