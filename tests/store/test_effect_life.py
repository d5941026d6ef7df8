"""The life of an effect under any order of claims, answers, deaths, looks and decisions.

A machine of hypothesis plays worker, far side, clock and agent against a real store. The far side has a
memory of its own: whatever the store believes, it knows which attempts were really said.
"""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.store.stores import Store
from workflows.delivery import Performer, settle_run_out
from workflows.domain.effects import NATURE, SETTLED, Effect, Kind, State
from workflows.store.outbox import LEASE_S
from workflows.store.tables import outbox
from workflows.store.unit_of_work import UnitOfWork


class EffectLife(RuleBasedStateMachine):
    """Attempts overlap: a worker that lost its lease may still answer, late and in any order."""

    template: Path
    copies = 0

    def __init__(self) -> None:
        super().__init__()
        EffectLife.copies += 1
        self.path = self.template.with_name(f"life-{EffectLife.copies}.db")
        shutil.copyfile(self.template, self.path)
        self.store = Store(f"sqlite:///{self.path}")
        self.clock = 0.0
        self.under_way: list[Effect] = []  # attempts whose worker has not answered
        self.said: set[int] = set()  # attempts that the far side took
        self.recorded: list[int] = []  # attempts whose recording as done was accepted
        self.given_back: set[int] = set()  # attempts after which another one is right
        self.before = State.PENDING

    def teardown(self) -> None:
        self.store.engine.dispose()
        for left in self.path.parent.glob(f"{self.path.name}*"):
            left.unlink()

    @initialize(kind=st.sampled_from([Kind.REPLY, Kind.REPLY, Kind.ALERT, Kind.REFRESH_CARD]))
    def somebody_wishes(self, kind: Kind) -> None:
        self.kind = kind
        self.speech = NATURE[kind].speech
        self.effect_id = self.store.have_effect(kind, "1")

    def _later(self, seconds: float = 1.1) -> AbstractContextManager[UnitOfWork]:
        self.clock += seconds
        return self.store.at(self.clock)

    def _record(self, uow: UnitOfWork, effect: Effect) -> None:
        if uow.outbox.done(effect, "post"):
            self.recorded.append(effect.attempt)

    # --- what may happen

    @rule()
    def somebody_wishes_again(self) -> None:
        with self._later() as uow:
            uow.outbox.add(self.kind, "1")

    @rule(said=st.booleans())
    def a_job_comes(self, said: bool) -> None:
        """A job may come twice, late, or for what is settled."""
        with self._later() as uow:
            effect = uow.outbox.claim(self.effect_id, by="worker-1")
        if effect is not None:
            self.under_way.append(effect)
            if said:
                self.said.add(effect.attempt)

    @precondition(lambda self: self.under_way)
    @rule(first=st.booleans(), answer=st.sampled_from(["truth", "truth", "never", "unknown", "none"]))
    def a_worker_answers(self, first: bool, answer: str) -> None:
        """It tells what the far side told it, or that it does not know, or dies."""
        effect = self.under_way.pop(0 if first else -1)
        with self._later() as uow:
            if answer == "unknown":
                if self.speech:
                    uow.outbox.doubted(effect, "no_answer")
                else:
                    uow.outbox.postponed(effect, after_s=1, reason="no_answer")
            elif answer != "none" and effect.attempt in self.said:
                self._record(uow, effect)
            elif answer != "none":
                if answer == "never":
                    uow.outbox.failed(effect, "forbidden")
                else:
                    uow.outbox.postponed(effect, after_s=1, reason="busy")
                self.given_back.add(effect.attempt)

    @rule()
    def leases_run_out(self) -> None:
        with self._later(LEASE_S + 1) as uow:
            settle_run_out(Performer(self.store.begin, "clock", ""), uow, {})

    @rule(lags=st.booleans(), decides=st.booleans())
    def a_doubt_is_looked_into(self, lags: bool, decides: bool) -> None:
        """What was said can be found, unless the far side lags; what was not said is not found."""
        with self._later(LEASE_S + 1) as uow:
            taken = uow.outbox.start_check(self.effect_id, by="worker-1")
            if taken is None:
                return
            if self.said and not lags:
                self._record(uow, taken[0])
            else:
                assert uow.outbox.asked(taken[0])
        if decides:
            self.a_person_decides()

    @rule()
    def a_person_decides(self) -> None:
        """They look, too; what is on its way still they cannot see."""
        with self._later() as uow:
            effect = uow.outbox.get(self.effect_id)
            if effect is None or effect.state is not State.ASKED:
                return
            if self.said:
                self._record(uow, effect)
            else:
                assert uow.outbox.postponed(effect, after_s=0, reason="")
                self.given_back.add(effect.attempt)

    # --- what always holds

    @invariant()
    def the_promises_hold(self) -> None:
        row = self.store.row(outbox)
        state, before, self.before = State(row.state), self.before, State(row.state)
        if state is State.SENDING:
            assert row.lease_until is not None
        if state in SETTLED:
            assert row.settled_at is not None
        if not self.speech:
            return
        assert len(self.recorded) <= 1, "recorded as said twice"
        assert (state is State.DONE) == (len(self.recorded) == 1)
        assert before not in SETTLED or state is before, "a settled effect moved again"
        over = range(1, row.attempt + (state is State.PENDING))
        assert set(over) <= self.given_back, "attempted again without a proof or a person's word"


def test_no_order_of_events_says_a_thing_twice_or_loses_it(migrated_sqlite: Path) -> None:
    EffectLife.template = migrated_sqlite
    run_state_machine_as_test(
        EffectLife, settings=settings(max_examples=60, stateful_step_count=25, deadline=None)
    )
