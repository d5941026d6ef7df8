"""Effects: what the desk does to the outside, and the states that each goes through.

pending → sending → done | pending | failed | in_doubt → done | pending | asked | cancelled

Speech effects carry frozen words and go out at most once; state effects render the newest row,
so that doing them twice is harmless (docs/adr/0002).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where an effect stands; `asked` waits for a person's decision."""

    PENDING = "pending"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


GROUPS = "groups"  # key of a PEOPLE effect that asks for user groups only

SETTLED = frozenset({State.DONE, State.FAILED, State.CANCELLED})

_MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset({State.DONE, State.PENDING, State.FAILED, State.IN_DOUBT}),
    State.IN_DOUBT: frozenset({State.DONE, State.PENDING, State.FAILED, State.ASKED, State.CANCELLED}),
    State.ASKED: frozenset({State.DONE, State.PENDING, State.CANCELLED}),
    # A state effect is asked for again on the same row; a speech effect never leaves a settled state.
    State.DONE: frozenset({State.PENDING}),
    State.FAILED: frozenset({State.PENDING}),
    State.CANCELLED: frozenset({State.PENDING}),
}


def may_move(before: State, after: State) -> bool:
    """Tell whether the state machine allows this move."""
    return after in _MOVES[before]


class Queue(StrEnum):
    """The RQ queues, the most urgent first; a worker listens in this order."""

    URGENT = "urgent"
    CARDS = "cards"
    INTAKE = "intake"
    BACKGROUND = "background"


class Kind(StrEnum):
    """Every effect the desk knows."""

    REPLY = "x_reply"
    NOTICE = "notice"
    MODAL = "modal"
    POST_CARD = "post_card"
    REFRESH_CARD = "card"
    THREAD = "thread"
    ALERT = "alert"
    TIDY_CARD = "tidy"
    PEOPLE = "people"
    HELLO = "hello"
    PING = "ping"
    PING_TAKEN = "ping_taken"
    DM = "x_dm"
    REACH = "x_reach"
    POST_REQUEST = "post_request"
    REFRESH_REQUEST = "request"
    REQUEST_PING = "request_ping"
    POST_DM_CARD = "post_dm_card"
    REFRESH_DM_CARD = "dm_card"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True)
class Nature:
    """What is fixed for a kind of effect.

    side    "slack" or "x": which adapter performs it.
    speech  its words are frozen and must not be said twice.
    queue   the queue that carries it; people's replies and refusals before cards.
    """

    side: str
    speech: bool
    queue: Queue


NATURE: dict[Kind, Nature] = {
    Kind.REPLY: Nature("x", speech=True, queue=Queue.URGENT),
    Kind.NOTICE: Nature("slack", speech=False, queue=Queue.URGENT),
    Kind.MODAL: Nature("slack", speech=False, queue=Queue.URGENT),
    Kind.POST_CARD: Nature("slack", speech=True, queue=Queue.CARDS),
    Kind.REFRESH_CARD: Nature("slack", speech=False, queue=Queue.CARDS),
    Kind.THREAD: Nature("slack", speech=True, queue=Queue.CARDS),
    Kind.ALERT: Nature("slack", speech=True, queue=Queue.URGENT),
    Kind.TIDY_CARD: Nature("slack", speech=False, queue=Queue.BACKGROUND),
    Kind.PEOPLE: Nature("slack", speech=False, queue=Queue.BACKGROUND),
    Kind.HELLO: Nature("slack", speech=False, queue=Queue.URGENT),
    Kind.PING: Nature("slack", speech=True, queue=Queue.URGENT),
    Kind.PING_TAKEN: Nature("slack", speech=False, queue=Queue.URGENT),
    Kind.DM: Nature("x", speech=True, queue=Queue.URGENT),
    Kind.REACH: Nature("x", speech=False, queue=Queue.BACKGROUND),
    Kind.POST_REQUEST: Nature("slack", speech=True, queue=Queue.URGENT),
    Kind.REFRESH_REQUEST: Nature("slack", speech=False, queue=Queue.URGENT),
    Kind.REQUEST_PING: Nature("slack", speech=True, queue=Queue.URGENT),
    Kind.POST_DM_CARD: Nature("slack", speech=True, queue=Queue.CARDS),
    Kind.REFRESH_DM_CARD: Nature("slack", speech=False, queue=Queue.CARDS),
    Kind.QUOTES: Nature("slack", speech=False, queue=Queue.BACKGROUND),
}

PRIORITIES = ("high", "medium", "low")

# Between whole queues there is room for the priorities of cases and for the kinds inside a queue.
_QUEUE_STEP = 100
_KIND_STEP = {Kind.POST_CARD: 10, Kind.REFRESH_CARD: 0, Kind.THREAD: 20}


def urgency_of(kind: Kind, *, priority: str = "medium") -> int:
    """Return the place of an effect in the order of leaving: the smaller, the sooner.

    priority  of the case: among cards, those of the more urgent cases go first.
    """
    queue = list(Queue).index(NATURE[kind].queue)
    return queue * _QUEUE_STEP + _KIND_STEP.get(kind, 0) + PRIORITIES.index(priority)


def queue_of(urgency: int) -> Queue:
    """Return the queue that carries effects of this urgency."""
    return list(Queue)[urgency // _QUEUE_STEP]


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the outbox, as its performer sees it.

    key       unique among its kind: the same wish twice is one row.
    attempt   how often it was claimed; a result is recorded only for the attempt that has it.
    payload   ids and addresses, never text of a customer or an agent.
    wait_s    how long its performer waits before the call, so that calls keep their distance.
    """

    id: int
    kind: Kind
    key: str
    state: State
    attempt: int
    case_id: int | None
    budget: str
    started_at: datetime | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    wait_s: float = 0.0


RE_OFFER_S = (15, 30, 60)


def re_offer_after(offers: int) -> int:
    """Return after how many seconds a row enqueued `offers` times, and not claimed, is enqueued again."""
    return RE_OFFER_S[min(offers, len(RE_OFFER_S)) - 1]


def back_off_s(attempt: int) -> float:
    """Return the seconds before the next try of a state effect: 1, 2, 4 … 60."""
    return float(min(60, 2 ** max(0, attempt - 1)))
