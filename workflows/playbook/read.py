"""A file becomes a playbook, or every reason why not."""

import hashlib
from collections.abc import Iterator
from itertools import islice

from pydantic import ValidationError

from workflows.domain.playbook import Playbook
from workflows.playbook.build import build
from workflows.playbook.complaints import complaints
from workflows.playbook.models import PlaybookFile
from workflows.playbook.problems import Problem, in_order, path_text
from workflows.playbook.references import Finder, reference_problems
from workflows.playbook.sense import sense_problems, too_many_expressions
from workflows.playbook.strict_yaml import MAX_PROBLEMS, Document, load


def read_playbook(source: bytes | str, file: str) -> tuple[Playbook | None, list[Problem]]:
    """Return the playbook, or None and all that is wrong with it, in the order of the lines; never raises."""
    document, problems = load(source, file)
    if document is None:
        return None, in_order(problems)
    finder = Finder(document, file)
    if too_many := too_many_expressions(finder):
        return None, in_order([*problems, too_many])
    read, refused = _validated(document, file)
    stages = (sense_problems(finder), iter(refused), reference_problems(finder))
    more = _once_each([problem for stage in stages for problem in islice(stage, MAX_PROBLEMS)])
    problems = [*problems, *_untouched(more, document)]
    if problems or read is None:
        return None, in_order(problems)
    return build(read, document, file=file, digest=digest_of(source)), []


def digest_of(source: bytes | str) -> str:
    """Return the version that cases record: a digest of the file's bytes."""
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return hashlib.sha256(raw).hexdigest()[:16]


def _validated(document: Document, file: str) -> tuple[PlaybookFile | None, list[Problem]]:
    try:
        return PlaybookFile.model_validate(document.value), []
    except ValidationError as error:
        return None, list(islice(complaints(error, document, file), MAX_PROBLEMS))


def _once_each(problems: list[Problem]) -> Iterator[Problem]:
    """An empty value is told as empty, and not a second time as a wrong type."""
    empty = {problem.path for problem in problems if problem.code in {"empty", "no-space"}}
    told: set[str] = set()
    for problem in problems:
        if problem.path in empty and problem.code != "missing-key":
            if problem.path in told:
                continue
            told.add(problem.path)
        yield problem


def _untouched(problems: Iterator[Problem], document: Document) -> Iterator[Problem]:
    """Leave out complaints about values that the YAML has spoilt already."""
    spoilt = {path_text(path) for path in document.broken}
    return (p for p in problems if p.path not in spoilt or p.code == "unknown-key")
