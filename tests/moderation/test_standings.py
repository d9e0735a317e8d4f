"""Standings: set with a reason, undone by another row, and a pause that ends by itself."""

from datetime import date, datetime, timedelta

import pytest

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.accounts.models import Commenter, Standing, User
from service.articles.models import Mode
from service.care.queries import case_of
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid
from service.moderation.context import also_by
from service.moderation.standings.actions import set_standing, undo_standing
from service.moderation.standings.models import StandingChange
from service.moderation.standings.queries import changes_of
from service.reader.mine import MINE
from service.site.actions import change as change_site
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, token_in
from tests.conftest import START, Clock

pytestmark = pytest.mark.db
IN_A_WEEK = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("standing", "mode", "shown"),
    [
        (Standing.NEW, Mode.OPEN, True),
        (Standing.NEW, Mode.KNOWN, False),
        (Standing.TRUSTED, Mode.KNOWN, True),
        (Standing.TRUSTED, Mode.MODERATED, False),
        (Standing.WATCHED, Mode.OPEN, False),
        (Standing.PAUSED, Mode.OPEN, False),
    ],
)
def test_what_a_standing_does(cast: Cast, standing: Standing, mode: Mode, shown: bool) -> None:
    if standing is not Standing.NEW:
        give(cast.ana, cast.tove, standing)
    article = cast.write_article(mode, slug="another")
    assert cast.says(cast.tove, CALM, article=article).shown is shown


def test_trust_keeps_nobody_in_danger_from_a_person(cast: Cast) -> None:
    give(cast.ana, cast.tove, Standing.TRUSTED)
    assert not cast.says(cast.tove, CRISIS).shown
    cry = cast.says(cast.joao, CALM, read_as=reading(Level.URGENT), name="João")
    answer = cast.says(cast.tove, CALM + " Yes.", to=cry)
    assert "waits for help" in answer.held_reason


def test_an_answer_to_somebody_who_sounds_low_is_not_held(cast: Cast) -> None:
    low = cast.says(cast.joao, LOW, name="João")
    case = case_of(low)
    assert case is not None
    assert case.level is Level.SUPPORT
    assert cast.says(cast.tove, CALM, to=low).shown


def test_what_a_paused_person_writes_is_taken_read_and_answered(cast: Cast) -> None:
    give(cast.ana, cast.tove, Standing.PAUSED)
    comment = cast.says(cast.tove, CRISIS)
    assert case_of(comment) is not None
    assert "asked to pause" not in comment.held_reason  # danger comes first
    assert "asked to pause" in cast.says(cast.tove, CALM).held_reason


def test_a_paused_person_is_told_kindly_and_alone(cast: Cast) -> None:
    give(cast.ana, cast.tove, Standing.PAUSED)
    comment = cast.says(cast.tove, CALM)
    page = cast.browser().get(f"/my/{current_keys().sign(MINE, str(comment.id))}").text
    assert "asked you to pause until 9 March 2026" in page
    assert "Names a neighbour" not in page
    assert "pause" not in cast.browser().get("/articles/old-maps").text


def test_a_pause_ends_by_itself_when_its_day_begins_here(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    change_site(current_site(), time_zone="Europe/Amsterdam")
    db.session.commit()
    give(cast.ana, cast.tove, Standing.PAUSED)
    still_clock.moment = datetime.fromisoformat("2026-03-08T22:59:59+00:00")
    assert not cast.says(cast.tove, CALM).shown
    still_clock.move(seconds=1)
    assert cast.says(cast.tove, CALM + " And the tea.").shown
    assert cast.tove.standing_at(still_clock.moment) is Standing.NEW


@pytest.mark.parametrize(
    ("before", "later"),
    [(Standing.TRUSTED, Standing.NEW), (Standing.WATCHED, Standing.WATCHED), (Standing.NEW, Standing.NEW)],
)
def test_what_counts_after_a_pause(cast: Cast, still_clock: Clock, before: Standing, later: Standing) -> None:
    if before is not Standing.NEW:
        give(cast.ana, cast.tove, before)
    give(cast.ana, cast.tove, Standing.PAUSED)
    give(cast.ana, cast.tove, Standing.PAUSED, until=date(2026, 3, 11))  # for longer
    still_clock.move(days=10)
    assert cast.tove.standing_at(still_clock.moment) is later


def test_each_change_is_a_row_and_is_undone_by_another(cast: Cast) -> None:
    first = give(cast.ana, cast.tove, Standing.WATCHED)
    second = give(cast.ines, cast.tove, Standing.PAUSED)
    begin_write()
    undone = undo_standing(cast.ana, cast.tove, second.id)
    db.session.commit()
    assert (cast.tove.standing, cast.tove.paused_until) == (Standing.WATCHED, None)
    assert [row.id for row in changes_of(cast.tove)] == [undone.id, second.id, first.id]
    assert (undone.undoes_id, undone.before, undone.after) == (second.id, Standing.PAUSED, Standing.WATCHED)
    with pytest.raises(Conflict, match="Ana Brandt"):
        undo_standing(cast.ines, cast.tove, second.id)
    undo_standing(cast.ines, cast.tove, undone.id)
    assert (cast.tove.standing, cast.tove.paused_until) == (Standing.PAUSED, second.until_after)


def test_who_has_not_seen_the_last_change_is_told_whose_it_was(cast: Cast) -> None:
    give(cast.ana, cast.tove, Standing.WATCHED)
    with pytest.raises(Conflict, match="Ana Brandt"):
        set_standing(cast.ines, cast.tove, Standing.TRUSTED, "Kind for years.", seen=0)
    assert cast.tove.standing is Standing.WATCHED


@pytest.mark.parametrize(
    ("standing", "reason", "until", "field"),
    [
        (Standing.WATCHED, " ", None, "why"),
        (Standing.WATCHED, "x" * 501, None, "why"),
        (Standing.PAUSED, "Because.", None, "until"),
        (Standing.PAUSED, "Because.", START.date(), "until"),
        (Standing.PAUSED, "Because.", START.date() + timedelta(days=400), "until"),
    ],
)
def test_what_cannot_be_set(cast: Cast, standing: Standing, reason: str, until: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_standing(cast.ana, cast.tove, standing, reason, until=until)
    assert refused.value.field == field
    assert changes_of(cast.tove) == []


def test_authors_cannot_change_it(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        set_standing(cast.mara, cast.tove, Standing.WATCHED, "Because.")
    cast.says(cast.tove, CALM)
    browser = cast.browser(cast.mara)
    assert browser.get(f"/moderation/people/{cast.tove.id}/standings").status_code == 403
    item = browser.get(f"/moderation/comments/{db.session.query(Comment.id).scalar()}").text
    assert "Change the standing" not in item
    assert ">New<" in item


def test_from_the_item_and_back_to_it(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    browser = cast.browser(cast.ana)
    item = browser.get(f"/moderation/comments/{comment.id}?lane=held")
    path = f"/moderation/people/{cast.tove.id}/standings"
    assert f'action="{path}?lane=held"' in item.text
    sent = {"csrf_token": token_in(item), "seen": "0", "comment": str(comment.id)}
    wrong = browser.post(path, data={**sent, "standing": "paused", "why": "Shouts <b>at night</b>."})
    assert wrong.status_code == 422
    assert "Please say until when." in wrong.text
    assert 'value="Shouts &lt;b&gt;at night&lt;/b&gt;."' in wrong.text
    for odd in ({"standing": "banned"}, {"standing": "paused", "until": "tomorrow"}):
        assert browser.post(path, data={**sent, "why": "Because.", **odd}).status_code == 422
    paused = {**sent, "standing": "paused", "why": "Shouts at night.", "until": "2026-03-09"}
    done = browser.post(f"{path}?lane=held", data=paused)
    assert done.location == f"/moderation/comments/{comment.id}?lane=held#standing"
    item = browser.get(done.location)
    assert "until 9 March 2026" in item.text
    assert "Shouts at night." in item.text
    [change] = changes_of(cast.tove)
    undone = browser.post(f"{path}/{change.id}/undos", data={"csrf_token": token_in(item)})
    assert undone.location == path
    assert "taken back" in browser.get(path).text


def test_an_address_that_is_not_confirmed_gives_nothing(cast: Cast) -> None:
    article = cast.write_article(Mode.KNOWN, slug="known")
    post(cast, "Tove", article.slug, "One.")
    [first] = db.session.query(Comment).all()
    assert first.commenter is not None
    give(cast.ana, first.commenter, Standing.TRUSTED)
    post(cast, "Tove", article.slug, "Two.")
    [_, second] = db.session.query(Comment).order_by(Comment.id).all()
    assert second.commenter is not None
    assert second.commenter_id != first.commenter_id
    assert second.commenter.email_lookup == first.commenter.email_lookup
    assert second.commenter.standing is Standing.NEW
    page = cast.browser(cast.ana).get(f"/moderation/comments/{second.id}").text
    assert "Nothing else that we know of." in page


def test_a_confirmed_address_carries_standing_and_history_in_good_and_in_bad(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    for one in (cast.tove, cast.joao):
        give_email(one, "tove@example.org", current_keys())
        confirm(one)
    db.session.commit()
    article = cast.write_article(Mode.KNOWN, slug="known")
    give(cast.ana, cast.tove, Standing.TRUSTED)
    first = cast.says(cast.joao, CALM, article=article)
    assert first.shown
    give(cast.ana, cast.tove, Standing.PAUSED)
    second = cast.says(cast.joao, CALM + " Yes.", article=article)
    assert "asked to pause" in second.held_reason
    page = cast.browser().get(f"/my/{current_keys().sign(MINE, str(second.id))}").text
    assert "asked you to pause until 9 March 2026" in page
    still_clock.move(days=10)
    assert cast.says(cast.joao, CALM + " And no.", article=article).shown
    assert [comment.id for comment in also_by(cast.ana, second)][-1] == first.id


def give(user: User, who: Commenter, standing: Standing, *, until: date = IN_A_WEEK) -> StandingChange:
    begin_write()
    last = changes_of(who)
    change = set_standing(
        user,
        who,
        standing,
        "Names a neighbour.",
        until=until if standing is Standing.PAUSED else None,
        seen=last[0].id if last else 0,
    )
    db.session.commit()
    return change


def post(cast: Cast, name: str, slug: str, body: str) -> None:
    sent = {"body": body, "name": name, "email": "tove@example.org"}
    assert cast.browser().post(f"/articles/{slug}/comments", data=sent).status_code == 303
