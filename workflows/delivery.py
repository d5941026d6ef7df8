"""Delivery: carry out one effect, record what came of it, and settle doubts.

The claim is committed before any socket opens; a crash after it leaves a lease that runs out, and
then speech is in doubt, never simply sent again.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from workflows.crash import crash_point
from workflows.domain.effects import NATURE, Effect, Kind, back_off_s
from workflows.errors import NotSaved, OutcomeUnknown, TryLater, Undeliverable
from workflows.services.board import alert
from workflows.store.outbox import FIRST_CHECK_S, MAX_CRASHES
from workflows.store.unit_of_work import Begin, UnitOfWork

log = logging.getLogger(__name__)

RECORD_TRIES = 3
ASIDE_S = 600.0
_NEVER_LOST = frozenset({Kind.POST_CARD, Kind.THREAD, Kind.POST_REQUEST, Kind.POST_DM_CARD})
UNREACHABLE = frozenset({"unreachable", "slack_unreachable"})


@dataclass(frozen=True)
class Performer:
    """One process that carries out effects.

    name           under which it holds leases; a restarted process has the same.
    admin_channel  where operators are told of trouble; "" for nowhere.
    """

    begin: Begin
    name: str
    admin_channel: str

    @contextmanager
    def begin_with(self, effect_id: int) -> Iterator[UnitOfWork]:
        """Open a unit of work that holds the effect's case before its row, as clicks do: no deadlocks."""
        with self.begin() as uow:
            uow.hold_case_of(effect_id)
            yield uow


class Deed:
    """How one kind of effect is carried out; what is ready to go is handed from step to step.

    checks_s           when to look for a proof after a doubtful attempt, in seconds from its start.
    trusts_first_look  one look that could be made and found nothing proves that it is not there.
    """

    checks_s: Sequence[float] = ()
    trusts_first_look = False

    def prepare(self, uow: UnitOfWork, effect: Effect) -> Any | None:
        """Read what is needed, inside the claim's transaction; None when there is nothing to do."""
        raise NotImplementedError

    def perform(self, ready: Any) -> str:
        """Do it over the network, outside any transaction, and return the far side's id of it."""
        raise NotImplementedError

    def record(self, uow: UnitOfWork, effect: Effect, ready: Any, external_id: str) -> None:
        """Write down that it is out."""

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Write down that it will never be out."""

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """Write down that it waits."""

    def doubt(self, uow: UnitOfWork, effect: Effect) -> None:
        """Write down that nobody knows."""

    def come_late(self, uow: UnitOfWork, effect: Effect) -> None:
        """Mend what an attempt may have spoilt whose row somebody else has by now."""

    def find(self, ready: Any, effect: Effect) -> str | None:
        """Look for it at the far side; its id there, None when it is not to be seen."""
        raise NotImplementedError

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Decide about a doubt that no look has settled."""
        raise NotImplementedError


def deliver_effect(performer: Performer, deeds: Mapping[Kind, Deed], effect_id: int) -> None:
    """Carry out the effect with this id, unless somebody else does or did: a job may come twice."""
    crash_point("popped")
    with performer.begin_with(effect_id) as uow:
        effect = uow.outbox.claim(effect_id, by=performer.name)
        if effect is None:
            return
        deed = deeds[effect.kind]
        ready = deed.prepare(uow, effect)
        if ready is None:
            uow.outbox.done(effect)
            return
        crash_point(f"claiming:{effect.kind}")
    crash_point(f"claimed:{effect.kind}")
    if effect.wait_s:
        time.sleep(effect.wait_s)
    _attempt(performer, deed, effect, ready)


def _attempt(performer: Performer, deed: Deed, effect: Effect, ready: Any) -> None:
    try:
        external_id = deed.perform(ready)
    except TryLater as error:
        _postponed(performer, deed, effect, error)
    except Undeliverable as error:
        _refused(performer, deed, effect, error)
    except OutcomeUnknown as error:
        _unknown(performer, deed, effect, str(error))
    except Exception as error:
        log.exception("effect=%s kind=%s broke", effect.id, effect.kind)
        _unknown(performer, deed, effect, type(error).__name__)
    else:
        crash_point(f"performed:{effect.kind}")
        _record(performer, deed, effect, ready, external_id)
        crash_point(f"recorded:{effect.kind}")


def _record(performer: Performer, deed: Deed, effect: Effect, ready: Any, external_id: str) -> None:
    """Write down that it is out; a store that is busy is asked again, because nobody else knows."""
    for attempt in range(RECORD_TRIES):
        try:
            with performer.begin_with(effect.id) as uow:
                if uow.outbox.done(effect, external_id):
                    deed.record(uow, effect, ready, external_id)
                else:
                    deed.come_late(uow, effect)
        except NotSaved:
            if attempt + 1 == RECORD_TRIES:
                raise
        else:
            return


def _postponed(performer: Performer, deed: Deed, effect: Effect, error: TryLater) -> None:
    after_s = error.after_s
    if error.reason in UNREACHABLE:
        after_s = max(after_s, back_off_s(effect.attempt))
    log.info("effect=%s kind=%s waits %.1fs: %s", effect.id, effect.kind, after_s, error.reason)
    with performer.begin_with(effect.id) as uow:
        if error.throttled:
            uow.budgets.block(effect.budget, error.after_s)
        else:
            uow.budgets.give_back(effect.budget)  # it was never there to be counted
        if error.parked:
            far_side = NATURE[effect.kind].side
            _tell_operators(performer, uow, f"parked:{far_side}:{error.reason}", f"parked_{error.reason}")
        if uow.outbox.postponed(effect, after_s=after_s, reason=error.reason):
            deed.postpone(uow, effect, error)


def _refused(performer: Performer, deed: Deed, effect: Effect, error: Undeliverable) -> None:
    log.warning("effect=%s kind=%s refused: %s", effect.id, effect.kind, error.reason)
    with performer.begin_with(effect.id) as uow:
        if uow.outbox.failed(effect, error.reason):
            deed.refuse(uow, effect, error)


def _unknown(performer: Performer, deed: Deed, effect: Effect, reason: str) -> None:
    with performer.begin_with(effect.id) as uow:
        note_unknown(uow, deed, effect, reason)


def note_unknown(uow: UnitOfWork, deed: Deed, effect: Effect, reason: str) -> None:
    """Record an attempt without a known outcome: speech is in doubt, a state effect is done again."""
    if not NATURE[effect.kind].speech:
        uow.outbox.postponed(effect, after_s=back_off_s(effect.attempt), reason=reason)
    elif uow.outbox.doubted(effect, reason, check_after_s=min(deed.checks_s, default=FIRST_CHECK_S)):
        log.warning("effect=%s kind=%s in doubt: %s", effect.id, effect.kind, reason)
        deed.doubt(uow, effect)


def reconcile_effect(performer: Performer, deeds: Mapping[Kind, Deed], effect_id: int) -> None:
    """Look once for a proof of a doubted effect; the last look that finds none leaves it to `unproven`."""
    with performer.begin_with(effect_id) as uow:
        taken = uow.outbox.start_check(effect_id, by=performer.name)
        if taken is None:
            return
        effect, looks = taken
        deed = deeds[effect.kind]
        ready = deed.prepare(uow, effect)
    if ready is None:
        with performer.begin_with(effect.id) as uow:
            uow.outbox.cancelled(effect, "no_longer_wanted")
        return
    found, looked = _look_for(deed, effect, ready)
    with performer.begin_with(effect.id) as uow:
        if found is not None:
            if uow.outbox.done(effect, found):
                deed.record(uow, effect, ready, found)
            return
        later = None if looked and deed.trusts_first_look else _next_look_s(deed, looks)
        if later is None:
            deed.unproven(uow, effect)
        else:
            uow.outbox.look_again(effect, after_s=later)


def _look_for(deed: Deed, effect: Effect, ready: Any) -> tuple[str | None, bool]:
    """Return its id at the far side, if it is there, and whether we could look at all."""
    try:
        return deed.find(ready, effect), True
    except (TryLater, OutcomeUnknown, Undeliverable) as error:
        log.info("effect=%s kind=%s no proof to be had: %s", effect.id, effect.kind, error)
    except Exception:
        log.exception("effect=%s kind=%s: what the far side showed cannot be read", effect.id, effect.kind)
    return None, False


def _next_look_s(deed: Deed, looks: int) -> float | None:
    if looks + 1 >= len(deed.checks_s):
        return None
    return max(1.0, deed.checks_s[looks + 1] - deed.checks_s[looks])


def settle_run_out(performer: Performer, uow: UnitOfWork, deeds: Mapping[Kind, Deed]) -> int:
    """Settle the effects whose performer died: doubt for speech, once more for the rest.

    One that has taken three performers with it is set aside and the operators are told; cards, their threads
    and requests for approval only for ten minutes, because a mention without its card would be lost, and so
    would an answer that nobody is asked about.
    """
    effects = uow.outbox.leases_run_out()
    for effect in effects:
        uow.hold_case_of(effect.id)
        crashes = uow.outbox.crashed(effect)
        if crashes >= MAX_CRASHES and effect.kind not in (Kind.REPLY, Kind.DM):
            _set_aside(performer, uow, effect)
        elif NATURE[effect.kind].speech:
            note_unknown(uow, deeds.get(effect.kind, Deed()), effect, "performer_died")
        else:
            uow.outbox.postponed(effect, after_s=0, reason="performer_died")
    return len(effects)


def _set_aside(performer: Performer, uow: UnitOfWork, effect: Effect) -> None:
    if effect.kind in _NEVER_LOST:
        uow.outbox.doubted(effect, "poison", check_after_s=ASIDE_S)
    elif effect.kind is Kind.REFRESH_CARD:
        uow.outbox.postponed(effect, after_s=ASIDE_S, reason="poison")
    else:
        uow.outbox.failed(effect, "poison")
    facts = {"effect": str(effect.id), "kind": str(effect.kind)}
    _tell_operators(performer, uow, f"poison:{effect.id}", "poison", **facts)


def _tell_operators(performer: Performer, uow: UnitOfWork, key: str, code: str, **facts: str) -> None:
    """Say it once an hour at the most."""
    hour = (uow.machine - timedelta(minutes=uow.machine.minute)).strftime("%Y%m%d%H")
    alert(uow, performer.admin_channel, f"{key}:{hour}", code, **facts)
