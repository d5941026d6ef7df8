"""Warnings about approvals: rules that nobody can grant, that never hold, and what no rule catches."""

from collections.abc import Iterator, Sequence

from workflows.domain.approval import ApprovalRule
from workflows.domain.playbook import Playbook
from workflows.domain.tone import Verdict
from workflows.playbook.checks import Finder
from workflows.playbook.problems import Problem, safe
from workflows.playbook.strict_yaml import Path

_RULES: Path = ("approvals", "rules")
_ROLES = {"supervisors": "supervisor", "admins": "admin"}


def approval_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield what is odd about the rules that this playbook writes itself, and about its trainees."""
    rules, trainees = playbook.approvals.rules, playbook.approvals.trainees
    for number, rule in enumerate(rules):
        if rule.line:
            yield from _nobody(finder, playbook, rule, (*_RULES, number))
            yield from _never(finder, playbook, rule, (*_RULES, number))
    if trainees and not any(rule.trainee or is_for_all(rule) for rule in rules):
        found = "trainees, though no rule asks for an approval of their drafts"
        fix = "write a rule, as in `rules: [{name: trainees, when: {trainee: true}}]`"
        yield finder.problem(("approvals", "trainees"), found, fix, "unused-trainees", of_key=True)
    yield from _tone(finder, playbook)


def is_for_all(rule: ApprovalRule) -> bool:
    """Return whether the rule holds for every draft."""
    return rule == ApprovalRule(
        rule.name,
        approvers=rule.approvers,
        count=rule.count,
        within=rule.within,
        then=rule.then,
        line=rule.line,
    )


def _nobody(finder: Finder, playbook: Playbook, rule: ApprovalRule, path: Path) -> Iterator[Problem]:
    """The author may not approve: of people who are all named by id, one may drop out."""
    people = _people(playbook, (*rule.approvers, *rule.then))
    if people is None:
        return
    trainees = set(playbook.approvals.trainees)
    others = trainees if rule.trainee else people
    left = len(people) - bool(people & others)
    found = ""
    if people <= trainees:
        found = "approvers who are all trainees"
    elif left < rule.count:
        found = f"a rule that nobody can grant when {'the one' if len(people) == 1 else 'one'} of them writes"
    if found:
        fix = "name more people, a group or a role, as in `approvers: [supervisors]`: authors never approve"
        yield finder.problem((*path, "approvers"), found, fix, "nobody-approves")


def _people(playbook: Playbook, names: Sequence[str]) -> set[str] | None:
    """Return who these are; None where groups or the settings decide."""
    people: set[str] = set()
    for name in names:
        ids = playbook.people.roles.get(_ROLES[name]) if name in _ROLES else [name]
        if not ids or any(one.startswith("S") for one in ids):
            return None
        people |= set(ids)
    return people


def _never(finder: Finder, playbook: Playbook, rule: ApprovalRule, path: Path) -> Iterator[Problem]:
    when, name = (*path, "when"), f"the rule `{safe(rule.name)}`, which never holds"
    prices = playbook.prices
    dearest = max(prices.post, prices.reply, prices.link, prices.dm) if prices else 0
    if rule.trainee and not playbook.approvals.trainees:
        fix = "name who is new, as in `trainees: [U0NEW]`, or take the rule out"
        yield finder.problem((*when, "trainee"), f"{name} without trainees", fix, "never-holds")
    if rule.cost is not None and rule.cost > dearest and not prices:
        fix = "take `cost` out, or write what X bills under `prices`"
        yield finder.problem((*when, "cost"), f"{name} where nothing has a price", fix, "never-holds")


def _tone(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    rules = playbook.approvals.rules
    if any(rule.tone or is_for_all(rule) for rule in rules):
        return
    asking = [check for check, verdict in playbook.tone.verdicts.items() if verdict is Verdict.APPROVAL]
    if asking:
        found = f"no rule for drafts whose tone needs an approval ({', '.join(asking)})"
        fix = "write one, as in `{name: tone, when: {tone: true}}`, or give these another verdict"
        yield finder.problem(_RULES, found, fix, "tone-without-rule", of_key=True)
