"""No cell is a formula, and what was written comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.cells import as_cell, of_cell

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_compute_stands_behind_an_apostrophe(text: str) -> None:
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "words", "1 = 1", "'quoted'", "ما عدت أتحمل"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert as_cell(text) == text


@pytest.mark.parametrize("text", [*FORMULAS, "'=1", "''=1", "'", "'words"])
def test_known_words_come_back(text: str) -> None:
    assert of_cell(as_cell(text)) == text


@given(st.text("'=+-@\t\r\n＝ab"))
def test_any_words_come_back(text: str) -> None:
    assert of_cell(as_cell(text)) == text
