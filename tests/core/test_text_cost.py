"""The costliest texts known, counted in function calls, which are the same on every machine."""

import cProfile

import pytest

from service.core.text import COMMENT_LIMIT, render_comment

COSTLY = [
    "-\n- ",
    "1) a\n- a\n",
    "> a\n\n",
    "* a\n\n",
    "> - ",
    "[",
    "![",
    "[a ",
    "[a](",
    "**a ",
    "*a_ ",
    "`a",
    "://",
    "a://",
    "http:// ",
    "&",
    "<",
]


def calls(source: str) -> int:
    profile = cProfile.Profile()
    profile.runcall(render_comment, source)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("piece", COSTLY)
def test_no_comment_is_much_dearer_than_its_length(piece: str) -> None:
    assert calls((piece * COMMENT_LIMIT)[:COMMENT_LIMIT]) < 1_500_000
