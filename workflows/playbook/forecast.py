"""What is known of an answer before anybody has drafted it: whether it needs approval, what X will bill."""

from workflows.domain.approval import ApprovalRule, Approvals, Ask, needs_of
from workflows.domain.playbook import Playbook
from workflows.domain.rules import Mention
from workflows.playbook.judge import Judgement


def answer_cost(playbook: Playbook, mention: Mention) -> float:
    """Return what a plain answer costs in dollars: without a link, to somebody who wrote to us."""
    if playbook.prices is None:
        return 0.0
    return playbook.prices.dm if mention.kind == "dm" else playbook.prices.reply


def needs_approval(playbook: Playbook, mention: Mention, judgement: Judgement) -> bool:
    """Return whether any answer will need approval, whoever writes it and whatever it says.

    Rules that look at the words or at the author are not asked: nobody can know what they will say.
    """
    verdict = judgement.verdict
    ask = Ask(
        text="",
        author="",
        account=mention.account,
        priority=verdict.priority,
        is_sensitive=verdict.sensitive,
        tags=verdict.tags,
        team=judgement.team,
        followers=mention.author.followers,
        cost=answer_cost(playbook, mention),
    )
    known = tuple(rule for rule in playbook.approvals.rules if not _looks_at_draft(rule))
    return bool(needs_of(Approvals(known), ask))


def _looks_at_draft(rule: ApprovalRule) -> bool:
    return bool(rule.patterns) or any(flag is not None for flag in (rule.tone, rule.offers, rule.trainee))
