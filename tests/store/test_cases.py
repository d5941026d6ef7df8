"""Cases in the store: one owner, a version that rises, and a history that only grows."""

from collections.abc import Callable

import pytest
from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.exc import DBAPIError

from tests.store.stores import ASHA, MEHMET, START, Store, asker, at_once, make_post
from workflows.domain.case import AgentId, Case, CaseId
from workflows.domain.effects import Kind
from workflows.errors import HeldByOther, Missing
from workflows.services import board
from workflows.services.cases import claim_case, release_case, reopen_case, resolve_case, take_over_case
from workflows.store.drafts import DraftId
from workflows.store.history import Event
from workflows.store.tables import history, outbox
from workflows.store.unit_of_work import Told

CLICK = "https://hooks.slack.com/actions/T1/1/x"


def told(store: Store) -> list[tuple[str, str]]:
    return [(row.event, row.actor) for row in store.rows(history, history.c.actor_kind == "agent")]


def test_of_twenty_who_claim_at_once_one_gets_the_case_and_the_others_are_told_who(store: Store) -> None:
    case_id = store.have_case()

    def claim(number: int) -> Case:
        with store.begin() as uow:
            return claim_case(uow, case_id, asker(AgentId(f"U{number}")))

    results = at_once(20, claim)

    (won,) = [result for result in results if isinstance(result, Case)]
    lost = [result for result in results if isinstance(result, HeldByOther)]
    assert len(lost) == 19
    assert {refusal.facts["holder"] for refusal in lost} == {won.assignee}
    assert store.case().assignee == won.assignee
    assert told(store) == [("claimed", won.assignee)]


def test_a_claim_is_kept_told_and_shown(store: Store) -> None:
    case_id = store.have_case()
    before = store.case()
    with store.at(5) as uow:
        claim_case(uow, case_id, asker(ASHA))

    case = store.case()
    assert (case.assignee, case.status, case.version) == (ASHA, "open", before.version + 1)
    assert case.assigned_at is not None
    assert (case.assigned_at - START).total_seconds() == 5
    assert told(store) == [("claimed", ASHA)]
    assert len(store.rows(outbox, outbox.c.kind == Kind.REFRESH_CARD)) == 1


def test_a_claim_of_ones_own_case_changes_nothing_but_redraws_the_card(store: Store) -> None:
    case_id = store.have_case()
    for _ in range(2):
        with store.at() as uow:
            claim_case(uow, case_id, asker(ASHA))

    assert told(store) == [("claimed", ASHA)]
    assert store.case().version == 2
    assert len(store.rows(outbox, outbox.c.kind == Kind.REFRESH_CARD)) == 1


def test_every_move_is_told_with_who_made_it_and_from_whom(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        claim_case(uow, case_id, asker(ASHA))
        take_over_case(uow, case_id, asker(MEHMET), from_whom=ASHA)
        release_case(uow, case_id, asker(MEHMET))
        resolve_case(uow, case_id, asker(ASHA))
        reopen_case(uow, case_id, asker(ASHA))

    assert told(store) == [
        ("claimed", ASHA),
        ("taken_over", MEHMET),
        ("released", MEHMET),
        ("resolved", ASHA),
        ("reopened", ASHA),
    ]
    (taken_over,) = store.rows(history, history.c.event == "taken_over")
    assert taken_over.facts == {"from_whom": ASHA}
    assert store.case().version == 6


def test_a_refused_move_leaves_no_trace(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        claim_case(uow, case_id, asker(ASHA))
    before, events, wishes = store.case(), store.rows(history), store.rows(outbox)

    def release() -> None:
        with store.begin() as uow:
            release_case(uow, case_id, asker(MEHMET))

    with pytest.raises(HeldByOther):
        release()

    assert (store.case(), store.rows(history), store.rows(outbox)) == (before, events, wishes)


def test_a_case_that_is_not_there_is_missing(store: Store) -> None:
    with store.at() as uow, pytest.raises(Missing) as refused:
        claim_case(uow, CaseId(404), asker())
    assert refused.value.code == "no_such_case"


def test_what_is_saved_unchanged_keeps_its_version(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        case = uow.cases.get(case_id)
        assert uow.cases.save(case, case) == case
    assert store.case().version == 1


def test_a_note_of_where_the_card_is_is_no_change_of_the_case(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        uow.cases.note_card(case_id, card_ts="1.1", card_channel="C1")
    assert (store.case().card_ts, store.case().version) == ("1.1", 1)

    with store.at() as uow:
        uow.cases.touch(case_id)
    assert store.case().version == 2


# --- how a change is shown


def wish(store: Store, kind: Kind) -> str:
    return str(store.row(outbox, outbox.c.kind == kind).budget)


def test_a_change_by_a_click_is_shown_through_the_click_and_spends_nothing(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        claim_case(uow, case_id, asker(ASHA, CLICK))
        assert uow.told_if_late == Told(CLICK, "saved_shown_late")

    case = store.case()
    assert (case.answer_url, case.answer_uses) == (CLICK, board.ANSWER_USES)
    assert case.answer_until == START + board.ANSWER_FOR
    assert wish(store, Kind.REFRESH_CARD) == ""


@pytest.mark.parametrize(
    ("uses", "seconds", "budget"), [(1, 0, ""), (0, 0, board.UPDATES), (4, 30 * 60, board.UPDATES)]
)
def test_a_change_without_a_click_goes_through_the_last_one_while_slack_takes_it(
    store: Store, uses: int, seconds: float, budget: str
) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        until = START + board.ANSWER_FOR
        uow.cases.note_card(case_id, answer_url=CLICK, answer_until=until, answer_uses=uses)

    with store.at(seconds) as uow:
        board.refresh_card(uow, uow.cases.get(case_id))

    assert wish(store, Kind.REFRESH_CARD) == budget


def test_the_thread_is_told_a_little_later_and_not_before_there_is_a_card(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        board.tell_thread(uow, uow.cases.get(case_id))
    assert store.rows(outbox, outbox.c.kind == Kind.THREAD) == []

    with store.at() as uow:
        uow.cases.note_card(case_id, card_ts="1.1", card_channel="C1")
        board.tell_thread(uow, uow.cases.get(case_id))
    assert [offer.kind for offer in store.dispatched(0)] == [Kind.POST_CARD]
    assert store.dispatched(1.9) == []
    assert [offer.kind for offer in store.dispatched(2)] == [Kind.THREAD]


def test_one_click_is_answered_once_in_private(store: Store) -> None:
    with store.at() as uow:
        for _ in range(2):
            board.tell_privately(uow, asker(ASHA, CLICK), "click:1", "held", holder="U1", since="x")

    payload = store.row(outbox).payload
    assert (payload["code"], payload["user"], payload["answer_url"]) == ("held", ASHA, CLICK)


def test_an_alert_is_said_once_and_only_where_there_is_a_channel_for_it(store: Store) -> None:
    with store.at() as uow:
        board.alert(uow, "", "k", "poison")
        board.alert(uow, "#desk-admin", "k", "poison", effect="1")
        board.alert(uow, "#desk-admin", "k", "poison", effect="1")

    row = store.row(outbox)
    assert row.payload == {"code": "poison", "facts": {"effect": "1"}, "channel": "#desk-admin"}
    assert row.budget == "slack:post:#desk-admin"


def test_a_card_that_a_person_deleted_is_wished_for_anew(store: Store) -> None:
    case_id = store.have_case()
    effect = store.claimed(store.row(outbox).id)
    with store.at() as uow:
        uow.outbox.done(effect)
        uow.cases.note_card(case_id, card_ts="1.1", card_channel="C1", card_version=1, card_digest="d")

    with store.at(1) as uow:
        board.lost_card(uow, case_id)

    case = store.case()
    assert (case.card_ts, case.card_version, case.card_digest) == (None, 0, "")
    assert store.effect(effect.id).state == "pending"


# --- the history


@pytest.mark.parametrize(
    "change",
    [update(history).values(actor="nobody"), delete(history), delete(history).where(history.c.id == 1)],
    ids=["update", "delete", "delete one"],
)
def test_the_database_itself_refuses_to_change_the_history(store: Store, change: Update | Delete) -> None:
    store.have_case()
    before = store.rows(history)

    def tamper() -> None:
        with store.engine.begin() as connection:
            connection.execute(change)

    with pytest.raises(DBAPIError, match="the history is append-only"):
        tamper()
    assert store.rows(history) == before


def test_the_history_holds_ids_and_never_anybodys_words(store: Store) -> None:
    store.have_case(make_post(text="@sarishop SECRET-CUSTOMER"))
    assert "SECRET-CUSTOMER" not in str(store.rows(history))
    assert "SECRET-CUSTOMER" not in str(store.rows(outbox))


def test_events_come_with_the_words_that_they_are_about(store: Store) -> None:
    case_id = store.have_case(make_post(1, text="first"), make_post(2, text="second"))
    with store.at() as uow:
        draft, _ = uow.drafts.start(case_id, ASHA, make_post(1).id, channel="public")
        uow.drafts.move(draft.id, "open", to="sent", text="Sorry!")
        uow.history.add(case_id, Event.REPLY_SENT, draft=str(draft.id))

    with store.look() as views:
        events = views.events(case_id, after=0)
        assert [(event.event, event.text) for event in events] == [
            ("post_received", "second"),
            ("reply_sent", "Sorry!"),
        ], "the card itself tells of the opening"
        later = views.events(case_id, after=events[0].id, limit=1)
    assert [event.text for event in later] == ["Sorry!"]


# --- what the card shows


def shown(store: Store, *numbers: int) -> tuple[list[int], int]:
    case_id = store.have_case(*(make_post(number) for number in numbers))
    with store.look() as views:
        view = views.case(case_id)
    return [int(message.external_id[-3:]) for message in view.messages], view.hidden


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1], ([1], 0)),
        ([1, 2], ([1, 2], 0)),
        ([1, 2, 3], ([1, 2, 3], 0)),
        ([1, 2, 3, 4], ([1, 3, 4], 1)),
        (list(range(1, 21)), ([1, 19, 20], 17)),
    ],
)
def test_a_card_shows_the_first_and_the_newest_posts_and_counts_the_rest(
    store: Store, numbers: list[int], expected: tuple[list[int], int]
) -> None:
    assert shown(store, *numbers) == expected


def test_the_newest_post_is_the_one_that_is_answered(store: Store) -> None:
    case_id = store.have_case(make_post(2), make_post(9), make_post(5))
    with store.look() as views:
        assert views.target(case_id).external_id == make_post(9).id


def test_a_customer_is_known_by_their_earlier_cases(store: Store) -> None:
    store.have_case(make_post(1))
    second = store.have_case(make_post(2, conversation_id="2"), seconds=3600)
    with store.look() as views:
        assert views.case(second).earlier_cases == 1
        assert views.case(CaseId(1)).earlier_cases == 0


def test_what_is_not_there_cannot_be_looked_at(store: Store) -> None:
    with store.look() as views:
        looks: list[Callable[[], object]] = [
            lambda: views.case(CaseId(404)),
            lambda: views.target(CaseId(404)),
            lambda: views.draft(DraftId(404)),
            lambda: views.message("1", "404"),
        ]
        for look in looks:
            with pytest.raises(Missing):
                look()
