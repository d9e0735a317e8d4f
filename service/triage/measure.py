"""Measure triage on labelled comments: how many are found at which cost, with margins. Texts are never printed."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from service.triage.levels import Level
from service.triage.scanner import scan

SHARES = (0.03, 0.05, 0.10)
_Z = 1.96  # two-sided 95 %
_LABEL = {0: "none", 1: "distress"}


def measure(rows: Iterable[Mapping[str, Any]], mix: set[str] | None = None) -> dict[str, Any]:
    """Scan `rows` and return all figures; `mix` are the ids of those that stand in a realistic proportion.

    A row has "text", "label_binary" (0 or 1) and perhaps "id", "level" or "label_level", "category", "source".
    """
    scanned = [_scanned(row) for row in rows]
    mixed = [row for row in scanned if row["id"] in mix] if mix is not None else scanned
    return {
        "rows": len(scanned),
        "binary": binary(scanned),
        "ranking": ranking(mixed),
        "false_alarms": false_alarms(mixed),
        "levels": levels([row for row in scanned if row["wanted"]]),
        "by_category": _by(scanned, "category"),
        "by_source": _by(scanned, "source"),
        "missed": [row["id"] for row in scanned if row["label"] and row["level"] is Level.NONE],
        "flagged_wrongly": [row["id"] for row in scanned if not row["label"] and row["level"] is not Level.NONE],
        "urgent_found_lower": [
            row["id"]
            for row in scanned
            if row["wanted"] in ("urgent", "crisis") and row["level"].rank < Level.URGENT.rank
        ],
    }


def margin(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson (1927); the whole range when nothing was counted."""
    if not whole:
        return 0.0, 1.0
    share = part / whole
    centre = share + _Z * _Z / (2 * whole)
    spread = _Z * math.sqrt(share * (1 - share) / whole + _Z * _Z / (4 * whole * whole))
    below = 1 + _Z * _Z / whole
    return max(0.0, (centre - spread) / below), min(1.0, (centre + spread) / below)


def binary(scanned: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return precision, recall, F1, accuracy and specificity of "any level above none"."""
    counts: dict[tuple[bool, bool], int] = defaultdict(int)
    for row in scanned:
        counts[bool(row["label"]), row["level"] is not Level.NONE] += 1
    hit, missed, false, quiet = counts[True, True], counts[True, False], counts[False, True], counts[False, False]
    return {
        "precision": _share(hit, hit + false),
        "recall": _share(hit, hit + missed),
        "specificity": _share(quiet, quiet + false),
        "accuracy": _share(hit + quiet, len(scanned)),
        "f1": round(2 * hit / (2 * hit + false + missed), 4) if hit else 0.0,
        "flagged": _share(hit + false, len(scanned)),
    }


def ranking(scanned: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return average precision, and recall when only the given share of comments is flagged, highest score first."""
    ordered = sorted(scanned, key=lambda row: -row["score"])
    wanted = sum(row["label"] for row in ordered)
    found, precisions = 0, 0.0
    for place, row in enumerate(ordered, 1):
        if row["label"]:
            found += 1
            precisions += found / place
    recalls = {}
    for share in SHARES:
        first = ordered[: int(len(ordered) * share)]
        recalls[f"{share:.2f}"] = _share(sum(row["label"] for row in first), wanted)
    return {
        "rows": len(ordered),
        "distressed": wanted,
        "average_precision": round(precisions / wanted, 4) if wanted else None,
        "recall_at": recalls,
    }


def false_alarms(scanned: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many comments labelled none reach each level."""
    calm = [row for row in scanned if not row["label"]]
    return {
        str(level): _share(sum(row["level"].rank >= level.rank for row in calm), len(calm))
        for level in (Level.SUPPORT, Level.URGENT, Level.CRISIS)
    }


def levels(scanned: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table wanted level -> found level, F1 of each level and their mean."""
    table = {str(wanted): {str(found): 0 for found in Level} for wanted in Level}
    for row in scanned:
        table[row["wanted"]][str(row["level"])] += 1
    scores = {}
    for level in map(str, Level):
        right = table[level][level]
        wanted = sum(table[level].values())
        found = sum(row[level] for row in table.values())
        if wanted:
            scores[level] = round(2 * right / (wanted + found), 4)
    mean = round(sum(scores.values()) / len(scores), 4) if scores else None
    return {"table": table, "f1": scores, "macro_f1": mean}


def report(figures: Mapping[str, Any]) -> str:
    """Return the figures as text for people."""
    lines = [f"{figures['rows']} comments"]
    lines += [f"  {name:<12} {_shown(value)}" for name, value in figures["binary"].items()]
    ranked = figures["ranking"]
    lines.append(f"ranking of {ranked['rows']} comments, {ranked['distressed']} of them distressed")
    lines.append(f"  average precision {ranked['average_precision']}")
    lines += [f"  recall with {share} flagged {_shown(value)}" for share, value in ranked["recall_at"].items()]
    lines.append("comments labelled none that reach a level")
    lines += [f"  {level:<12} {_shown(value)}" for level, value in figures["false_alarms"].items()]
    lines.append(f"levels, macro-F1 {figures['levels']['macro_f1']}: {figures['levels']['f1']}")
    for wanted, found in figures["levels"]["table"].items():
        lines.append(f"  wanted {wanted:<8}" + "".join(f" {level} {count:<5}" for level, count in found.items()))
    for title in ("by_category", "by_source"):
        lines += _table(title.replace("_", " "), figures[title])
    for title in ("missed", "flagged_wrongly", "urgent_found_lower"):
        lines.append(f"{title.replace('_', ' ')} ({len(figures[title])}): {' '.join(map(str, figures[title]))}")
    return "\n".join(lines)


def _table(title: str, groups: Mapping[str, Any]) -> list[str]:
    lines = [title] if groups else []
    for name, group in groups.items():
        lines.append(f"  {name:<28} right {_shown(group['right'])}  urgent or above {_shown(group['urgent'])}")
    return lines


def _scanned(row: Mapping[str, Any]) -> dict[str, Any]:
    finding = scan(row["text"])
    return {
        "id": row.get("id"),
        "label": int(row["label_binary"]),
        "wanted": row.get("level") or row.get("label_level"),
        "category": row.get("category"),
        "source": row.get("source"),
        "level": finding.level,
        "score": finding.score,
    }


def _by(scanned: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in scanned:
        if row[key] is not None:
            groups[f"{row[key]} ({_LABEL[row['label']]})"].append(row)
    return {
        name: {
            "right": _counted(rows, lambda row: (row["level"] is not Level.NONE) == bool(row["label"])),
            "urgent": _counted(rows, lambda row: row["level"].rank >= Level.URGENT.rank),
        }
        for name, rows in sorted(groups.items())
    }


def _counted(rows: Sequence[Mapping[str, Any]], test: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    return _share(sum(map(test, rows)), len(rows))


def _share(part: int, whole: int) -> dict[str, Any]:
    low, high = margin(part, whole)
    return {
        "share": round(part / whole, 4) if whole else None,
        "of": whole,
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        share = "-" if value["share"] is None else f"{value['share']:.3f}"
        return f"{share} ({value['low']:.3f} to {value['high']:.3f}, n={value['of']})"
    return str(value)
