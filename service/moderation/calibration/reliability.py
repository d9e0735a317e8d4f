"""How often an answer was needed, by the score of what was found: what the scores are worth here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from service.accounts.models import User
from service.articles.models import Article
from service.comments.models import Comment, Voice
from service.core import clock
from service.core.db import db
from service.moderation.figures.statistics import wilson
from service.moderation.figures.tables import Share
from service.moderation.phrases.tallies import needed_among
from service.moderation.queries import may_see
from service.triage.models import Scan
from service.triage.queries import FOUND_SOMETHING, is_newest

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Band:
    """Comments with a score from `low` to below `high`: how many there were, were judged, and needed an answer."""

    low: float
    high: float
    all: int
    judged: int
    needed: int

    @property
    def share(self) -> Share | None:
        """The share that needed an answer, with its 95 % margin (Wilson); None where nobody has judged."""
        if not self.judged:
            return None
        return Share(self.needed / self.judged, *wilson(self.needed, self.judged))


def bands(found: Iterable[tuple[float, bool | None]]) -> list[Band]:
    """Return the bands of these, each a score with what people said: True needed an answer, None not judged."""
    counted = [[0, 0, 0] for _ in EDGES[1:]]
    for score, needed in found:
        band = counted[max(number for number in range(len(counted)) if score >= EDGES[number])]
        band[0] += 1
        band[1] += needed is not None
        band[2] += needed is True
    return [Band(low, high, *numbers) for low, high, numbers in zip(EDGES[:-1], EDGES[1:], counted, strict=True)]


def reliability(user: User) -> list[Band]:
    """Return the bands of what was found in comments of the last 90 days that this person may see."""
    query = (
        select(Scan.comment_id, Scan.score)
        .join(Comment, Comment.id == Scan.comment_id)
        .join(Article, Article.id == Comment.article_id)
        .where(
            FOUND_SOMETHING,
            is_newest(),
            Comment.created_at > clock.now() - LOOK_BACK,
            Comment.voice == Voice.READER,
            may_see(user),
        )
    )
    rows = db.session.execute(query).all()
    said = needed_among([row.comment_id for row in rows])
    return bands((row.score, said.get(row.comment_id)) for row in rows)
