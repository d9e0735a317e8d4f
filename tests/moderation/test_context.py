"""The page of one comment: what stands around it, in as many statements however much that is."""

import pytest
from flask.testing import FlaskClient

from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.context import ANSWERS_SHOWN, context_of
from service.triage.actions import record
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, plant, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_everything_above_is_shown_with_the_root_first(cast: Cast) -> None:
    ids = plant(cast.article, [None, 0, 1, 0, 2])
    assert [above.id for above in context_of(cast.ana, comment_by(ids[4])).above] == [ids[0], ids[1], ids[2]]
    assert context_of(cast.ana, comment_by(ids[0])).above == []


def test_the_parent_is_shown_below_the_deepest_indent_too(cast: Cast) -> None:
    ids = plant(cast.article, [None, *range(53)])
    above = [other.id for other in context_of(cast.ana, comment_by(ids[53])).above]
    assert above[:49] == ids[:49]
    assert ids[52] in above


def test_what_else_this_person_wrote_says_how_it_was_read(cast: Cast, still_clock: Clock) -> None:
    low = cast.says(cast.tove, LOW)
    still_clock.move(days=2)
    calm = cast.says(cast.tove, CALM)
    page = cast.browser(cast.mara).get(f"/moderation/comments/{calm.id}").text
    assert "· Sounds very low" in page
    page = cast.browser(cast.mara).get(f"/moderation/comments/{low.id}").text
    assert "· nothing found" in page


def test_every_reading_is_kept_and_shown(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(days=1)
    begin_write()
    record(comment.latest, reading(Level.NONE)(""))
    db.session.commit()
    page = cast.browser(cast.mara).get(f"/moderation/comments/{comment.id}").text
    told = page.partition("How the machine has read it")[2].partition("</section>")[0]
    assert told.index("nothing found") < told.index("Sounds very low")


def test_the_page_costs_the_same_however_much_stands_around(cast: Cast, statements: list[str]) -> None:
    mara = cast.browser(cast.mara)
    root = cast.says(cast.reader(), CALM)
    lonely = cast.says(cast.tove, LOW, to=root)
    cast.says(cast.joao, CALM, to=lonely, name="João")
    cast.says(cast.tove, CALM)
    few = cost_of(mara, statements, lonely)
    below = lonely
    for number in range(12):
        below = cast.says(cast.reader(), f"{CALM} {number}", to=below)
        cast.says(cast.tove, f"{CALM} {number}", to=root)
        cast.says(cast.joao, f"{CALM} {number}", to=lonely, name="João")
    deep = cast.says(cast.tove, LOW + " Still.", to=below)
    for number in range(ANSWERS_SHOWN):
        cast.says(cast.joao, f"{CALM} {number + 50}", to=deep, name="João")
    assert cost_of(mara, statements, deep) <= few
    assert few <= 48


def cost_of(browser: FlaskClient, statements: list[str], comment: Comment) -> int:
    statements.clear()
    assert browser.get(f"/moderation/comments/{comment.id}").status_code == 200
    return len(statements)


def comment_by(comment_id: int) -> Comment:
    return db.session.get_one(Comment, comment_id)
