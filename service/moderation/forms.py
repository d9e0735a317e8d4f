"""What staff may send."""

from datetime import date

from flask import Request

from service.comments.models import Audience
from service.core.errors import N_, Invalid
from service.moderation.models import Act, Verdict
from service.triage.levels import Level


def read_version(request: Request) -> int:
    """Return the version of the comment that the person saw. Raises Invalid."""
    return _number(request, "version")


def read_scan(request: Request) -> int:
    """Return the id of the scan that is judged. Raises Invalid."""
    return _number(request, "scan")


def read_owner(request: Request) -> int | None:
    """Return whose case is to be taken over; None where it was nobody's. Raises Invalid."""
    return _number(request, "owner") if request.form.get("owner") else None


def read_act(request: Request) -> Act:
    """Return what is to be done. Raises Invalid."""
    try:
        return Act(request.form.get("act", ""))
    except ValueError:
        raise Invalid(N_("Please choose what should happen to the comment."), field="act") from None


def read_verdict(request: Request) -> tuple[Verdict, Level | None]:
    """Return what is said of a scan, and the level that a missed comment should have had. Raises Invalid."""
    level = request.form.get("level", "")
    try:
        return Verdict(request.form.get("verdict", "")), Level(level) if level else None
    except ValueError:
        raise Invalid(N_("Please say whether an answer was needed."), field="verdict") from None


def read_whole(request: Request, field: str) -> int:
    """Return a whole number of at most five digits. Raises Invalid."""
    text = request.form.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Invalid(N_("Please give a whole number."), field=field)
    return int(text)


def read_check_in(request: Request) -> date | None:
    """Return the day of a check-in, None where it is left empty. Raises Invalid for anything but 2026-11-24."""
    text = request.form.get("check_in", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(N_("Please give the day as year, month and day: 2026-11-24."), field="check_in") from None


def read_private(request: Request) -> bool:
    """Return whether a reply is for its writer alone. Raises Invalid where choice and button contradict each other."""
    chosen, pressed = request.form.get("audience", ""), request.form.get("send", "")
    if chosen and pressed and chosen != pressed:
        raise Invalid(
            N_("The button said one thing and the choice above it another. Please say once more who reads this."),
            field="audience",
        )
    return Audience.WRITER in (chosen, pressed)


def _number(request: Request, field: str) -> int:
    text = request.values.get(field, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(N_("This form is not complete. Please open the comment again."))
    return int(text)
