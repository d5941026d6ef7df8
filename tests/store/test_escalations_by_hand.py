"""What people do about a wait: they take it on, and the pings rest; or they ask for help at once."""

import pytest

from tests.store.stores import ASHA, CHANNEL, MEHMET, Store, answered, asker, make_post, use, woken
from tests.store.test_escalations import LADDERS, MINUTE, REARM, SHIFTS, events, pings, said, take, wake_at
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.errors import Conflict, Refusal
from workflows.services.cases import claim_case, release_case, resolve_case
from workflows.services.escalations import NEXT_STEP, SUPERVISOR, acknowledge, escalate, escalation_choices
from workflows.store.history import Event
from workflows.store.tables import escalations, outbox


@pytest.fixture
def ladders(store: Store) -> Store:
    """A store whose playbook has a ladder for high and one for medium priority."""
    use(store, LADDERS)
    return store


# --- quiet


@pytest.mark.parametrize("how", ["claim", "acknowledge"])
def test_who_takes_the_wait_on_stops_the_pings(ladders: Store, how: str) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    with ladders.at(11 * MINUTE) as uow:
        (claim_case if how == "claim" else acknowledge)(uow, case_id, asker(MEHMET))

    for minute in (30.1, 45.1, 59, 61, 600):
        woken(ladders, minute * MINUTE)

    assert said(ladders) == [("1", "")]
    assert ladders.case().quiet_by == MEHMET
    assert ladders.case().is_late  # only an answer stops the clock


@pytest.mark.parametrize("how", ["claim", "acknowledge"])
def test_after_the_rest_the_pings_go_on_with_the_highest_due_step(store: Store, how: str) -> None:
    use(store, REARM)
    case_id = store.have_case()
    woken(store, 10.1 * MINUTE)
    with store.at(28 * MINUTE) as uow:
        (claim_case if how == "claim" else acknowledge)(uow, case_id, asker(MEHMET))

    assert wake_at(store) == 48
    woken(store, 47.9 * MINUTE)
    assert said(store) == [("1", "")]
    woken(store, 48.1 * MINUTE)

    assert said(store) == [("1", ""), ("3", "2")]
    assert store.rows(outbox, outbox.c.kind == Kind.PING)[-1].payload["late_s"] == "0"


def test_what_the_ladder_does_not_list_does_not_quiet_it(store: Store) -> None:
    use(store, LADDERS.replace("      steps:", "      quieted_by: [claim]\n      steps:"))
    case_id = store.have_case()
    with store.at(11 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))

    woken(store, 31 * MINUTE)

    assert said(store) == [("2", "1")]


def test_a_claim_that_the_ladder_does_not_list_does_not_quiet_it(store: Store) -> None:
    use(store, LADDERS.replace("      steps:", "      quieted_by: [acknowledge]\n      steps:"))
    case_id = store.have_case()
    with store.at(11 * MINUTE) as uow:
        claim_case(uow, case_id, asker(MEHMET))

    woken(store, 31 * MINUTE)

    assert said(store) == [("2", "1")]


def test_a_case_that_is_given_back_is_pinged_for_again(ladders: Store) -> None:
    case_id = ladders.have_case()
    with ladders.at(11 * MINUTE) as uow:
        claim_case(uow, case_id, asker(MEHMET))
    with ladders.at(12 * MINUTE) as uow:
        release_case(uow, case_id, asker(MEHMET))

    woken(ladders, 31 * MINUTE)

    assert [step for step, _ in said(ladders)] == ["2"]


def test_only_the_first_who_acknowledges_has_it_and_the_others_are_told(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    with ladders.at(11 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))
    with ladders.at(12 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))

    def again() -> None:
        with ladders.at(13 * MINUTE) as uow:
            acknowledge(uow, case_id, asker(ASHA))

    with pytest.raises(Conflict) as refused:
        again()
    assert (refused.value.code, refused.value.facts["holder"]) == ("taken_on", MEHMET)
    assert len(events(ladders, Event.ACKNOWLEDGED)) == 1


def test_an_acknowledgement_shows_on_every_ping_that_was_said(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 31 * MINUTE)
    for ping in ladders.rows(outbox, outbox.c.kind == Kind.PING):
        effect = ladders.claimed(ping.id, 32 * MINUTE)
        with ladders.at(31 * MINUTE) as uow:
            uow.outbox.done(effect, f"C{ping.id}/17.{ping.id}")

    with ladders.at(32 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET, answer_url="http://answer"), clicked_ts=f"17.{ping.id}")

    taken = ladders.rows(outbox, outbox.c.kind == Kind.PING_TAKEN)
    assert [(row.payload["at"], row.payload["by"]) for row in taken] == [
        (f"C{p.id}/17.{p.id}", MEHMET) for p in ladders.rows(outbox, outbox.c.kind == Kind.PING)
    ]
    assert [row.payload["answer_url"] for row in taken] == ["", "http://answer"]


# --- by hand


def help_for(store: Store, case_id: CaseId, minute: float, target: str = SUPERVISOR) -> None:
    with store.at(minute * MINUTE) as uow:
        escalate(uow, case_id, asker(ASHA), target=target, reason="She is furious")


def test_asking_for_help_calls_at_once_raises_the_priority_and_repeats_no_step(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)

    help_for(ladders, case_id, 11)

    case = ladders.case()
    assert (case.priority, case.ladder, case.escalated) == ("high", "urgent", True)
    # 2m and 50% of 10 minutes have had their time by now; the urgent ladder goes on at 20 minutes.
    assert wake_at(ladders) == 10  # the target of high priority is missed by now
    woken(ladders, 11.01 * MINUTE)
    assert said(ladders) == [("1", "")]
    woken(ladders, 20.1 * MINUTE)
    assert said(ladders) == [("1", ""), ("3", "")]
    by_hand = [row for row in pings(ladders) if row[0] == ""]
    assert by_hand == [("", "thread", ("U0MEHMET",)), ("", "channel", ("U0MEHMET",))]


def test_the_next_step_by_hand_is_not_repeated_at_its_time(store: Store) -> None:
    use(store, LADDERS.replace("escalation:\n", "escalation:\n  raise_priority: false\n"))
    case_id = store.have_case()
    woken(store, 10.1 * MINUTE)
    with store.at(11 * MINUTE) as uow:
        step = escalation_choices(uow, case_id).next_step
        assert step is not None
        assert step.index == 1

    help_for(store, case_id, 11, NEXT_STEP)

    assert [row for row in pings(store) if row[0] == ""] == [
        ("", "thread", ("U0MEHMET",)),
        ("", "channel", ("U0MEHMET",)),
    ]
    assert wake_at(store) == 45
    woken(store, 30.1 * MINUTE)
    woken(store, 45.1 * MINUTE)
    assert said(store) == [("1", ""), ("3", "")]


def test_the_last_step_by_hand_leaves_no_next_one(store: Store) -> None:
    use(store, LADDERS.replace("escalation:\n", "escalation:\n  raise_priority: false\n"))
    case_id = store.have_case()
    for minute in (1, 2, 3):
        help_for(store, case_id, minute, NEXT_STEP)

    with pytest.raises(Conflict) as refused:
        help_for(store, case_id, 4, NEXT_STEP)

    assert refused.value.code == "no_next_step"
    assert len(store.rows(outbox, outbox.c.kind == Kind.PING)) == 4
    with store.at(5 * MINUTE) as uow:
        assert escalation_choices(uow, case_id).next_step is None


def test_one_ladder_for_all_repeats_no_step_when_the_priority_rises(store: Store) -> None:
    # 75% of 60 minutes comes after 30m, of 10 minutes before it: the order of the steps changes.
    use(store, _one_ladder_for_all())
    case_id = store.have_case()
    for minute in (5.1, 30.1):
        woken(store, minute * MINUTE)
    assert [row[2] for row in pings(store)] == [("U0ASHA",), ("U0ANNA",)]

    help_for(store, case_id, 31)
    woken(store, 31.1 * MINUTE)

    ladder = [row for row in pings(store) if row[0]]
    assert [row[2] for row in ladder].count(("U0ANNA",)) == 1


def _one_ladder_for_all() -> str:
    head = LADDERS.partition("escalation:")[0]
    return (
        head
        + """escalation:
  ladders:
    - name: all
      steps:
        - {after: 5m, ping: [U0ASHA]}
        - {at: 75%, ping: [U0MEHMET]}
        - {after: 30m, ping: [U0ANNA]}
"""
    )


def test_asking_for_help_ends_the_rest_of_who_had_taken_it_on(ladders: Store) -> None:
    case_id = ladders.have_case(make_post(1, text="@sarishop hacked"))
    with ladders.at(60) as uow:
        acknowledge(uow, case_id, asker(ASHA))
    assert wake_at(ladders) == 10  # the target only

    help_for(ladders, case_id, 3)
    woken(ladders, 5.1 * MINUTE)

    assert [step for step, _ in said(ladders)] == ["2"]


@pytest.mark.parametrize(
    ("target", "reason", "code"),
    [(SUPERVISOR, "  \n ", "empty"), ("team:unknown", "why", "nobody_on_duty"), ("nonsense", "why", "")],
)
def test_a_call_for_help_that_reaches_nobody_is_refused_and_leaves_nothing(
    store: Store, target: str, reason: str, code: str
) -> None:
    use(store, SHIFTS.replace("agents: [U0ASHA, U0MEHMET]", "agents: [U0MEHMET]"))
    case_id = store.have_case()

    def ask() -> None:
        with store.at(60) as uow:
            escalate(uow, case_id, asker(ASHA), target=target, reason=reason)

    with pytest.raises(Refusal) as refused:
        ask()
    assert code in ("", refused.value.code)
    assert (pings(store), store.case().priority) == ([], "medium")


def test_a_resolved_case_cannot_be_escalated(ladders: Store) -> None:
    case_id = ladders.have_case()
    with ladders.at(1) as uow:
        resolve_case(uow, case_id, asker(ASHA))

    for work in (
        lambda uow: escalate(uow, case_id, asker(ASHA), target=SUPERVISOR, reason="why"),
        lambda uow: escalation_choices(uow, case_id),
        lambda uow: acknowledge(uow, case_id, asker(ASHA)),
    ):
        with pytest.raises(Refusal) as refused, ladders.at(2) as uow:
            work(uow)
        assert refused.value.code == "resolved"


def test_acknowledging_a_call_for_help_while_nobody_waits_does_not_silence_the_next_wait(
    ladders: Store,
) -> None:
    case_id = ladders.have_case()
    answered(ladders, case_id, 5 * MINUTE)
    help_for(ladders, case_id, 6)
    with ladders.at(7 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))
    assert (ladders.case().quiet_at, ladders.case().quiet_by) == (None, "")
    assert len(events(ladders, Event.ACKNOWLEDGED)) == 1

    take(ladders, "@sarishop and now?", minute=20)
    woken(ladders, 22.1 * MINUTE)

    assert ladders.case().ladder == "urgent"
    assert said(ladders) == [("1", "")]


def test_where_nobody_waits_and_nobody_asked_for_help_there_is_nothing_to_acknowledge(ladders: Store) -> None:
    case_id = ladders.have_case()
    answered(ladders, case_id, 5 * MINUTE)
    with pytest.raises(Refusal) as refused, ladders.at(7 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))
    assert refused.value.code == "nobody_waits"


@pytest.mark.parametrize("team", ["unknown", "empty", ""])
def test_help_of_a_team_that_is_not_there_is_refused_and_calls_nobody_instead(
    store: Store, team: str
) -> None:
    use(store, LADDERS.replace("teams: {fraud: {members: [U0ASHA]}}", "teams: {empty: {}}"))
    case_id = store.have_case()

    with pytest.raises(Refusal) as refused:
        help_for(store, case_id, 1, f"team:{team}")

    assert refused.value.code == "nobody_on_duty"
    assert (pings(store), store.case().escalated, store.rows(escalations)) == ([], False, [])
    with store.at(2 * MINUTE) as uow:
        assert escalation_choices(uow, case_id).teams == []


def test_help_of_a_team_calls_its_members(ladders: Store) -> None:
    case_id = ladders.have_case()
    help_for(ladders, case_id, 1, "team:fraud")
    assert {who for _, _, who in pings(ladders)} == {("U0ASHA",)}


def test_the_next_step_by_hand_may_tell_a_channel_and_ring_nobody(store: Store) -> None:
    rings = '{after: 10m, ping: [agents], text: "Please take it"}'
    use(store, LADDERS.replace(rings, "{after: 10m, channel: C0NEWSROOM}"))
    case_id = store.have_case()

    help_for(store, case_id, 1, NEXT_STEP)

    told = [row.payload for row in store.rows(outbox, outbox.c.kind == Kind.PING)]
    assert [(payload["channel"], payload["who"]) for payload in told] == [(CHANNEL, []), ("C0NEWSROOM", [])]
    assert len(store.rows(escalations)) == 1
