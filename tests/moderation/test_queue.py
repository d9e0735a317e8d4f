"""The queue: the most urgent first, nobody lost between pages, and to each member of staff what is theirs."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from service.accounts.models import User
from service.care.ladder import turn_at
from service.care.models import Case
from service.comments.actions import hold
from service.comments.models import Comment, Status
from service.core.db import begin_write, db
from service.core.errors import NotFound
from service.core.paging import parse_cursor
from service.moderation.actions import decide, reply
from service.moderation.decision_log import decision_log
from service.moderation.models import Act, Decision
from service.moderation.queries import comment_for
from service.moderation.queue.cards import cards
from service.moderation.queue.place import Lane, Place
from service.moderation.queue.spots import PAGE_SIZE
from service.moderation.queue.tallies import tallies
from service.moderation.reports.models import Reason, Report
from service.moderation.screening import fail_screening, give_up_screenings, lease_screening
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, plant, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_care_is_ordered_by_level_and_then_by_due_time(cast: Cast, still_clock: Clock) -> None:
    said = []
    for level in (Level.SUPPORT, Level.CRISIS, Level.URGENT, Level.SUPPORT, Level.CRISIS):
        said.append(cast.says(cast.reader(), CALM, read_as=reading(level)))
        still_clock.move(minutes=10)
    first_support, first_crisis, urgent, second_support, second_crisis = (comment.id for comment in said)
    expected = [first_crisis, second_crisis, urgent, first_support, second_support]
    assert ids_in(cast, Lane.CARE) == expected


def test_who_writes_calmly_after_an_answer_shows_as_having_written_again(cast: Cast, still_clock: Clock) -> None:
    low = cast.says(cast.tove, LOW)
    still_clock.move(hours=1)
    begin_write()
    reply(cast.mara, low, "I hear you.")
    db.session.commit()
    browser = cast.browser(cast.mara)
    assert "Wrote again" not in browser.get("/moderation?lane=all").text
    still_clock.move(hours=1)
    thanks = cast.says(cast.tove, CALM, to=low)
    assert browser.get("/moderation?lane=all").text.count("Wrote again") == 1
    item = browser.get(f"/moderation/comments/{thanks.id}").text
    assert "Wrote again" in item[: item.index("<h1")]


def test_what_could_not_be_scanned_comes_before_everything(cast: Cast) -> None:
    crisis = cast.says(cast.tove, CRISIS)
    unread = cast.says(cast.joao, CALM, name="João", screened=False)
    give_up(unread)
    first, second = cards(cast.ana, Place(Lane.CARE), None)[0]
    assert (first.comment.id, first.unscanned, first.case) == (unread.id, True, None)
    assert (second.comment.id, second.unscanned) == (crisis.id, False)
    assert tallies(cast.ana)[0].number == 2


def test_held_is_ordered_by_the_longest_wait(cast: Cast, still_clock: Clock) -> None:
    held = [cast.says(cast.reader(), f"{CALM} {number}", audience="author") for number in range(3)]
    still_clock.move(hours=1)
    held.append(cast.says(cast.reader(), CRISIS))
    cast.says(cast.reader(), CALM)
    assert ids_in(cast, Lane.HELD) == [comment.id for comment in held]


def test_all_is_everything_with_the_newest_first(cast: Cast, still_clock: Clock) -> None:
    said = []
    for words in (CALM, CRISIS, LOW):
        said.append(cast.says(cast.reader(), words).id)
        still_clock.move(minutes=1)
    assert ids_in(cast, Lane.ALL) == said[::-1]


def test_what_is_decided_leaves_its_lane(cast: Cast) -> None:
    low, crisis = cast.says(cast.tove, LOW), cast.says(cast.joao, CRISIS, name="João")
    assert (ids_in(cast, Lane.CARE), ids_in(cast, Lane.HELD)) == ([crisis.id, low.id], [crisis.id])
    ana = cast.ana
    begin_write()
    decide(ana, crisis, Act.APPROVE, version=crisis.version)
    reply(ana, low, "I read this.")
    db.session.commit()
    assert (ids_in(cast, Lane.CARE), ids_in(cast, Lane.HELD)) == ([crisis.id], [])


def test_the_lanes_say_how_many_wait_and_since_when(cast: Cast, still_clock: Clock) -> None:
    assert {(tally.number, tally.oldest) for tally in tallies(cast.ana)} == {(0, None), (None, None)}
    low = cast.says(cast.tove, LOW)
    still_clock.move(hours=2)
    crisis = cast.says(cast.joao, CRISIS, name="João")
    care, held, *_rest = tallies(cast.ana)
    assert (care.lane, care.number, care.oldest) == (Lane.CARE, 2, low.created_at)
    assert (held.lane, held.number, held.oldest) == (Lane.HELD, 1, crisis.created_at)


@pytest.mark.parametrize("lane", Lane)
def test_a_hundred_and_twenty_are_paged_without_loss_or_repetition(cast: Cast, lane: Lane) -> None:
    expected = have_waiting(cast, 120)[lane]
    found, cursor, pages = [], None, 0
    while True:
        page, following = cards(cast.ana, Place(lane), cursor)
        found += [card.comment.id for card in page]
        pages += 1
        if following is None:
            break
        assert len(page) == PAGE_SIZE
        cursor = parse_cursor(str(following))
    assert found == expected
    assert pages == 5


def test_paging_in_a_browser_and_its_cost(cast: Cast, statements: list[str]) -> None:
    ana = cast.browser(cast.ana)
    have_waiting(cast, 2)
    costs = {lane: cost_of(ana, statements, lane) for lane in Lane}
    have_waiting(cast, 120)
    assert {lane: cost_of(ana, statements, lane) for lane in Lane} == costs
    assert max(costs.values()) <= 12
    page = ana.get("/moderation?lane=held").text
    further = unescape(re.findall(r'href="(/moderation\?[^"]*after=[^"]+)"', page)[0])
    assert ana.get(further).status_code == 200
    assert ana.get("/moderation?lane=held&after=nonsense").status_code == 404


def test_an_author_sees_their_own_articles_and_nothing_else(cast: Cast) -> None:
    mine = cast.says(cast.tove, CRISIS)
    elsewhere = cast.write_article(slug="elsewhere", author=cast.other_author)
    theirs = cast.says(cast.joao, CRISIS, article=elsewhere, name="João")
    olga, mara, ana = cast.other_author, cast.mara, cast.ana
    for lane in (Lane.CARE, Lane.HELD, Lane.ALL):
        assert [card.comment.id for card in cards(mara, Place(lane), None)[0]] == [mine.id]
        assert [card.comment.id for card in cards(olga, Place(lane), None)[0]] == [theirs.id]
        assert {card.comment.id for card in cards(ana, Place(lane), None)[0]} == {mine.id, theirs.id}
    assert [tally.number for tally in tallies(olga)] == [1, 1, 0, 0, None, 0]
    assert comment_for(mara, mine.id) is mine
    with pytest.raises(NotFound):
        comment_for(mara, theirs.id)
    begin_write()
    decide(ana, theirs, Act.HIDE, version=theirs.version, reason="not here")
    db.session.commit()
    assert len(decision_log(olga).decisions) == len(decision_log(ana).decisions) == 1
    assert [ids_in(cast, Lane.DONE, who) for who in (olga, mara)] == [[theirs.id], []]
    assert decision_log(mara).decisions == []


def test_an_author_does_not_see_what_could_not_be_scanned_elsewhere(cast: Cast) -> None:
    elsewhere = cast.write_article(slug="elsewhere", author=cast.other_author)
    give_up(cast.says(cast.joao, CALM, article=elsewhere, screened=False))
    assert cards(cast.mara, Place(Lane.CARE), None)[0] == []
    assert tallies(cast.mara)[0].number == 0
    assert len(cards(cast.other_author, Place(Lane.CARE), None)[0]) == 1


@pytest.mark.parametrize("path", ["", "/decisions", "/alerts", "/comments/1"])
def test_a_stranger_is_sent_to_sign_in_and_back(cast: Cast, client: FlaskClient, path: str) -> None:
    cast.says(cast.tove, CRISIS)
    answer = client.get(f"/moderation{path}")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=%2Fmoderation")
    assert "kill myself" not in answer.text


def test_matched_phrases_are_marked_in_the_words_of_the_writer(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    page = cast.browser(cast.mara).get(f"/moderation/comments/{comment.id}").text
    marked = page.split("<mark>")[1:]
    assert marked
    assert any("cope" in piece.partition("</mark>")[0] for piece in marked)


def test_words_of_a_stranger_are_never_markup_in_the_queue(cast: Cast) -> None:
    comment = cast.says(cast.tove, "<script>alert(1)</script> I can't cope any more.", name="<b>Tove</b>")
    mara = cast.browser(cast.mara)
    for path in ("/moderation?lane=all", f"/moderation/comments/{comment.id}"):
        page = mara.get(path).text
        assert "&lt;b&gt;Tove" in page
        assert "<script>alert" not in page
        assert "<b>Tove" not in page


def have_waiting(cast: Cast, number: int) -> dict[Lane, list[int]]:
    """Have so many comments in every lane at once, many alike in level and time; ids as lanes show them."""
    article, tove, ana = cast.article, cast.tove, cast.ana
    before = [comment.id for comment in db.session.query(Comment).order_by(Comment.created_at, Comment.id)]
    ids = plant(article, [None] * (number - len(before)))
    begin_write()
    moment = article.published_at + timedelta(days=1)
    levels = (Level.SUPPORT, Level.URGENT, Level.CRISIS)
    for place, id_ in enumerate(ids):
        comment = db.session.get_one(Comment, id_)
        comment.commenter_id, comment.status, comment.public_revision_id = tove.id, Status.SPAM, None
        comment.created_at = moment + timedelta(minutes=place // 7)
        hold(comment, "read first")
        level = levels[place % 3]
        db.session.add(Report(site_id=comment.site_id, comment_id=id_, reason=Reason.OTHER, reporter_key="a reader"))
        db.session.add(done_with(comment, ana, moment + timedelta(minutes=place // 7)))
        db.session.add(
            Case(
                site_id=article.site_id,
                article_id=article.id,
                commenter_id=tove.id,
                root_id=id_,
                comment_id=id_,
                level=level,
                level_rank=level.rank,
                waiting_since=comment.created_at,
                last_written_at=comment.created_at,
                due_at=moment + timedelta(hours=place // 10),
                turn_at=turn_at(level, moment + timedelta(hours=place // 10)),
            )
        )
    db.session.commit()
    every = db.session.query(Comment).order_by(Comment.created_at, Comment.id).all()
    oldest_first = [comment.id for comment in every]
    planted = [comment.id for comment in every if comment.id in ids]
    by_need = db.session.query(Case).all()
    by_need.sort(key=lambda case: (-case.level.rank, case.due_at, case.id))
    return {
        Lane.HELD: oldest_first,
        Lane.ALL: oldest_first[::-1],
        Lane.REPORTED: planted,
        Lane.SPAM: planted[::-1],
        Lane.DONE: planted[::-1],
        Lane.CARE: [case.comment_id for case in by_need],
    }


def done_with(comment: Comment, user: User, moment: datetime) -> Decision:
    return Decision(
        site_id=comment.site_id,
        comment_id=comment.id,
        comment_version=comment.version,
        user_id=user.id,
        act=Act.SPAM,
        status_before=Status.PENDING,
        status_after=Status.SPAM,
        created_at=moment,
    )


def ids_in(cast: Cast, lane: Lane, who: User | None = None) -> list[int]:
    return [card.comment.id for card in cards(who or cast.ana, Place(lane), None)[0]]


def cost_of(browser: FlaskClient, statements: list[str], lane: Lane) -> int:
    statements.clear()
    assert browser.get(f"/moderation?lane={lane}").status_code == 200
    return len(statements)


def give_up(comment: Comment) -> None:
    for _attempt in range(2):
        begin_write()
        work = lease_screening(comment.id)
        assert work is not None
        fail_screening(work)
        db.session.commit()
    begin_write()
    give_up_screenings()
    db.session.commit()
