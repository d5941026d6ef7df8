"""Direct messages on the stand-in X: what its API shows of them, and which of the brand's it delivers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.x.door import Call
from sandbox.x.people import BRAND, Person
from sandbox.x.query import ID, allow, cut_page, number, path_id
from sandbox.x.rules import DM_LENGTH, DM_READ, WRITE_DM
from sandbox.x.shape import (
    DM_VIEW,
    REFUSALS,
    Json,
    Problem,
    Shaper,
    compose_text,
    invalid,
    invalid_value,
    read_view,
)
from sandbox.x.state import Message, Network, iso, tidy

_EVENT_TYPES = ("MessageCreate", "ParticipantsJoin", "ParticipantsLeave")
_DEFAULT_FIELDS = frozenset({"id", "event_type", "text"})
_CONVERSATION = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_POST_LINK = re.compile(r"https?://(?:twitter|x)\.com/\w{1,15}/status/([0-9]{1,19})")

Answer = tuple[int, Json]


def add_direct_routes(add: Callable[..., None], network: Network, changed: Callable[[], None]) -> None:
    """Add the calls about direct messages.

    add  takes method, path, name of the rate limit and handler, as in sandbox/x/api.py.
    """
    direct = _Direct(network, changed)
    here, there = "dm_conversations/with/{id}", "dm_conversations/{conversation}"
    for method, path, handler in (
        ("GET", "dm_events", direct.all_events),
        ("GET", f"{here}/dm_events", direct.events_with),
        ("GET", f"{there}/dm_events", direct.events_of),
        ("POST", f"{here}/messages", direct.send_to),
        ("POST", f"{there}/messages", direct.send_into),
    ):
        rule = f"{method} /2/{re.sub('{[a-z]+}', '*', path)}"
        add(method, path, rule, handler, user_only=True)


class _Direct:
    """Answers the calls about direct messages; all are the brand's."""

    def __init__(self, network: Network, changed: Callable[[], None]) -> None:
        self._network = network
        self._changed = changed

    def all_events(self, call: Call) -> Answer:
        """GET dm_events."""
        return self._events(call, self._network.readable_messages())

    def events_with(self, call: Call) -> Answer:
        """GET dm_conversations/with/:participant_id/dm_events."""
        return self._events_of_customer(call, path_id(call))

    def events_of(self, call: Call) -> Answer:
        """GET dm_conversations/:id/dm_events."""
        return self._events_of_customer(call, _customer_in(call))

    def send_to(self, call: Call) -> Answer:
        """POST dm_conversations/with/:participant_id/messages."""
        return self._send(call, path_id(call))

    def send_into(self, call: Call) -> Answer:
        """POST dm_conversations/:id/messages."""
        return self._send(call, _customer_in(call))

    def _events_of_customer(self, call: Call, customer_id: str) -> Answer:
        return self._events(
            call, [one for one in self._network.readable_messages() if one.customer_id == customer_id]
        )

    def _events(self, call: Call, messages: Sequence[Message]) -> Answer:
        allow(call, DM_VIEW, "event_types", "max_results", "pagination_token")
        view = read_view(call.query, DM_VIEW)
        fields = _DEFAULT_FIELDS | frozenset(filter(None, call.query.get("dm_event.fields", "").split(",")))
        if "MessageCreate" not in _event_types(call.query):
            messages = []
        size = number(call.query, "max_results", 1, 100, default=100)
        page, meta = cut_page(call.query, messages, size)
        if not page:
            return 200, {"meta": meta}
        self._network.charge("dm", [message.id for message in page], DM_READ)
        answer: Json = {"data": [_event(message, fields, self._network) for message in page]}
        if "sender_id" in view.expansions:
            people = dict.fromkeys(message.author_id for message in page)
            shaper = Shaper(self._network, view)
            answer["includes"] = {"users": [shaper.person(self._network.people[one]) for one in people]}
        return 200, {**answer, "meta": meta}

    def _send(self, call: Call, customer_id: str) -> Answer:
        network, text = self._network, _read_text(call.body)
        if customer_id == BRAND:
            raise self._refusal(None)
        if network.brand.suspended:
            raise REFUSALS["suspended"]
        customer = network.people.get(customer_id)
        if customer is None or not network.takes_dm(customer):
            raise self._refusal(customer)
        message = network.send(BRAND, customer_id, text, by_api=True)
        network.spent.write(WRITE_DM)
        self._changed()
        return 201, {"data": {"dm_conversation_id": message.conversation_id, "dm_event_id": message.id}}

    def _refusal(self, customer: Person | None) -> Problem:
        """Return how X refuses: its API v2 gives one reason for all, the older one tells which by number."""
        if self._network.settings.dm_refusals == "v2":
            return REFUSALS["dm-refused"]
        if customer is None or customer.suspended or customer.blocks_us or customer.takes_dms != "verified":
            return REFUSALS["dm-349"]
        return REFUSALS["dm-476"]


def _event(message: Message, fields: frozenset[str], network: Network) -> Json:
    text, entities = compose_text(message.text, message.id, network)
    shown: dict[str, Any] = {
        "id": message.id,
        "event_type": "MessageCreate",
        "text": text,
        "dm_conversation_id": message.conversation_id,
        "created_at": iso(message.created_at),
        "sender_id": message.author_id,
        "entities": entities,
        "referenced_tweets": [{"id": one} for one in _POST_LINK.findall(message.text)],
    }
    return {name: value for name, value in shown.items() if name in fields and value}


def _event_types(query: dict[str, str]) -> list[str]:
    if "event_types" not in query:
        return list(_EVENT_TYPES)
    types = query["event_types"].split(",")
    for one in types:
        if one not in _EVENT_TYPES:
            raise invalid_value("event_types", one, f"is not one of [{','.join(_EVENT_TYPES)}]")
    return types


def _customer_in(call: Call) -> str:
    """Return whom the brand talks to in the conversation of the path."""
    value = call.request.match_info["conversation"]
    if not (ID.fullmatch(value) or _CONVERSATION.fullmatch(value)):
        raise invalid_value("id", value, "is not valid")
    people = value.split("-")
    if len(people) != 2 or BRAND not in people or people != sorted(people, key=int):
        raise REFUSALS["not-permitted"]  # a group, or a conversation of others
    return people[1] if people[0] == BRAND else people[0]


def _read_text(body: Json) -> str:
    for key, value in body.items():
        if key not in {"text", "attachments"}:
            message = "is not defined in the schema and the schema does not allow additional properties"
            raise invalid(f"$.{key}", value, f"$.{key}: {message}")
    if "attachments" in body:
        raise invalid("$.attachments", body["attachments"], "Your media IDs are invalid.")
    text = body.get("text")
    if not isinstance(text, str):
        raise invalid("$.text", text, "$.text: is missing or not a string, but it is required")
    if not tidy(text):
        raise invalid("$.text", text, "$.text: must be at least 1 characters long")
    if len(text) > DM_LENGTH:
        raise invalid("$.text", text[:50], f"$.text: may only be {DM_LENGTH} characters long")
    return tidy(text)
