"""Moments are drawn in the time zone of the site."""

from flask.testing import FlaskClient

from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, Cast
from tests.conftest import Clock


def test_a_comment_has_the_hour_of_the_sites_time_zone(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    cast.says(cast.tove, CALM)
    assert still_clock.moment.hour == 9
    assert "2 March 2026, 09:00" in client.get("/articles/old-maps").text
    begin_write()
    change(current_site(), time_zone="Asia/Tokyo")
    db.session.commit()
    page = client.get("/articles/old-maps").text
    assert "2 March 2026, 18:00" in page
    assert 'datetime="2026-03-02T09:00Z"' in page
