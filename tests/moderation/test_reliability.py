"""The table of scores: what falls into which band, whose comments count, and the margin beside each share."""

import pytest

from service.core.db import begin_write, db
from service.moderation.actions import give_feedback
from service.moderation.calibration.reliability import Band, bands, reliability
from service.moderation.models import Verdict
from service.triage.queries import latest_scan
from tests.cast import CALM, LOW, Cast
from tests.moderation.test_budget import low

pytestmark = pytest.mark.db


def test_each_score_falls_into_one_band() -> None:
    found = bands([(0.0, None), (0.19, True), (0.2, False), (0.599, True), (1.0, True), (0.8, None)])
    assert [(band.all, band.judged, band.needed) for band in found] == [
        (2, 1, 1),
        (1, 1, 0),
        (1, 1, 1),
        (0, 0, 0),
        (2, 1, 1),
    ]
    share = Band(0.0, 0.2, 20, 10, 9).share
    assert share is not None
    assert (round(share.low, 3), round(share.high, 3)) == (0.596, 0.982)
    assert Band(0.0, 0.2, 20, 0, 0).share is None


def test_it_counts_what_people_said_of_comments_that_one_may_see(cast: Cast) -> None:
    comment = low(cast, 0.3)
    low(cast, 0.35)
    cast.says(cast.tove, CALM)
    cast.says(cast.joao, LOW, article=cast.write_article(slug="elsewhere", author=cast.other_author))
    path = "/moderation/phrases/calibration"
    assert "What the scores are worth here" not in cast.browser(cast.ana).get(path).text
    begin_write()
    give_feedback(cast.ana, comment, latest_scan(comment.id).id, Verdict.NOT_NEEDED)  # type: ignore[union-attr]
    db.session.commit()
    assert reliability(cast.mara)[1] == Band(0.2, 0.4, 2, 1, 0)
    assert sum(band.all for band in reliability(cast.mara)) == 2
    assert sum(band.all for band in reliability(cast.ana)) == 3
    page = cast.browser(cast.ana).get(path).text
    assert "What the scores are worth here" in page
    assert "0 % (0–79)" in page
