"""flask-babel behind functions with types: words and moments in the language of the page."""

from datetime import datetime

import flask_babel


def gettext(message: str, **values: object) -> str:
    """Return the message in the language of the page, its `%(name)s` filled in from `values`."""
    return str(flask_babel.gettext(message, **values))


def format_moment(moment: datetime, pattern: str) -> str:
    """Return a moment as a CLDR pattern such as "d MMMM y" says, in the language of the page."""
    return str(flask_babel.format_datetime(moment, pattern))
