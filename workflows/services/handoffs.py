"""Hand-offs to direct messages: their stages, who may be written to, and what must be said first."""

from datetime import timedelta

from workflows.domain.case import Case, Status
from workflows.domain.effects import Kind
from workflows.domain.handoff import Stage
from workflows.domain.reply import same_words
from workflows.services.board import refresh_card
from workflows.services.clocks import case_playbook
from workflows.store.contacts import NO, YES
from workflows.store.drafts import Draft
from workflows.store.handoffs import Handoff
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.words.tone import is_opt_out

INVITE, NUDGE, OTHER_CHANNELS, CLOSING = "invite", "nudge", "other_channels", "closing"
CLOSED_DMS = frozenset({"dm_closed", "blocked", "author_unavailable"})
_ASK_AGAIN_AFTER = timedelta(days=1)


def privacy_line(uow: UnitOfWork, case: Case) -> str:
    """Return what ends the account's next direct message to this customer; "" once they were told."""
    lines = case_playbook(uow, case).move_to_dm.privacy
    if not lines or uow.contacts.get(case.account_id, case.customer_id).privacy_at is not None:
        return ""
    for language in (case.language, case.language.partition("-")[0], "en"):
        if lines.get(language):
            return lines[language]
    return next(iter(lines.values()))


def note_privacy(uow: UnitOfWork, case: Case, text: str) -> None:
    """Remember that the customer was told of privacy, if this message of ours says so."""
    line = privacy_line(uow, case)
    if line and same_words(line, text[-len(line) :]):
        uow.contacts.note(case.account_id, case.customer_id, privacy_at=uow.now)


def ask_for_reach(uow: UnitOfWork, case: Case) -> None:
    """Wish that X is asked whether the customer takes messages, at most once a day and if it matters."""
    if not case_playbook(uow, case).move_to_dm.invite:
        return
    contact = uow.contacts.get(case.account_id, case.customer_id)
    if contact.asked_at and uow.machine - contact.asked_at < _ASK_AGAIN_AFTER:
        return
    uow.contacts.note(case.account_id, case.customer_id, asked_at=uow.machine)
    uow.outbox.add(Kind.REACH, f"{case.account_id}:{case.customer_id}", case_id=case.id)


def note_reach(uow: UnitOfWork, case: Case, *, takes_dms: bool) -> bool:
    """Keep whether the customer takes messages, and tell whether that is news."""
    known = uow.contacts.get(case.account_id, case.customer_id).takes_dms
    found = YES if takes_dms else NO
    if known == found:
        return False
    uow.contacts.note(case.account_id, case.customer_id, takes_dms=found)
    _show_elsewhere(uow, case)
    return True


def _show_elsewhere(uow: UnitOfWork, case: Case) -> None:
    """Let the cards of the customer's other cases say it, too: it is about the person."""
    for other in uow.cases.others_of_customer(case):
        uow.cases.touch(other.id)
        refresh_card(uow, other)


def opts_out(text: str, language: str) -> bool:
    """Tell whether a customer asks not to be written to any more, in their language or any other."""
    return is_opt_out(text, language) or is_opt_out(text, "")


def heed_words(uow: UnitOfWork, case: Case, text: str, post_id: str) -> None:
    """Stop every automatic message to this customer for good, if that is what these words of theirs say."""
    if not opts_out(text, case.language) or has_opted_out(uow, case):
        return
    uow.contacts.note(case.account_id, case.customer_id, opted_out_at=uow.now)
    _show_elsewhere(uow, case)
    uow.history.add(case.id, Event.OPTED_OUT, ("customer", str(case.customer_id)), post=post_id)
    handoff = uow.handoffs.latest(case.id)
    if handoff and handoff.wake_at:
        uow.handoffs.note(handoff, wake_at=None)


def has_opted_out(uow: UnitOfWork, case: Case) -> bool:
    """Tell whether the customer wants no automatic message."""
    return uow.contacts.get(case.account_id, case.customer_id).opted_out_at is not None


def public_reply_out(uow: UnitOfWork, draft: Draft) -> None:
    """Let the hand-off follow a public answer that is out: the invitation, or the closing line.

    The same answer again changes nothing.
    """
    if draft.purpose == INVITE:
        _invited(uow, draft)
    elif draft.purpose == CLOSING:
        handoff = uow.handoffs.latest(draft.case_id)
        if (
            handoff
            and handoff.stage in (Stage.WROTE, Stage.CONTINUED)
            and uow.handoffs.move(handoff, to=Stage.CLOSED, wake_at=None)
        ):
            uow.history.add(draft.case_id, Event.DM_CLOSED, draft=str(draft.id))


def _invited(uow: UnitOfWork, draft: Draft) -> None:
    told = uow.history.of(draft.case_id)
    if any(e.event == Event.DM_INVITED and e.facts.get("draft") == str(draft.id) for e in told):
        return
    case = uow.cases.get(draft.case_id)
    earlier = uow.handoffs.latest(case.id)
    if earlier and earlier.stage is Stage.INVITED:
        uow.handoffs.move(earlier, to=Stage.LAPSED, wake_at=None)
    may_help = case.status is not Status.RESOLVED and not has_opted_out(uow, case)
    wait = case_playbook(uow, case).move_to_dm.wait
    uow.handoffs.start(case.id, by=draft.author, wake_at=uow.now + wait if may_help else None)
    uow.history.add(case.id, Event.DM_INVITED, ("agent", draft.author), draft=str(draft.id))


def customer_wrote_directly(uow: UnitOfWork, case: Case, dm_id: str) -> None:
    """Let the hand-off follow the direct message that the customer was invited to."""
    uow.contacts.note(case.account_id, case.customer_id, takes_dms=YES, is_encrypted=False)
    handoff = uow.handoffs.latest(case.id)
    if handoff is None or handoff.stage is not Stage.INVITED:
        return
    if uow.handoffs.move(handoff, to=Stage.WROTE, wrote_at=uow.now, wake_at=None):
        customer = ("customer", str(case.customer_id))
        uow.history.add(case.id, Event.DM_FOLLOWED, customer, post=dm_id)


def we_wrote_directly(uow: UnitOfWork, case: Case) -> Handoff | None:
    """Let the hand-off follow our first answer by direct message; return it when it went on just now."""
    handoff = uow.handoffs.latest(case.id)
    if handoff is None or handoff.stage is not Stage.WROTE:
        return None
    return handoff if uow.handoffs.move(handoff, to=Stage.CONTINUED) else None


def writes_encrypted(uow: UnitOfWork, case: Case) -> None:
    """Note that the customer says they wrote, and that we see nothing: their chat is read in the X app."""
    uow.contacts.note(case.account_id, case.customer_id, is_encrypted=True)
    handoff = uow.handoffs.latest(case.id)
    if handoff and handoff.wake_at:
        uow.handoffs.note(handoff, wake_at=None)
