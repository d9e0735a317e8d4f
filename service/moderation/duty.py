"""What staff are told of duty: when nobody is there within a day, and who is there now and next."""

from datetime import timedelta

from service.accounts.duty import Stretch, gaps, stretches
from service.accounts.queries import absences_in, duty_rota, owner_ids, rota_of
from service.core import clock
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind
from service.notifications.withdrawal import forget_unmailed

AHEAD = timedelta(days=1)
WEEK = timedelta(days=7)
SHORTEST = timedelta(minutes=1)
SETTLES = timedelta(minutes=10)
LOOK_BACK = timedelta(days=30)


def next_gap(site_id: int) -> Stretch | None:
    """Return when nobody is on duty next, if that is within a day; its moments carry the site's time zone."""
    found = gaps_ahead(site_id, AHEAD)
    return found[0] if found and found[0].begins < clock.now() + AHEAD else None


def gaps_ahead(site_id: int, span: timedelta) -> list[Stretch]:
    """Return when nobody is on duty in the time ahead, in the site's time zone, each to its end."""
    moment, rota, absences = clock.now(), rota_of(site_id), absences_in(site_id)
    if not rota.shifts and not absences:
        return []
    found = gaps(rota if rota.shifts else duty_rota(site_id), absences, moment, moment + span + timedelta(days=2))
    return [
        Stretch(gap.begins.astimezone(rota.zone), gap.ends.astimezone(rota.zone))
        for gap in found
        if gap.begins < moment + span and gap.ends - gap.begins >= SHORTEST
    ]


def _from_its_beginning(site_id: int, gap: Stretch) -> Stretch:
    """Return a gap as it was when it began, so that it is known as the one of which somebody was told before.

    One that is older than LOOK_BACK counts as begun with this month, so that they are told of it once a month.
    """
    moment, rota, absences = clock.now(), duty_rota(site_id), absences_in(site_id)
    if gap.begins > moment:
        return gap
    since = (moment - LOOK_BACK).astimezone(rota.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = gaps(rota, absences, since, moment + SHORTEST)
    if not begun or begun[-1].begins <= since:
        return Stretch(moment.astimezone(rota.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0), gap.ends)
    return Stretch(begun[-1].begins.astimezone(rota.zone), gap.ends)


def duty_ahead(site_id: int) -> list[Stretch]:
    """Return who is on duty now and in the next day, in the site's time zone."""
    moment, rota = clock.now(), duty_rota(site_id)
    found = stretches(rota, absences_in(site_id), moment, moment + AHEAD)
    return [Stretch(s.begins.astimezone(rota.zone), s.ends.astimezone(rota.zone), s.users) for s in found]


def warn_of_gaps(site_id: int) -> None:
    """Tell the owners by mail and bell of each gap that has begun or begins within a day, once. The caller commits.

    The mail waits: a rota is changed line by line, and of a gap that stood only between two lines nobody is told.
    """
    found = {}
    for gap in gaps_ahead(site_id, AHEAD):
        gap = _from_its_beginning(site_id, gap)
        found[f"gap:{gap.begins.isoformat(timespec='minutes')}"] = gap
    forget_unmailed(site_id, Kind.GAP, but=set(found))
    owners = owner_ids(site_id)
    for cause, gap in found.items():
        notify(
            site_id,
            cause,
            owners,
            kind=Kind.GAP,
            path="/moderation/team",
            channels=(Channel.IN_APP, Channel.EMAIL),
            not_before=dict.fromkeys(owners, clock.now() + SETTLES),
            details={"begins": gap.begins.isoformat(), "ends": gap.ends.isoformat()},
        )
