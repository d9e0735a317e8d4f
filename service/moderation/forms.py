"""What staff may send."""

from flask import Request

from service.core.errors import N_, Invalid
from service.moderation.models import Act


def read_version(request: Request) -> int:
    """Return the version of the comment that the person saw. Raises Invalid."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(N_("This form is not complete. Please open the comment again."))
    return int(text)


def read_act(request: Request) -> Act:
    """Return what is to be done. Raises Invalid."""
    try:
        return Act(request.form.get("act", ""))
    except ValueError:
        raise Invalid(N_("Please choose what should happen to the comment."), field="act") from None
