"""Approvals: a draft waits for a second person, whose yes is bound to its text and to what they saw."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from workflows.domain.approval import Need, asked_by_now, time_to_act
from workflows.domain.case import Case, CaseId, Status
from workflows.domain.reply import digest as digest_of
from workflows.domain.reply import fit_text
from workflows.domain.tone import Verdict
from workflows.errors import Conflict, NotAllowed, Refusal
from workflows.services.approvers import called, first_in_line, in_group, open_needs, staff_for, who_may
from workflows.services.board import Asker, show, tell_privately
from workflows.services.composing import compose
from workflows.services.context import changes_since
from workflows.services.requests import post_request, show_request
from workflows.services.sending import send_draft
from workflows.store import approvals as book
from workflows.store import drafts as states
from workflows.store.approvals import Approval, ApprovalId
from workflows.store.drafts import Draft
from workflows.store.history import DESK, Event
from workflows.store.unit_of_work import UnitOfWork

MOST_REASON = 500
EDITED, ANOTHER_SENT = "edited", "another_sent"
CASE_RESOLVED, HANDED_OVER = "resolved", "taken_over"


def ask_approval(uow: UnitOfWork, draft: Draft, needs: Sequence[Need], asker: Asker) -> None:
    """Let a draft, open and with its words in the row, wait for these approvals; the agent is told at once.

    Raises Conflict ("already_submitted").
    """
    sealed = digest_of(draft.text)
    fresh = {"digest": sealed, "submitted_at": uow.now, "opened_at": None, "reason": ""}
    if not uow.drafts.move(draft.id, states.OPEN, to=states.AWAITING, **fresh):
        raise Conflict("already_submitted", digest=draft.digest)
    approval = _ask(uow, uow.drafts.get(draft.id), needs, by=asker.agent)
    until = (approval.requested_at + approval.within).isoformat()
    _tell(uow, approval, asker, "approval_asked", who=who_may(approval.needs), until=until)
    _show_case(uow, approval.case_id, asker)


def _ask(uow: UnitOfWork, draft: Draft, needs: Sequence[Need], *, by: str) -> Approval:
    """Keep the request, tell the history, and wish for the message in the supervisors' channel."""
    case = uow.cases.get(draft.case_id)
    who = called(staff_for(uow, case.id, needs), uow, case, draft, first_in_line(needs))
    # Where nobody of the first in line is on duty, the next are asked at once.
    approval = uow.approvals.ask(draft, needs, wake_at=uow.now + time_to_act(needs) if who else uow.now)
    facts = {"rules": ", ".join(need.rule for need in needs), "who": who_may(needs)}
    facts["until"] = (uow.now + approval.within).isoformat()
    _note(uow, approval, Event.APPROVAL_ASKED, ("agent", by), **facts)
    post_request(uow, case, approval, who)
    return approval


def approve(
    uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, *, digest: str, clicked_ts: str = ""
) -> None:
    """Say yes to this very text; the last yes that is needed lets it go out.

    clicked_ts  of the message whose button was pressed; "" from a dialog.

    Raises Missing, NotAllowed ("own_draft", "own_edit", "not_an_approver"), Conflict ("approval_settled",
    "approval_text_changed", "approved_before", "context_changed": `note_refusal` then voids it).
    """
    case, approval, _ = _may_approve(uow, approval_id, asker, digest)
    uow.approvals.vote(approval.id, asker.agent)
    approval = uow.approvals.get(approval.id)
    left = open_needs(staff_for(uow, case.id, approval.needs), approval)
    missing = max((need.count for need in left), default=0)
    _note(uow, approval, Event.APPROVED, ("agent", asker.agent), left=str(missing))
    if not left:
        _let_out(uow, approval, asker)
    show_request(uow, approval, asker, clicked_ts)
    _show_case(uow, case.id)


def edit_and_approve(
    uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, text: str, *, digest: str
) -> None:
    """Change the text and answer for it: it goes out at once where one yes is enough.

    Where more are needed, earlier ones are void, and somebody else has to approve the new text.

    Raises what `approve` raises, and Refusal ("empty", "too_long", "edit_refused").
    """
    case, approval, draft = _may_approve(uow, approval_id, asker, digest)
    text, needs = _checked(uow, draft, text, approval.needs)
    if digest_of(text) == approval.digest:
        approve(uow, approval_id, asker, digest=digest)
        return
    changes = {"text": text, "digest": digest_of(text), "editor": asker.agent}
    uow.drafts.move(draft.id, states.AWAITING, to=states.AWAITING, **changes)
    staff = staff_for(uow, case.id, needs)
    edited = replace(approval, needs=needs, digest=changes["digest"], voters=(asker.agent,))
    actor = ("agent", asker.agent)
    if open_needs(staff, edited):
        uow.approvals.settle(approval.id, book.VOID, asker.agent, reason=EDITED)
        _note(uow, approval, Event.APPROVAL_VOIDED, actor, why=EDITED)
        _ask(uow, uow.drafts.get(draft.id), needs, by=asker.agent)
    else:
        uow.approvals.vote(approval.id, asker.agent)
        uow.approvals.note(approval.id, digest=edited.digest)
        _note(uow, edited, Event.APPROVED, actor, left="0", instead_of=digest)
        _let_out(uow, edited, asker)
    show_request(uow, approval)
    _show_case(uow, case.id)


def may_edit(uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, *, digest: str) -> Draft:
    """Return the draft that this person may edit and approve.

    Raises what `approve` raises.
    """
    return _may_approve(uow, approval_id, asker, digest)[2]


def send_back(uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, reason: str, *, digest: str) -> None:
    """Give a draft back to its author, who reads the reason in the case's thread.

    Raises Missing, Refusal ("empty"), NotAllowed ("own_draft", "not_an_approver"), Conflict
    ("approval_settled", "approval_text_changed").
    """
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise Refusal("empty")
    approval, draft = may_send_back(uow, approval_id, asker, digest=digest)
    uow.approvals.settle(approval.id, book.SENT_BACK, asker.agent, reason=reason)
    _note(uow, approval, Event.SENT_BACK, ("agent", asker.agent))
    _give_back(uow, approval, draft, book.SENT_BACK)
    show_request(uow, approval)
    _show_case(uow, approval.case_id)


def may_send_back(
    uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, *, digest: str
) -> tuple[Approval, Draft]:
    """Return what this person may send back.

    Raises what `send_back` raises.
    """
    _, approval, draft = _pending(uow, approval_id)
    if approval.digest != digest:
        raise Conflict("approval_text_changed")
    if asker.agent == draft.author:
        raise NotAllowed("own_draft")
    _be_approver(uow, approval, asker.agent)
    return approval, draft


def read_request(uow: UnitOfWork, approval_id: ApprovalId, asker: Asker) -> None:
    """Let somebody who decides, or the author, read direct messages; the history keeps who did.

    Raises Missing, NotAllowed ("not_an_approver").
    """
    approval = uow.approvals.get(approval_id)
    staff = staff_for(uow, approval.case_id, approval.needs)
    names = first_in_line(asked_by_now(approval.needs, approval.step))
    if asker.agent != approval.requested_by and not in_group(staff, asker.agent, names):
        raise NotAllowed("not_an_approver")
    uow.history.add(approval.case_id, Event.DM_READ, ("agent", asker.agent), approval=str(approval.id))


def recall(uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, *, clicked_ts: str = "") -> None:
    """Take one's own draft back before anybody has let it out.

    Raises Missing, NotAllowed ("not_your_draft"), Conflict ("approval_settled").
    """
    _, approval, draft = _pending(uow, approval_id)
    if asker.agent != draft.author:
        raise NotAllowed("not_your_draft")
    uow.approvals.settle(approval.id, book.RECALLED, asker.agent)
    _note(uow, approval, Event.RECALLED, ("agent", asker.agent))
    _give_back(uow, approval, draft, "")
    on_request = bool(clicked_ts) and clicked_ts == approval.card_ts
    show_request(uow, approval, asker, clicked_ts)
    _show_case(uow, approval.case_id, None if on_request else asker)


def void_approvals(
    uow: UnitOfWork, case_id: CaseId, why: str, *, but: int | None = None, but_by: str = ""
) -> None:
    """End what waits in a case because something has happened; its authors look again.

    why     the history's name of what happened, or ANOTHER_SENT.
    but     an approval that is left alone.
    but_by  an author whose drafts are left alone.
    """
    waiting = uow.approvals.pending_of(case_id)
    ended = [a for a in waiting if a.id != but and not (but_by and a.requested_by == but_by)]
    _end(uow, case_id, [(approval, why) for approval in ended])


def _end(uow: UnitOfWork, case_id: CaseId, ended: Sequence[tuple[Approval, str]]) -> None:
    for approval, why in ended:
        uow.approvals.settle(approval.id, book.VOID, "", reason=why)
        _note(uow, approval, Event.APPROVAL_VOIDED, DESK, why=why)
        _give_back(uow, approval, uow.drafts.get(approval.draft_id), why)
        show_request(uow, approval)
    if ended:
        _show_case(uow, case_id)


def note_refusal(uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, refusal: Refusal) -> None:
    """Keep what came of a click that was refused: who tried what they may not, or that it is void now.

    Called after the refused attempt was undone, so that this stays.
    """
    if isinstance(refusal, NotAllowed):
        case_id = uow.approvals.case_of(approval_id)
        facts = {"approval": str(approval_id), "why": refusal.code}
        uow.history.add(case_id, Event.APPROVAL_REFUSED, ("agent", asker.agent), **facts)
    elif refusal.code == "context_changed":
        _end_stale(uow, approval_id, refusal.facts["why"])


def _end_stale(uow: UnitOfWork, approval_id: ApprovalId, why: str) -> None:
    """End this approval, and those beside it whose authors have not seen what happened either."""
    case = uow.cases.get(uow.approvals.case_of(approval_id))
    stale = []
    for approval in uow.approvals.pending_of(case.id):
        changed = _change_of(uow, case, uow.drafts.get(approval.draft_id))
        if changed or approval.id == approval_id:
            stale.append((approval, changed or why))
    _end(uow, case.id, stale)


def _pending(uow: UnitOfWork, approval_id: ApprovalId) -> tuple[Case, Approval, Draft]:
    """Return what waits, held: the case first, as clicks do.

    Raises Missing, Conflict ("approval_settled").
    """
    case = uow.cases.get(uow.approvals.case_of(approval_id))
    approval = uow.approvals.get(approval_id)
    if not approval.is_pending:
        since = (approval.settled_at or uow.now).isoformat()
        raise Conflict("approval_settled", holder=approval.settled_by, since=since, state=approval.state)
    return case, approval, uow.drafts.get(approval.draft_id)


def _may_approve(
    uow: UnitOfWork, approval_id: ApprovalId, asker: Asker, digest: str
) -> tuple[Case, Approval, Draft]:
    case, approval, draft = _pending(uow, approval_id)
    if not digest == approval.digest == draft.digest:
        raise Conflict("approval_text_changed")
    if asker.agent == draft.author:
        raise NotAllowed("own_draft")
    if asker.agent == draft.editor:
        raise NotAllowed("own_edit")
    if asker.agent in approval.voters:
        raise Conflict("approved_before")
    _be_approver(uow, approval, asker.agent)
    why = _change_of(uow, case, draft)
    if why:
        raise Conflict("context_changed", why=why)
    return case, approval, draft


def _be_approver(uow: UnitOfWork, approval: Approval, user: str) -> None:
    """Check that one of the needs that are still open lets this person decide.

    Raises NotAllowed ("not_an_approver").
    """
    staff = staff_for(uow, approval.case_id, approval.needs)
    if not any(in_group(staff, user, need.approvers) for need in open_needs(staff, approval)):
        raise NotAllowed("not_an_approver")


def _change_of(uow: UnitOfWork, case: Case, draft: Draft) -> str:
    """Return what has happened that the draft's author had not seen; "" when it still fits the case."""
    if case.status is Status.RESOLVED:
        return CASE_RESOLVED
    if case.assignee not in (None, draft.author):
        return HANDED_OVER
    news = changes_since(uow, case.id, draft.seen, but_by=draft.author)
    return str(news[-1].event) if news else ""


def _checked(uow: UnitOfWork, draft: Draft, text: str, needs: Sequence[Need]) -> tuple[str, Sequence[Need]]:
    """Return the edited text as it would leave, and all that it needs: an edit may bring needs of its own.

    Raises Refusal ("empty", "too_long", "edit_refused").
    """
    view = uow.views.case(draft.case_id)
    target = uow.views.message(view.case.account_id, draft.target)
    fit_text(text, limit=sys.maxsize)
    composed = compose(uow, replace(draft, text=text), view, target)
    final = fit_text(composed.final, limit=sys.maxsize if draft.as_thread else composed.limit)
    if composed.verdict is Verdict.REFUSE:
        checks = [str(found.check) for found in composed.findings if found.verdict is Verdict.REFUSE]
        raise Refusal("edit_refused", checks=",".join(dict.fromkeys(checks)))
    known = {need.rule for need in needs}
    return final, [*needs, *(need for need in composed.needs if need.rule not in known)]


def _let_out(uow: UnitOfWork, approval: Approval, asker: Asker) -> None:
    uow.approvals.settle(approval.id, book.APPROVED, asker.agent)
    send_draft(uow, uow.drafts.get(approval.draft_id))
    void_approvals(uow, approval.case_id, ANOTHER_SENT, but=approval.id)


def _give_back(uow: UnitOfWork, approval: Approval, draft: Draft, reason: str) -> None:
    """Let the author find the draft behind Reply again."""
    uow.drafts.move(draft.id, states.AWAITING, to=states.OPEN, reason=reason)
    uow.approvals.clear_way(draft)


def _note(uow: UnitOfWork, approval: Approval, event: Event, actor: tuple[str, str], **facts: str) -> None:
    about = {"approval": str(approval.id), "draft": str(approval.draft_id), "digest": approval.digest}
    about |= {"author": approval.requested_by}
    uow.history.add(approval.case_id, event, actor, **about, **facts)


def _tell(uow: UnitOfWork, approval: Approval, asker: Asker, code: str, **facts: str) -> None:
    """Tell the one who submitted a dialog, which has no address of its own: where the case's card is."""
    case = uow.cases.get(approval.case_id)
    there = replace(asker, channel=asker.channel or case.card_channel or case.channel)
    tell_privately(uow, there, f"approval:{approval.id}", code, **facts)


def _show_case(uow: UnitOfWork, case_id: CaseId, asker: Asker | None = None) -> None:
    uow.cases.touch(case_id)
    show(uow, uow.cases.get(case_id), asker)
