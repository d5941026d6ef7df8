"""SLA clocks when what the customer wrote is gone: nobody waits, unless it comes back."""

from tests.domain.test_clocks import FIRST, MINUTE, NEXT, RESOLUTION, after, clocks_at, history, the
from workflows.domain.clocks import What


def test_when_the_only_post_is_gone_nobody_waits_and_no_answer_is_counted() -> None:
    clocks = clocks_at(history((0, What.WROTE, "p1"), (7, What.GONE, "p1")), 90)

    first = the(clocks, FIRST)
    assert (first.stopped_at, first.spent, first.is_late, first.is_void) == (
        after(7),
        7 * MINUTE,
        False,
        True,
    )
    assert (clocks.waiting_since, clocks.response, clocks.running) == (None, None, [])


def test_an_answer_makes_no_clock_void() -> None:
    clocks = clocks_at(history((0, What.WROTE, "p1"), (7, What.ANSWERED), (9, What.GONE, "p1")), 90)
    assert (the(clocks, FIRST).stopped_at, the(clocks, FIRST).is_void) == (after(7), False)


def test_who_has_written_another_post_waits_on() -> None:
    steps = history((0, What.WROTE, "p1"), (3, What.WROTE, "p2"), (7, What.GONE, "p1"))
    assert clocks_at(steps, 30).waiting_since == after(0)

    assert clocks_at([*steps, *history((9, What.GONE, "p2"))], 30).waiting_since is None


def test_a_post_that_was_answered_and_then_deleted_changes_nothing() -> None:
    steps = history((0, What.WROTE, "p1"), (5, What.ANSWERED), (6, What.WROTE, "p2"))
    gone = [*steps, *history((8, What.GONE, "p1"))]
    assert clocks_at(gone, 30) == clocks_at(steps, 30)


def test_a_post_after_the_one_that_is_gone_begins_another_wait() -> None:
    steps = history((0, What.WROTE, "p1"), (7, What.GONE, "p1"), (20, What.WROTE, "p2"))
    clocks = clocks_at(steps, 30)

    assert clocks.waiting_since == after(20)
    assert the(clocks, NEXT).post == "p2"
    assert the(clocks, RESOLUTION).spent == 17 * MINUTE  # not while nobody waited


def test_a_post_that_comes_back_unanswered_is_waited_for_from_then_on() -> None:
    steps = history((0, What.WROTE, "p1"), (7, What.GONE, "p1"), (20, What.BACK, "p1"))
    assert clocks_at(steps, 30).waiting_since == after(20)


def test_a_post_that_comes_back_after_an_answer_waits_for_none() -> None:
    steps = history((0, What.WROTE, "p1"), (7, What.GONE, "p1"), (9, What.ANSWERED), (20, What.BACK, "p1"))
    assert clocks_at(steps, 30).waiting_since is None


def test_who_blocks_us_waits_no_more_whatever_they_wrote() -> None:
    steps = history((0, What.WROTE, "p1"), (3, What.WROTE, "p2"), (7, What.GONE))
    assert clocks_at(steps, 30).waiting_since is None
