"""The figures of `flask triage evaluate`, on cases that can be counted by hand."""

from typing import Any

import pytest

from service.triage.levels import Level
from service.triage.measure import binary, false_alarms, levels, margin, measure, ranking, report


def row(label: int, score: float, level: Level = Level.NONE, wanted: str | None = None) -> dict[str, Any]:
    return {
        "id": "x",
        "label": label,
        "score": score,
        "level": level,
        "wanted": wanted,
        "category": None,
        "source": None,
    }


def test_margin_is_wilsons() -> None:
    low, high = margin(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert margin(0, 0) == (0.0, 1.0)


def test_ranking_counts_what_stands_in_the_first_share() -> None:
    rows = [row(1, 0.9), row(0, 0.8), row(1, 0.7)] + [row(0, 0.1) for _ in range(17)]
    figures = ranking(rows)
    assert figures["average_precision"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-4)
    assert figures["recall_at"]["0.10"]["share"] == 0.5
    assert figures["recall_at"]["0.05"]["share"] == 0.5


def test_binary_and_false_alarms() -> None:
    rows = [row(1, 0.9, Level.URGENT), row(1, 0.1), row(0, 0.5, Level.SUPPORT), row(0, 0.2, Level.CRISIS), row(0, 0.0)]
    figures = binary(rows)
    assert figures["precision"]["share"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["recall"]["share"] == 0.5
    assert figures["f1"] == 0.4
    assert false_alarms(rows)["urgent"]["share"] == pytest.approx(1 / 3, abs=1e-4)


def test_levels_table_and_mean() -> None:
    rows = [row(1, 1, Level.URGENT, "urgent"), row(1, 1, Level.SUPPORT, "urgent"), row(0, 0, Level.NONE, "none")]
    figures = levels(rows)
    assert figures["table"]["urgent"] == {"none": 0, "support": 1, "urgent": 1, "crisis": 0}
    assert figures["macro_f1"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-4)


def test_report_names_mistakes_by_id_and_never_by_text() -> None:
    rows = [
        {"id": "calm-1", "text": "I want to die", "label_binary": 0, "level": "none", "category": "c", "source": "s"},
        {"id": "low-1", "text": "The secret word is pumpernickel", "label_binary": 1, "level": "support"},
    ]
    figures = measure(rows)
    assert figures["flagged_wrongly"] == ["calm-1"]
    assert figures["missed"] == ["low-1"]
    text = report(figures)
    assert "calm-1" in text
    assert "pumpernickel" not in text
    assert "c (none)" in text
