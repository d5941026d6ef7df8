"""libyaml's complaints in words of people who write playbooks."""

import yaml

_Words = tuple[str, str, str]

_BY_PROBLEM: tuple[tuple[str, _Words], ...] = (
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
_STARTS = {
    "\t": ("a tab", "indent with spaces, two for each level", "tab"),
    "@": (
        "a text that begins with @",
        'write a Slack user id such as U0ASHA, or put it in quotes: "@…"',
        "at-sign",
    ),
    "`": ("a text that begins with a backtick", "put it in quotes", "quotes"),
    "%": ("a text that begins with %", "put it in quotes; a share is written `75%`", "quotes"),
}
_OTHER = ("something that is not YAML", "compare the lines above with docs/playbooks.md", "syntax")


def explained(error: yaml.MarkedYAMLError, text: str) -> _Words:
    """Return what was found, what to write and a code for what the parser could not read."""
    problem = str(error.problem)
    if "cannot start any token" in problem and error.problem_mark:
        line, column = error.problem_mark.line, error.problem_mark.column
        lines = text.splitlines()
        character = lines[line][column : column + 1] if line < len(lines) else ""
        return _STARTS.get(character, _OTHER)
    for words, answer in _BY_PROBLEM:
        if words in problem:
            return answer
    if "tab" in problem:
        return _STARTS["\t"]
    return _OTHER
