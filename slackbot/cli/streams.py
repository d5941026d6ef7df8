"""What commands read and say: UTF-8 whatever the terminal is set to, and errors in one line."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import typer

from workflows.errors import DeskError

FINE, NOT_SO, WRONG_USAGE = 0, 1, 2

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@contextmanager
def plainly() -> Iterator[None]:
    """Say what is wrong in one line instead of a traceback."""
    try:
        yield
    except DeskError as error:
        from workflows.playbook.given import WrongUsage  # noqa: PLC0415

        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE if isinstance(error, WrongUsage) else NOT_SO) from error


def tell(words: str) -> None:
    """Print a text and a new line."""
    typer.echo(words.encode("utf-8", "replace"))


def tell_json(value: Any, *, indent: int | None = None) -> None:
    """Print a JSON value."""
    tell(json.dumps(value, ensure_ascii=False, indent=indent))


def read_text(argument: str | None) -> str:
    """Return the text of an argument; - stands for standard input.

    Raises WrongUsage when there is none.
    """
    if argument is None:
        from workflows.playbook.given import WrongUsage  # noqa: PLC0415

        raise WrongUsage('write the words, as in "I paid twice", or - to read them, or --jsonl FILE')
    if argument != "-":
        return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return sys.stdin.buffer.read().decode("utf-8-sig", "replace").removesuffix("\n").removesuffix("\r")


def answer_lines(name: str, answer: Answer) -> int:
    """Answer each line of a file (- is standard input) with one JSON object, and return the exit code.

    A line that is a JSON object is taken as such, any other as `{"text": line}`. What cannot be answered
    is answered with `{"error": why}`.
    """
    from workflows.playbook.given import WrongUsage, object_in  # noqa: PLC0415

    code = FINE
    for line in _lines(name):
        try:
            given = object_in(line)
            tell_json(answer({"text": line} if given is None else given))
        except WrongUsage as error:
            tell_json({"error": str(error)})
            code = NOT_SO
    return code


def _lines(name: str) -> Iterator[str]:
    from workflows.playbook.given import WrongUsage  # noqa: PLC0415

    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            for number, raw in enumerate(file):
                line = raw.decode("utf-8-sig" if number == 0 else "utf-8", "replace")
                yield line.rstrip("\r\n")
    except OSError as error:
        raise WrongUsage(f"{name}: the file cannot be read ({error.strerror})") from error
