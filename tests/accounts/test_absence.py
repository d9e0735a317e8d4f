"""Absences, deputies and shifts as rows: who may be named, and who is found at which moment."""

from datetime import date, timedelta

import pytest

from service.accounts import actions
from service.accounts.queries import absences_in, deputy_always, deputy_of, is_absent, on_call, rota_of
from service.core.db import begin_write, db
from service.core.errors import Invalid, NotFound
from service.site.queries import current_site
from tests.cast import Cast
from tests.conftest import START, Clock

pytestmark = [pytest.mark.db, pytest.mark.usefixtures("people")]
TODAY = START.date()  # a Monday, 09:00 UTC


@pytest.fixture
def people(cast: Cast) -> None:
    """Everybody is there before a unit of work begins."""
    assert [cast.mara.id, cast.ana.id, cast.ines.id] == [1, 2, 3]


def test_a_deputy_is_found_while_the_person_is_absent_and_only_then(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    actions.add_absence(cast.mara, TODAY, TODAY + timedelta(days=1), cast.ana.id)
    db.session.commit()
    assert deputy_of(cast.mara.id, START) == cast.ana.id
    assert is_absent(cast.mara.id, START)
    assert deputy_of(cast.mara.id, START + timedelta(days=2)) is None
    assert deputy_of(cast.ana.id, START) is None


def test_the_standing_deputy_steps_in_where_an_absence_names_nobody(cast: Cast) -> None:
    begin_write()
    actions.set_deputy(cast.mara, cast.ines.id)
    actions.add_absence(cast.mara, TODAY, TODAY)
    db.session.commit()
    assert deputy_of(cast.mara.id, START) == cast.ines.id
    assert deputy_always(cast.mara.id) == cast.ines.id
    begin_write()
    actions.set_deputy(cast.mara, cast.ana.id)
    db.session.commit()
    assert deputy_always(cast.mara.id) == cast.ana.id
    begin_write()
    actions.set_deputy(cast.mara, None)
    db.session.commit()
    assert deputy_always(cast.mara.id) is None
    assert deputy_of(cast.mara.id, START) is None


def test_a_deputy_who_is_absent_too_is_followed_to_theirs(cast: Cast) -> None:
    begin_write()
    actions.add_absence(cast.mara, TODAY, TODAY, cast.ana.id)
    actions.add_absence(cast.ana, TODAY, TODAY, cast.ines.id)
    db.session.commit()
    assert deputy_of(cast.mara.id, START) == cast.ines.id


def test_who_has_left_stands_in_for_nobody(cast: Cast) -> None:
    begin_write()
    actions.set_deputy(cast.mara, cast.ana.id)
    actions.add_absence(cast.mara, TODAY, TODAY)
    cast.ana.is_active = False
    db.session.commit()
    assert deputy_of(cast.mara.id, START) is None
    assert deputy_always(cast.mara.id) is None


def test_an_absence_begins_and_ends_at_midnight_of_the_persons_time_zone(cast: Cast) -> None:
    begin_write()
    actions.set_user_time_zone(cast.mara, "America/New_York")
    actions.add_absence(cast.mara, TODAY, TODAY)
    db.session.commit()
    assert not is_absent(cast.mara.id, START - timedelta(hours=5))  # 23:00 of the day before over there
    assert is_absent(cast.mara.id, START)


def test_on_call_follows_the_rota_in_the_sites_time_zone(cast: Cast) -> None:
    begin_write()
    site = current_site()
    site.time_zone = "Europe/Amsterdam"
    actions.add_shift(cast.mara, 0, 10, 11)
    actions.add_shift(cast.ana, 0, 11, 12)
    db.session.commit()
    assert on_call(site.id, START) == [cast.mara.id]  # 10:00 in Amsterdam
    assert on_call(site.id, START + timedelta(hours=1)) == [cast.ana.id]
    assert on_call(site.id, START + timedelta(hours=2)) == []
    begin_write()
    current_site().time_zone = "UTC"
    actions.add_absence(cast.ana, TODAY, TODAY, cast.ines.id)
    db.session.commit()
    assert on_call(site.id, START + timedelta(hours=2)) == [cast.ines.id]


def test_a_shift_from_the_same_hour_takes_the_place_of_the_old_one(cast: Cast) -> None:
    begin_write()
    actions.add_shift(cast.mara, 0, 9, 12)
    shift = actions.add_shift(cast.mara, 0, 9, 18)
    db.session.commit()
    assert [(s.from_hour, s.until_hour) for s in rota_of(cast.site_id).shifts] == [(9, 18)]
    begin_write()
    actions.remove_shift(cast.site_id, shift.id)
    db.session.commit()
    assert rota_of(cast.site_id).shifts == []


def test_the_same_absence_twice_is_one(cast: Cast) -> None:
    begin_write()
    first, second = (actions.add_absence(cast.mara, TODAY, TODAY, cast.ana.id) for _press in range(2))
    assert first is second
    assert actions.add_absence(cast.mara, TODAY, TODAY, cast.ines.id) is not first
    db.session.commit()


def test_an_absence_can_be_taken_back(cast: Cast) -> None:
    begin_write()
    absence = actions.add_absence(cast.mara, TODAY, TODAY)
    db.session.commit()
    begin_write()
    actions.remove_absence(cast.site_id, absence.id)
    db.session.commit()
    assert absences_in(cast.site_id) == []
    with pytest.raises(NotFound):
        actions.remove_absence(cast.site_id, absence.id)


def test_what_cannot_be(cast: Cast) -> None:
    begin_write()
    with pytest.raises(Invalid):
        actions.add_absence(cast.mara, TODAY, TODAY - timedelta(days=1))
    with pytest.raises(Invalid):
        actions.add_absence(cast.mara, TODAY, date(2030, 1, 1))
    with pytest.raises(Invalid):
        actions.add_absence(cast.mara, TODAY, TODAY, cast.mara.id)
    with pytest.raises(Invalid):
        actions.set_deputy(cast.mara, 999)
    with pytest.raises(Invalid):
        actions.set_user_time_zone(cast.mara, "Moon/Tranquility")
    for weekday, from_hour, until_hour in [(7, 9, 17), (0, 24, 17), (0, 9, 0), (-1, 9, 17), (0, 9, 25)]:
        with pytest.raises(Invalid):
            actions.add_shift(cast.mara, weekday, from_hour, until_hour)
