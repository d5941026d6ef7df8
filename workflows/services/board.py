"""The board: wishes for what Slack should show of a case, told as effects.

Everything here only writes to the outbox; nothing is posted before the transaction has committed.
"""

from dataclasses import dataclass
from datetime import timedelta

from workflows.domain.case import AgentId, Case, CaseId
from workflows.domain.effects import Kind
from workflows.store.unit_of_work import Told, UnitOfWork

UPDATES = "slack:update"
THREAD_AFTER_S = 2.0
QUOTES_AFTER_S = 1.0
ANSWER_FOR = timedelta(minutes=29)
ANSWER_USES = 4


@dataclass(frozen=True, slots=True)
class Asker:
    """Who clicked, and where an answer to the click can be given.

    answer_url  Slack's response_url: shows a change, or a private word, outside all limits.
    channel     where the click was made; "" inside the App Home.
    """

    agent: AgentId
    answer_url: str = ""
    channel: str = ""


def post_card(uow: UnitOfWork, case: Case) -> None:
    """Wish for the card of a case; it is posted once, whatever happens."""
    uow.outbox.add(
        Kind.POST_CARD,
        str(case.id),
        case_id=case.id,
        priority=case.priority,
        budget=f"slack:post:{case.channel}",
    )


def refresh_card(uow: UnitOfWork, case: Case, asker: Asker | None = None, *, after_s: float = 0.0) -> None:
    """Wish that the card shows the newest state.

    A change is shown through the last click's answer_url while Slack takes it (5 uses, 30 minutes): that
    spends nothing of the limit on updates. Else it shares that limit, and those of two seconds share one.
    """
    free = case.answer_uses > 0 and case.answer_until is not None and case.answer_until > uow.machine
    if asker and asker.answer_url:
        uow.cases.note_card(
            case.id,
            answer_url=asker.answer_url,
            answer_until=uow.machine + ANSWER_FOR,
            answer_uses=ANSWER_USES,
        )
        uow.told_if_late = Told(asker.answer_url, "saved_shown_late")
        free = True
    uow.outbox.add(
        Kind.REFRESH_CARD,
        str(case.id),
        case_id=case.id,
        priority=case.priority,
        budget="" if free else UPDATES,
        after_s=after_s,
    )
    if case.dm_ts is not None:
        uow.outbox.add(
            Kind.REFRESH_DM_CARD,
            str(case.id),
            case_id=case.id,
            priority=case.priority,
            budget=UPDATES,
            after_s=after_s,
        )


def tell_thread(uow: UnitOfWork, case: Case) -> None:
    """Wish that the thread tells what happened since; a little later, so that it is one message.

    Without a card there is no thread yet: the posted card asks for it.
    """
    if case.card_ts is None:
        return
    uow.outbox.add(
        Kind.THREAD,
        str(case.id),
        case_id=case.id,
        priority=case.priority,
        budget=f"slack:post:{case.channel}",
        after_s=THREAD_AFTER_S,
    )


def show(uow: UnitOfWork, case: Case, asker: Asker | None = None) -> None:
    """Wish for the card and its thread to follow a change of the case."""
    if case.card_ts is None:
        post_card(uow, case)  # should it have been set aside, what happens to the case wakes it
    refresh_card(uow, case, asker)
    tell_thread(uow, case)


def correct_quotes(uow: UnitOfWork, case: Case) -> None:
    """Wish that what we said in Slack beside the card quotes posts as they are now, or not at all.

    A little later, so that what is on its way into the thread is there by then.
    """
    uow.outbox.add(
        Kind.QUOTES, str(case.id), case_id=case.id, budget=UPDATES, after_s=THREAD_AFTER_S + QUOTES_AFTER_S
    )


def tell_privately(uow: UnitOfWork, asker: Asker, delivery: str, code: str, **facts: str) -> None:
    """Wish for a private word to the one who clicked.

    delivery  key of the click: one click, one answer.
    code      names the sentence (slackbot.render.notices); `facts` are ids and times, never customer text.
    """
    payload = {
        "code": code,
        "facts": facts,
        "user": asker.agent,
        "channel": asker.channel,
        "answer_url": asker.answer_url,
        "until": (uow.machine + ANSWER_FOR).isoformat(),
    }
    uow.told_if_late = Told(asker.answer_url, code, facts)
    uow.outbox.add(Kind.NOTICE, f"{delivery}:{code}", payload=payload)


def alert(uow: UnitOfWork, channel: str, key: str, code: str, /, **facts: str) -> None:
    """Wish for one word to the operators; the same key is said once."""
    if channel:
        uow.outbox.add(
            Kind.ALERT,
            key,
            budget=f"slack:post:{channel}",
            payload={"code": code, "facts": facts, "channel": channel},
        )


def lost_card(uow: UnitOfWork, case_id: CaseId) -> None:
    """Forget a card that a person deleted, and wish for a new one."""
    case = uow.cases.get(case_id)
    if case.card_ts is None:
        return  # another refusal of the same loss was here before; a new one is on its way
    # The last click's answer_url belongs to the lost message.
    uow.cases.note_card(case_id, card_ts=None, card_version=0, card_digest="", answer_uses=0)
    post_card(uow, case)
