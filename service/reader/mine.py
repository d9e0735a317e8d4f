"""What has become of my comment, in a word that a page can put into sentences (pure)."""

import enum

from service.comments.models import Comment, Status

MINE = "my comment"
GUEST_COOKIE = "attune-guest"


class MyState(enum.StrEnum):
    """What a writer is told; nothing here ever says that a comment was flagged."""

    RECEIVED = "received"
    WAITING = "waiting"
    PUBLIC = "public"
    PUBLIC_EDIT_WAITING = "public, edit waiting"
    PRIVATE = "private"
    WITHDRAWN = "withdrawn"


def my_state(comment: Comment) -> MyState:
    """Return what to tell a comment's writer.

    `received`: on its way, usually for less than a second; `waiting`: a person reads it first.
    """
    if comment.status is Status.WITHDRAWN:
        return MyState.WITHDRAWN
    if comment.status is Status.PENDING:
        return MyState.WAITING if comment.held_at is not None else MyState.RECEIVED
    if comment.shown:
        return MyState.PUBLIC_EDIT_WAITING if comment.awaits_admission else MyState.PUBLIC
    return MyState.PRIVATE
