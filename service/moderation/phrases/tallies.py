"""How often each phrase was found in 90 days, and how often people then found it right."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select

from service.accounts.models import User
from service.articles.models import Article
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.moderation.models import Act, Decision, Verdict
from service.moderation.queries import may_see, standing
from service.triage.phrases.models import PhraseHit, PhraseTally

LOOK_BACK = timedelta(days=90)
EXAMPLES = 10
# By what people do with a comment they say whether it needed an answer; a verdict of its own outranks that.
_SAID = {Act.REPLY: True, Act.PRIVATE_REPLY: True, Act.DISMISS: False}
_VERDICTS = {Verdict.NEEDED: True, Verdict.MISSED: True, Verdict.NOT_NEEDED: False}


@dataclass(frozen=True)
class Tally:
    """In how many comments a phrase was found, and in how many of them people found it right, or wrong."""

    found: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def judged(self) -> int:
        """Return in how many comments people have decided."""
        return self.right + self.wrong

    @property
    def percent(self) -> int:
        """Return how many of a hundred decided ones were right, 0 where none is decided."""
        return round(100 * self.right / self.judged) if self.judged else 0


@dataclass(frozen=True)
class Example:
    """A comment in which a phrase was found, and what people made of it: None where nobody has decided."""

    comment: Comment
    article: Article
    needed: bool | None


def tallies() -> dict[str, Tally]:
    """Return the tally of each phrase that was found, as last counted."""
    rows = db.session.execute(select(PhraseTally.phrase, PhraseTally.found, PhraseTally.right, PhraseTally.wrong))
    return {phrase: Tally(found, right, wrong) for phrase, found, right, wrong in rows}


def count_phrases() -> dict[str, Tally]:
    """Count where each phrase was found in the last 90 days, and what people decided there."""
    since = clock.now() - LOOK_BACK
    found = (
        select(PhraseHit.phrase, func.count(PhraseHit.comment_id.distinct()))
        .where(PhraseHit.written_at > since)
        .group_by(PhraseHit.phrase)
    )
    right, wrong = _judged(since)
    return {phrase: Tally(number, right[phrase], wrong[phrase]) for phrase, number in db.session.execute(found)}


def keep_tallies(counted: Mapping[str, Tally]) -> None:
    """Keep what was counted in the place of what was counted before. The caller commits."""
    moment = clock.now()
    db.session.execute(delete(PhraseTally))
    rows = [
        {"phrase": key, "found": each.found, "right": each.right, "wrong": each.wrong, "counted_at": moment}
        for key, each in sorted(counted.items())
    ]
    if rows:
        db.session.execute(insert(PhraseTally), rows)


def tally_of(key: str) -> Tally:
    """Return the tally of one phrase, as last counted."""
    row = db.session.get(PhraseTally, key)
    return Tally(row.found, row.right, row.wrong) if row is not None else Tally()


def examples_of(user: User, key: str) -> list[Example]:
    """Return the newest comments in which a phrase was found, of those that this person may see."""
    newest = (
        select(PhraseHit.comment_id)
        .join(Comment, Comment.id == PhraseHit.comment_id)
        .join(Article, Article.id == Comment.article_id)
        .where(PhraseHit.phrase == key, may_see(user))
        .group_by(PhraseHit.comment_id, PhraseHit.written_at)
        .order_by(PhraseHit.written_at.desc(), PhraseHit.comment_id.desc())
        .limit(EXAMPLES)
    )
    ids = list(db.session.scalars(newest))
    rows = db.session.execute(
        select(Comment, Article).join(Article, Article.id == Comment.article_id).where(Comment.id.in_(ids))
    )
    found, said = {comment.id: (comment, article) for comment, article in rows}, needed_among(ids)
    return [Example(*found[comment_id], said.get(comment_id)) for comment_id in ids]


def needed_among(comment_ids: Iterable[int]) -> dict[int, bool]:
    """Return, of those of these comments on which people have decided, whether an answer was needed."""
    return _said(Decision.comment_id.in_(list(comment_ids)))


def _judged(since: datetime) -> tuple[Counter[str], Counter[str]]:
    """Return in how many comments each phrase was right, and wrong, by what people decided there."""
    said = _said(Decision.comment_id.in_(select(PhraseHit.comment_id).where(PhraseHit.written_at > since)))
    right, wrong = Counter[str](), Counter[str]()
    hits = (
        select(PhraseHit.phrase, PhraseHit.comment_id)
        .where(PhraseHit.written_at > since, PhraseHit.comment_id.in_(select(Decision.comment_id)))
        .distinct()
    )
    for phrase, comment_id in db.session.execute(hits):
        if comment_id in said:
            (right if said[comment_id] else wrong)[phrase] += 1
    return right, wrong


def _said(where: ColumnElement[bool]) -> dict[int, bool]:
    """Return what people's standing decisions say of comments: the newest verdict, else the newest act that says it."""
    query = (
        select(Decision.comment_id, Decision.act, Decision.verdict)
        .where(where, standing(), Decision.act.in_((*_SAID, Act.FEEDBACK)))
        .order_by(Decision.id)
    )
    acts: dict[int, bool] = {}
    verdicts: dict[int, bool] = {}
    for comment_id, act, verdict in db.session.execute(query):
        if verdict is not None:
            verdicts[comment_id] = _VERDICTS[verdict]
        elif act in _SAID:
            acts[comment_id] = _SAID[act]
    return acts | verdicts
