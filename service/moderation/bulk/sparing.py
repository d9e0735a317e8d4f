"""Which comments an act on many passes over (pure): whoever may need a person is read by one."""

import enum
from dataclasses import dataclass

from service.comments.models import Status
from service.moderation.models import Act
from service.triage.levels import Level

# In which states of a comment an act makes sense.
POSSIBLE = {
    Act.APPROVE: frozenset({Status.PENDING, Status.PUBLISHED}),
    Act.RESTORE: frozenset({Status.SPAM}),
    Act.HIDE: frozenset({Status.PENDING, Status.PUBLISHED, Status.SPAM}),
    Act.SPAM: frozenset({Status.PENDING, Status.PUBLISHED}),
}
SHOWS = frozenset({Act.APPROVE, Act.RESTORE})


class Spared(enum.StrEnum):
    """Why a comment is passed over; the first that applies."""

    CHANGED = "changed"
    LEVEL = "level"
    UNREAD = "unread"
    WAITS = "waits"
    WISH = "wish"
    NOTE = "note"
    IN_DANGER = "in danger"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True)
class Facts:
    """What is known of one comment. `unread`: the machine has not read its latest words, or could not.

    `waits`: its writer waits for an answer, in whichever conversation; `in_danger`: it answers somebody whose case is
    urgent or worse; `gone`: its words are deleted, because their time was over.
    """

    status: Status
    version: int
    level: Level = Level.NONE
    harm: bool = False
    unread: bool = False
    waits: bool = False
    kept_back: bool = False
    note: bool = False
    in_danger: bool = False
    gone: bool = False


def spared(act: Act, facts: Facts | None, version: int) -> Spared | None:
    """Return why an act on many passes over a comment that was chosen at `version`; None when it does not.

    No facts: it is gone, or not this person's any more.
    """
    if facts is None or facts.version != version or facts.status not in POSSIBLE[act]:
        return Spared.CHANGED
    applies = {
        Spared.LEVEL: facts.level is not Level.NONE or facts.harm,
        Spared.UNREAD: facts.unread,
        Spared.WAITS: facts.waits,
        Spared.WISH: facts.kept_back and act in SHOWS,
        Spared.NOTE: facts.note and act is not Act.SPAM,
        Spared.IN_DANGER: facts.in_danger and act in SHOWS,
        Spared.GONE: facts.gone and act in SHOWS,
    }
    return next((why for why, is_so in applies.items() if is_so), None)
