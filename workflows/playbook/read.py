"""A file, or all files of a folder, become playbooks, or every reason why not."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from workflows.domain.playbook import Playbook
from workflows.playbook.build import build
from workflows.playbook.checks import Finder, reference_problems, sense_problems, too_many_expressions
from workflows.playbook.complaints import complaints
from workflows.playbook.given import WrongUsage
from workflows.playbook.lint import lint
from workflows.playbook.models import PlaybookFile
from workflows.playbook.problems import Problem, in_order, path_text, safe
from workflows.playbook.reply_checks import reply_problems
from workflows.playbook.strict_yaml import MAX_BYTES, MAX_PROBLEMS, Document, load

BUILT_IN = Playbook(name="Built-in")
_ENDINGS = {".yaml", ".yml"}


def read_playbook(source: bytes | str, file: str) -> tuple[Playbook | None, list[Problem]]:
    """Return the playbook, or None and all that is wrong with it, in the order of the lines; never raises."""
    document, problems = load(source, file)
    if document is None:
        return None, in_order(problems)
    finder = Finder(document, file)
    if too_many := too_many_expressions(finder):
        return None, in_order([*problems, too_many])
    read, refused = _validated(document, file)
    stages = (sense_problems(finder), iter(refused), reference_problems(finder), reply_problems(finder))
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


def shipped_folder() -> Path:
    """Return the folder of the playbooks that come with the desk."""
    return Path(__file__).parents[2] / "playbooks"


def read_folder(folder: Path) -> "Looked":
    """Return the playbooks that are right, by file name, with their texts, and the errors of all files.

    Files that contradict each other (two for all accounts, one account in two, one name twice) are
    returned nonetheless: whether to use them is for the caller, who sees the problems.
    """
    playbooks: list[Playbook] = []
    problems: list[Problem] = []
    sources: dict[str, bytes] = {}
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                source = file.read(MAX_BYTES + 1)
        except OSError as error:
            fix = "let the desk's user read it, or take it out of the folder"
            reason = safe(error.strerror or "an error")
            problems.append(
                Problem(
                    "error", str(path), 1, 1, "", f"a file that cannot be read: {reason}", fix, "unreadable"
                )
            )
            continue
        playbook, found = read_playbook(source, str(path))
        problems += found
        sources[str(path)] = source
        if playbook is not None:
            playbooks.append(playbook)
    problems += _across(playbooks, sources)
    return Looked(list(sources), playbooks, in_order(problems), _texts(sources))


def _texts(sources: Mapping[str, bytes]) -> dict[str, str]:
    """Return what was read as text, a byte order mark included: encoded again it is the same bytes."""
    return {file: source.decode("utf-8", "replace") for file, source in sources.items()}


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS and path.is_file())
    except OSError:
        return []


def _across(playbooks: Sequence[Playbook], sources: dict[str, bytes]) -> Iterator[Problem]:
    for kind in (_catch_all, _accounts, _name):
        first: dict[str, Playbook] = {}
        for playbook in playbooks:
            for word in kind(playbook):
                earlier = first.setdefault(word, playbook)
                if earlier is not playbook:
                    yield _contradiction(kind.__name__, word, playbook, earlier, sources)


def _catch_all(playbook: Playbook) -> Sequence[str]:
    return () if playbook.accounts else ("",)


def _accounts(playbook: Playbook) -> Sequence[str]:
    return [name.casefold() for name in playbook.accounts]


def _name(playbook: Playbook) -> Sequence[str]:
    return [playbook.name.casefold()]


_WORDS = {
    "_catch_all": (
        "no `accounts`",
        "name the accounts of one of the two, as in `accounts: [acme]`",
        "two-for-all",
        "name",
    ),
    "_accounts": ("the account", "take it out of one of the two", "account-twice", "accounts"),
    "_name": ("the name", "give one of the two another name", "name-twice", "name"),
}


def _contradiction(
    kind: str, word: str, playbook: Playbook, earlier: Playbook, sources: dict[str, bytes]
) -> Problem:
    found, fix, code, key = _WORDS[kind]
    path: tuple[str | int, ...] = (key,)
    if kind == "_accounts":
        path = (key, [name.casefold() for name in playbook.accounts].index(word))
    document, _ = load(sources[playbook.file], playbook.file)
    line, column = document.place(path) if document else (1, 1)
    named = f"{found} `{safe(word)}`" if word else found
    text = "accounts" if kind == "_catch_all" else key if len(path) == 1 else f"{key}[{path[1]}]"
    found = f"{named}, as in {earlier.file}"
    return Problem(
        "error", playbook.file, line, column, text, found, f"{fix} ({earlier.file}, {playbook.file})", code
    )


def playbook_for(playbooks: Sequence[Playbook], username: str) -> Playbook:
    """Return the playbook that names the account, else the one for all others, else a built-in one."""
    wanted = username.removeprefix("@").casefold()
    for playbook in playbooks:
        if wanted in _accounts(playbook):
            return playbook
    return next((playbook for playbook in playbooks if not playbook.accounts), BUILT_IN)


class NotThere(WrongUsage):
    """What was named is no file, cannot be read, or is a folder without playbooks."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found.

    playbooks  those that can be read; the desk takes them only while nothing has errors.
    sources    the texts by file, to the last byte: a version is known by their digest.
    """

    files: Sequence[str]
    playbooks: Sequence[Playbook]
    problems: Sequence[Problem]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """Return what must be mended."""
        return [problem for problem in self.problems if problem.severity == "error"]


def look_at(paths: Iterable[Path], *, together: bool = True, with_warnings: bool = True) -> Looked:
    """Read these files, and all playbooks of these folders: every error and warning at once.

    together  they are to decide side by side, so that they may not contradict each other.

    Raises NotThere.
    """
    playbooks: list[Playbook] = []
    problems: list[Problem] = []
    sources: dict[str, bytes] = {}
    for path in dict.fromkeys(file for named in paths for file in _files_at(named)):
        source = sources[str(path)] = _content(path)
        playbook, found = read_playbook(source, str(path))
        problems += found
        if playbook is not None:
            playbooks.append(playbook)
            problems += lint(playbook, source) if with_warnings else []
    if together:
        problems += _across(playbooks, sources)
    return Looked(list(sources), playbooks, in_order(problems))


def _files_at(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        found = sorted(file for file in path.iterdir() if file.suffix in _ENDINGS and file.is_file())
    except OSError as error:
        raise NotThere(f"{safe(str(path), 300)}: the folder cannot be read ({error.strerror})") from error
    if not found:
        raise NotThere(f"{safe(str(path), 300)}: the folder has no playbook (a file that ends in .yaml)")
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NotThere(f"{safe(str(path), 300)}: there is no such file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotThere(f"{safe(str(path), 300)}: the file cannot be read ({reason})") from error
