"""What is left to do before a new site can be relied on, told by what is there."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from service.accounts.models import User
from service.articles.models import Article
from service.config import Settings
from service.core.db import db
from service.notifications.mail_server import has_mail_server
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.site.models import Site


@dataclass(frozen=True)
class Steps:
    """What has been done of the five steps."""

    country: bool
    mail: bool
    people: bool
    article: bool
    alert: bool

    @property
    def open(self) -> int:
        """How many are left."""
        return [self.country, self.mail, self.people, self.article, self.alert].count(False)


@dataclass(frozen=True)
class Trial:
    """What became of the last test alert of a person: the bell rings at once, the mail goes by the worker."""

    mail: NotificationState
    attempts: int
    last_error: str


def steps_of(site: Site, me: User, settings: Settings) -> Steps:
    """Return what has been done so far."""
    trial = last_trial(me)
    others = exists().where(User.site_id == site.id, User.id != me.id)
    has_articles = exists().where(Article.site_id == site.id)
    people, article = db.session.execute(select(others, has_articles)).one()
    return Steps(
        country=bool(site.help_country),
        mail=has_mail_server(site, settings),
        people=people,
        article=article,
        alert=trial is not None and trial.mail is NotificationState.SENT,
    )


def last_trial(me: User) -> Trial | None:
    """Return what became of this person's last test alert; None before the first."""
    mine = (Notification.recipient_id == me.id, Notification.kind == Kind.TEST, Notification.channel == Channel.EMAIL)
    row = db.session.scalar(select(Notification).where(*mine).order_by(Notification.id.desc()).limit(1))
    return Trial(row.state, row.attempts, row.last_error) if row is not None else None
