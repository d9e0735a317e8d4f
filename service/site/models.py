"""The site: its name, language, country, and how soon an answer is due."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base

# A page that anybody may have open, and that tells nothing of where somebody came from.
NEUTRAL_PAGE = "https://www.wikipedia.org/"


class Site(Base):
    """One site; others may come, so its id stands in every unique key.

    `help_country` is the ISO code of the country whose help lines are shown to those who choose none; empty: not set.
    "Exit this page" leads to `exit_url`; empty: the owner has switched it off.
    `keep_*_days`: for how long hidden comments and spam, closed cases, deliveries, and the access log are kept.
    `smtp_encrypted` is the mail server that owners typed, `mail_from` the sender of its mail; the settings come first.
    `embed_origins`: the sites on whose pages the comments may stand, one a line.
    `worry_wakes`: a reader's worry about somebody is mailed at once, like something urgent.
    """

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    tagline: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    help_country: Mapped[str] = mapped_column(String(2), default="")
    due_support_minutes: Mapped[int] = mapped_column(Integer, default=24 * 60)
    due_urgent_minutes: Mapped[int] = mapped_column(Integer, default=4 * 60)
    due_crisis_minutes: Mapped[int] = mapped_column(Integer, default=30)
    due_held_minutes: Mapped[int] = mapped_column(Integer, default=24 * 60)
    held_reminded_at: Mapped[datetime | None]
    exit_url: Mapped[str] = mapped_column(String(300), default=NEUTRAL_PAGE)
    embed_origins: Mapped[str] = mapped_column(String(2000), default="")
    worry_wakes: Mapped[bool] = mapped_column(default=False)
    check_in_crisis_days: Mapped[int] = mapped_column(Integer, default=3)
    check_in_urgent_days: Mapped[int] = mapped_column(Integer, default=0)
    smtp_encrypted: Mapped[str | None] = mapped_column(String(1500))
    mail_from: Mapped[str] = mapped_column(String(254), default="")
    edit_minutes: Mapped[int] = mapped_column(Integer, default=15)
    keep_removed_days: Mapped[int] = mapped_column(Integer, default=30)
    keep_cases_days: Mapped[int] = mapped_column(Integer, default=90)
    keep_deliveries_days: Mapped[int] = mapped_column(Integer, default=30)
    keep_audit_days: Mapped[int] = mapped_column(Integer, default=365)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
