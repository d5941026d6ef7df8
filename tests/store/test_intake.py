"""Intake: every post that X shows is exactly one message of one case."""

from datetime import timedelta

import pytest

from tests.store.stores import BRAND, CHANNEL, EMMA, MEHMET, RAVI, START, Store, asker, at_once, make_post
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Kind
from workflows.domain.post import Author, Post
from workflows.playbook.read import read_playbook
from workflows.services.cases import claim_case, resolve_case
from workflows.services.intake import take_posts
from workflows.store.playbooks import Version
from workflows.store.tables import accounts, cases, customers, history, intake_cursors, messages, outbox

RULES = """
version: 1
name: Rules
people: {teams: {fraud: {members: [U0ASHA]}}}
triage:
  otherwise: {priority: low}
  rule_sets:
    - name: topics
      rules:
        - name: hacked
          when: {words: [hack*]}
          then: {priority: high, tags: [security], sensitive: true, team: fraud}
        - {name: praise, when: {words: [praise]}, then: {priority: low, tags: [praise]}}
routing:
  - {name: fraud, tags: [security], channel: "#fraud"}
"""


BURSTS = """
version: 1
name: Bursts
threading: {burst: 10m}
"""


def use(store: Store, source: str) -> str:
    """Let this playbook decide, and return its digest."""
    playbook, problems = read_playbook(source, "rules.yaml")
    assert playbook is not None, problems
    with store.at() as uow:
        uow.playbooks.replace([Version(playbook.digest, playbook.name, "rules.yaml", source)])
    return playbook.digest


def take(store: Store, *posts: Post, seconds: float = 0.0) -> int:
    with store.at(seconds) as uow:
        uow.accounts.add(BRAND)
        return take_posts(uow, BRAND, posts, channel=CHANNEL)


def make_own(number: int, answers: int) -> Post:
    """A post of the brand under the one of that number."""
    return make_post(number, author=BRAND, text="On its way!", mentions=(), in_reply_to=make_post(answers).id)


def events(store: Store) -> list[str]:
    return [row.event for row in store.rows(history)]


def test_a_post_opens_a_case_and_wishes_for_its_card(store: Store) -> None:
    assert take(store, make_post(text="@sarishop kırık geldi")) == 1

    case, message = store.row(cases), store.row(messages)
    assert (case.status, case.channel, case.assignee) == (Status.NEW, CHANNEL, None)
    assert case.opened_at == START
    assert (message.case_id, message.author, message.text) == (case.id, "customer", "@sarishop kırık geldi")
    assert message.names_us
    wish = store.row(outbox)
    assert (wish.kind, wish.dedup_key, wish.budget) == (Kind.POST_CARD, str(case.id), "slack:post:#support")
    assert events(store) == ["opened"]


def test_fifty_deliveries_at_once_of_a_new_conversation_are_one_case_with_each_post_once(
    store: Store,
) -> None:
    posts = [make_post(number) for number in range(1, 6)]
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def deliver(_: int) -> int:
        with store.begin() as uow:
            return take_posts(uow, BRAND, posts, channel=CHANNEL)

    new = at_once(50, deliver)

    assert not [error for error in new if isinstance(error, Exception)]
    assert sum(count for count in new if isinstance(count, int)) == 5
    assert len(store.rows(cases)) == 1
    assert [row.external_id for row in store.rows(messages)] == [post.id for post in posts]
    assert len(store.rows(customers)) == 1
    assert len(store.rows(outbox, outbox.c.kind == Kind.POST_CARD)) == 1
    assert events(store).count("opened") == 1


def test_the_same_post_again_changes_nothing(store: Store) -> None:
    take(store, make_post())
    before = [store.rows(table) for table in (cases, messages, customers, history, outbox)]

    assert take(store, make_post(), seconds=60) == 0
    assert take(store, make_post(), make_post(), seconds=60) == 0

    assert [store.rows(table) for table in (cases, messages, customers, history, outbox)] == before


def test_a_post_twice_in_one_delivery_is_one_message(store: Store) -> None:
    assert take(store, make_post(), make_post()) == 1
    assert len(store.rows(messages)) == 1


def test_posts_are_taken_from_old_to_new_however_they_come(store: Store) -> None:
    short = make_post(2, id="99", conversation_id="99")
    take(store, make_post(3), make_post(1), short, make_post(2))

    taken = [row.external_id for row in store.rows(messages)]
    assert taken == ["99", make_post(1).id, make_post(2).id, make_post(3).id]


def test_a_later_post_joins_the_case_of_its_conversation(store: Store) -> None:
    case_id = store.have_case(make_post(1))
    version = store.case().version

    assert take(store, make_post(2, in_reply_to=make_post(1).id)) == 1

    assert [row.case_id for row in store.rows(messages)] == [case_id, case_id]
    assert store.case().version > version
    assert len(store.rows(outbox, outbox.c.kind == Kind.REFRESH_CARD)) == 1
    assert events(store) == ["opened", "post_received"]


def test_another_customer_in_the_same_conversation_has_a_case_of_their_own(store: Store) -> None:
    take(store, make_post(1), make_post(2, author=RAVI))
    assert len({row.case_id for row in store.rows(messages)}) == 2


def test_another_conversation_of_the_same_customer_is_another_case(store: Store) -> None:
    take(store, make_post(1), make_post(2, conversation_id="2"))
    assert len(store.rows(cases)) == 2
    assert len(store.rows(customers)) == 1


def test_a_burst_of_posts_in_other_conversations_joins_the_open_case(store: Store) -> None:
    use(store, BURSTS)
    take(store, make_post(1), make_post(2, conversation_id="2"), make_post(3, conversation_id="3"))
    take(store, make_post(4, conversation_id="2"))
    assert len(store.rows(cases)) == 1
    assert len({row.case_id for row in store.rows(messages)}) == 1


def test_a_burst_does_not_join_a_case_that_somebody_has_taken(store: Store) -> None:
    use(store, BURSTS)
    take(store, make_post(1))
    with store.at(1) as uow:
        claim_case(uow, CaseId(1), asker())
    take(store, make_post(2, conversation_id="2"))
    assert len(store.rows(cases)) == 2


def test_a_burst_does_not_join_a_case_that_is_resolved(store: Store) -> None:
    use(store, BURSTS)
    take(store, make_post(1))
    store.write(cases, status="resolved")
    take(store, make_post(2, conversation_id="2"))
    assert len(store.rows(cases)) == 2


def test_a_conversation_that_rested_for_longer_than_its_window_opens_another_case(store: Store) -> None:
    take(store, make_post(1))
    store.write(cases, status="resolved")
    with store.at(8 * 86400) as uow:
        take_posts(uow, BRAND, [make_post(2)], channel=CHANNEL)
        take_posts(uow, BRAND, [make_post(3)], channel=CHANNEL)

    first, second = store.rows(cases)
    assert (first.status, second.status) == ("resolved", "new")
    assert [row.case_id for row in store.rows(messages)] == [first.id, second.id, second.id]
    assert second.conversation_id == make_post().conversation_id


def test_words_of_thanks_after_an_answer_neither_reopen_a_case_nor_wait(store: Store) -> None:
    take(store, make_post(1))
    with store.at(60) as uow:
        resolve_case(uow, CaseId(1), asker())
        take_posts(uow, BRAND, [make_post(2, text="@sarishop thank you so much! 🙏")], channel=CHANNEL)
    assert store.case().status == "resolved"
    assert store.case().waiting_since is None

    with store.at(120) as uow:
        words = "@sarishop thanks, but it still does not work"
        take_posts(uow, BRAND, [make_post(3, text=words)], channel=CHANNEL)
    assert store.case().status == "new"
    assert store.case().waiting_since == make_post(3).written_at


def test_a_later_post_makes_a_case_more_urgent_and_never_less(store: Store) -> None:
    take(store, make_post(1, text="@sarishop do you ship to Pune?"))
    store.write(cases, priority="low")
    use(store, RULES)
    with store.at(60) as uow:
        take_posts(uow, BRAND, [make_post(2, text="@sarishop I was hacked!")], channel=CHANNEL)
        take_posts(uow, BRAND, [make_post(3, text="@sarishop praise praise")], channel=CHANNEL)

    case = store.case()
    assert (case.priority, case.tags, case.rule) == ("high", ["security", "praise"], "topics/hacked")


def test_a_new_case_records_what_the_playbook_made_of_it_and_which_version(store: Store) -> None:
    digest = use(store, RULES)
    take(store, make_post(1, text="@sarishop my account was HACKED"))

    case = store.case()
    assert (case.priority, case.tags, case.sensitive, case.team) == ("high", ["security"], True, "fraud")
    assert (case.playbook, case.rule, case.language) == (digest, "topics/hacked", "en")
    assert case.channel == "#fraud"
    assert case.due_at == START + timedelta(minutes=15)


def test_retweets_open_no_case(store: Store) -> None:
    assert take(store, make_post(1, retweets="1", text="RT @sarishop: sale!")) == 0
    assert store.rows(cases) == []


def test_the_echo_of_our_own_answer_is_attached_to_the_case_it_answers(store: Store) -> None:
    case_id = store.have_case(make_post(1))

    assert take(store, make_own(2, answers=1)) == 1

    _, own = store.rows(messages)
    assert (own.case_id, own.author, own.kind) == (case_id, "brand", "reply")
    assert len(store.rows(cases)) == 1
    assert take(store, make_own(2, answers=1)) == 0


def test_a_post_of_ours_that_answers_nobody_we_know_opens_no_case(store: Store) -> None:
    assert take(store, make_own(2, answers=1), make_post(3, author=BRAND, mentions=())) == 0
    assert store.rows(cases) == []
    assert store.rows(messages) == []


@pytest.mark.parametrize("held", [False, True])
def test_a_post_to_a_resolved_case_reopens_it(store: Store, held: bool) -> None:
    case_id = store.have_case(make_post(1))
    with store.at(1) as uow:
        if held:
            claim_case(uow, case_id, asker(MEHMET))
        resolve_case(uow, case_id, asker(MEHMET))

    take(store, make_post(2), seconds=2)

    case = store.case()
    assert case.status == (Status.OPEN if held else Status.NEW)
    assert case.assignee == (MEHMET if held else None)
    assert events(store)[-2:] == ["post_received", "reopened"]


def test_a_customer_has_the_newest_name_and_figures(store: Store) -> None:
    take(store, make_post(1))
    renamed = Author(EMMA.id, "emma_x", "Emma X", followers=7, verified=True)
    take(store, make_post(2, author=renamed))

    row = store.row(customers)
    assert (row.username, row.name, row.followers, row.verified) == ("emma_x", "Emma X", 7, True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("@sarishop \0 nul", "@sarishop  nul"),
        ("@sarishop \ud83d half a pair", "@sarishop � half a pair"),
        ("@sarishop \ud83d\ude00 a pair in halves", "@sarishop 😀 a pair in halves"),
        ("@sarishop \u202eevil\u202c \x07", "@sarishop \u202eevil\u202c \x07"),
        ("@sarishop " + "😡" * 10_000, "@sarishop " + "😡" * 10_000),
    ],
    ids=["NUL", "lone surrogate", "two surrogates", "bidi and bell", "10,000 emoji"],
)
def test_no_text_or_name_is_too_hostile_to_be_stored(store: Store, given: str, kept: str) -> None:
    author = Author("9", given[:60], given)
    assert take(store, make_post(text=given, author=author)) == 1

    assert store.row(messages).text == kept
    assert store.row(customers).name == kept


def test_ids_of_19_digits_are_kept_to_the_last_one(store: Store) -> None:
    take(store, make_post(id="9223372036854775807", conversation_id="9223372036854775806"))

    assert store.row(messages).external_id == "9223372036854775807"
    assert store.row(cases).conversation_id == "9223372036854775806"


def test_posts_and_cursor_are_kept_together_or_not_at_all(store: Store) -> None:
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def poll(*, breaks: bool) -> None:
        with store.begin() as uow:
            take_posts(uow, BRAND, [make_post(1), make_post(2)], channel=CHANNEL)
            uow.accounts.move_cursor(BRAND.id, make_post(2).id)
            if breaks:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        poll(breaks=True)
    assert store.row(intake_cursors).newest_id == ""
    assert store.rows(cases) == store.rows(messages) == store.rows(outbox) == []

    poll(breaks=False)
    assert store.row(intake_cursors).newest_id == make_post(2).id
    assert len(store.rows(messages)) == 2


def test_of_two_polls_at_once_one_has_the_cursor(store: Store) -> None:
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def start(number: int) -> str | None:
        with store.begin() as uow:
            return uow.accounts.start_poll(BRAND.id, uow.machine, by=f"worker-{number}")

    assert sorted(map(str, at_once(8, start))) == ["", *["None"] * 7]


def test_a_cursor_is_free_again_when_its_poll_ended_died_or_took_too_long(store: Store) -> None:
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def start(seconds: float) -> str | None:
        with store.at(seconds) as uow:
            return uow.accounts.start_poll(BRAND.id, uow.machine, by="worker-1")

    assert start(0) == ""
    assert start(59) is None
    with store.at(59) as uow:
        uow.accounts.end_poll(BRAND.id, newest_id="7", failures=0)
    assert start(59) == "7"
    with store.at(60) as uow:
        uow.accounts.end_polls_of("worker-2")
    assert start(60) is None
    with store.at(60) as uow:
        uow.accounts.end_polls_of("worker-1")
    assert start(60) == "7"
    assert start(119) is None
    assert start(400) == "7"


def test_an_account_that_is_met_again_keeps_its_cursor_and_gets_its_newest_name(store: Store) -> None:
    with store.at() as uow:
        uow.accounts.add(BRAND)
        uow.accounts.move_cursor(BRAND.id, "7")
        uow.accounts.remember_follow_ups_refused(BRAND.id)
        uow.accounts.add(Author(BRAND.id, "sarishop_tr", "Sari Shop TR"))

        assert uow.accounts.all() == [Author(BRAND.id, "sarishop_tr", "Sari Shop TR")]
    assert store.row(intake_cursors).newest_id == "7"
    assert store.row(accounts).follow_ups_refused
