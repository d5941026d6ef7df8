"""What the sections about replies say of each other: macros that must be there, approvers who suffice."""

import re
from collections.abc import Iterator

from workflows.playbook.checks import Finder, at
from workflows.playbook.patterns import is_tag
from workflows.playbook.problems import Problem, did_you_mean, one_of, safe, shown
from workflows.playbook.strict_yaml import Path
from workflows.playbook.wordings import DM_LINK, names_in

MOVES = ("invite", "nudge", "other_channels", "closing")
_USER = re.compile(r"[UW][A-Z0-9]+\Z")


def reply_problems(finder: Finder) -> Iterator[Problem]:
    """Yield the macros that are named and not there, invitations without a link, rules that cannot be met."""
    yield from _moves(finder)
    yield from _counts(finder)


def _moves(finder: Finder) -> Iterator[Problem]:
    named = at(finder.root, ("macros", "*", "name"))
    places = {name: path[:-1] for path, name in named if isinstance(name, str)}
    for key in MOVES:
        for path, name in at(finder.root, ("move_to_dm", key)):
            if not isinstance(name, str) or not is_tag(name):
                continue
            if name not in places:
                found = f"{shown(name)}, a macro that nothing defines"
                yield finder.problem(path, found, _fix(name, list(places)), "no-such-macro")
            elif key == "invite":
                yield from _invitation(finder, places[name])


def _fix(name: str, known: list[str]) -> str:
    hint = did_you_mean(name, known)
    if known:
        return f"{hint}write the name of a macro of this file: {one_of(map(safe, known[:12]))}"
    return f"define it, as in `macros: [{{name: {safe(name)}, text: {{en: …}}}}]`"


def _invitation(finder: Finder, macro: Path) -> Iterator[Problem]:
    number = macro[-1]
    for pattern in (("text", "*"), ("text", "*", "*")):
        for path, wording in at(finder.root, ("macros", "*", *pattern)):
            is_ours = path[1] == number and isinstance(wording, str) and wording
            if is_ours and DM_LINK not in names_in(wording):
                found = "an invitation to a direct message without `{dm_link}`"
                fix = "write {dm_link} where the link goes, as in `Please write to us here: {dm_link}`"
                yield finder.problem(path, found, fix, "no-dm-link")


def _counts(finder: Finder) -> Iterator[Problem]:
    """Roles and groups may hold many people; those who are named by id can be counted."""
    for path, rule in at(finder.root, ("approvals", "rules", "*")):
        if not isinstance(rule, dict):
            continue
        count, approvers = rule.get("count"), rule.get("approvers")
        if type(count) is not int or not isinstance(approvers, list):
            continue
        people = {one for one in approvers if isinstance(one, str) and _USER.match(one)}
        if 0 < len(people) < count and len(people) == len(set(map(str, approvers))):
            found = f"{count} approvals of {len(people)} people"
            fix = f"write at most `count: {len(people)}`, or name more approvers, as in `[supervisors]`"
            yield finder.problem((*path, "count"), found, fix, "too-few-approvers")
