"""What changes on X after it was stored: edits once, no words of what is gone, nobody waits for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, insert

from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    RAVI,
    START,
    Store,
    answered,
    asker,
    at_once,
    hand_in,
    make_post,
)
from tests.store.test_approvals import RULES as APPROVALS
from tests.store.test_approvals import given_request
from tests.store.test_intake import RULES, events, make_own, take, use
from tests.store.test_plans import listening, plan_of
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Kind
from workflows.domain.post import Post
from workflows.errors import Refusal
from workflows.services.cases import resolve_case
from workflows.services.intake import take_posts
from workflows.services.outcomes import reply_refused
from workflows.services.replies import open_reply
from workflows.services.sending import hold_if_spoilt
from workflows.services.upkeep import forget_older_texts, take_gone
from workflows.store.drafts import DraftId
from workflows.store.reply_tables import approvals, drafts
from workflows.store.tables import cases, history, messages, outbox

HOUR, DAY = 3600, 86400


def make_edit(of: int = 1, number: int = 50, text: str = "@sarishop it is there!", **more: Any) -> Post:
    """The post of this number in a newer version."""
    first = make_post(of)
    at = START + timedelta(seconds=number)
    versions = (first.id, make_post(number).id)
    return make_post(number, text=text, versions=versions, written_at=at, **more)


def message(store: Store, number: int = 1) -> Row[Any]:
    return store.row(messages, messages.c.external_id == make_post(number).id)


def lose(store: Store, number: int = 1, why: str = "deleted", seconds: float = 100) -> bool:
    with store.at(seconds) as uow:
        stored = uow.cases.message(BRAND.id, make_post(number).id)
        assert stored is not None
        return take_gone(uow, stored, why)


# --- edits


def test_an_edit_changes_its_message_and_opens_no_second_one(store: Store) -> None:
    store.have_case()
    version = store.case().version

    take(store, make_edit(), seconds=60)

    row = store.row(messages)
    assert (row.external_id, row.newest_id) == (make_post(1).id, make_post(50).id)
    assert (row.text, row.older_text) == ("@sarishop it is there!", "@sarishop where is it?")
    assert row.edited_at == START + timedelta(seconds=50)
    assert events(store) == ["opened", "post_edited"]
    assert store.case().version > version
    assert {e.kind for e in store.rows(outbox)} >= {Kind.QUOTES, Kind.REFRESH_CARD}


def test_the_history_of_an_edit_names_versions_and_holds_no_words(store: Store) -> None:
    store.have_case()
    take(store, make_edit(), seconds=60)

    line = store.rows(history)[-1]
    assert (line.facts, line.actor_kind) == (
        {"post": make_post(1).id, "version": make_post(50).id},
        "customer",
    )


def test_the_same_edit_or_an_older_version_changes_nothing(store: Store) -> None:
    store.have_case()
    take(store, make_edit(), seconds=60)
    before, told = message(store), events(store)

    for again in (make_edit(), make_post(1, versions=make_edit().versions), make_post(1)):
        assert take(store, again, seconds=90) == 0

    assert (message(store), events(store)) == (before, told)


def test_one_edit_that_several_processes_see_at_once_counts_once(store: Store) -> None:
    store.have_case()

    def see(_: int) -> None:
        with store.begin() as uow:
            take_posts(uow, BRAND, [make_edit()], channel=CHANNEL)

    assert at_once(5, see) == [None] * 5
    assert events(store).count("post_edited") == 1
    assert len(store.rows(messages)) == 1


def test_a_post_is_known_by_the_version_that_was_seen_first_and_by_all_that_follow(store: Store) -> None:
    ids = tuple(make_post(n).id for n in (1, 50, 60, 70))
    store.have_case(make_post(50, versions=ids[:2]))

    take(store, make_post(1, versions=ids[:2]), seconds=60)
    take(store, make_post(60, versions=ids[:3], text="third"), seconds=70)
    take(store, make_post(70, versions=ids, text="fourth"), seconds=80)

    row = store.row(messages)
    assert (row.external_id, row.newest_id, row.text, row.older_text) == (ids[1], ids[3], "fourth", "third")


def test_newer_words_can_make_the_case_more_urgent(store: Store) -> None:
    use(store, RULES)
    store.have_case()

    take(store, make_edit(text="@sarishop my account is hacked"), seconds=60)

    case = store.case()
    assert (case.priority, case.tags, case.sensitive) == ("high", ["security"], True)
    assert events(store) == ["opened", "post_edited", "triaged"]


def test_an_edit_of_what_was_answered_or_resolved_makes_nobody_wait(store: Store) -> None:
    case_id = store.have_case()
    answered(store, case_id, 20)
    take(store, make_edit(), seconds=60)
    assert (store.case().status, store.case().waiting_since) == (Status.WAITING, None)

    with store.at(70) as uow:
        resolve_case(uow, case_id, asker())
    take(store, make_edit(number=80), seconds=90)
    assert store.case().status == Status.RESOLVED


def test_an_answer_by_hand_to_the_newest_version_belongs_to_the_post(store: Store) -> None:
    store.have_case()
    take(store, make_edit(), seconds=60)

    assert take(store, make_own(70, answers=50), seconds=80) == 1

    assert events(store)[-1] == "answered_on_x"
    assert store.case().waiting_since is None


def test_what_a_post_said_before_is_kept_for_a_day(store: Store) -> None:
    store.have_case()
    take(store, make_edit(), seconds=60)

    def forget(seconds: float) -> int:
        with store.at(seconds) as uow:
            return forget_older_texts(uow)

    assert forget(50 + DAY - 1) == 0
    assert message(store).older_text == "@sarishop where is it?"
    assert forget(50 + DAY) == 1
    assert (message(store).older_text, message(store).text) == ("", "@sarishop it is there!")
    assert forget(50 + DAY) == 0


# --- drafts and approvals


def edit(store: Store) -> None:
    take(store, make_edit(), seconds=60)


def delete(store: Store) -> None:
    lose(store)


def answer_by_hand(store: Store) -> None:
    take(store, replace(make_own(70, answers=1), text="Please write to us."), seconds=80)


@pytest.mark.parametrize(
    ("change", "why"), [(edit, "post_edited"), (delete, "post_gone"), (answer_by_hand, "answered_on_x")]
)
def test_what_waits_for_an_approval_comes_back_to_its_author(
    store: Store, change: Callable[[Store], None], why: str
) -> None:
    given_request(store, APPROVALS)

    change(store)

    assert (store.row(approvals).state, store.row(approvals).reason) == ("void", why)
    assert (store.row(drafts).state, store.row(drafts).reason) == ("open", why)


@pytest.mark.parametrize("change", [edit, delete, answer_by_hand])
def test_a_reply_that_waits_for_its_undo_window_is_held(
    store: Store, change: Callable[[Store], None]
) -> None:
    case_id = store.have_case()
    with store.at(20) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        hand_in(uow, draft.id, asker(), "On its way!")

    change(store)

    effect = store.claimed(store.row(outbox, outbox.c.kind == Kind.REPLY).id, 200)
    with store.at(201) as uow:
        assert hold_if_spoilt(uow, uow.drafts.get(DraftId(draft.id)), effect)
    assert (store.row(drafts).state, store.row(drafts).text) == ("open", "On its way!")


@pytest.mark.parametrize("change", [edit, delete, answer_by_hand])
def test_a_reply_that_somebody_writes_is_held_when_it_is_handed_in(
    store: Store, change: Callable[[Store], None]
) -> None:
    case_id = store.have_case()
    with store.at(20) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft

    change(store)

    with store.at(200) as uow:
        held = hand_in(uow, draft.id, asker(), "On its way!")
        assert held is not None
        assert held.look == "news"
    assert store.rows(outbox, outbox.c.kind == Kind.REPLY) == []


def test_nobody_can_answer_a_post_that_is_gone_however_often_they_look(store: Store) -> None:
    case_id = store.have_case()
    with store.at(20) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
    lose(store)
    with store.at(200) as uow:
        hand_in(uow, draft.id, asker(), "On its way!")

    with store.at(210) as uow, pytest.raises(Refusal) as refused:
        hand_in(uow, draft.id, asker(), "On its way!")
    assert refused.value.code == "post_gone"
    with store.at(220) as uow, pytest.raises(Refusal) as refused:
        open_reply(uow, case_id, asker(), rule="open")
    assert refused.value.code == "post_gone"


# --- gone


def test_the_words_of_what_is_gone_are_nowhere_in_the_store(store: Store) -> None:
    store.have_case(make_post(1, text="@sarishop SECRET one", media=2))
    take(store, make_edit(text="@sarishop SECRET two"), seconds=60)

    assert lose(store)

    row = message(store)
    assert (row.text, row.older_text, row.gone, row.media, row.checked_at) == ("", "", "deleted", 0, None)
    assert events(store) == ["opened", "post_edited", "post_gone"]
    assert store.rows(history)[-1].facts == {"post": make_post(1).id, "why": "deleted"}
    for table in (messages, history, outbox):
        assert "SECRET" not in str(store.rows(table))
    assert lose(store) is False


def test_the_case_of_what_is_gone_stays_and_its_clock_stops(store: Store) -> None:
    store.have_case(make_post(1), make_post(2))
    lose(store, 1)
    assert store.case().waiting_since == START

    lose(store, 2, seconds=120)

    case = store.case()
    assert (case.status, case.waiting_since, case.due_at, case.wake_at) == (Status.WAITING, None, None, None)


def test_what_comes_back_is_restored_and_waited_for(store: Store) -> None:
    store.have_case()
    lose(store, why="protected")
    assert store.case().waiting_since is None

    take(store, make_post(1), seconds=300)

    row = message(store)
    assert (row.text, row.gone) == ("@sarishop where is it?", "")
    assert events(store) == ["opened", "post_gone", "post_back"]
    case = store.case()
    assert (case.status, case.waiting_since) == (Status.NEW, START + timedelta(seconds=300))


def test_another_reason_why_it_is_gone_is_kept_without_a_second_line(store: Store) -> None:
    store.have_case()
    lose(store, why="unavailable")
    assert lose(store, why="deleted")
    assert (message(store).gone, message(store).checked_at) == ("deleted", None)
    assert lose(store, why="protected") is False
    assert events(store).count("post_gone") == 1


@pytest.mark.parametrize(
    ("reason", "gone"),
    [
        ("target_gone", "unavailable"),
        ("author_suspended", "suspended"),
        ("author_protected", "protected"),
        ("author_unavailable", "unavailable"),
        ("blocked", ""),
    ],
)
def test_a_refused_reply_tells_what_has_become_of_the_post_and_the_clock_stops(
    store: Store, reason: str, gone: str
) -> None:
    case_id = store.have_case()
    with store.at(20) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        hand_in(uow, draft.id, asker(), "On its way!")
    effect = store.claimed(store.row(outbox, outbox.c.kind == Kind.REPLY).id, 20)

    with store.at(30) as uow:
        uow.outbox.failed(effect, reason)
        reply_refused(uow, effect, reason)

    assert message(store).gone == gone
    assert (message(store).text == "") == bool(gone)
    assert (store.case().status, store.case().waiting_since) == (Status.WAITING, None)


def test_an_answer_by_hand_that_is_seen_late_answers_nothing_that_was_written_after_it(store: Store) -> None:
    take(store, make_post(1), make_post(30), seconds=40)

    take(store, make_own(20, answers=1), seconds=50)

    assert store.case().waiting_since == START + timedelta(seconds=30)
    assert store.case().status == Status.NEW


# --- what is looked for again


def due(store: Store, seconds: float, most: int = 100) -> list[str]:
    with store.at(seconds) as uow:
        hour, day = timedelta(hours=1), timedelta(days=1)
        found = uow.posts.to_check(BRAND.id, unresolved_after=hour, others_after=day, most=most)
        uow.posts.note_checked([row.id for row in found])
        return [row.external_id for row in found]


def test_posts_of_unresolved_cases_are_looked_for_hourly_and_others_daily(store: Store) -> None:
    store.have_case(make_post(1))
    other = store.have_case(make_post(2, author=RAVI, conversation_id="x2"))
    with store.at(10) as uow:
        resolve_case(uow, other, asker())
    open_post, closed_post = make_post(1).id, make_post(2).id

    assert due(store, HOUR - 1) == []
    assert due(store, HOUR) == [open_post]
    assert due(store, HOUR + 1) == []
    assert due(store, 2 * HOUR) == [open_post]
    assert set(due(store, DAY)) == {open_post, closed_post}
    assert due(store, DAY + HOUR) == [open_post]


def test_at_most_so_many_are_looked_for_at_once_the_longest_unseen_first(store: Store) -> None:
    for number in (3, 1, 2):
        store.have_case(make_post(number, conversation_id=f"x{number}"), seconds=number)
    assert due(store, HOUR + 10, most=2) == [make_post(1).id, make_post(2).id]
    assert due(store, HOUR + 10, most=2) == [make_post(3).id]


def test_what_is_deleted_and_what_is_ours_is_never_looked_for(store: Store) -> None:
    case_id = store.have_case(make_post(1), make_post(2))
    answered(store, case_id, 20)
    lose(store, 1)
    assert due(store, 10 * DAY) == [make_post(2).id]


def test_what_may_come_back_is_looked_for_while_its_case_is_open(store: Store) -> None:
    case_id = store.have_case(make_post(1), make_post(2))
    lose(store, 1, why="protected")
    assert make_post(1).id in due(store, DAY)
    with store.at(DAY) as uow:
        resolve_case(uow, case_id, asker(ASHA))
    lose(store, 2, why="suspended")
    assert due(store, 10 * DAY) == [make_post(1).id]


def given_much_that_is_resolved(store: Store, count: int = 3000) -> None:
    """Have many resolved cases with a post each that was seen long ago."""
    case_id = store.have_case()
    with store.at() as uow:
        resolve_case(uow, case_id, asker())
    case, post = dict(store.case()._mapping), dict(message(store)._mapping)
    numbers = range(1000, 1000 + count)
    with store.engine.begin() as connection:
        connection.execute(insert(cases), [case | {"id": n, "conversation_id": f"x{n}"} for n in numbers])
        more = [post | {"id": n, "case_id": n, "external_id": f"9{n}"} for n in numbers]
        connection.execute(insert(messages), more)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def test_looking_for_what_is_due_reads_only_that_however_much_is_stored(store: Store) -> None:
    given_much_that_is_resolved(store)
    with store.engine.connect() as connection:
        with listening(connection) as heard:
            uow = store.on(connection, 2 * HOUR)
            spans = {"unresolved_after": timedelta(hours=1), "others_after": timedelta(days=1)}
            assert uow.posts.to_check(BRAND.id, **spans, most=100) == []
            forget_older_texts(uow)
            uow.posts.known_as(BRAND.id, [make_post(1).id, make_post(2).id])
            assert uow.cases.message(BRAND.id, "no post") is None
        connection.rollback()
        asked = [said for said in heard if "messages" in said[0]]
        plans = {said: plan_of(connection, said, given) for said, given in asked}
    assert len(plans) == 7
    whole = ("SCAN messages", "SCAN cases", "Seq Scan", "(account_id=?)")
    assert {said: plan for said, plan in plans.items() if any(scan in plan for scan in whole)} == {}
    unresolved = next(plan for said, plan in plans.items() if "JOIN cases" in said)
    assert "ix_messages_case" in unresolved  # not by time: most of what was seen an hour ago is resolved


def test_the_first_look_at_our_own_posts_reaches_back_to_the_oldest_open_case(store: Store) -> None:
    first = store.have_case(make_post(1), seconds=100)
    store.have_case(make_post(2, author=RAVI, conversation_id="x2"), seconds=200)

    def oldest() -> object:
        with store.at(300) as uow:
            return uow.posts.oldest_unresolved(BRAND.id)

    assert oldest() == START + timedelta(seconds=100)
    with store.at(300) as uow:
        resolve_case(uow, CaseId(first), asker())
    assert oldest() == START + timedelta(seconds=200)
