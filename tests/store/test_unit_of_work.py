"""The unit of work: all or nothing, once per delivery, and two times that are never mixed up."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError

from tests.store.stores import ASHA, BRAND, EMMA, START, Store, at_once, make_post
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.domain.people import Person
from workflows.errors import AlreadyTaken, NotSaved
from workflows.store.schema import refuse_wound_clock
from workflows.store.tables import (
    budgets,
    deliveries,
    desk_clock,
    leases,
    messages,
    outbox,
    people,
    timers,
    workspaces,
)
from workflows.store.unit_of_work import Told, begin_on

HOUR = timedelta(hours=1)


def wind(store: Store, offset_s: float) -> None:
    with store.engine.begin() as connection:
        connection.execute(desk_clock.delete())
        connection.execute(desk_clock.insert().values(id=1, offset_s=offset_s))


# --- one delivery, one piece of work


def test_of_many_who_bring_the_same_delivery_one_works_it_through(store: Store) -> None:
    def take(number: int) -> int:
        with store.begin(delivery="event:Ev1") as uow:
            uow.outbox.add(Kind.ALERT, f"from-{number}")
        return number

    results = at_once(12, take)

    (won,) = [result for result in results if isinstance(result, int)]
    assert len([error for error in results if isinstance(error, AlreadyTaken)]) == 11
    assert [row.dedup_key for row in store.rows(outbox)] == [f"from-{won}"]


def test_a_delivery_whose_work_failed_may_come_again(store: Store) -> None:
    def work(*, breaks: bool) -> None:
        with store.begin(delivery="event:Ev1") as uow:
            uow.outbox.add(Kind.ALERT, "k")
            if breaks:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work(breaks=True)
    assert store.rows(deliveries) == []
    work(breaks=False)
    with pytest.raises(AlreadyTaken):
        work(breaks=False)
    assert len(store.rows(outbox)) == 1


def test_a_delivery_taken_before_leaves_the_rest_of_the_transaction_whole(store: Store) -> None:
    with store.begin(delivery="event:Ev1"):
        pass
    with store.begin() as uow:
        with pytest.raises(AlreadyTaken):
            uow.take_delivery("event:Ev1")
        uow.outbox.add(Kind.ALERT, "k")
    assert len(store.rows(outbox)) == 1


# --- what leaves after the commit


def test_effects_are_handed_on_only_after_they_are_committed(store: Store) -> None:
    seen: list[int] = []

    def relay(_: object) -> None:
        seen.append(len(store.rows(outbox)))

    begin = begin_on(store.engine, store.rates, relay)
    with begin() as uow:
        uow.outbox.add(Kind.ALERT, "k")
        assert seen == []
    assert seen == [1]


def test_the_one_who_clicked_goes_with_what_leaves(store: Store) -> None:
    with store.begin() as uow:
        uow.told_if_late = Told("https://hooks.slack.com/actions/1", "saved_shown_late")
        uow.outbox.add(Kind.NOTICE, "k")
    assert store.released[0].told == Told("https://hooks.slack.com/actions/1", "saved_shown_late")


# --- two times


@pytest.mark.parametrize("offset_s", [3600.0, -86400.0, 0.5])
def test_begin_and_look_read_the_wound_clock(store: Store, offset_s: float) -> None:
    wind(store, offset_s)
    offset = timedelta(seconds=offset_s)

    before = datetime.now(UTC)
    with store.begin() as uow:
        assert uow.now - uow.machine == offset
        assert before <= uow.machine <= datetime.now(UTC)
        assert uow.views.now == uow.now
    with store.look() as views:
        assert views.now - views.machine == offset


def test_desk_time_is_machine_time_where_the_clock_was_never_wound(store: Store) -> None:
    with store.begin() as uow:
        assert uow.now == uow.machine
    with store.look() as views:
        assert views.now == views.machine


def test_cases_live_by_desk_time_and_effects_by_machine_time(store: Store) -> None:
    with store.at(0, wound_s=3600) as uow:
        uow.accounts.add(BRAND)
        customer = uow.cases.keep_customer(EMMA, "x")
        case, _ = uow.cases.open_for(BRAND.id, customer, "1", channel="#support")
        uow.outbox.add(Kind.POST_CARD, str(case.id), case_id=case.id, budget="slack:post:#support")
        uow.departures.due()
        draft, _ = uow.drafts.start(case.id, ASHA, "1", channel="public")

    assert case.opened_at == START + HOUR
    assert draft.opened_at == START + HOUR
    assert store.row(outbox).not_before == START
    assert store.row(budgets).free_at < START + HOUR


def test_a_database_whose_clock_was_wound_is_refused_for_work(store: Store) -> None:
    refuse_wound_clock(store.url)
    wind(store, 0)
    with pytest.raises(Exception, match="belongs to a sandbox"):
        refuse_wound_clock(store.url)


def test_a_time_without_a_zone_does_not_get_into_the_database(store: Store) -> None:
    naive = START.replace(tzinfo=None)
    store.have_case()
    with pytest.raises(StatementError, match="without a zone"), store.at() as uow:
        uow.cases.note_card(CaseId(1), answer_until=naive)
    assert store.case().answer_until is None


def test_times_of_every_zone_come_back_as_the_same_moment_in_utc(store: Store) -> None:
    kolkata = datetime.fromisoformat("2026-03-29T02:30:00.123456+05:30")
    store.have_case(make_post(written_at=kolkata))

    read = store.row(messages).written_at
    assert read == kolkata
    assert read.utcoffset() == timedelta(0)


# --- leases and timers of the clock


def hold(store: Store, holder: str, seconds: float) -> bool:
    with store.at(seconds) as uow:
        return uow.timers.hold_lease("clock", holder, for_s=10)


def test_of_two_clocks_one_holds_the_lease_and_keeps_it_by_turning(store: Store) -> None:
    assert hold(store, "one", 0)
    assert not hold(store, "two", 5)
    assert hold(store, "one", 9)
    assert not hold(store, "two", 18)
    assert store.row(leases).ticked_at == START + timedelta(seconds=9)


def test_a_clock_that_slept_through_its_lease_is_refused(store: Store) -> None:
    assert hold(store, "one", 0)
    assert hold(store, "two", 10)

    assert not hold(store, "one", 11)
    assert hold(store, "one", 20)


def test_a_lease_that_is_given_up_is_free_at_once(store: Store) -> None:
    hold(store, "one", 0)
    with store.at(1) as uow:
        uow.timers.end_lease("clock", "two")
    assert not hold(store, "two", 1)
    with store.at(1) as uow:
        uow.timers.end_lease("clock", "one")
    assert hold(store, "two", 1)


def test_of_many_clocks_that_start_at_once_one_gets_the_lease(store: Store) -> None:
    def start(number: int) -> bool:
        with store.begin() as uow:
            return uow.timers.hold_lease("clock", f"clock-{number}", for_s=10)

    assert sorted(at_once(8, start), key=str) == [False] * 7 + [True]


def test_a_timer_is_due_at_once_and_then_after_each_span(store: Store) -> None:
    def due(seconds: float) -> list[tuple[str, str]]:
        with store.at(seconds) as uow:
            return list(uow.timers.due())

    with store.at() as uow:
        uow.timers.start("poll")
        uow.timers.start("audit")
        uow.timers.set_next("audit", after_s=60)
    assert due(0) == [("poll", "")]
    with store.at() as uow:
        uow.timers.set_next("poll", after_s=5)
        assert uow.timers.next_due_at() == START + timedelta(seconds=5)
    assert due(4.9) == []
    assert due(5) == [("poll", "")]
    with store.at(5) as uow:
        uow.timers.start("poll")
    assert len(store.rows(timers)) == 2, "a timer that is there is left as it is"


def test_when_the_clock_turned_and_the_audit_found_nothing_can_be_seen(store: Store) -> None:
    with store.look() as views:
        assert (views.clock_ticked_at(), views.audited_at()) == (None, None)
    hold(store, "one", 3)
    with store.at(4) as uow:
        uow.timers.note_audit("clock")
    with store.look() as views:
        assert views.clock_ticked_at() == START + timedelta(seconds=3)
        assert views.audited_at() == START + timedelta(seconds=4)


# --- people and the workspace


def test_a_person_is_known_as_last_fetched(store: Store) -> None:
    guest = Person("U1", "T1", "Gita", is_guest=True)
    member = Person("U1", "T1", "Gita Rao", is_admin=True)
    with store.at() as uow:
        assert uow.accounts.person("U1") is None
        uow.accounts.keep_person(guest, uow.machine)
        assert uow.accounts.person("U1") == guest
        uow.accounts.keep_person(member, uow.machine)
        assert uow.accounts.person("U1") == member
    assert len(store.rows(people)) == 1


def test_a_desk_belongs_to_one_workspace(store: Store) -> None:
    with store.at() as uow:
        assert uow.accounts.home_team() == ""
        for team_id in ("T1", "T2"):
            for name in ("Sari", "Sari Shop"):
                uow.accounts.join_workspace(team_id=team_id, bot_user_id="U", bot_id="B", name=name, url="u")
        assert uow.accounts.home_team() == "T2"
    assert store.row(workspaces).name == "Sari Shop"


def test_what_is_not_settled_is_counted_by_state(store: Store) -> None:
    store.claimed(store.have_effect(Kind.ALERT, "1"))
    store.have_effect(Kind.ALERT, "2")
    store.have_effect(Kind.ALERT, "3")
    with store.look() as views:
        assert views.unsettled() == {"pending": 2, "sending": 1}


# --- a store that does not answer


def test_a_writer_waits_for_another_and_says_not_saved_when_its_patience_ends(store: Store) -> None:
    case_id = store.have_case()
    hasty = Store(store.url, patience_s=0.3)

    def touch() -> None:
        with hasty.begin() as uow:
            uow.cases.touch(uow.cases.get(case_id).id)

    try:
        with store.at() as uow:
            uow.cases.get(case_id)
            with pytest.raises(NotSaved):
                touch()
        assert store.case().version == 1
        touch()
        assert store.case().version == 2
    finally:
        hasty.engine.dispose()


def test_a_reader_does_not_hold_up_a_writer_and_sees_one_moment(store: Store) -> None:
    case_id = store.have_case()
    with store.look() as views:
        before = views.case(case_id)
        with store.begin() as uow:
            uow.cases.touch(case_id)
        assert views.case(case_id) == before
    with store.look() as views:
        assert views.case(case_id).case.version == 2


def test_a_writer_does_not_hold_up_a_reader(store: Store) -> None:
    case_id = store.have_case()
    with store.begin() as uow:
        uow.cases.touch(case_id)
        with store.look() as views:
            assert views.case(case_id).case.version == 1
