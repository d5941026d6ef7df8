"""Asking X, in the background, whether a customer takes our direct messages."""

from dataclasses import dataclass

from workflows.delivery import Deed
from workflows.desk import Desk
from workflows.domain.case import CaseId
from workflows.domain.effects import Effect
from workflows.services.board import refresh_card
from workflows.services.handoffs import note_reach
from workflows.store.contacts import NO, UNKNOWN, YES
from workflows.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReadyToAsk:
    """Whom to ask for."""

    case_id: CaseId
    person_id: str


class ReachDeed(Deed):
    """Learn whether a customer takes our direct messages; the card says it before anybody types."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyToAsk | None:
        """Read who it is about."""
        if effect.case_id is None:
            return None
        case = uow.cases.get(CaseId(effect.case_id))
        return ReadyToAsk(case.id, uow.contacts.person_of(case.customer_id))

    def perform(self, ready: ReadyToAsk) -> str:
        """Ask; what X does not say stays unknown."""
        reach = self._desk.gateway.people([ready.person_id]).get(ready.person_id)
        if reach is None or reach.takes_dms is None:
            return UNKNOWN
        return YES if reach.takes_dms else NO

    def record(self, uow: UnitOfWork, effect: Effect, ready: ReadyToAsk, external_id: str) -> None:
        """Keep the answer, and let the card say it."""
        case = uow.cases.get(ready.case_id)
        if external_id != UNKNOWN and note_reach(uow, case, takes_dms=external_id == YES):
            uow.cases.touch(case.id)
            refresh_card(uow, case)
