"""Search and filters: what narrows a lane down is found in every lane, is in the address, and stays there."""

from itertools import product

import pytest

from service.accounts.actions import give_email
from service.articles.models import Article
from service.care.claims import claim
from service.care.models import Case
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.language import COMPLETE
from service.moderation.queue.cards import cards
from service.moderation.queue.place import LEVELS, Lane, Place, read_place
from service.moderation.queue.spots import spots_beside
from service.moderation.screening import fail_screening, give_up_screenings, lease_screening
from service.site.queries import current_site
from tests.cast import CALM, CRISIS, LOW, Cast, token_in, version_in

pytestmark = pytest.mark.db


WAYS: tuple[dict[str, object], ...] = (
    {"words": "lamp"},
    {"words": "somebody@example.org"},
    {"words": "100 %_'\\"},
    {"article": 1},
    {"person": 1},
    {"mine": True},
    {"language": "es"},
    *({"level": level} for level in LEVELS),
    {"words": "Łódź", "article": 1, "person": 1, "mine": True, "level": "crisis", "language": "ar"},
    {"words": "lamp", "article": 1, "person": 1, "mine": True, "level": "unscanned"},
)


def test_every_lane_can_be_narrowed_down_in_every_way(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    for who in (cast.ana, cast.mara):
        for lane, narrowed in product(Lane, WAYS):
            place = Place(lane, **narrowed)  # type: ignore[arg-type]
            assert len(cards(who, place, None)[0]) <= 1
            spots_beside(who, place, comment.id)


def test_words_are_found_in_names_and_texts_whatever_their_case(cast: Cast) -> None:
    low = cast.says(cast.tove, LOW, name="Éva Łoś")
    calm = cast.says(cast.joao, "The part about the Église made me smile, 100%.", name="João")
    assert found(cast, Lane.CARE, words="EXHAUSTED") == [low.id]
    assert found(cast, Lane.CARE, words="éva łoś") == found(cast, Lane.CARE, words="ÉVA ŁOŚ") == [low.id]
    assert found(cast, Lane.ALL, words="église") == found(cast, Lane.ALL, words="00%") == [calm.id]
    assert found(cast, Lane.ALL, words="1_0") == []
    assert found(cast, Lane.ALL, words="lamp") == []


def test_an_address_is_found_as_a_whole_alone(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    give_email(cast.tove, "Tove@Example.org", current_keys())
    db.session.commit()
    assert found(cast, Lane.ALL, words="tove@example.ORG") == [comment.id]
    for part in ("tove@example", "example.org", "@example.org", "e@example.org"):
        assert found(cast, Lane.ALL, words=part) == []


def test_each_filter_finds_its_own(cast: Cast) -> None:
    elsewhere = cast.write_article(slug="elsewhere", author=cast.other_author)
    low = cast.says(cast.tove, LOW)
    crisis = cast.says(cast.joao, CRISIS, name="João", article=elsewhere)
    unread = cast.says(cast.reader(), CALM, screened=False)
    give_up(unread)
    begin_write()
    claim(db.session.query(Case).filter_by(comment_id=low.id).one(), cast.ana)
    db.session.commit()
    assert found(cast, Lane.CARE, level="crisis") == found(cast, Lane.HELD, level="crisis") == [crisis.id]
    assert found(cast, Lane.CARE, level="unscanned") == found(cast, Lane.ALL, level="unscanned") == [unread.id]
    assert found(cast, Lane.ALL, level="support") == [low.id]
    assert found(cast, Lane.CARE, article=elsewhere.id) == [crisis.id]
    assert found(cast, Lane.CARE, person=cast.tove.id) == [low.id]
    assert found(cast, Lane.CARE, mine=True) == found(cast, Lane.ALL, mine=True) == [low.id]


def test_the_language_is_that_of_the_page_where_it_was_written(cast: Cast) -> None:
    spanish = cast.says(cast.tove, LOW, language="es")
    english = cast.says(cast.joao, LOW, name="João")
    assert found(cast, Lane.CARE, language="es") == found(cast, Lane.ALL, language="es") == [spanish.id]
    assert found(cast, Lane.CARE, language="en") == [english.id]
    assert found(cast, Lane.CARE, language="ar") == []
    ana = cast.browser(cast.ana)
    assert '<option value="es" selected>Spanish</option>' in ana.get("/moderation?language=es").text
    assert "Written on the page in Spanish" in ana.get(f"/moderation/comments/{spanish.id}?language=es").text
    assert '<span class="tag">Written on the page' not in ana.get(f"/moderation/comments/{english.id}").text


def test_a_reader_who_posts_leaves_the_language_of_the_page(cast: Cast) -> None:
    begin_write()
    current_site().language = "es"
    db.session.commit()
    cast.browser().post(f"/articles/{cast.article.slug}/comments", data={"name": "Tove", "body": CALM})
    assert [comment.language for comment in db.session.query(Comment)] == ["es"]


def test_what_narrows_a_lane_down_stays_in_every_address(cast: Cast) -> None:
    low = cast.says(cast.tove, LOW)
    where = f"lane=care&q=exhausted&article={cast.article.id}&level=support&person={cast.tove.id}"
    mara = cast.browser(cast.mara)
    page = mara.get(f"/moderation?{where}")
    link = f"/moderation/comments/{low.id}?{where}"
    assert link.replace("&", "&amp;") in page.text
    item = mara.get(link)
    assert f"/moderation?{where}".replace("&", "&amp;") in item.text
    fields = {"csrf_token": token_in(item), "version": version_in(item), "act": "dismiss"}
    refused = mara.post(f"/moderation/comments/{low.id}/decisions?{where}", data=fields)
    assert refused.status_code == 422
    assert f"/moderation?{where}".replace("&", "&amp;") in refused.text
    done = mara.post(f"/moderation/comments/{low.id}/decisions?{where}", data={**fields, "reason": "a song"})
    assert done.location == f"/moderation?{where}"
    assert "Nothing here is like that." in mara.get(done.location).text


def test_what_a_form_says_of_a_comment_does_not_narrow_the_lane_down(cast: Cast) -> None:
    calm, ana = cast.says(cast.tove, CALM), cast.browser(cast.ana)
    here = f"/moderation/comments/{calm.id}"
    page = ana.get(f"{here}?lane=held&q=lamp")
    scan = page.text.partition('name="scan" value="')[2].partition('"')[0]
    fields = {"act": "feedback", "scan": scan, "verdict": "missed", "level": "urgent", "csrf_token": token_in(page)}
    told = ana.post(f"{here}/decisions?lane=held&q=lamp", data=fields)
    assert told.location == f"{here}?lane=held&q=lamp"


def test_fields_that_were_left_empty_do_not_stay_in_the_address(cast: Cast) -> None:
    ana = cast.browser(cast.ana)
    sent = ana.get("/moderation?q=lamp&article=&level=&language=&lane=held")
    assert sent.location == "/moderation?q=lamp&lane=held"
    assert ana.get("/moderation?_scheme=https&_external=1&q=").location == "/moderation?_scheme=https&_external=1"


def test_what_makes_no_sense_in_an_address_is_left_out() -> None:
    nonsense = {
        "lane": "x",
        "q": "  a   b ",
        "article": "9" * 30,
        "person": "-1",
        "level": "none",
        "mine": "yes",
        "language": "Es",
    }
    assert read_place(nonsense) == Place(words="a b")
    place = Place(Lane.HELD, "a b", 3, "crisis", "es", 4, mine=True, one=True)
    assert read_place(place.query()) == place
    assert place.query(one="", q="")["lane"] == "held"
    assert read_place(place.query(one="", q="")) == Place(Lane.HELD, "", 3, "crisis", "es", 4, mine=True)


def test_articles_are_offered_to_those_whose_they_are(cast: Cast) -> None:
    article: Article = cast.article
    cast.write_article(slug="elsewhere", author=cast.other_author)
    pages = [cast.browser(who).get("/moderation").text for who in (cast.ana, cast.mara)]
    assert [
        page.count('<option value="') - page.count('<option value=""') - len(LEVELS) - len(COMPLETE) for page in pages
    ] == [2, 1]
    assert f'<option value="{article.id}"' in pages[1]


def found(cast: Cast, lane: Lane, **narrowed: object) -> list[int]:
    return [card.comment.id for card in cards(cast.ana, Place(lane, **narrowed), None)[0]]  # type: ignore[arg-type]


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
