"""A thread as pages of whole conversations, ready to be drawn (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.comments.models import Status, Voice

MAX_INDENT = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One comment as the thread query gives it, in reading order (by path); `writer` tells people apart, never who."""

    id: int
    root_id: int
    parent_id: int | None
    status: Status
    shown: bool
    name: str
    voice: Voice
    html: str
    created_at: datetime
    edited_at: datetime | None
    writer: str = ""


@dataclass(slots=True)
class Node:
    """One drawn comment with the answers that stand below it; `line.shown` False draws a placeholder."""

    line: Line
    replying_to: Line | None = None
    answers: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Conversation:
    """A root with the answers that this page shows, and how many more there are."""

    root: Node
    shown: int
    more: int = 0
    last_id: int | None = None
    answers: list[Line] = field(default_factory=list)

    @property
    def voices(self) -> list[str]:
        """The names of those who answer here, each once, in reading order."""
        return list(dict.fromkeys(line.name for line in self.answers))


def conversations(lines: Iterable[Line], beyond: Mapping[int, Line] | None = None) -> list[Conversation]:
    """Group lines (by root, then path) into drawn conversations, without recursion.

    What is not shown stays as a placeholder only where something shown answers it. From the third level
    on, answers stand flat below one another and name whom they answer, and so do those of two people who answer each
    other. `beyond` has the lines of other pages that are answered here.
    """
    found: list[Conversation] = []
    for group in _by_root(lines):
        kept = _without_dead_ends(group)
        if kept:
            root = _nest(kept, beyond or {})
            shown = [line for line in kept if line.shown]
            answers = [line for line in shown if line is not root.line]
            found.append(Conversation(root, shown=len(shown), answers=answers))
    return found


def _by_root(lines: Iterable[Line]) -> list[list[Line]]:
    groups: dict[int, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.root_id, []).append(line)
    return list(groups.values())


def _without_dead_ends(lines: Sequence[Line]) -> list[Line]:
    needed: set[int] = set()
    kept = []
    for line in reversed(lines):
        if line.shown or line.id in needed:
            kept.append(line)
            if line.parent_id is not None:
                needed.add(line.parent_id)
    if kept and kept[-1] is not lines[0]:
        kept.append(lines[0])
    kept.reverse()
    return kept


def _nest(lines: Sequence[Line], beyond: Mapping[int, Line]) -> Node:
    root = Node(lines[0])
    nodes = {root.line.id: root}
    home = {root.line.id: (root, 0)}  # under which node the answers of a comment stand, and how deep those are
    beside = {root.line.id: (root, 0)}  # under which node a comment itself stands, and how deep
    for line in lines[1:]:
        parent = nodes.get(line.parent_id or 0, root)
        answered = parent.line if line.parent_id == parent.line.id else beyond.get(line.parent_id or 0)
        place, depth = (beside if _in_exchange(line, parent, nodes) else home)[parent.line.id]
        node = Node(line, replying_to=answered if answered is not None and answered.id != root.line.id else None)
        place.answers.append(node)
        nodes[line.id] = node
        beside[line.id] = (place, depth)
        home[line.id] = (node, depth + 1) if depth + 1 < MAX_INDENT else (place, depth)
    return root


def _in_exchange(line: Line, parent: Node, nodes: Mapping[int, Node]) -> bool:
    """True when two people answer each other: this is by the one whom its parent answers."""
    before = nodes.get(parent.line.parent_id or 0)
    return bool(line.writer) and before is not None and before.line.writer == line.writer != parent.line.writer
