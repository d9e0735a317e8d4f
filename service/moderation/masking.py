"""Take a detail out of a comment: a wording that is not scanned and shows a sign in its place; staff keep the words."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from service.accounts.models import User
from service.comments.actions import admit_revision, revise, set_status
from service.comments.models import Comment, Revision, Screening, Status
from service.comments.status import Actor
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid
from service.core.text import render_comment
from service.moderation.models import Act, Decision
from service.moderation.queries import standing
from service.moderation.record import begin, check_fresh, write
from service.moderation.wording import Concern

Span = tuple[int, int]

TAKEN_OUT = "[…]"
_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|(?=\n)|$)", re.DOTALL)
_SIGNS_OF_A_LINK = "(["  # what would make a link of the brackets before it


def sentences(source: str) -> list[Span]:
    """Return where each sentence of a text stands (pure): up to its last sign, or the end of its line."""
    return [match.span() for match in _SENTENCE.finditer(source)]


def places_of(passage: str, source: str) -> list[Span]:
    """Return every place of a text where a passage stands (pure), however it is spaced and written large or small."""
    words = [re.escape(word) for word in passage.split()]
    return [match.span() for match in re.finditer(r"\s+".join(words), source, re.IGNORECASE)] if words else []


def without(source: str, spans: Iterable[Span]) -> str:
    """Return a text with a sign in place of each of these stretches (pure); those that meet are one."""
    parts, position = [], 0
    for start, end in _merged(spans):
        space = " " if source[end : end + 1] in tuple(_SIGNS_OF_A_LINK) else ""
        parts += [source[position:start], TAKEN_OUT, space]
        position = end
    return "".join([*parts, source[position:]])


def mask(
    user: User,
    comment: Comment,
    *,
    version: int,
    concern: Concern,
    passage: str = "",
    picked: Sequence[int] = (),
    publish: bool = False,
) -> Decision:
    """Take a passage, or the sentences with these numbers, out of a comment's latest words, and publish the rest if so.

    What is on the page is replaced there at once. Raises Invalid when nothing is chosen, it is all there is, or the
    passage does not stand there; Conflict when the comment has changed since.
    """
    before = begin(comment)
    check_fresh(comment, version)
    if comment.status is Status.WITHDRAWN or comment.by_staff:
        raise Conflict(N_("Only what a reader wrote, and has not taken back, can have a detail taken out."))
    words = comment.latest
    source = without(words.source, _chosen(words.source, passage, picked))
    original = own_words(comment)
    on_the_page = comment.public_revision_id == comment.latest_revision_id
    revise(comment, source, render_comment(source), screening=Screening.DONE, masks=original)
    if publish and comment.status is not Status.PUBLISHED:
        set_status(comment, Actor.STAFF, Status.PUBLISHED)
    elif on_the_page or publish:
        _replace(comment)
    else:
        comment.version += 1
    return write(before, user, Act.MASK, reason=concern.value)


def own_words(comment: Comment) -> Revision:
    """Return the latest wording that its writer wrote: what stands there, or what stood there before a mask."""
    latest = comment.latest
    return latest if latest.masks_id is None else db.session.get_one(Revision, latest.masks_id)


def mask_on(comment: Comment) -> Decision | None:
    """Return the decision by which a detail is missing from a comment's latest words, if one is."""
    return last_mask(comment) if comment.latest.masks_id is not None else None


def last_mask(comment: Comment) -> Decision | None:
    """Return the last decision that took a detail out of a comment and stands, whatever its writer wrote since."""
    query = select(Decision).where(Decision.comment_id == comment.id, Decision.act == Act.MASK, standing())
    return db.session.scalar(query.order_by(Decision.id.desc()).limit(1))


def _replace(comment: Comment) -> None:
    """Put the new wording on the page, and leave everything that waits for a person waiting."""
    held = comment.held_at, comment.held_reason, comment.change_asked
    admit_revision(comment)
    comment.held_at, comment.held_reason, comment.change_asked = held


def _chosen(source: str, passage: str, picked: Sequence[int]) -> list[Span]:
    whole = sentences(source)
    places = places_of(passage, source)
    if passage.strip() and not places:
        raise Invalid(N_("These words do not stand in the comment. Please copy them as they are."), field="passage")
    spans = [*places, *(whole[number] for number in picked if 0 <= number < len(whole))]
    if not spans:
        raise Invalid(N_("Please choose what is to be taken out."), field="passage")
    if not without(source, spans).replace(TAKEN_OUT, "").strip():
        raise Invalid(N_("That is all of it. Keep the comment private instead."), field="passage")
    return spans


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
