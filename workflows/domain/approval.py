"""Approvals: which drafts a second person must approve, who may, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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
    """What is known of a draft that may need approval."""

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
    """The words by which it offers money or goods; "" when it offers none."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one rule asks for: so many approvals of these people, and why."""

    rule: str
    approvers: Sequence[str]
    count: int
    within: timedelta
    then: Sequence[str] = ()
    why: Mapping[str, str] = field(default_factory=dict)
