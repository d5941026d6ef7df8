"""Composing: what a draft will say with all that is added, what it costs, and what speaks against it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workflows.domain.approval import Ask, Need, needs_of
from workflows.domain.case import Case
from workflows.domain.length import weighted_length
from workflows.domain.macro import Macro, fill, wordings_for
from workflows.domain.parts import split_in_parts
from workflows.domain.playbook import Playbook
from workflows.domain.post import dm_link
from workflows.domain.reply import nfc_lines, price_of
from workflows.domain.rules import Sentiment
from workflows.domain.tone import Check, Finding, Said, Verdict, hardest
from workflows.errors import Refusal
from workflows.services.clocks import case_playbook
from workflows.services.handoffs import privacy_line
from workflows.store.drafts import Draft
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import CaseView, MessageView
from workflows.words.tone import check_tone, offer_in

DM_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft as the world would read it.

    final     the whole text; `suffix` is what the desk adds at its end (signature, privacy line).
    parts     the posts it goes out in.
    limit     weighted characters of one of them.
    price     in US dollars; None where nothing is billed by the piece.
    needs     the approvals that it needs.
    """

    final: str
    suffix: str
    parts: Sequence[str]
    limit: int
    price: float | None
    findings: Sequence[Finding]
    needs: Sequence[Need]

    @property
    def verdict(self) -> Verdict:
        """The hardest of what the tone check found."""
        return hardest(self.findings)


def compose(uow: UnitOfWork, draft: Draft, view: CaseView, target: MessageView) -> Composed:
    """Work out what this draft says, costs and needs."""
    playbook = case_playbook(uow, view.case)
    limit = uow.house.post_limit if draft.is_public else DM_LIMIT
    suffix = suffix_of(uow, draft, view.case, playbook)
    final = with_suffix(nfc_lines(draft.text), suffix)
    parts: Sequence[str] = [final]
    if draft.as_thread and draft.is_public:
        try:
            parts = split_in_parts(final, limit=limit)
        except Refusal:
            parts = [final]  # said with its length when it is handed in
    price = None
    if playbook.prices:
        summons = target.summons
        price = sum(
            price_of(part, playbook.prices, is_public=draft.is_public, summons=summons if n == 0 else None)
            for n, part in enumerate(parts)
        )
    said = _said(uow, draft, view, target, final)
    findings = _findings(said, draft, playbook, limit=limit, suffix=suffix)
    if len(parts) > 1:
        findings = [finding for finding in findings if finding.check != "too_long"]
    needs = needs_of(playbook.approvals, _ask(draft, view, final, price, findings)) if final else ()
    return Composed(final, suffix, parts, limit, price, findings, needs)


def _findings(said: Said, draft: Draft, playbook: Playbook, *, limit: int, suffix: str) -> Sequence[Finding]:
    """Return what speaks against the agent's own words; what the desk adds is not theirs to mend."""
    own = replace(said, text=without_suffix(said.text, suffix))
    room = limit - (weighted_length(suffix) + 1 if suffix else 0)
    findings = check_tone(own, playbook.tone, limit=room, bills=playbook.prices is not None)
    if suffix and draft.signed:
        return [finding for finding in findings if finding.check is not Check.NO_SIGNATURE]
    return findings


def without_suffix(text: str, suffix: str) -> str:
    """Return the text without the end that the desk adds."""
    return text.removesuffix(suffix).rstrip() if suffix else text


def _said(uow: UnitOfWork, draft: Draft, view: CaseView, target: MessageView, final: str) -> Said:
    return Said(
        text=final,
        language=_language(view, target),
        customer=view.customer.name,
        customer_text=target.text,
        is_angry=view.case.sentiment == Sentiment.ANGRY,
        agent=agent_name(uow, draft.author),
        is_public=draft.is_public,
    )


def _ask(draft: Draft, view: CaseView, final: str, price: float | None, findings: Sequence[Finding]) -> Ask:
    case = view.case
    return Ask(
        text=final,
        author=draft.author,
        account=view.account.username,
        priority=case.priority,
        is_sensitive=case.sensitive,
        tags=case.tags,
        team=case.team,
        followers=view.customer.followers,
        cost=price or 0.0,
        tone_wants_it=hardest(findings) is Verdict.APPROVAL,
        offer=offer_in(final, case.language),
        tone_checks=[str(one.check) for one in findings if one.verdict is Verdict.APPROVAL],
        language=case.language,
    )


def _language(view: CaseView, target: MessageView) -> str:
    """Return the customer's language: as triage found it, else as X says."""
    return view.case.language if view.case.language not in ("", "und") else target.language


def agent_name(uow: UnitOfWork, user: str) -> str:
    """Return the name under which an agent signs; "" while Slack has not told it."""
    person = uow.accounts.person(user)
    return person.name if person else ""


def suffix_of(uow: UnitOfWork, draft: Draft, case: Case, playbook: Playbook) -> str:
    """Return what the desk adds at the end of a draft: the signature, and once the privacy line."""
    lines = []
    if draft.signed and playbook.replies.signature:
        values = _agent_values(agent_name(uow, draft.author))
        with contextlib.suppress(Refusal):  # nobody knows the agent's name yet
            lines.append(fill(playbook.replies.signature, values))
    if not draft.is_public:
        lines.append(privacy_line(uow, case))
    return "\n".join(line for line in lines if line)


def with_suffix(text: str, suffix: str) -> str:
    """Return the text with its end; one that ends so already is left as it is."""
    if not suffix or not text or text.endswith(suffix):
        return text
    return f"{text}\n{suffix}" if "\n" in text or len(suffix) > 40 else f"{text} {suffix}"


def _agent_values(name: str) -> dict[str, str]:
    return {"agent.name": name, "agent.first_name": first_name(name)}


def first_name(name: str) -> str:
    """Return the word by which a person is addressed; "" for a name without letters."""
    words = [word for word in name.split() if any(letter.isalpha() for letter in word)]
    return words[0].strip(",.;:!?()[]\"'") if words else ""


def macro_text(uow: UnitOfWork, macro: Macro, draft: Draft, view: CaseView, target: MessageView) -> str:
    """Return a macro's next wording in the customer's language, filled.

    Wordings take turns: X refuses a text that we said before.

    Raises Refusal ("unfilled", with the placeholder).
    """
    _, wordings = wordings_for(macro, _language(view, target))
    if not wordings:
        raise Refusal("macro_empty", macro=macro.name)
    turn = uow.drafts.times_used(macro.name) + draft.fills
    return fill(wordings[turn % len(wordings)], _values(uow, draft, view))


def wordings_filled(uow: UnitOfWork, macro: Macro, draft: Draft, view: CaseView) -> set[str]:
    """Return all that a macro could have put into this draft, in every language."""
    values, found = _values(uow, draft, view), set()
    for wording in (wording for wordings in macro.wordings.values() for wording in wordings):
        with contextlib.suppress(Refusal):
            found.add(fill(wording, values))
    return found


def _values(uow: UnitOfWork, draft: Draft, view: CaseView) -> dict[str, str]:
    customer, account = view.customer, view.account
    return {
        "customer.name": customer.name,
        "customer.first_name": first_name(customer.name),
        "customer.username": f"@{customer.username}",
        "account.name": account.name,
        "account.username": f"@{account.username}",
        "case.number": str(view.case.id),
        "promised_by": f"{draft.promised_by:%H:%M}" if draft.promised_by else "",
        "dm_link": dm_link(account.id),
        **_agent_values(agent_name(uow, draft.author)),
    }
