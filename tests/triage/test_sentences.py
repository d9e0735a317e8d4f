"""Our own sentences reach their levels, family by family; the third that nothing was tuned on has a lower bar."""

from collections import defaultdict

import pytest

from service.triage.levels import Level
from service.triage.scanner import scan
from service.triage.training import sentences

# Least share that must be right. "near" for crisis and urgent is one level below; for the others the exact level.
SEEN = {"crisis": 0.95, "urgent": 0.95, "support": 0.85, "near_crisis": 0.95, "calm": 0.95, "harm": 0.90}
UNSEEN = {"crisis": 0.84, "urgent": 0.86, "support": 0.65, "near_crisis": 0.92, "calm": 0.90, "harm": 0.80}


def right(kind: str, text: str, level: Level) -> bool:
    """Tell whether a sentence is read as it should be: grave ones at most one level too low, harm as harm."""
    found = scan(text)
    if kind == "harm":
        return bool(found.harm) and found.level is Level.NONE
    if kind in ("crisis", "urgent"):
        return found.level.rank >= level.rank - 1
    if kind.startswith("support"):
        return found.level is not Level.NONE
    return found.level is Level.NONE


@pytest.mark.parametrize("unseen", [False, True], ids=["seen", "unseen"])
def test_sentences_reach_their_level(unseen: bool) -> None:
    counts: dict[str, list[bool]] = defaultdict(list)
    for kind, _, text, level in sentences(unseen):
        counts[kind if kind in SEEN else kind.split("_")[0]].append(right(kind, text, level))
    least = UNSEEN if unseen else SEEN
    shares = {kind: sum(results) / len(results) for kind, results in counts.items()}
    assert {kind: share for kind, share in shares.items() if share < least[kind]} == {}


def test_no_seen_family_is_left_behind() -> None:
    families: dict[str, list[bool]] = defaultdict(list)
    for kind, family, text, level in sentences(unseen=False):
        families[f"{kind}: {family}"].append(right(kind, text, level))
    lost = {name for name, results in families.items() if len(results) >= 4 and sum(results) / len(results) < 0.5}
    assert lost == set()


def test_there_are_enough_sentences() -> None:
    counts: dict[str, int] = defaultdict(int)
    for unseen in (False, True):
        for kind, _, _, _ in sentences(unseen):
            counts[kind] += 1
    assert counts["crisis"] >= 150
    assert counts["near_crisis"] >= 150
    assert counts["support"] >= 150
    assert counts["harm"] >= 40


def test_crisis_is_never_read_as_calm_by_the_seen_two_thirds() -> None:
    lost = [text for kind, _, text, _ in sentences(unseen=False) if kind == "crisis" and scan(text).level is Level.NONE]
    assert len(lost) <= 3
