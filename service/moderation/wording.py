"""Why a detail is better not on the page: in words for staff, and for the one who wrote it."""

import enum

from service.core.errors import N_, Invalid


class Concern(enum.StrEnum):
    """Why something is better not on the page."""

    METHOD = "method"
    PRIVATE = "private"
    OTHER = "other"


# For staff, as a reason; and for the writer, after "We have taken one part out": never a reproach.
FOR_STAFF = {
    Concern.METHOD: N_("Says how somebody got hurt"),
    Concern.PRIVATE: N_("Has private details"),
    Concern.OTHER: N_("Something else"),
}
FOR_WRITER = {
    Concern.METHOD: N_("It says how someone got hurt, and that could be unsafe for another reader."),
    Concern.PRIVATE: N_("It could tell strangers who someone is, or where they are."),
    Concern.OTHER: N_("It is better not on a page that anyone can read."),
}
# What the request for a small change says until somebody writes their own words.
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
