"""The time that a writer is told: measured, from duty, or in words without a number; never one that somebody typed."""

import re

import pytest

from service.accounts.actions import add_shift
from service.articles.models import Article, Mode
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.expected import ENOUGH
from service.moderation.models import Act
from service.reader.mine import MINE
from tests.cast import CALM, CRISIS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db


@pytest.fixture
def held(cast: Cast) -> Article:
    """An article whose comments are all read by a person first."""
    assert cast.ana
    return cast.write_article(Mode.MODERATED)


def test_without_history_there_is_no_number(cast: Cast, held: Article) -> None:
    page = told(cast, held)
    assert "That happens as soon as one of us is here." in page
    assert not re.search(r"\d+ (?:hour|minute|day)", page)


def test_what_was_measured_is_said(cast: Cast, held: Article, still_clock: Clock) -> None:
    answered(cast, held, still_clock, hours=3)
    assert "That usually takes at most 3 hours." in told(cast, held)


def test_what_was_measured_too_long_ago_no_longer_counts(cast: Cast, held: Article, still_clock: Clock) -> None:
    answered(cast, held, still_clock, hours=3)
    still_clock.move(days=31)
    assert "That happens as soon as one of us is here." in told(cast, held)


def test_a_gap_of_the_rota_is_said(cast: Cast, held: Article, still_clock: Clock) -> None:
    ana = cast.ana
    begin_write()
    add_shift(ana, 1, 10, 18)  # Tuesdays
    db.session.commit()
    page = told(cast, held)
    assert "Nobody of us is here at the moment. Somebody is again from" in page
    assert "3 March 2026, 10:00" in page


def test_somebody_in_distress_is_told_the_same_as_everybody(cast: Cast, held: Article, still_clock: Clock) -> None:
    answered(cast, held, still_clock, hours=3)
    assert state_of(told(cast, held, CRISIS)) == state_of(told(cast, held))


def answered(cast: Cast, article: Article, still_clock: Clock, *, hours: int) -> None:
    for _number in range(ENOUGH):
        comment, ana = cast.says(cast.reader(), CALM, article=article), cast.ana
        still_clock.move(hours=hours)
        begin_write()
        decide(ana, comment, Act.APPROVE, version=comment.version)
        db.session.commit()


def told(cast: Cast, article: Article, words: str = CALM) -> str:
    comment = cast.says(cast.reader(), words, article=article)
    return cast.browser().get(f"/my/{current_keys().sign(MINE, str(comment.id))}").text


def state_of(page: str) -> str:
    found = re.search(r'<section class="state".*?</section>', page, re.DOTALL)
    assert found
    return found[0]
