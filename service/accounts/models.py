"""Users, their sessions, when they are there, and commenters."""

import enum
from datetime import date, datetime, time

from sqlalchemy import Date, ForeignKey, Integer, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core import clock
from service.core.db import Base, stored_enum


class Role(enum.StrEnum):
    """What a member of staff may do: each may do all that the one before may."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    OWNER = "owner"


class CommentMail(enum.StrEnum):
    """Which mail about comments somebody wants; what needs an answer is mailed in any case."""

    EVERY = "every comment"
    DIGEST = "digest"
    NEEDED = "only needed"


class Standing(enum.StrEnum):
    """What is known of a commenter."""

    NEW = "new"
    TRUSTED = "trusted"
    WATCHED = "watched"
    PAUSED = "paused"


class User(Base):
    """A member of staff; an empty `time_zone` is the site's.

    Between `quiet_from` and `quiet_to` of their day no mail wakes them but for a crisis. `digested_on` is the last of
    their days whose digest has been seen to. Somebody who is invited has no password yet, and is not active.
    With `shortcuts` single keys act on the pages of staff.
    `veil`: heavy words are folded for them until they ask for them.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("site_id", "email_lookup"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    email_encrypted: Mapped[str] = mapped_column(String(500))
    email_lookup: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(80))
    folded_name: Mapped[str] = mapped_column(String(160), index=True)
    role: Mapped[Role] = mapped_column(stored_enum(Role))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    time_zone: Mapped[str] = mapped_column(String(60), default="")
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_to: Mapped[time | None] = mapped_column(Time)
    digest_hour: Mapped[int] = mapped_column(Integer, default=8)
    digested_on: Mapped[date | None] = mapped_column(Date)
    shortcuts: Mapped[bool] = mapped_column(default=True)
    comment_mail: Mapped[CommentMail] = mapped_column(stored_enum(CommentMail), default=CommentMail.DIGEST)
    veil: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def is_invited(self) -> bool:
        """True until somebody who was asked to join has chosen a password."""
        return not self.is_active and not self.password_hash

    @property
    def moderates(self) -> bool:
        """True for those who see every article's comments."""
        return self.role in (Role.MODERATOR, Role.OWNER)

    @property
    def owns(self) -> bool:
        """True for those who see and change the site's settings."""
        return self.role is Role.OWNER


class SessionRow(Base):
    """One sign-in of one user; deleting the row ends it."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(String(40), default="")

    user: Mapped[User] = relationship(lazy="joined")


class SecondFactor(Base):
    """The key of a user's app; it counts once `confirmed_at` is set. `last_step` is that of the last code taken."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret_encrypted: Mapped[str] = mapped_column(String(500))
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RecoveryCode(Base):
    """One code on paper for a user without their phone; the row goes when it is used."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)


class AbsenceRow(Base):
    """Days on which a user is not there, both included, as their time zone counts them."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date, index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class DeputyRow(Base):
    """Who stands in for a user at any time."""

    __tablename__ = "deputies"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ShiftRow(Base):
    """One line of the rota: a user is on duty every week, in hours of the site's time zone."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("site_id", "user_id", "weekday", "from_hour"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(Integer)
    from_hour: Mapped[int] = mapped_column(Integer)
    until_hour: Mapped[int] = mapped_column(Integer)


class Commenter(Base):
    """The person behind comments: a guest known by a signed cookie, a secret link or a confirmed e-mail address.

    A pause ends by itself at `paused_until`; what counts from then on is `after_pause`. Ask `standing_at`.
    Since `erased_at` nothing is known of who they are, as they asked. `mailbox_unsafe`: they have written of being
    hurt, or so it reads, and whoever hurts them may read their mail.
    """

    __tablename__ = "commenters"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    cookie_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    email_encrypted: Mapped[str | None] = mapped_column(String(500))
    email_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    email_confirmed_at: Mapped[datetime | None]
    standing: Mapped[Standing] = mapped_column(stored_enum(Standing), default=Standing.NEW)
    paused_until: Mapped[datetime | None]
    after_pause: Mapped[Standing] = mapped_column(stored_enum(Standing), default=Standing.NEW)
    import_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    mailbox_unsafe: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    def standing_at(self, moment: datetime) -> Standing:
        """Return the standing that counts at a moment: a pause is over on its date, without anybody's doing."""
        over = self.paused_until is not None and self.paused_until <= moment
        return self.after_pause if self.standing is Standing.PAUSED and over else self.standing
