"""Hearts: one from each person, seen as a number by the one who wrote, and no byte of the page that everybody gets."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.comments.hearts import Heart, hearts_of
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.actions import reply
from service.reader.mine import MINE
from tests.cast import CALM, Cast

pytestmark = pytest.mark.db


def test_a_heart_is_one_persons_and_can_be_taken_back(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    page = client.get("/articles/old-maps").data
    given = client.post(f"/comments/{comment.id}/hearts")
    assert given.status_code == 303
    assert "Tove</bdi> will see that they are not alone." in client.get(given.location).text
    assert client.post(f"/comments/{comment.id}/hearts", data={"by": "script"}).status_code == 204
    assert cast.browser().post(f"/comments/{comment.id}/hearts", data={"by": "script"}).status_code == 204
    assert number(comment) == 2
    assert "2 people let you know that you are not alone." in mine(client, comment)
    anonymous = cast.browser().get("/articles/old-maps").data
    assert anonymous == page == client.get("/articles/old-maps").data
    client.post(f"/comments/{comment.id}/hearts/removals")
    assert number(comment) == 1
    assert "One person lets you know" in mine(client, comment)
    client.post(f"/comments/{comment.id}/hearts/removals")
    assert number(comment) == 1


def test_nobody_gives_themselves_a_heart_and_staff_get_none(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    client.post("/articles/old-maps/comments", data={"body": CALM, "name": "Tove"})
    comment = db.session.scalars(select(Comment)).one()
    assert client.post(f"/comments/{comment.id}/hearts").status_code == 404  # not on the page yet
    other = cast.says(cast.joao, "I hear you.")
    mara = cast.mara
    begin_write()
    answer = reply(mara, other, "I read this twice.")
    db.session.commit()
    assert client.post(f"/comments/{answer.id}/hearts").status_code == 403
    assert client.post(f"/comments/{other.id}/hearts").status_code == 303
    assert [heart.comment_id for heart in db.session.scalars(select(Heart))] == [other.id]


def test_hearts_end_somewhere(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    answers = [client.post(f"/comments/{comment.id}/hearts", data={"by": "script"}).status_code for _ in range(62)]
    assert answers[0] == 204
    assert answers[-1] == 429


def number(comment: Comment) -> int:
    db.session.rollback()
    return hearts_of(comment)


def mine(client: FlaskClient, comment: Comment) -> str:
    return client.get(f"/my/{current_keys().sign(MINE, str(comment.id))}").text
