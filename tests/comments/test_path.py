"""Paths: plain byte order is reading order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.comments.path import MAX_DEPTH, SEGMENT, child_path, depth_of

WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = WHEN + timedelta(milliseconds=1)


def test_depth_counts_from_the_root() -> None:
    root = child_path("", WHEN, 1)
    assert depth_of(root) == 0
    assert depth_of(child_path(root, LATER, 2)) == 1


def test_an_answer_stands_below_its_parent_and_before_the_next_conversation() -> None:
    root, next_root = child_path("", WHEN, 1), child_path("", LATER, 2)
    answer = child_path(root, WHEN + timedelta(days=400), 3)
    assert root < answer < next_root


def test_an_older_comment_that_an_import_brings_later_stands_before() -> None:
    root = child_path("", WHEN, 1)
    assert child_path(root, WHEN, 9_000) < child_path(root, LATER, 2)


def test_at_the_same_moment_the_id_decides() -> None:
    assert child_path("", WHEN, 35) < child_path("", WHEN, 36)


def test_below_the_deepest_level_an_answer_stands_beside_its_parent() -> None:
    path = ""
    for number in range(1, MAX_DEPTH + 300):
        parent, path = path, child_path(path, WHEN + timedelta(seconds=number), number)
        assert len(path) <= 800
    assert depth_of(path) == MAX_DEPTH - 1
    assert path > parent


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=30_000_000_000_000).map(lambda ms: EPOCH + timedelta(milliseconds=ms)),
            st.integers(min_value=1, max_value=2**31 - 1),
        ),
        min_size=2,
    )
)
def test_order_of_paths_is_order_of_time_and_id(comments: list[tuple[datetime, int]]) -> None:
    by_path = sorted(comments, key=lambda comment: child_path("", *comment))
    assert by_path == sorted(comments)


def test_what_does_not_fit_is_an_error_and_never_a_wrong_place() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        child_path("", WHEN, 36**7)


def test_a_segment_has_one_width() -> None:
    assert len(child_path("", WHEN, 1)) == len(child_path("", LATER, 36**7 - 1)) == SEGMENT
