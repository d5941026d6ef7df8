"""Which playbook decides: the current one for new cases, for each case the version it began with."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workflows.domain.case import Case, CaseId
from workflows.domain.people import AGENT, Staff, people_named
from workflows.domain.playbook import Playbook
from workflows.errors import NotAllowed
from workflows.playbook.problems import Problem
from workflows.playbook.read import BUILT_IN, playbook_for, read_folder, read_playbook
from workflows.services.board import alert
from workflows.store.playbooks import Version
from workflows.store.unit_of_work import Begin, UnitOfWork

_KEPT = 64
_read: OrderedDict[str, Playbook] = OrderedDict()


def playbook_of(uow: UnitOfWork, digest: str, username: str = "") -> Playbook:
    """Return the version with this digest; without one, the current playbook of the account."""
    if not digest:
        return current_playbook(uow, username)
    return _read.get(digest) or _keep(digest, uow.playbooks.source(digest))


def make_ready(begin: Begin) -> list[Playbook]:
    """Read the current playbooks, which takes a while, with no transaction open; return them."""
    with begin() as uow:
        sources = {d: uow.playbooks.source(d) for d in uow.playbooks.current() if d not in _read}
    for digest, source in sources.items():
        _keep(digest, source)
    with begin() as uow:
        return current_playbooks(uow)


def _keep(digest: str, source: tuple[str, str] | None) -> Playbook:
    if source is None:
        return BUILT_IN  # not remembered: it may be there in a moment
    # What was current once can be read; only a desk that went back to an older release cannot.
    playbook = _read[digest] = read_playbook(source[1], source[0])[0] or BUILT_IN
    while len(_read) > _KEPT:
        _read.popitem(last=False)
    return playbook


def current_playbooks(uow: UnitOfWork) -> list[Playbook]:
    """Return the playbooks that decide about new cases."""
    return [playbook_of(uow, digest) for digest in uow.playbooks.current()]


def current_playbook(uow: UnitOfWork, username: str) -> Playbook:
    """Return the playbook that decides about new cases of this account."""
    return playbook_for(current_playbooks(uow), username)


def playbooks_about(uow: UnitOfWork, case_id: CaseId) -> list[Playbook]:
    """Return the current playbook of the case's account, as a list; of all accounts when the case is gone."""
    username = uow.cases.account_of(case_id)
    return [current_playbook(uow, username)] if username is not None else current_playbooks(uow)


def may_work(uow: UnitOfWork, playbooks: Sequence[Playbook], user: str) -> None:
    """Check that one of these playbooks lets this user work on cases.

    Raises NotAllowed.
    """
    if not all(playbook.people.roles.get(AGENT) for playbook in playbooks):
        return  # where no agents are listed, every full member is one
    refusals = []
    for playbook in playbooks:
        try:
            staff_of(uow, playbook).may_work(user)
        except NotAllowed as refusal:
            refusals.append(refusal)
    if refusals and len(refusals) == len(playbooks):
        raise refusals[0]


def staff_of(uow: UnitOfWork, playbook: Playbook) -> Staff:
    """Return the people of a playbook; looked up once in a transaction."""
    known = uow.staff.get(playbook.digest)
    if known is None or known.playbook is not playbook:
        named = people_named(playbook, uow.house)
        known = uow.staff[playbook.digest] = Staff(playbook, uow.house, uow.accounts.directory(named))
    return known


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the folder: playbooks with their texts, and what is wrong."""

    versions: Sequence[Version]
    errors: Sequence[Problem]


def look_into(folder: Path) -> Found:
    """Read the playbooks of a folder; no transaction needs to be open meanwhile."""
    looked = read_folder(folder)
    versions = [
        Version(playbook.digest, playbook.name, Path(playbook.file).name, looked.sources[playbook.file])
        for playbook in looked.playbooks
    ]
    if not looked.files and not looked.problems:
        fix = "put a playbook there (a file that ends in .yaml), or set PLAYBOOKS_DIR to where yours are"
        return Found(
            (), [Problem("error", str(folder), 1, 1, "", "no playbook in this folder", fix, "empty")]
        )
    return Found(versions, looked.errors)


def adopt(uow: UnitOfWork, found: Found) -> bool:
    """Let these playbooks decide from now on, and tell whether that changed anything.

    With an error in any of them the last good ones stay, and the admins' channel is told once.
    """
    if found.errors:
        _tell_admins(uow, found.errors)
        return False
    if not found.versions or [v.digest for v in found.versions] == list(uow.playbooks.current()):
        return False
    uow.playbooks.replace(found.versions)
    return True


def followers(uow: UnitOfWork, most: int) -> tuple[str, Sequence[Case]]:
    """Return a current version that open cases are to follow, and some of those that do not yet, held."""
    current = current_playbooks(uow)
    for playbook in current:
        if playbook.apply_to_open:
            behind = open_cases_of_others(uow, playbook, most)
            if behind:
                return playbook.digest, behind
    return "", ()


def open_cases_of_others(uow: UnitOfWork, playbook: Playbook, most: int) -> Sequence[Case]:
    """Return open cases of the playbook's accounts, held, that another version decides."""
    current = current_playbooks(uow)
    accounts = uow.accounts.all()
    theirs = [a.id for a in accounts if playbook_for(current, a.username).digest == playbook.digest]
    return uow.cases.open_under_others(theirs, playbook.digest, most)


def _tell_admins(uow: UnitOfWork, errors: Sequence[Problem]) -> None:
    first = errors[0]
    key = sha256("|".join(f"{e.file}:{e.line}:{e.code}:{e.found}" for e in errors).encode()).hexdigest()[:16]
    facts = {
        "file": Path(first.file).name,
        "line": str(first.line),
        "column": str(first.column),
        "found": first.found,
        "fix": first.fix,
        "more": str(len(errors) - 1),
    }
    hour = uow.machine.strftime("%Y%m%d%H")  # the same mistake may be made again another day
    alert(uow, uow.house.channel("admins"), f"playbook:{key}:{hour}", "playbook_refused", **facts)
