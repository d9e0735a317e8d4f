"""What people might change, by what they have said: phrases that are mostly wrong, and words of those who were missed.

Nothing is changed by it: each leads to the form of a change, and so through its dry run.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import delete, select

from service.accounts.models import User
from service.articles.models import Article
from service.comments.models import Comment, Revision, Status, Voice
from service.core import clock
from service.core.db import db, insert
from service.core.errors import N_, Invalid
from service.moderation.calibration.models import DeclinedSuggestion, Kind
from service.moderation.figures.statistics import wilson
from service.moderation.models import Act, Decision, Verdict
from service.moderation.phrases.listing import said_as
from service.moderation.phrases.tallies import Tally, tallies
from service.moderation.queries import may_see, standing
from service.triage.fold import fold
from service.triage.levels import Level
from service.triage.model import PLAIN, features
from service.triage.models import Scan
from service.triage.phrases.phrase import Phrase
from service.triage.phrases.queries import book
from service.triage.thread import scan_answer
from service.triage.tuned import in_use
from service.triage.words import raw_words

MOST = 5
LEAST_JUDGED = 5
LEAST_PEOPLE = 3
LEAST_LETTERS = 2
TIMES_AS_OFTEN = 5
LOOK_BACK = timedelta(days=365)
COMPARED = 2000


@dataclass(frozen=True)
class Wrong:
    """A phrase that people mostly found wrong; one that is `grave` is never suggested to be switched off."""

    phrase: Phrase
    said: str
    tally: Tally
    grave: bool


@dataclass(frozen=True)
class Missed:
    """Words of so many comments, by so many people, that were missed; and in how many others they stand."""

    words: str
    comments: int
    people: int
    elsewhere: int
    compared: int


def wrong_phrases(user: User) -> list[Wrong]:
    """Return the phrases of which it is certain enough (95 %) that they are wrong more often than right."""
    away, known = _away(user.site_id, Kind.WRONG), book()
    found = [
        Wrong(known[key], said_as(known[key])[0], tally, known[key].now.level.rank >= Level.URGENT.rank)
        for key, tally in tallies().items()
        if key in known and known[key].now.is_on and key not in away and is_mostly_wrong(tally)
    ]
    return sorted(found, key=lambda each: (-each.tally.wrong, each.phrase.key))[:MOST]


def is_mostly_wrong(tally: Tally) -> bool:
    """Tell whether a phrase was judged often enough to say that it is wrong more often than right."""
    return tally.judged >= LEAST_JUDGED and wilson(tally.wrong, tally.judged)[0] > 1 / 2


def missed_words(user: User) -> list[Missed]:
    """Return words that are frequent in comments that people marked as missed, and rare in others they may see."""
    texts = _missed_texts(user)
    if len({writer for writer, _ in texts.values()}) < LEAST_PEOPLE:
        return []
    others = [_said_in(text) for text in _other_texts(user, texts)]
    told = {comment_id: (writer, frozenset(_words(text))) for comment_id, (writer, text) in texts.items()}
    away, words = _away(user.site_id, Kind.MISSED), in_use()
    found = [each for each in frequent(told, others) if each.words not in away]
    new = (each for each in found if scan_answer(each.words, "", words).level is Level.NONE)
    return [each for each, _ in zip(new, range(MOST), strict=False)]


def frequent(told: Mapping[int, tuple[int, frozenset[str]]], others: Sequence[Collection[str]]) -> list[Missed]:
    """Return what at least three people said in missed comments, and five times as often as others; pairs first.

    `told` has the writer and the words of each missed comment. A word that stands nowhere but in one pair is left out.
    """
    where: dict[str, set[int]] = {}
    for comment_id, (_writer, said) in told.items():
        for word in said:
            where.setdefault(word, set()).add(comment_id)
    writers = {words: len({told[comment_id][0] for comment_id in ids}) for words, ids in where.items()}
    by_enough = {words for words, people in writers.items() if people >= LEAST_PEOPLE}
    elsewhere = Counter(chain.from_iterable(by_enough.intersection(other) for other in others))
    found = []
    for words in by_enough:
        usual = (elsewhere[words] + 1) / (len(others) + 1)
        if len(where[words]) / len(told) >= TIMES_AS_OFTEN * usual:
            found.append(Missed(words, len(where[words]), writers[words], elsewhere[words], len(others)))
    pairs = [each.words for each in found if " " in each.words]
    inside = {word for pair in pairs for word in pair.split() if where.get(word) == where[pair]}
    kept = [each for each in found if each.words not in inside]
    return sorted(kept, key=lambda each: (-each.people, -each.comments, each.elsewhere, each.words))


def put_away(user: User, kind: str, subject: str) -> None:
    """Put a suggestion away, so that it does not come again; twice is once. Raises Invalid for what is none."""
    offered = {
        Kind.WRONG.value: [each.phrase.key for each in wrong_phrases(user)],
        Kind.MISSED.value: [each.words for each in missed_words(user)],
    }
    known = [(row.kind, row.subject) for row in declined(user.site_id)]
    if subject not in offered.get(kind, ()) and (kind, subject) not in known:
        raise Invalid(N_("There is no such suggestion any more."))
    values = {"site_id": user.site_id, "kind": Kind(kind), "subject": subject, "user_id": user.id}
    db.session.execute(insert(DeclinedSuggestion).values(**values, created_at=clock.now()).on_conflict_do_nothing())


def bring_again(user: User, declined_id: int) -> None:
    """Let a suggestion come again; twice is once."""
    mine = (DeclinedSuggestion.id == declined_id, DeclinedSuggestion.site_id == user.site_id)
    db.session.execute(delete(DeclinedSuggestion).where(*mine))


def declined(site_id: int) -> Sequence[DeclinedSuggestion]:
    """Return what was put away, the newest first."""
    query = select(DeclinedSuggestion).where(DeclinedSuggestion.site_id == site_id)
    return db.session.scalars(query.order_by(DeclinedSuggestion.id.desc()).limit(100)).all()


def said_of(row: DeclinedSuggestion) -> str:
    """Return the words that a suggestion was about."""
    phrase = book().get(row.subject) if row.kind is Kind.WRONG else None
    return said_as(phrase)[0] if phrase is not None else row.subject


def _missed_texts(user: User) -> dict[int, tuple[int, str]]:
    """Return writer and words of each comment in which nothing was found and that people marked as missed."""
    query = (
        select(Comment.id, Comment.commenter_id, Revision.source)
        .select_from(Decision)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Scan, Scan.id == Decision.scan_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .join(Article, Article.id == Comment.article_id)
        .where(
            Decision.act == Act.FEEDBACK,
            Decision.verdict == Verdict.MISSED,
            Decision.created_at > clock.now() - LOOK_BACK,
            Scan.level == Level.NONE,
            Comment.status.not_in((Status.WITHDRAWN, Status.SPAM)),
            standing(),
            may_see(user),
        )
        .order_by(Decision.id.desc())
        .limit(COMPARED)
    )
    return {row.id: (row.commenter_id, row.source) for row in db.session.execute(query) if row.commenter_id}


def _other_texts(user: User, missed: Collection[int]) -> list[str]:
    query = (
        select(Comment.id, Revision.source)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.voice == Voice.READER, Comment.status.not_in((Status.WITHDRAWN, Status.SPAM)), may_see(user))
        .order_by(Comment.id.desc())
        .limit(COMPARED)
    )
    return [row.source for row in db.session.execute(query) if row.id not in missed]


def _words(text: str) -> set[str]:
    """Return the words of a text and its pairs, none of them grammar."""
    return {
        words for words in _said_in(text) if not words.endswith("~") and len(words) > LEAST_LETTERS and _says(words)
    }


def _said_in(text: str) -> set[str]:
    return features(raw_words(fold(text).text))


def _says(words: str) -> bool:
    return PLAIN.isdisjoint(words.split())


def _away(site_id: int, kind: Kind) -> set[str]:
    mine = (DeclinedSuggestion.site_id == site_id, DeclinedSuggestion.kind == kind)
    return set(db.session.scalars(select(DeclinedSuggestion.subject).where(*mine)))
