"""All playbooks of a folder, and which of them is for an account."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from workflows.domain.playbook import Playbook
from workflows.playbook.problems import Problem, in_order, safe
from workflows.playbook.read import read_playbook
from workflows.playbook.strict_yaml import MAX_BYTES, load

BUILT_IN = Playbook(name="Built-in")


def shipped_folder() -> Path:
    """Return the folder of the playbooks that come with the desk."""
    return Path(__file__).parents[2] / "playbooks"


def read_folder(folder: Path) -> tuple[list[Playbook], list[Problem]]:
    """Return the playbooks that are right, by file name, and the problems of all files.

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
    return playbooks, in_order([*problems, *_across(playbooks, sources)])


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file()
        )
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
