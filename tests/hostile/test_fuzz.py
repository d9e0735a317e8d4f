"""What `python3 run.py fuzz` tries for minutes, for a moment."""

import pytest

from tests.fuzz import PROPERTIES, check, main


@pytest.mark.parametrize("name", PROPERTIES)
def test_whatever_is_drawn_it_holds(name: str) -> None:
    check(name, examples=25, number=1)


def test_what_does_not_hold_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(_drawn: object) -> None:
        raise AssertionError("no")

    monkeypatch.setitem(PROPERTIES, "cursors", type(PROPERTIES["cursors"])(PROPERTIES["cursors"].drawn, fails))
    assert main(["--only", "cursors", "--minutes", "1"]) == 1
    assert "--only cursors --seed" in capsys.readouterr().out
