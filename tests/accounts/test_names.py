"""Names: what a reader could take for the same person folds to the same key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.accounts.actions import add_user
from service.accounts.models import Role
from service.accounts.names import LONGEST, claims_role, fold_name, readings
from service.accounts.queries import staff_name_taken
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.text import NAME_LIMIT
from tests.cast import PASSWORD, Cast

LOOK_ALIKES = [
    "Mara Lindqvist",
    "mara lindqvist",
    "MARA  LINDQVIST",
    "Dr. Mara Lindqvist",
    "Prof. Dr. Mara Lindqvist, PhD",
    "Mara-Lindqvist",
    "MaraLindqvist",
    "M.a.r.a Lindqvist!",
    "Mära Lindqvíst",
    "Мara Lindqvist",  # Cyrillic Em
    "Mаrа Lindqvist",  # Cyrillic a
    "Mara Lindqvіst",  # Ukrainian i
    "Μara Lindqvist",  # Greek Mu
    "Ｍａｒａ Ｌｉｎｄｑｖｉｓｔ",
    "𝐌𝐚𝐫𝐚 𝐋𝐢𝐧𝐝𝐪𝐯𝐢𝐬𝐭",
    "Mara L1ndqv1st",
    "Mara IIndqvist",
    "Mara Lındqvist",  # dotless i
    "Mara\u200bLindqvist",
    "Mara\u00a0Lindqvist",
    "Mar\u0430\u0301 Lindqvist",
]
OTHERS = ["Mara", "Lindqvist", "Tamara Lindqvist", "Mara Lindström", "Mara Linda", "Tove", "Марина", "Dr."]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_fold_to_one(name: str) -> None:
    assert fold_name(name) == fold_name("Dr. Mara Lindqvist")


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_stay_apart(name: str) -> None:
    assert fold_name(name) != fold_name("Dr. Mara Lindqvist")
    assert fold_name(name)


@given(st.text(min_size=1, max_size=NAME_LIMIT))
def test_folding_takes_any_name_and_fits_its_column(name: str) -> None:
    assert len(fold_name(name)) <= LONGEST
    assert fold_name(f"  {name} ") == fold_name(name)


@pytest.mark.db
@pytest.mark.parametrize("name", ["MARA LINDQVIST", "Mаrа Lindqvist", "Prof. Ana Brandt", "Somebody who left"])
def test_names_of_staff_and_of_the_pages_author_are_taken(cast: Cast, name: str) -> None:
    assert cast.mara
    assert cast.ana
    assert staff_name_taken(cast.site_id, name, author_name="Somebody Who Left")


@pytest.mark.db
def test_other_names_are_free_and_those_of_who_left_become_free(cast: Cast) -> None:
    assert not staff_name_taken(cast.site_id, "Tove")
    begin_write()
    left = add_user(cast.site_id, "left@example.org", "Rosa Timm", Role.AUTHOR, PASSWORD, current_keys())
    db.session.commit()
    assert staff_name_taken(cast.site_id, "rosa timm")
    begin_write()
    left.is_active = False
    db.session.commit()
    assert not staff_name_taken(cast.site_id, "rosa timm")


BESIDE = ["Moderator Mara Lindqvist", "Therapist Mara Lindqvist", "The real Mara Lindqvist", "Your Dr. Mara Lindqvist"]


@pytest.mark.parametrize("name", [f"{name} (Author)" for name in LOOK_ALIKES] + BESIDE)
def test_a_role_beside_a_name_does_not_hide_it(name: str) -> None:
    assert fold_name("Mara Lindqvist") in readings(name)


@pytest.mark.parametrize("name", ["Moderator", "The M0derator", "ADMIN", "Аdmin", "Autora", "Site-Team", "Tove", "Dr."])
def test_who_is_called_by_a_role_claims_it(name: str) -> None:
    assert claims_role(name) is (name not in ("Site-Team", "Tove", "Dr."))


@pytest.mark.parametrize("name", ["Therapist", "Your Therapist", "Тherapist", "Psicóloga", "Psychologin", "المعالجة"])
def test_so_does_who_is_called_a_therapist_and_nothing_else(name: str) -> None:
    assert claims_role(name)


@pytest.mark.parametrize("name", ["Your", "Real", "Therapist in training", "Teresa"])
def test_words_beside_others_claim_nothing(name: str) -> None:
    assert not claims_role(name)


@given(st.text(max_size=NAME_LIMIT))
def test_a_name_can_always_be_read_as_itself(name: str) -> None:
    assert readings(name) >= ({fold_name(name)} - {""})
