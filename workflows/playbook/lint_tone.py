"""Warnings about what macros say: by the tone check and the words for offers, as drafts are judged."""

from collections.abc import Iterator, Sequence

from workflows.domain.length import POST_LIMIT
from workflows.domain.playbook import Playbook
from workflows.domain.tone import Check, Finding, Said, Verdict
from workflows.playbook.checks import Finder
from workflows.playbook.lint_approvals import is_for_all
from workflows.playbook.lint_macros import AGENT, CUSTOMER, SAMPLE, Wording, wordings_by_macro
from workflows.playbook.problems import Problem, safe
from workflows.playbook.wordings import filled
from workflows.words.tone import check_tone, offer_in

_IN_PRIVATE = (Check.PERSONAL_DATA_ASKED, Check.PERSONAL_DATA_SHOWN)


def tone_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield macros that could not leave as they stand, each once."""
    for wordings in wordings_by_macro(finder, playbook):
        yield from _offer(finder, playbook, wordings)
        yield from _refused(finder, playbook, wordings)


def _offer(finder: Finder, playbook: Playbook, wordings: Sequence[Wording]) -> Iterator[Problem]:
    if any(rule.offers or is_for_all(rule) for rule in playbook.approvals.rules):
        return
    for wording in wordings:
        if what := offer_in(wording.sample, wording.language):
            found = f'"{safe(what)}", an offer of money or goods that nobody approves'
            fix = "write a rule, as in `approvals: {rules: [{name: money, when: {offers: true}}]}`"
            yield finder.problem(wording.path, found, fix, "offer-without-approval")
            return


def _refused(finder: Finder, playbook: Playbook, wordings: Sequence[Wording]) -> Iterator[Problem]:
    signature = playbook.replies.signature and f"\n{filled(playbook.replies.signature, SAMPLE)}"
    for wording in wordings:
        said = Said(wording.sample + signature, wording.language, customer=CUSTOMER, agent=AGENT)
        findings = check_tone(said, playbook.tone, limit=POST_LIMIT)
        refused = [finding for finding in findings if finding.verdict is Verdict.REFUSE]
        if refused:
            what = f' ("{safe(refused[0].what)}")' if refused[0].what else ""
            found = f"a wording that the tone check refuses: {refused[0].check}{what}"
            yield finder.problem(wording.path, found, _fix_of(refused[0]), "refused-macro")
            return


def _fix_of(finding: Finding) -> str:
    if finding.check in _IN_PRIVATE:
        return "ask for it in a direct message, to which `{dm_link}` leads; there it is let through"
    return "write it without that, or change what the playbook makes of it under `tone`"
