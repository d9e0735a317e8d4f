"""Why a detail is better not on the page: in words for staff, and for the one who wrote it."""

import enum

from service.core.errors import N_, Invalid
from service.core.language import gettext, in_language


class Concern(enum.StrEnum):
    """Why something is better not on the page."""

    METHOD = "method"
    PRIVATE = "private"
    OTHER = "other"


# For the writer, after "We have taken one part out": never a reproach.
FOR_WRITER = {
    Concern.METHOD: N_("It says how someone got hurt, and that could be unsafe for another reader."),
    Concern.PRIVATE: N_("It could tell strangers who someone is, or where they are."),
    Concern.OTHER: N_("It is better not on a page that anyone can read."),
}
# What the request for a small change says where nobody writes words of their own.
REQUESTS = {
    Concern.METHOD: N_(
        "Thank you for sharing this. We’d like to show it. One part says how someone got hurt, and that could be "
        "unsafe for another reader. Could you take that part out? Nothing else needs to change."
    ),
    Concern.PRIVATE: N_(
        "Thank you for sharing this. We’d like to show it. One part could tell strangers who someone is, or where they "
        "are. Could you take that part out? Nothing else needs to change."
    ),
}


def read_concern(text: str) -> Concern:
    """Return the concern that a form names. Raises Invalid."""
    try:
        return Concern(text)
    except ValueError:
        raise Invalid(N_("Please say what it is about."), field="concern") from None


def request_in(language: str, concern: Concern) -> str:
    """Return the ready request for a small change in the language of its reader; "" where there is none."""
    if concern not in REQUESTS:
        return ""
    with in_language(language):
        return gettext(REQUESTS[concern])
