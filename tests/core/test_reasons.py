"""Reasons of staff are kept whole or refused with their field, and never cut."""

import pytest

from service.core.errors import Invalid
from service.core.reasons import REASON_LIMIT, checked_reason


def test_what_fits_is_kept_whole_without_blanks_around_it() -> None:
    assert checked_reason(f" {'a' * REASON_LIMIT}\n") == "a" * REASON_LIMIT
    assert checked_reason("  ", asked=None) == ""


@pytest.mark.parametrize("words", ["", " \n ", "a" * (REASON_LIMIT + 1)])
def test_nothing_and_too_much_are_refused_for_their_field(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_reason(words, field="why")
    assert refused.value.field == "why"
