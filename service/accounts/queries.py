"""Who somebody is, whether a name is taken by staff, and who is there when."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, or_, select

from service.accounts.duty import Away, Rota, Shift, away, is_away, on_duty, stand_in
from service.accounts.models import (
    AbsenceRow,
    Commenter,
    CommentMail,
    DeputyRow,
    Role,
    SessionRow,
    ShiftRow,
    Standing,
    User,
)
from service.accounts.names import claims_role, fold_name, readings
from service.accounts.quiet import Day
from service.config import current_keys
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.signing import Keys, fold_email, token_hash
from service.site.models import Site

STRICTEST_FIRST = (Standing.PAUSED, Standing.WATCHED, Standing.TRUSTED, Standing.NEW)


def user_by_session(token: str) -> User | None:
    """Return the active user of this session token, or None when it is unknown, ended or expired."""
    row = db.session.scalar(
        select(SessionRow).where(SessionRow.token_hash == token_hash(token), SessionRow.expires_at > clock.now())
    )
    return row.user if row is not None and row.user.is_active else None


def user_by_email(site_id: int, address: str, keys: Keys) -> User | None:
    """Return the user with this e-mail address."""
    lookups = keys.lookups("email", fold_email(address))
    return db.session.scalar(select(User).where(User.site_id == site_id, User.email_lookup.in_(lookups)))


def email_of(user_id: int, keys: Keys) -> str | None:
    """Return a user's e-mail address in clear, for the one who is about to send; None when inactive."""
    user = db.session.get(User, user_id)
    return keys.decrypt(user.email_encrypted) if user is not None and user.is_active else None


def invited_email_of(user_id: int, keys: Keys) -> str | None:
    """Return the address of somebody who is invited and has not joined yet; None of anybody else."""
    user = db.session.get(User, user_id)
    return keys.decrypt(user.email_encrypted) if user is not None and user.is_invited else None


def confirmed_address(commenter: Commenter, keys: Keys) -> str | None:
    """Return a commenter's e-mail address in clear, for the one who is about to send; None unless they confirmed it."""
    if commenter.email_confirmed_at is None or commenter.email_encrypted is None:
        return None
    return keys.decrypt(commenter.email_encrypted)


def same_person(commenter: Commenter) -> list[int]:
    """Return the ids of the commenters that are this person: those with the same confirmed address, and this one."""
    if commenter.email_confirmed_at is None:
        return [commenter.id]
    query = select(Commenter.id).where(
        Commenter.site_id == commenter.site_id,
        Commenter.email_lookup.in_(address_lookups(commenter)),
        Commenter.email_confirmed_at.is_not(None),
    )
    return list(db.session.scalars(query))


def address_lookups(commenter: Commenter) -> list[str]:
    """Return what the address of a commenter may be found by, in their row or another's; none without an address.

    While the secret key is being replaced, two rows of the same address may have been written with different keys.
    """
    if commenter.email_encrypted is None or commenter.email_lookup is None:
        return []
    keys = current_keys()
    return keys.lookups("email", fold_email(keys.decrypt(commenter.email_encrypted)))


def standing_of(commenter: Commenter) -> Standing:
    """Return the standing that counts for a person now: the strictest that they have, with trust before nothing.

    Whoever clears their cookies and confirms the same address is who they were, in good and in bad.
    """
    found = {each.standing_at(clock.now()) for each in _all_of(commenter)}
    return next(standing for standing in STRICTEST_FIRST if standing in found)


def paused_until(commenter: Commenter) -> datetime | None:
    """Return until when a person is asked to pause; None where they are not."""
    moment = clock.now()
    ends = [each.paused_until for each in _all_of(commenter) if each.standing_at(moment) is Standing.PAUSED]
    return max((end for end in ends if end is not None), default=None)


def _all_of(commenter: Commenter) -> Sequence[Commenter]:
    if commenter.email_confirmed_at is None:
        return [commenter]
    return db.session.scalars(select(Commenter).where(Commenter.id.in_(same_person(commenter)))).all()


def commenter_by_cookie(token: str) -> Commenter | None:
    """Return the commenter that this cookie's token names."""
    return db.session.scalar(select(Commenter).where(Commenter.cookie_hash == token_hash(token)))


def staff_name_taken(site_id: int, name: str, author_name: str = "") -> bool:
    """True when a member of staff, or the author of the page, has this name or one that looks like it.

    Names that say to look after the site ("Moderator") count as taken too.
    """
    readable = readings(name)
    if claims_role(name) or (author_name and fold_name(author_name) in readable):
        return True
    same = exists().where(User.site_id == site_id, User.is_active, User.folded_name.in_(readable))
    return bool(db.session.scalar(select(same)))


def alert_recipients(site_id: int, author_id: int | None) -> list[int]:
    """Return the ids of those who hear of an article's cases: its author and every moderator."""
    return list(db.session.scalars(_alert_recipients(site_id, author_id)))


def wants_every_comment(site_id: int, author_id: int | None) -> list[int]:
    """Return the ids of those who hear of an article's cases and want a mail for every comment."""
    every = User.comment_mail == CommentMail.EVERY
    return list(db.session.scalars(_alert_recipients(site_id, author_id).where(every)))


def _alert_recipients(site_id: int, author_id: int | None) -> Select[int]:
    moderators = User.role.in_([Role.MODERATOR, Role.OWNER])
    wanted = moderators if author_id is None else or_(moderators, User.id == author_id)
    return select(User.id).where(User.site_id == site_id, User.is_active, wanted).order_by(User.id)


def owner_ids(site_id: int) -> list[int]:
    """Return the ids of the owners, who hear of what is broken."""
    return list(
        db.session.scalars(
            select(User.id).where(User.site_id == site_id, User.is_active, User.role == Role.OWNER).order_by(User.id)
        )
    )


def staff_names(site_id: int) -> dict[int, str]:
    """Return the name of every user of a site, by id."""
    rows = db.session.execute(select(User.id, User.name).where(User.site_id == site_id))
    return {row.id: row.name for row in rows}


def active_user(site_id: int, user_id: int) -> User | None:
    """Return this site's user if they are active."""
    user = db.session.get(User, user_id)
    return user if user is not None and user.site_id == site_id and user.is_active else None


def user_of(site_id: int, user_id: int) -> User:
    """Return this site's user, whether they are active, invited or have left. Raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None or user.site_id != site_id:
        raise NotFound(N_("There is no such member of staff."))
    return user


def not_active(site_id: int) -> Sequence[User]:
    """Return those who are invited or have left, by name."""
    gone = (User.site_id == site_id, User.is_active.is_(False))
    return db.session.scalars(select(User).where(*gone).order_by(User.name)).all()


def staff(site_id: int) -> Sequence[User]:
    """Return the active users of a site, by name."""
    return db.session.scalars(select(User).where(User.site_id == site_id, User.is_active).order_by(User.name)).all()


def zone_of(user: User) -> ZoneInfo:
    """Return the time zone in which this user's days are counted: their own, else the site's."""
    return ZoneInfo(user.time_zone or db.session.get_one(Site, user.site_id).time_zone)


def days_of(user_ids: Iterable[int]) -> dict[int, Day]:
    """Return how each of these users' days run: time zone, quiet hours, hour of the digest."""
    users = db.session.scalars(select(User).where(User.id.in_(list(user_ids))))
    return {user.id: Day(zone_of(user), user.quiet_from, user.quiet_to, user.digest_hour) for user in users}


def today_of(user: User) -> date:
    """Return the day that it is for this user."""
    return clock.now().astimezone(zone_of(user)).date()


def deputies_of(site_id: int) -> dict[int, int]:
    """Return the standing deputy of each user of a site who has one."""
    query = select(DeputyRow).join(User, User.id == DeputyRow.user_id).where(User.site_id == site_id)
    return {row.user_id: row.deputy_id for row in db.session.scalars(query)}


def deputy_always(user_id: int) -> int | None:
    """Return the standing deputy of a user, absent or not; None when there is none, or they are no longer active."""
    query = select(DeputyRow.deputy_id).join(User, User.id == DeputyRow.deputy_id)
    return db.session.scalar(query.where(DeputyRow.user_id == user_id, User.is_active))


def deputy_of(user_id: int, moment: datetime) -> int | None:
    """Return who stands in for a user that is absent at a moment; None when they are there, or nobody stands in.

    A deputy who is absent too is followed to theirs.
    """
    absences = _absences_beside(user_id)
    return stand_in(user_id, absences, moment) if is_away(user_id, absences, moment) else None


def is_absent(user_id: int, moment: datetime) -> bool:
    """True while a user is absent, by days of their time zone."""
    return is_away(user_id, _absences_beside(user_id), moment)


def on_call(site_id: int, moment: datetime) -> list[int]:
    """Return the ids of those on duty by the rota, deputies in place of the absent; none where there is no rota."""
    return on_duty(rota_of(site_id), absences_in(site_id), moment)


def nobody_on_duty(site_id: int, moment: datetime) -> bool:
    """True in a gap of the rota; never where there is no rota."""
    rota = rota_of(site_id)
    return bool(rota.shifts) and not on_duty(rota, absences_in(site_id), moment)


def rota_of(site_id: int) -> Rota:
    """Return the rota of a site, with the shifts of those who are active."""
    zone = ZoneInfo(db.session.get_one(Site, site_id).time_zone)
    return Rota(zone, [Shift(s.user_id, s.weekday, s.from_hour, s.until_hour) for s in shifts_of(site_id)])


def duty_rota(site_id: int) -> Rota:
    """Return the rota of a site; where none is planned everybody is on duty at any hour, unless they are absent."""
    rota = rota_of(site_id)
    if rota.shifts:
        return rota
    return Rota(rota.zone, [Shift(user.id, weekday, 0, 24) for user in staff(site_id) for weekday in range(7)])


def shifts_of(site_id: int) -> Sequence[ShiftRow]:
    """Return the lines of a site's rota in the order of the week."""
    order = (ShiftRow.weekday, ShiftRow.from_hour, ShiftRow.id)
    query = select(ShiftRow).join(User, User.id == ShiftRow.user_id)
    return db.session.scalars(query.where(ShiftRow.site_id == site_id, User.is_active).order_by(*order)).all()


def absence_rows(site_id: int) -> Sequence[AbsenceRow]:
    """Return the absences of a site's active users, the earliest first, long past ones among them."""
    query = select(AbsenceRow).join(User, User.id == AbsenceRow.user_id)
    return db.session.scalars(
        query.where(User.site_id == site_id, User.is_active).order_by(AbsenceRow.first_day, AbsenceRow.id)
    ).all()


def absences_in(site_id: int) -> list[Away]:
    """Return the absences of a site as moments, each with who stands in: the one named, else the standing deputy."""
    rows = absence_rows(site_id)
    if not rows:
        return []
    users = {user.id: user for user in staff(site_id)}
    standing = {row.user_id: row.deputy_id for row in db.session.scalars(select(DeputyRow))}
    found: list[Away] = []
    for row in rows:
        deputy = next((id_ for id_ in (row.deputy_id, standing.get(row.user_id)) if id_ in users), None)
        found.append(away(row.user_id, row.first_day, row.last_day, zone_of(users[row.user_id]), deputy))
    return found


def _absences_beside(user_id: int) -> list[Away]:
    """Return the absences of the site that this user belongs to."""
    user = db.session.get(User, user_id)
    return absences_in(user.site_id) if user is not None else []
