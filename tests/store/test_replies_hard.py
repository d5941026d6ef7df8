"""What a hostile reader found: each test is a way in which an answer went wrong once."""

from datetime import timedelta

import pytest

from slackbot.listeners.click import Click, check_draft
from tests.store.stores import ASHA, BRAND, CHANNEL, MEHMET, RAVI, START, Store, asker, make_post, use
from tests.store.test_direct import make_dm, take
from tests.store.test_sending import LONG, claimed, handed_in, let_out, parts
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.errors import Conflict, HeldByOther, NotAllowed, Refusal
from workflows.services.board import alert
from workflows.services.cases import take_over_case
from workflows.services.intake import take_posts
from workflows.services.outcomes import reply_refused
from workflows.services.replies import Choices, keep_draft, open_reply, submit_reply
from workflows.services.sending import hold_if_spoilt, resume_thread, undo_reply
from workflows.store import drafts as states
from workflows.store.drafts import DraftId
from workflows.store.reply_tables import drafts
from workflows.store.tables import cases, messages, outbox

PLAIN = "version: 1\nname: Plain\nreplies: {undo: 5s}\napprovals: {rules: []}\n"
MACROS = (
    PLAIN
    + """macros:
  - {name: alpha, text: {en: "Alpha words."}}
  - {name: beta, text: {en: "Beta words."}}
"""
)
SENSITIVE = """version: 1
name: Sensitive
triage:
  rule_sets:
    - {name: s, rules: [{name: hack, when: {words: [hacked]}, then: {sensitive: true}}]}
"""


def case_with_both(store: Store) -> CaseId:
    """A case with two posts and a direct message."""
    use(store, PLAIN)
    case_id = store.have_case(make_post(1))
    take(store, make_dm(1, written_at=START), seconds=2)
    with store.at(3) as uow:
        take_posts(uow, BRAND, [make_post(2), make_post(3)], channel=CHANNEL)
    return case_id


def test_who_chooses_a_direct_message_is_not_overruled_by_the_menu_of_posts(store: Store) -> None:
    case_id = case_with_both(store)
    with store.at(10) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        assert draft.is_public

    with store.at(11) as uow:
        choices = Choices(text="Your order 1044 goes to Elm Street 5", target=draft.target, channel="dm")
        assert submit_reply(uow, draft.id, asker(), choices) is None

    assert store.row(drafts).channel == "dm"
    assert [row.kind for row in store.rows(outbox) if row.kind in (Kind.REPLY, Kind.DM)] == [Kind.DM]


def test_words_meant_for_the_customer_alone_are_never_found_in_a_public_dialog(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case(make_post(1))
    take(store, make_dm(1, written_at=START + timedelta(seconds=2)), seconds=2)
    with store.at(5) as uow:
        private = open_reply(uow, case_id, asker(), rule="open").draft
        assert not private.is_public
        keep_draft(uow, private.id, ASHA, Choices(text="Your code is 1234"))
    with store.at(6) as uow:
        take_posts(uow, BRAND, [make_post(7)], channel=CHANNEL)

    with store.at(8) as uow:
        public = open_reply(uow, case_id, asker(), rule="open").draft
        assert (public.is_public, public.text, public.id != private.id) == (True, "", True)
    with store.at(9) as uow:
        if submit_reply(uow, private.id, asker(), Choices(text="Your code is 1234")):
            submit_reply(uow, private.id, asker(), Choices(text="Your code is 1234"))

    assert [row.kind for row in store.rows(outbox) if row.kind in (Kind.REPLY, Kind.DM)] == [Kind.DM]


def test_an_alarm_may_name_a_channel(store: Store) -> None:
    with store.at() as uow:
        alert(uow, "#admins", "k", "card_refused", channel="#support", why="is_archived")

    payload = store.row(outbox).payload
    assert (payload["channel"], payload["facts"]["channel"]) == ("#admins", "#support")


def test_a_waiting_answer_is_held_when_its_case_has_become_sensitive(store: Store) -> None:
    use(store, SENSITIVE)
    draft = handed_in(store, store.have_case(), "On its way.")
    with store.at(2) as uow:
        take_posts(uow, BRAND, [make_post(2, text="@sarishop now I am hacked too")], channel=CHANNEL)

    with store.at(7) as uow:
        effect = claimed(uow, uow.drafts.get(draft.id))
        assert hold_if_spoilt(uow, uow.drafts.get(draft.id), effect)

    row = store.row(drafts)
    assert (row.state, row.reason) == ("open", "needs_approval")


def refuse_part(store: Store, number: int, reason: str = "forbidden") -> DraftId:
    part = next(row for row in store.rows(drafts) if row.part == number and row.state == "submitted")
    with store.at(8) as uow:
        effect = claimed(uow, uow.drafts.get(DraftId(part.id)))
        assert uow.outbox.failed(effect, reason)
        reply_refused(uow, effect, reason)
    return DraftId(part.id)


def test_the_rest_of_a_thread_is_not_sent_by_who_has_lost_the_case(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case()
    draft = handed_in(store, case_id, LONG, as_thread=True)
    let_out(store, draft.id, "9001", 7)
    refused = refuse_part(store, 2)
    with store.at(9) as uow:
        take_over_case(uow, case_id, asker(MEHMET), from_whom=ASHA)

    with store.at(10) as uow, pytest.raises(HeldByOther):
        resume_thread(uow, refused, asker())


def test_a_refused_first_part_lies_whole_behind_reply_and_nothing_follows_it(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case()
    handed_in(store, case_id, LONG, as_thread=True)
    refused = refuse_part(store, 1)

    with store.at(10) as uow, pytest.raises(Conflict):
        resume_thread(uow, refused, asker())
    with store.at(11) as uow:
        again = open_reply(uow, case_id, asker(), rule="open").draft
    assert again.text == LONG.strip()
    assert "later" not in [state for _, state, _ in parts(store)]


def test_a_refused_answer_is_found_again_to_be_made_personal(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case()
    draft = handed_in(store, case_id, "Sorry about that!")
    with store.at(7) as uow:
        effect = claimed(uow, draft)
        assert uow.outbox.failed(effect, "duplicate_text")
        reply_refused(uow, effect, "duplicate_text")

    with store.at(8) as uow:
        again = open_reply(uow, case_id, asker(), rule="open").draft
    assert (again.id != draft.id, again.text) == (True, "Sorry about that!")


def test_an_answer_that_was_taken_back_is_found_before_a_blank_draft(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case()
    draft = handed_in(store, case_id)
    with store.at(2) as uow:
        assert open_reply(uow, case_id, asker(), rule="open").draft.text == ""
        undo_reply(uow, draft.id, asker())

    with store.at(3) as uow:
        assert open_reply(uow, case_id, asker(), rule="open").draft.id == draft.id


def test_a_second_macro_leaves_what_was_typed_and_replaces_what_nobody_touched(store: Store) -> None:
    use(store, MACROS)
    case_id = store.have_case()
    with store.at(1) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        assert keep_draft(uow, draft.id, ASHA, Choices(macro="alpha")).text == "Alpha words."
        assert keep_draft(uow, draft.id, ASHA, Choices(macro="beta")).text == "Beta words."
        keep_draft(uow, draft.id, ASHA, Choices(text="Beta words. And three careful paragraphs."))
        text = keep_draft(uow, draft.id, ASHA, Choices(macro="alpha")).text

    assert text == "Beta words. And three careful paragraphs.\nAlpha words."


def test_a_later_part_cannot_be_taken_back_alone(store: Store) -> None:
    use(store, PLAIN)
    draft = handed_in(store, store.have_case(), LONG * 2, as_thread=True)
    let_out(store, draft.id, "9001", 7)
    second = next(row.id for row in store.rows(drafts) if row.part == 2)

    with store.at(8) as uow, pytest.raises(Conflict):
        undo_reply(uow, DraftId(second), asker())

    states_of_parts = [state for _, state, _ in parts(store)]
    assert states_of_parts[:2] == ["sent", "submitted"]
    assert set(states_of_parts[2:]) == {"later"}


def test_a_drafts_button_asks_the_playbook_of_its_own_case(store: Store) -> None:
    use(
        store,
        "version: 1\nname: A\naccounts: [sarishop]\npeople: {agents: [U0ASHA]}\nreplies: {undo: 5s}\n",
        "version: 1\nname: B\npeople: {agents: [U0MEHMET]}\n",
    )
    draft = handed_in(store, store.have_case())
    click = Click(asker(MEHMET), "click", draft.id)

    with store.at(2) as uow, pytest.raises(NotAllowed):
        check_draft(uow, click)


def test_nobody_keeps_words_in_a_colleagues_draft(store: Store) -> None:
    use(store, PLAIN)
    case_id = store.have_case()
    with store.at(1) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        with pytest.raises(Refusal) as refusal:
            keep_draft(uow, draft.id, MEHMET, Choices(text="Ha!"))

    assert refusal.value.code == "not_your_draft"
    assert store.row(drafts).state == states.OPEN


def test_an_answer_to_a_root_that_joined_by_a_burst_opens_the_roots_own_conversation(store: Store) -> None:
    use(store, PLAIN.replace("approvals", "threading: {burst: 10m}\napprovals"))
    first, second = make_post(1, conversation_id="1"), make_post(2, conversation_id="2")
    case_id = store.have_case(first, second)
    reply = make_post(3, author=RAVI, in_reply_to=second.id, conversation_id="2")
    again = make_post(4, author=RAVI, in_reply_to=reply.id, conversation_id="2")

    with store.at(5) as uow:
        take_posts(uow, BRAND, [reply, again], channel=CHANNEL)

    theirs = {row.case_id for row in store.rows(messages) if row.external_id in (reply.id, again.id)}
    assert len(theirs) == 1
    assert theirs != {case_id}


def test_all_cards_of_a_customer_say_that_they_want_no_automatic_messages(store: Store) -> None:
    use(store, PLAIN)
    store.have_case(make_post(1, conversation_id="1"))
    with store.at(2) as uow:
        take_posts(uow, BRAND, [make_post(2, conversation_id="2")], channel=CHANNEL)
    versions = {row.id: row.version for row in store.rows(cases)}

    with store.at(3) as uow:
        take_posts(uow, BRAND, [make_post(3, conversation_id="2", text="@sarishop STOP")], channel=CHANNEL)

    assert all(row.version > versions[row.id] for row in store.rows(cases))


def test_a_second_press_of_undo_is_no_other_wish(store: Store) -> None:
    use(store, PLAIN)
    draft = handed_in(store, store.have_case())
    with store.at(2) as uow:
        undo_reply(uow, draft.id, asker())

    with store.at(3) as uow:
        undo_reply(uow, draft.id, asker())

    assert store.row(drafts).state == states.OPEN
