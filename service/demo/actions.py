"""Fill an empty site with the demo."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from service.accounts.actions import add_user, known_commenter
from service.accounts.models import Commenter, SessionRow, User
from service.articles.actions import add_article
from service.articles.models import Article, Mode
from service.comments.actions import adopt, draft, submit
from service.comments.models import Comment, Voice
from service.config import Settings
from service.core import clock
from service.core.db import db
from service.core.errors import NotFound
from service.core.signing import Keys
from service.demo.content import (
    ARTICLE,
    AUTHOR_EMAIL,
    CONTENT_NOTE,
    NOW,
    PASSWORD,
    PAST,
    SIGN_INS,
    SITE_NAME,
    SITE_TAGLINE,
    STANDFIRST,
    TITLE,
    Said,
)
from service.site.models import Site
from service.site.queries import current_site


def fill(site: Site, keys: Keys) -> bool:
    """Add the demo's people, article and comments; False, and nothing, where there is an article or a user."""
    if not _is_empty(site):
        return False
    site.name, site.tagline = SITE_NAME, SITE_TAGLINE
    author_id = _add_people(site, keys)
    moment = clock.now()
    article = add_article(
        site.id,
        TITLE,
        ARTICLE,
        slug="old-wounds-new-company",
        author_id=author_id,
        author_name=next(name for email, name, _role in SIGN_INS if email == AUTHOR_EMAIL),
        mode=Mode.KNOWN,
        content_note=CONTENT_NOTE,
        standfirst=STANDFIRST,
        published_at=moment - timedelta(days=45),
    )
    _say_past(article, moment)
    for said in NOW:
        commenter, _cookie = known_commenter(site.id, None)
        submit(article, commenter, draft(said.name, said.body), language=site.language)
    return True


def demo_people(site_id: int) -> Sequence[User]:
    """Return the demo's people who can still sign in."""
    return db.session.scalars(select(User).where(User.site_id == site_id, User.is_demo, User.is_active)).all()


def end_sign_ins(site: Site) -> int:
    """Let none of the demo's people in any more, and end their sessions; returns how many they were."""
    people = demo_people(site.id)
    for user in people:
        user.is_active = False
        db.session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
    return len(people)


def refuse_in_production(settings: Settings) -> None:
    """Raise SystemExit where readers come from outside and somebody could sign in with the published password.

    A database that cannot be asked is no reason to refuse: the sign-in itself refuses them, too.
    """
    if not settings.production:
        return
    try:
        names = [user.name for user in demo_people(current_site().id)]
    except (SQLAlchemyError, NotFound):
        return
    finally:
        db.session.rollback()
    if names:
        raise SystemExit(
            f"Attune cannot start: readers reach this site from outside, and the demo's sign-ins are still here "
            f"({', '.join(names)}). End them: flask demo --end"
        )


def _is_empty(site: Site) -> bool:
    users = db.session.scalar(select(User.id).where(User.site_id == site.id).limit(1))
    articles = db.session.scalar(select(Article.id).where(Article.site_id == site.id).limit(1))
    return users is None and articles is None


def _add_people(site: Site, keys: Keys) -> int:
    ids = {
        email: add_user(site.id, email, name, role, PASSWORD, keys, is_demo=True).id for email, name, role in SIGN_INS
    }
    return ids[AUTHOR_EMAIL]


def _say_past(article: Article, moment: datetime) -> None:
    placed: dict[str, Comment] = {}
    people: dict[str, Commenter] = {}
    for said in PAST:
        placed[said.key] = adopt(
            article,
            name=said.name,
            source=said.body,
            voice=Voice.AUTHOR if said.by_author else Voice.READER,
            commenter=None if said.by_author else _person(article, people, said),
            parent=placed[said.answers] if said.answers else None,
            created_at=moment - timedelta(days=said.days, minutes=said.minutes),
            import_key=f"demo:{said.key}",
        )


def _person(article: Article, people: dict[str, Commenter], said: Said) -> Commenter:
    if said.name not in people:
        people[said.name], _cookie = known_commenter(article.site_id, None)
    return people[said.name]
