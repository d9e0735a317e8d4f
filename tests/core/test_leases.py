"""Leases on chores: one process at a time, and none that a wrong clock could hold for ever."""

import pytest

from service.core.db import begin_write, db
from service.core.leases import release_lease, take_lease
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db


def take(name: str = "sweep", own: str | None = None) -> str | None:
    """Take a lease for a quarter of a minute, and commit."""
    begin_write()
    token = take_lease(name, 15, own)
    db.session.commit()
    return token


def test_one_at_a_time_until_it_is_given_back_or_has_run_out(cast: Cast, still_clock: Clock) -> None:
    token = take()
    assert token
    assert take() is None
    assert take("another")
    begin_write()
    release_lease("sweep", token)
    db.session.commit()
    assert take()
    still_clock.move(seconds=16)
    assert take()


def test_a_clock_that_is_set_back_frees_what_it_had_leased(cast: Cast, still_clock: Clock) -> None:
    assert take()
    still_clock.move(minutes=-5)
    assert take()
    assert take() is None


def test_who_holds_it_goes_on_after_a_turn_that_could_not_give_it_back(cast: Cast, still_clock: Clock) -> None:
    assert take(own="mine") == "mine"
    assert take(own="mine") == "mine"
    assert take(own="yours") is None
    still_clock.move(seconds=16)
    assert take(own="yours") == "yours"
    assert take(own="mine") is None


def test_who_read_the_clock_before_and_had_to_wait_for_the_row_is_too_late(cast: Cast, still_clock: Clock) -> None:
    assert take()
    still_clock.move(seconds=-1)
    assert take() is None
