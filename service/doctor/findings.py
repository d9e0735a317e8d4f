"""One thing that the doctor looked at, and what came of it (pure)."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class State(enum.StrEnum):
    """How it is: `bad` is unsafe or broken, `warn` will be one day, or is somebody's choice."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, `about`, in a sentence; `advice` is what to do, empty where all is well."""

    about: str
    state: State
    words: str
    advice: str = ""


def ok(about: str, words: str) -> Finding:
    """Return that all is well."""
    return Finding(about, State.OK, words)


def warn(about: str, words: str, advice: str) -> Finding:
    """Return what should be known."""
    return Finding(about, State.WARN, words, advice)


def bad(about: str, words: str, advice: str) -> Finding:
    """Return what is unsafe or broken."""
    return Finding(about, State.BAD, words, advice)


def worst(findings: Iterable[Finding]) -> State:
    """Return the worst state among these."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)
