"""`why?` of a case with a long history: what matters now is in it, and Slack takes it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from sandbox.slack.blocks import check_view
from slackbot.render.text import moment
from slackbot.render.why import render_why
from tests.slackbot.samples import ASHA, NOW, WHY
from tests.slackbot.test_rendering import QUICK, TEXTS
from workflows.domain.clocks import Happening, What, clocks_of, intervals_of
from workflows.domain.playbook import AROUND_THE_CLOCK
from workflows.services.why import Counted, Why
from workflows.store.history import Entry


def long_why() -> Why:
    """Why a case is as it is whose customer wrote 61 times, and was answered 60 times."""
    happened = []
    for number in range(60):
        at = NOW + timedelta(hours=number)
        happened.append(Happening(at, What.WROTE, post=str(number)))
        happened.append(Happening(at + timedelta(minutes=20), What.ANSWERED))
    asked_last = NOW + timedelta(hours=60)
    happened.append(Happening(asked_last, What.WROTE, post="60"))
    now = asked_last + timedelta(minutes=7)
    clocks = clocks_of(happened, WHY.playbook.priorities, "high", lambda _: AROUND_THE_CLOCK, now)
    counted = [Counted(clock, intervals_of(clock, lambda _: AROUND_THE_CLOCK, now)) for clock in clocks.all]
    told = [
        Entry(NOW + timedelta(hours=n), "pinged", "desk", "", {"step": str(n), "late_s": "0"})
        for n in range(1, 61)
    ]
    return replace(WHY, clocks=counted, told=told, now=now)


def test_why_of_a_case_with_sixty_answers_shows_what_runs_the_ladder_and_the_newest_lines() -> None:
    modal = render_why(long_why())

    check_view(modal, "modal")
    blocks = modal["blocks"]
    assert len(blocks) <= 100
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(set(ids)) == len(ids)
    shown = {block["block_id"]: block["text"]["text"] for block in blocks if block["type"] == "section"}
    running = [words for name, words in shown.items() if name.startswith("why-running")]
    assert len(running) == 1
    assert "Next response" in running[0]
    assert "7 min counted" in running[0]
    assert "Ladder urgent" in shown["why-ladder"]
    assert all(sign in shown["why-ladder"] for sign in (":white_check_mark:", ":arrow_right:"))
    assert moment(NOW + timedelta(hours=60)) in shown["why-told"]
    assert moment(NOW + timedelta(hours=1)) not in shown["why-told"]


def test_why_shows_what_runs_before_what_has_ended_and_of_that_the_newest_first() -> None:
    ids = [block.get("block_id", "") for block in render_why(long_why())["blocks"]]
    order = [ids.index(name) for name in ("why-running-0", "why-ladder", "why-told", "why-ended-0")]
    assert order == sorted(order)
    sections = [
        b["text"]["text"] for b in render_why(long_why())["blocks"] if b.get("block_id") == "why-ended-0"
    ]
    assert moment(NOW + timedelta(hours=59, minutes=20)) in sections[0]


@given(reason=TEXTS)
@QUICK
def test_why_with_the_longest_reasons_keeps_the_newest_lines_and_is_taken_by_slack(reason: str) -> None:
    asked = [replace(WHY.asked[0], id=n, reason=reason or "x") for n in range(40)]
    told = [
        Entry(NOW + timedelta(hours=n), "escalated", "agent", ASHA, {"escalation": str(n)}) for n in range(40)
    ]
    modal = render_why(replace(long_why(), asked=asked, told=told))
    check_view(modal, "modal")
    (words,) = [b["text"]["text"] for b in modal["blocks"] if b.get("block_id") == "why-told"]
    assert moment(NOW + timedelta(hours=39)) in words
