"""The playbooks of the files and folders that somebody named, with all that can be said against them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows.domain.playbook import Playbook
from workflows.playbook.given import WrongUsage
from workflows.playbook.lint import lint
from workflows.playbook.problems import Problem, in_order, safe
from workflows.playbook.read import _across as contradictions
from workflows.playbook.read import read_playbook
from workflows.playbook.strict_yaml import MAX_BYTES

_ENDINGS = {".yaml", ".yml"}


class NotThere(WrongUsage):
    """What was named is no file, cannot be read, or is a folder without playbooks."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found.

    playbooks  those that can be read; the desk takes them only while nothing has errors.
    """

    files: Sequence[str]
    playbooks: Sequence[Playbook]
    problems: Sequence[Problem]

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
    for path in dict.fromkeys(file for named in paths for file in _files(named)):
        source = sources[str(path)] = _content(path)
        playbook, found = read_playbook(source, str(path))
        problems += found
        if playbook is not None:
            playbooks.append(playbook)
            problems += lint(playbook, source) if with_warnings else []
    if together:
        problems += contradictions(playbooks, sources)
    return Looked(list(sources), playbooks, in_order(problems))


def _files(path: Path) -> list[Path]:
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
