"""The sections about replies become values: what is written, and the defaults of what is left out."""

from datetime import timedelta

import pytest

from tests.playbook.full import FULL
from tests.playbook.test_read import read
from workflows.domain.approval import Approvals
from workflows.domain.handoff import MoveToDm
from workflows.domain.length import POST_LIMIT, weighted_length
from workflows.domain.macro import PLACEHOLDERS
from workflows.domain.playbook import Prices, Replies
from workflows.domain.tone import Check, Verdict
from workflows.playbook.wordings import longest

HEAD = "version: 1\nname: Shop\n"


def test_macros_are_read_with_their_wordings_and_lines() -> None:
    ask, thanks = read(FULL).macros
    assert (ask.name, ask.title, ask.tags) == ("ask_order_dm", "Ask for the order number", ("security",))
    assert [len(wordings) for wordings in ask.wordings.values()] == [2, 2]
    assert (thanks.title, list(thanks.wordings)) == ("thanks", ["en", "tr"])
    assert thanks.wordings["tr"] == ("Teşekkürler! {case.number}",)
    assert FULL.splitlines()[thanks.line - 1].strip() == "- name: thanks"


def test_a_wording_is_read_without_the_spaces_around_it() -> None:
    macro = read(
        HEAD + "macros:\n  - name: a\n    text:\n      en: |\n        Hello!\n        Bye!\n\n"
    ).macros[0]
    assert macro.wordings["en"] == ("Hello!\nBye!",)


def test_verdicts_that_are_left_out_keep_their_default() -> None:
    verdicts = read(HEAD + "tone: {verdicts: {blame: refuse}}\n").tone.verdicts
    assert verdicts[Check.BLAME] is Verdict.REFUSE
    assert verdicts[Check.DEFENSIVE] is Verdict.WARN
    assert set(read(FULL).tone.verdicts) == set(Check)


def test_order_numbers_are_found_as_drafts_spell_them() -> None:
    first, second = read(FULL).tone.order_numbers
    assert first.search("No: SİP-123456.")
    assert first.search("No: sİp-123456")
    assert not first.search("XSİP-1234567")
    assert second.search("PNR AB123456789")


def test_rules_for_approvals_are_read_with_all_their_conditions() -> None:
    rule, rest = read(FULL).approvals.rules
    assert (rule.sensitive, rule.tone, rule.offers, rule.trainee) == (True, True, True, True)
    assert (rule.tags, rule.priorities) == (("security",), ("high", "medium"))
    assert (rule.teams, rule.accounts) == (("billing",), ("acme",))
    assert (rule.followers, rule.cost) == (100_000, 0.05)
    assert rule.patterns[0].search("take 20% off")
    assert (rule.approvers, rule.count, rule.then) == (("U0MEHMET", "S0LEADS"), 2, ("supervisors", "admins"))
    assert rule.within == timedelta(minutes=5)
    assert FULL.splitlines()[rule.line - 1].strip() == "- name: money"
    assert (rest.approvers, rest.count, rest.then) == (("supervisors",), 1, ("admins",))
    assert rest.within == timedelta(minutes=15)


def test_a_playbook_without_rules_keeps_those_for_sensitive_cases_and_tone() -> None:
    assert read(HEAD + "approvals: {trainees: [U0NEW]}\n").approvals == Approvals(trainees=("U0NEW",))
    assert read(HEAD + "approvals: {rules: []}\n").approvals.rules == ()


def test_how_answers_leave_and_what_they_cost_is_read() -> None:
    playbook = read(FULL)
    assert playbook.replies == Replies(timedelta(seconds=10), "– {agent.first_name}")
    assert playbook.prices == Prices(0.02, 0.01, 0.25, 0.0)
    assert read(HEAD + "prices: {link: 1}\n").prices == Prices(link=1.0)
    assert read(HEAD + "prices: none\n").prices is None
    assert read(HEAD + "replies: {undo: 0s}\n").replies == Replies(timedelta())


def test_the_way_to_direct_messages_is_read() -> None:
    playbook = read(FULL)
    assert playbook.dm_channel == "#customers-private"
    moves = playbook.move_to_dm
    assert (moves.invite, moves.nudge) == ("ask_order_dm", "ask_order_dm")
    assert (moves.other_channels, moves.closing) == ("thanks", "thanks")
    assert (moves.wait, list(moves.privacy)) == (timedelta(minutes=45), ["en", "tr"])
    assert read(HEAD + "move_to_dm: {wait: 1h}\n").move_to_dm == MoveToDm(wait=timedelta(hours=1))


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_every_placeholder_has_a_length_that_wordings_are_measured_with(name: str) -> None:
    short, filled = f"Hi {{{name}|you}}!", longest(f"Hi {{{name}|you}}!")
    assert weighted_length("Hi you!") < weighted_length(filled) < POST_LIMIT
    assert "{" not in filled
    assert short != filled


def test_a_link_to_direct_messages_weighs_what_x_counts_for_links() -> None:
    assert weighted_length(longest("{dm_link}")) == 23
