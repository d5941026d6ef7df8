"""A card shows a customer's posts in the order of writing, in whatever order they arrived."""

from tests.store.stores import START, Store, make_post


def test_posts_of_one_second_follow_their_ids_and_an_answer_goes_to_the_last(store: Store) -> None:
    third, first, second = (make_post(number, written_at=START) for number in (3, 1, 2))
    short = make_post(4, id="99", written_at=START)  # ids grow longer, too
    case = store.have_case(third)
    for seconds, late in enumerate((first, short, second), start=1):
        store.have_case(late, seconds=seconds)

    with store.look() as views:
        shown = [message.external_id for message in views.case(case).messages]
        target = views.target(case).external_id

    assert shown == [short.id, second.id, third.id]  # the first one, and of the rest the newest two
    assert target == third.id
