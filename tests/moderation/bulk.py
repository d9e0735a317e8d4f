"""What the tests of acts on many comments share: to choose, to do, to take back."""

from service.accounts.models import User
from service.articles.models import Article, Mode
from service.comments.models import Comment, Status
from service.core.db import begin_write, db
from service.moderation.bulk.actions import Choice, Which, confirm, prepare, undo_all
from service.moderation.bulk.models import Bulk
from service.moderation.bulk.running import run
from service.moderation.models import Act
from service.moderation.queue.place import Lane, Place
from tests.cast import CALM, Cast

HELD, SPAM = Place(Lane.HELD), Place(Lane.SPAM)
ALL = Choice(Which.ALL)


def held(cast: Cast, number: int, *, words: str = CALM) -> list[Comment]:
    """Have so many readers write what is held, because every comment on the article is read first."""
    begin_write()
    db.session.get_one(Article, cast.article.id).mode = Mode.MODERATED
    db.session.commit()
    return [cast.says(cast.reader(), f"{words} {each}", name=f"Reader {each}") for each in range(number)]


def chosen(user: User, act: Act, choice: Choice = ALL, place: Place = HELD) -> Bulk:
    """Choose, and confirm nothing yet."""
    begin_write()
    bulk = prepare(user, place, act, choice)
    db.session.commit()
    return bulk


def done(user: User, act: Act, choice: Choice = ALL, place: Place = HELD) -> Bulk:
    """Choose, confirm and do it."""
    bulk = chosen(user, act, choice, place)
    begin_write()
    confirm(user, bulk, "an advertisement")
    db.session.commit()
    run(bulk.id, 60)
    db.session.refresh(bulk)
    return bulk


def taken_back(user: User, bulk: Bulk) -> None:
    """Undo all of it."""
    begin_write()
    undo_all(user, bulk)
    db.session.commit()
    run(bulk.id, 60)
    db.session.refresh(bulk)


def statuses(comments: list[Comment]) -> list[Status]:
    """Return what each of them is by now."""
    db.session.expire_all()
    return [comment.status for comment in comments]
