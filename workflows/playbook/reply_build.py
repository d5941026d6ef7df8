"""The sections about replies become the domain's values."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from workflows.domain.approval import ApprovalRule, Approvals
from workflows.domain.handoff import MoveToDm
from workflows.domain.macro import Macro
from workflows.domain.playbook import Prices, Replies
from workflows.domain.text import compile_pattern
from workflows.domain.tone import DEFAULT_VERDICTS, Check, TonePolicy, Verdict
from workflows.playbook.reply_models import (
    ApprovalRuleEntry,
    ApprovalsSection,
    MacroEntry,
    MoveToDmSection,
    PricesEntry,
    RepliesSection,
    ToneSection,
)
from workflows.playbook.strict_yaml import Document


def macros(read: Sequence[MacroEntry], document: Document) -> tuple[Macro, ...]:
    """Return the macros; each knows its line."""
    return tuple(
        Macro(
            name=entry.name,
            title=entry.title or entry.name,
            wordings={language: as_list(said) for language, said in entry.text.items()},
            tags=tuple(entry.tags),
            line=document.place(("macros", number))[0],
        )
        for number, entry in enumerate(read)
    )


def as_list(wordings: str | Sequence[str]) -> tuple[str, ...]:
    """Return one wording or several as several."""
    return (wordings,) if isinstance(wordings, str) else tuple(wordings)


def tone(read: ToneSection) -> TonePolicy:
    """Return what is made of each finding; what is left out keeps its default."""
    given = {Check(name): Verdict(verdict) for name, verdict in _given(read.verdicts).items()}
    return TonePolicy({**DEFAULT_VERDICTS, **given}, tuple(map(compile_pattern, read.order_numbers)))


def approvals(read: ApprovalsSection, document: Document) -> Approvals:
    """Return the rules for approvals; a playbook that writes none keeps the default ones."""
    rules = Approvals().rules
    if read.rules is not None:
        rules = tuple(
            _rule(entry, document.place(("approvals", "rules", number))[0])
            for number, entry in enumerate(read.rules)
        )
    return Approvals(rules, tuple(read.trainees))


def _rule(read: ApprovalRuleEntry, line: int) -> ApprovalRule:
    when = read.when
    rule = ApprovalRule(
        name=read.name,
        sensitive=when.sensitive,
        tags=tuple(when.tags),
        priorities=tuple(when.priorities),
        teams=tuple(when.teams),
        accounts=tuple(when.accounts),
        tone=when.tone,
        offers=when.offers,
        patterns=tuple(map(compile_pattern, when.patterns)),
        trainee=when.trainee,
        followers=when.followers.at_least if when.followers else None,
        cost=when.cost.at_least if when.cost else None,
        approvers=tuple(dict.fromkeys(read.approvers)),
        count=read.count,
        then=tuple(dict.fromkeys(read.then)),
        line=line,
    )
    return dataclasses.replace(rule, within=read.within) if read.within else rule


def replies(read: RepliesSection) -> Replies:
    """Return how answers leave."""
    return dataclasses.replace(Replies(), **_given(read))


def prices(read: PricesEntry | str) -> Prices | None:
    """Return what X bills; None where it is nothing."""
    return None if isinstance(read, str) else dataclasses.replace(Prices(), **_given(read))


def move_to_dm(read: MoveToDmSection) -> MoveToDm:
    """Return how a public matter goes on in direct messages."""
    return dataclasses.replace(MoveToDm(), **_given(read))


def _given(read: Any) -> Mapping[str, Any]:
    """Return what was written of a section whose keys are those of the domain's value."""
    return {name: value for name in read.model_fields_set if (value := getattr(read, name)) is not None}
