"""Messages to a task that takes many are put together, and all others go out as they came."""

from service.core.dispatch import MOST_IN_ONE, joined

SCREEN, MAIL = "screen", "mail"


def test_what_takes_many_is_asked_once_and_the_order_stays() -> None:
    sent = [(MAIL, (1,)), (SCREEN, (2,)), (MAIL, (3,)), (SCREEN, (4,)), (SCREEN, (5,))]
    assert joined(sent, {SCREEN}) == [(MAIL, (1,)), (SCREEN, (2, 4, 5)), (MAIL, (3,))]


def test_more_than_fit_into_one_message_go_into_another() -> None:
    sent = [(SCREEN, (number,)) for number in range(MOST_IN_ONE + 2)]
    whole = tuple(range(MOST_IN_ONE + 2))
    assert joined(sent, {SCREEN}) == [(SCREEN, whole[:MOST_IN_ONE]), (SCREEN, whole[MOST_IN_ONE:])]
