"""Which words are folded until somebody is ready for them (pure)."""

from collections.abc import Collection

from service.triage.levels import Level

HEAVY_HARM = frozenset({"method", "encouragement"})


def is_veiled(wanted: bool, level: str, harm: Collection[str]) -> bool:
    """Tell whether a text is folded: `wanted` is the person's own choice, `level` the one that counts for the text."""
    return wanted and (level == Level.CRISIS or bool(HEAVY_HARM.intersection(harm)))
