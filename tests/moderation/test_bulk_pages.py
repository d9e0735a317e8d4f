"""Many comments at once, on the pages: chosen, confirmed, watched, found again in the log."""

import re

import pytest
from sqlalchemy import select

from service.accounts.actions import give_email
from service.comments.models import Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.bulk.models import Bulk
from service.moderation.bulk.queries import progress_of
from service.moderation.decision_log import decision_log
from service.moderation.models import Act
from service.moderation.queue.place import Lane, Place
from tests.cast import CRISIS, Cast, token_in
from tests.conftest import Outgoing
from tests.moderation.bulk import chosen, done, held, statuses, taken_back
from workers.bulk import carry_on


def test_filters_of_the_address_are_honoured(cast: Cast) -> None:
    comments = held(cast, 3)
    other = cast.says(cast.reader(), "A lamp for sale.", name="Lamps")
    done(cast.ana, Act.SPAM, place=Place(Lane.HELD, words="lamp for"))
    assert statuses([*comments, other]) == [Status.PENDING] * 3 + [Status.SPAM]


def test_an_address_that_was_searched_for_is_kept_nowhere(cast: Cast) -> None:
    comment = held(cast, 1)[0]
    begin_write()
    assert comment.commenter is not None
    give_email(comment.commenter, "reader@example.org", current_keys())
    db.session.commit()
    bulk = chosen(cast.ana, Act.APPROVE, place=Place(Lane.HELD, words="reader@example.org"))
    assert (progress_of(bulk).waiting, bulk.place) == (1, {"lane": "held"})


@pytest.mark.db
def test_the_log_has_one_line_for_all_of_it(cast: Cast) -> None:
    comments = held(cast, 4)
    single = comments.pop()
    begin_write()
    decide(cast.ana, single, Act.HIDE, version=single.version, reason="names a street")
    db.session.commit()
    bulk = done(cast.ana, Act.APPROVE)
    log = decision_log(cast.ana, by=cast.ana.id)
    assert [row.act for row in log.decisions] == [Act.APPROVE, Act.HIDE]
    assert [group.number for group in log.groups.values()] == [3]
    taken_back(cast.ana, bulk)
    for who in (cast.ana, cast.mara):
        assert [row.act for row in decision_log(who).decisions] == [Act.UNDO, Act.APPROVE, Act.HIDE]
    assert decision_log(cast.other_author).decisions == []


@pytest.mark.db
def test_the_journey_without_scripts(cast: Cast) -> None:
    comments = held(cast, 3)
    crisis = cast.says(cast.tove, CRISIS)
    ana = cast.browser(cast.ana)
    page = ana.get("/moderation?lane=held")
    ticks = re.findall(r'name="tick" value="(\d+-\d+)"', page.text)
    assert len(ticks) == 4
    form = {"csrf_token": token_in(page), "act": "hide", "which": "ticked"}
    nothing = ana.post("/moderation/bulks?lane=held", data=form)
    assert (nothing.status_code, "Please tick at least one comment." in nothing.text) == (422, True)
    sent = ana.post("/moderation/bulks?lane=held", data={**form, "tick": ticks})
    asked = ana.get(sent.location).text
    assert "Keep 3 comments private?" in asked
    assert "One may be from somebody who is not well" in asked
    assert "pills" not in asked, "the words of who is passed over are not shown"
    assert set(statuses(comments)) == {Status.PENDING}, "nothing is done before it is confirmed"
    begin = f"{sent.location}/confirmations"
    without = ana.post(begin, data={"csrf_token": token_in(page)})
    assert without.status_code == 422
    did = ana.post(begin, data={"csrf_token": token_in(page), "reason": "an advertisement"})
    queue = ana.get(did.location).text
    assert "3 comments were kept private." in queue
    assert "One was passed over." in queue
    assert set(statuses(comments)) == {Status.HIDDEN}
    log = ana.get(f"/moderation/decisions?by={cast.ana.id}").text
    assert log.count("3 comments</summary>") == 1
    undo = re.search(r'action="(/moderation/bulks/\d+/undoings)"', queue)
    assert undo
    back = ana.post(undo[1], data={"csrf_token": token_in(page)})
    assert "Undone: 3 comments are as they were" in ana.get(back.location).text
    assert set(statuses([*comments, crisis])) == {Status.PENDING}


def test_many_are_shown_on_the_queue_while_they_are_done(
    cast: Cast, outbox: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("service.moderation.bulk.actions.AT_ONCE", "service.moderation.bulk_views.AT_ONCE"):
        monkeypatch.setattr(name, 2)
    comments = held(cast, 3)
    ana, ines = cast.browser(cast.ana), cast.browser(cast.ines)
    page = ana.get("/moderation?lane=held")
    token = {"csrf_token": token_in(page)}
    shown = re.search(r'name="shown" value="([^"]+)"', page.text)
    assert shown
    form = {**token, "act": "approve", "which": "page", "shown": shown[1]}
    sent = ana.post("/moderation/bulks?lane=held", data=form)
    begun = ana.post(f"{sent.location}/confirmations", data=token)
    assert begun.location == sent.location
    assert "3 are left." in ana.get(begun.location).text
    assert "Ana Brandt</bdi> has begun it" in ines.get("/moderation").text
    news = ines.get(f"{sent.location}/news")
    assert news.json == {"changed": "3 are left.", "done": 0, "new": ""}
    assert ines.get(f"{sent.location}/news", headers={"If-None-Match": news.headers["ETag"]}).status_code == 304
    (bulk_id,) = outbox.take("moderation.carry_on")
    carry_on(int(bulk_id))
    assert ines.get(f"{sent.location}/news").json == {"changed": "0 are left.", "done": 3, "new": "It has ended."}
    assert set(statuses(comments)) == {Status.PUBLISHED}
    assert "has begun it" not in ines.get("/moderation").text


@pytest.mark.parametrize(
    "change", [{"act": "mask"}, {"act": "nothing"}, {"which": "some"}, {"tick": ["x-1", "1-x", "9" * 30 + "-1"]}]
)
def test_what_makes_no_sense_is_refused(cast: Cast, change: dict[str, object]) -> None:
    held(cast, 1)
    ana = cast.browser(cast.ana)
    form = {"csrf_token": token_in(ana.get("/moderation?lane=held")), "act": "hide", "which": "ticked", **change}
    assert ana.post("/moderation/bulks?lane=held", data=form).status_code == 422
    assert db.session.scalars(select(Bulk)).all() == []
