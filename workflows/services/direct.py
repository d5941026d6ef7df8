"""Direct messages: what customers write to us directly joins their case; who may read it where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.domain.case import Case, CaseId, Status
from workflows.domain.effects import Kind, State
from workflows.domain.post import Author, DirectMessage, Post, id_order
from workflows.domain.reply import same_words
from workflows.services.arrival import NETWORK, Arrival, answered_past_the_desk, storable
from workflows.services.board import Asker
from workflows.services.clocks import case_playbook
from workflows.services.handoffs import customer_wrote_directly
from workflows.services.outcomes import reply_sent
from workflows.services.playbooks import current_playbook
from workflows.store.cases import NewMessage
from workflows.store.directs import DIRECT, DirectState, DirectView
from workflows.store.drafts import Draft
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import CaseView

MOST_READ = 20


def take_direct_messages(
    uow: UnitOfWork,
    account: Author,
    messages: Sequence[DirectMessage],
    *,
    channel: str,
    first_look: bool = False,
) -> int:
    """Store these direct messages, open or continue their cases, and return how many were new.

    channel     where the card of a new case goes whose playbook says `cards`.
    first_look  the account was never polled before: what is older than an hour calls nobody.

    The same message again changes nothing. One that is older than the playbook's window is not taken.
    """
    playbook = current_playbook(uow, account.username)
    oldest = uow.machine - playbook.threading.dm
    known = uow.cases.known_posts(account.id, [message.id for message in messages])
    new = 0
    for message in sorted(messages, key=lambda message: id_order(message.id)):
        if message.id in known or message.written_at < oldest:
            continue
        post = _as_post(message)
        if message.sender.id == account.id:
            new += _own(uow, account, message, post)
        else:
            new += _DirectArrival(uow, account, post, playbook, channel, first_look).take()
    return new


def _as_post(message: DirectMessage) -> Post:
    return storable(
        Post(
            id=message.id,
            author=message.sender,
            text=message.text,
            written_at=message.written_at,
            conversation_id=f"{DIRECT}:{message.conversation_id}",
        )
    )


@dataclass(frozen=True)
class _DirectArrival(Arrival):
    """A customer's direct message on its way into a case."""

    def conversation(self) -> str:
        """Return the conversation of the message."""
        return self.post.conversation_id

    def known_case(self, customer_id: int, conversation: str) -> Case | None:
        """Return the customer's open case with this account, else one that was resolved a short while ago."""
        uow, windows = self.uow, self.playbook.threading
        case = uow.directs.open_case(self.account.id, customer_id)
        if case is None:
            case = uow.directs.resolved_case(self.account.id, customer_id)
            last = (uow.cases.last_post_at(case.id) or case.opened_at) if case else uow.now
            if uow.now - last > min(windows.dm, windows.reopen):
                case = None
        held = uow.cases.of_conversation(self.account.id, customer_id, conversation)
        if held and (case is None or held.id != case.id):
            uow.cases.leave_conversation(held, conversation)
        if case and (held is None or held.id != case.id):
            uow.cases.join(case, conversation)
        return case

    @property
    def kind(self) -> str:
        """What kind of message it is."""
        return DIRECT

    @property
    def facts(self) -> dict[str, str]:
        """What the history tells besides: nobody shows the words where everybody reads."""
        return {"channel": DIRECT}

    def arrived(self, case: Case) -> None:
        """Let the hand-off follow, and wish for the card that may show the words."""
        customer_wrote_directly(self.uow, case, self.post.id)
        show_directly(self.uow, case)


def _own(uow: UnitOfWork, account: Author, message: DirectMessage, post: Post) -> bool:
    """Attach a direct message of ours to the customer's case; the echo of an answer proves that it is out."""
    customer = uow.contacts.customer_of(NETWORK, message.person_id) if message.person_id else None
    if customer is None:
        return False
    echoed = _echoed(uow, account, customer, post)
    case = uow.cases.get(echoed.case_id) if echoed else uow.directs.open_case(account.id, customer)
    case = case or uow.directs.resolved_case(account.id, customer)
    if case is None:
        return False
    ours = NewMessage(case.id, account.id, "brand", DIRECT, post, names_us=False, follows_up=False)
    if uow.cases.add_message(ours) is None:
        return False
    if echoed is not None:
        _prove(uow, echoed, post.id)
    elif case.status is not Status.RESOLVED and not _was_before(uow, case, post):
        answered_past_the_desk(uow, case.id, post, channel=DIRECT)
    show_directly(uow, uow.cases.get(case.id))
    return True


def _echoed(uow: UnitOfWork, account: Author, customer: int, post: Post) -> Draft | None:
    """Return the answer under way that says the same, in whichever of the customer's cases it is."""
    under_way = uow.directs.under_way(account.id, customer)
    return next((draft for draft in under_way if same_words(draft.text, post.text)), None)


def _prove(uow: UnitOfWork, draft: Draft, dm_id: str) -> None:
    """Settle a doubted answer whose echo has come; one that is just leaving is settled by its performer."""
    effect = uow.outbox.find(Kind.DM, str(draft.id))
    if effect and effect.state in (State.IN_DOUBT, State.ASKED) and uow.outbox.done(effect, dm_id):
        reply_sent(uow, effect, dm_id)


def _was_before(uow: UnitOfWork, case: Case, post: Post) -> bool:
    """Tell whether the customer has written directly since: then this answers nothing."""
    newest = uow.views.newest_dm(case.id)
    return newest is not None and newest.written_at > post.written_at


def show_directly(uow: UnitOfWork, case: Case) -> None:
    """Wish for the card in the private channel, where direct messages may be read, to follow."""
    channel = uow.house.channel(case_playbook(uow, case).dm_channel)
    if case.dm_ts is None and channel:
        uow.outbox.add(
            Kind.POST_DM_CARD,
            str(case.id),
            case_id=case.id,
            priority=case.priority,
            budget=f"slack:post:{channel}",
            payload={"channel": channel},
        )
    elif case.dm_ts is not None:
        refresh_directly(uow, case)


def refresh_directly(uow: UnitOfWork, case: Case, *, after_s: float = 0.0) -> None:
    """Wish that the card in the private channel shows the newest state; where there is none, nothing."""
    if case.dm_ts is not None:
        uow.outbox.add(
            Kind.REFRESH_DM_CARD,
            str(case.id),
            case_id=case.id,
            priority=case.priority,
            budget="slack:update",
            after_s=after_s,
        )


@dataclass(frozen=True, slots=True)
class Directs:
    """A case's direct messages, for the eyes of those who may read them.

    answered_in_public  what we said in public last; "" when we have not.
    """

    view: CaseView
    state: DirectState
    messages: Sequence[DirectView]
    answered_in_public: str = ""


def directs_of(uow: UnitOfWork, case_id: CaseId) -> Directs:
    """Return a case's newest direct messages, with what stands in public beside them.

    Raises Missing.
    """
    view = uow.views.case(case_id)
    answered = uow.directs.public_answer(case_id)
    return Directs(view, uow.directs.state(case_id), uow.directs.newest(case_id, MOST_READ), answered)


def read_directs(uow: UnitOfWork, case_id: CaseId, asker: Asker) -> Directs:
    """Return a case's direct messages to who asks for them; the history tells who read them.

    Raises Missing.
    """
    case = uow.cases.get(case_id)
    uow.history.add(case.id, Event.DM_READ, ("agent", asker.agent))
    return directs_of(uow, case_id)


def leaves_at(uow: UnitOfWork, case: Case, state: DirectState) -> datetime | None:
    """Return about when an answer leaves that waits for X's limit; None when none does (machine time)."""
    if state.ahead is None:
        return None
    at = uow.budgets.next_free_at(f"x:dm:{case.account_id}", ahead=state.ahead)
    return at if at > uow.machine + timedelta(seconds=5) else None
