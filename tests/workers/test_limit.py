"""The limit of a scan: an exception in the middle of it, and nothing afterwards."""

import signal

import pytest

from workers.limit import TooSlow, at_most


def without_end() -> None:
    while True:
        pass


def test_what_lasts_too_long_is_interrupted() -> None:
    with pytest.raises(TooSlow), at_most(0.05):
        without_end()


def test_what_is_quick_is_left_alone_and_the_alarm_is_off_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with at_most(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) == before
