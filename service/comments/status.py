"""Which changes of a comment's status are possible, and by whom (pure)."""

import enum

from service.comments.models import Status
from service.core.errors import N_, Conflict


class Actor(enum.StrEnum):
    """Who changes a status."""

    MACHINE = "machine"
    STAFF = "staff"
    WRITER = "writer"
    UNDO = "undo"  # staff, who take back what one of them has done


_P, _O, _H, _S, _W = Status.PENDING, Status.PUBLISHED, Status.HIDDEN, Status.SPAM, Status.WITHDRAWN

_BY_STAFF = tuple((before, after) for before in (_P, _O, _H, _S) for after in (_O, _H, _S) if before is not after)

ALLOWED: frozenset[tuple[Actor, Status, Status]] = frozenset(
    {
        (Actor.MACHINE, _P, _O),
        (Actor.MACHINE, _P, _S),
        *((Actor.STAFF, before, after) for before, after in _BY_STAFF),
        *((Actor.UNDO, after, before) for before, after in _BY_STAFF),
        *((Actor.WRITER, before, _W) for before in (_P, _O, _H, _S)),
        (Actor.WRITER, _O, _P),  # who may read it has changed, so a person reads it again
    }
)


def check_transition(actor: Actor, before: Status, after: Status) -> None:
    """Raise Conflict when this actor cannot change a comment from `before` to `after`."""
    if (actor, before, after) in ALLOWED:
        return
    if before is Status.WITHDRAWN:
        raise Conflict(N_("The person who wrote this comment has taken it back."))
    if before is after:
        raise Conflict(N_("Somebody has done this already."))
    raise Conflict(N_("This comment can no longer be changed in this way."))
