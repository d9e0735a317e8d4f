"""Add a user: one for each address, with a password that is worth something, and the address encrypted."""

import pytest

from service.accounts.actions import add_user, give_email, known_commenter
from service.accounts.models import Role, User
from service.accounts.queries import email_of, user_by_email
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.db


def test_the_address_is_encrypted_and_found_in_any_case(cast: Cast) -> None:
    user = add(cast, " Mara@Example.ORG ")
    assert "example" not in user.email_encrypted.casefold()
    assert "mara" not in user.email_lookup
    assert user_by_email(cast.site_id, "mara@example.org", current_keys()) is user
    assert email_of(user.id, current_keys()) == "Mara@Example.ORG"
    assert user.password_hash.startswith("$argon2id$")
    assert user.folded_name == "maral1ndqv1st".replace("1", "l")


def test_one_address_is_one_user(cast: Cast) -> None:
    add(cast, "mara@example.org")
    with pytest.raises(Conflict):
        add(cast, "MARA@example.org")
    db.session.rollback()
    assert db.session.query(User).count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "mara", "mara@", "@example.org", "mara@example", "a@b@example.org", "a b@example.org", "a@exa\nmple.org",
     "a,b@example.org", "<a@example.org>", f"{'a' * 250}@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(cast: Cast, address: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, address)
    assert refused.value.field == "email"


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "password1", "Attune12", "QWERTY123"])
def test_weak_passwords_are_refused(cast: Cast, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, "mara@example.org", password=password)
    assert refused.value.field == "password"


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 81])
def test_a_name_must_be_readable(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, "mara@example.org", name=name)
    assert refused.value.field == "name"


def test_a_guest_is_known_again_by_the_cookie_alone(cast: Cast) -> None:
    begin_write()
    first, cookie = known_commenter(cast.site_id, None)
    db.session.commit()
    assert cookie is not None
    assert cookie not in (first.cookie_hash or "")
    assert known_commenter(cast.site_id, cookie) == (first, None)
    stranger, new_cookie = known_commenter(cast.site_id, "forged")
    assert stranger.id != first.id
    assert new_cookie not in (None, "forged")


def test_a_guests_address_is_encrypted_and_not_confirmed(cast: Cast) -> None:
    tove = cast.tove
    begin_write()
    give_email(tove, "tove@example.org", current_keys())
    db.session.commit()
    assert current_keys().decrypt(tove.email_encrypted or "") == "tove@example.org"
    assert "tove" not in (tove.email_encrypted or "") + (tove.email_lookup or "")
    assert tove.email_confirmed_at is None


def add(cast: Cast, address: str, *, name: str = "Mara Lindqvist", password: str = PASSWORD) -> User:
    begin_write()
    user = add_user(cast.site_id, address, name, Role.AUTHOR, password, current_keys())
    db.session.commit()
    return user
