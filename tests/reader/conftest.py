"""Fixtures of the reader's side."""

from collections.abc import Iterator

import pytest
from flask import Flask

from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site


@pytest.fixture
def dutch(app: Flask) -> Iterator[None]:
    """The owner has chosen the Netherlands."""
    _choose("NL")
    yield
    db.session.rollback()
    _choose("")


def _choose(code: str) -> None:
    begin_write()
    change(current_site(), help_country=code)
    db.session.commit()
