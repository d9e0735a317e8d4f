"""Fill the placeholders of a template with what is known; what only a person can say stays open (pure)."""

import re
from collections.abc import Iterable, Mapping

_BLANK = re.compile(r"\{([^\W\d_]\w{0,60})\}")


def fill(body: str, values: Mapping[str, str]) -> str:
    """Return a template's text with each placeholder replaced for which there is a value."""
    return _BLANK.sub(lambda found: values.get(found[1]) or found[0], body)


def begin_with(template: str, typed: str, others: Iterable[str]) -> str:
    """Return the text of the reply box after "use this template"; not a word that somebody typed is lost.

    An untouched template, one of `others`, gives way to the new one; anything else follows it.
    """
    if not typed.strip() or _plain(typed) in {_plain(other) for other in others}:
        return template
    return f"{template}\n\n{typed.strip()}"


def _plain(text: str) -> str:
    return " ".join(text.split())
