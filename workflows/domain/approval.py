"""Approvals: which drafts a second person must approve, who may, and until when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from workflows.domain.text import fold

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Drafts for which all of the given conditions hold need an approval; without any: every draft.

    sensitive   the case is marked sensitive by triage.
    tone        the tone check says that it needs an approval.
    offers      the text offers money or goods, by our words or by the playbook's `patterns` (compiled).
    trainee     its author is one of the playbook's trainees.
    followers   the customer has at least as many.
    cost        sending it costs at least so many dollars.
    approvers   "supervisors", "admins", user ids, group ids.
    count       by how many different people of them.
    within      how long they have; then the next in line (`then`, the same kinds of names) is asked, each
                for as long again.
    """

    name: str
    sensitive: bool | None = None
    tags: Sequence[str] = ()
    priorities: Sequence[str] = ()
    teams: Sequence[str] = ()
    accounts: Sequence[str] = ()
    tone: bool | None = None
    offers: bool | None = None
    patterns: Sequence[Any] = ()
    trainee: bool | None = None
    followers: int | None = None
    cost: float | None = None
    approvers: Sequence[str] = ("supervisors",)
    count: int = 1
    within: timedelta = QUARTER
    then: Sequence[str] = ("admins",)
    line: int = 0


SENSITIVE = ApprovalRule("sensitive cases", sensitive=True)
DOUBTFUL = ApprovalRule("tone", tone=True)


@dataclass(frozen=True, slots=True)
class Approvals:
    """A playbook's rules; a draft needs the approvals of every rule that holds for it.

    A playbook without rules of its own has two: sensitive cases, and what the tone check will not let out.
    """

    rules: Sequence[ApprovalRule] = (SENSITIVE, DOUBTFUL)
    trainees: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What is known of a draft that may need approval.

    author       Slack user id.
    account      username of ours.
    offer        the words by which it offers money or goods; "" when it offers none.
    tone_checks  names of the checks that want a second person; for the request's reasons.
    language     of the text, for folding it as that language does.
    """

    text: str
    author: str
    account: str
    priority: str
    is_sensitive: bool = False
    tags: Sequence[str] = ()
    team: str | None = None
    followers: int = 0
    cost: float = 0.0
    tone_wants_it: bool = False
    offer: str = ""
    tone_checks: Sequence[str] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What one rule asks for: so many approvals of these people, and why.

    why  each condition that the rule names, with what made it hold: {"offer": "full refund"}.
    """

    rule: str
    approvers: Sequence[str]
    count: int
    within: timedelta
    then: Sequence[str] = ()
    why: Mapping[str, str] = field(default_factory=dict)


def needs_of(rules: Approvals, ask: Ask) -> Sequence[Need]:
    """Return what each rule that holds for this draft asks for, in the playbook's order; often nothing."""
    needs = []
    for rule in rules.rules:
        looks = list(_conditions(rule, ask, rules.trainees))
        if all(held is not None for _, held in looks):
            why = {name: held or "" for name, held in looks}
            needs.append(Need(rule.name, rule.approvers, rule.count, rule.within, rule.then, why))
    return needs


_Look = tuple[str, str | None]


def _conditions(rule: ApprovalRule, ask: Ask, trainees: Sequence[str]) -> Iterator[_Look]:
    """Yield each condition that the rule names, with what made it hold; None when it does not."""
    if rule.sensitive is not None:
        yield "sensitive", "" if ask.is_sensitive is rule.sensitive else None
    if rule.tone is not None:
        yield "tone", ",".join(ask.tone_checks) if ask.tone_wants_it is rule.tone else None
    if rule.trainee is not None:
        yield "trainee", ask.author if (ask.author in trainees) is rule.trainee else None
    yield from _offers(rule, ask)
    yield from _lists(rule, ask)
    if rule.followers is not None:
        yield "followers", str(ask.followers) if ask.followers >= rule.followers else None
    if rule.cost is not None:
        yield "cost", f"{ask.cost:.3f}" if ask.cost >= rule.cost else None


def _offers(rule: ApprovalRule, ask: Ask) -> Iterator[_Look]:
    """Yield the condition on offers: the words of our lists and the playbook's own patterns count alike."""
    if rule.offers is None and not rule.patterns:
        return
    folded = fold(ask.text, ask.language)
    hits = (pattern.search(folded) for pattern in rule.patterns)
    words = next((hit.group(0).strip() for hit in hits if hit), "")
    if rule.offers is not None:
        words = ask.offer or words
    wanted = rule.offers is not False
    yield "offer", words if bool(words) is wanted else None


def _lists(rule: ApprovalRule, ask: Ask) -> Iterator[_Look]:
    accounts = [name.casefold() for name in rule.accounts]
    for name, wanted, given in (
        ("tag", rule.tags, list(ask.tags)),
        ("priority", rule.priorities, [ask.priority]),
        ("team", rule.teams, [ask.team or ""]),
        ("account", accounts, [ask.account.casefold()]),
    ):
        if wanted:
            yield name, next((one for one in given if one in wanted), None)


InGroup = Callable[[str, Sequence[str]], bool]


def still_needed(needs: Sequence[Need], voters: Sequence[str], in_group: InGroup) -> Sequence[Need]:
    """Return the needs that these votes do not fulfil; `count` says how many votes each still lacks.

    in_group  tells whether a user is among the people that these names stand for, now: who has lost the
              role since has no say any more. One vote counts for every need whose group its voter is in.
    """
    left = []
    for need in needs:
        lacking = need.count - sum(in_group(voter, need.approvers) for voter in set(voters))
        if lacking > 0:
            left.append(replace(need, count=lacking))
    return left


def asked_by_now(needs: Sequence[Need], step: int) -> Sequence[Need]:
    """Return the needs with those among their approvers who were asked besides, in `step` steps."""
    return [replace(need, approvers=(*need.approvers, *need.then[:step])) for need in needs]


def next_in_line(needs: Sequence[Need], step: int) -> Sequence[str]:
    """Return whom to ask after `step` steps, each once; nobody when the line has ended."""
    return list(dict.fromkeys(need.then[step] for need in needs if len(need.then) > step))


def longest_line(needs: Sequence[Need]) -> int:
    """Return after how many steps nobody is left to be asked."""
    return max((len(need.then) for need in needs), default=0)


def time_to_act(needs: Sequence[Need]) -> timedelta:
    """Return how long each in line has: the shortest time of all rules that hold."""
    return min((need.within for need in needs), default=QUARTER)
