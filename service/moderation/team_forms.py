"""What may be sent about the team."""

from datetime import date

from flask import Request

from service.core.errors import N_, Invalid


def read_user(request: Request, field: str) -> int:
    """Return who is meant. Raises Invalid where nobody is chosen."""
    chosen = read_choice(request, field)
    if chosen is None:
        raise Invalid(N_("Please choose somebody."), field=field)
    return chosen


def read_choice(request: Request, field: str) -> int | None:
    """Return whom a form names; None for nobody. Raises Invalid."""
    text = request.form.get(field, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(N_("There is no such member of staff."), field=field)
    return int(text)


def read_day(request: Request, field: str) -> date:
    """Return a day. Raises Invalid for anything but 2026-11-24."""
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Invalid(N_("Please give the day as year, month and day: 2026-11-24."), field=field) from None


def read_weekdays(request: Request) -> list[int]:
    """Return the chosen days of the week, 0 is Monday. Raises Invalid where none is."""
    chosen = [int(text) for text in request.form.getlist("weekday") if text in "0123456" and len(text) == 1]
    if not chosen:
        raise Invalid(N_("Please choose at least one day of the week."), field="weekday")
    return chosen


def read_hours(request: Request) -> tuple[int, int]:
    """Return the hours at which a shift begins and ends. Raises Invalid."""
    first, last = request.form.get("from_hour", ""), request.form.get("until_hour", "")
    if not all(text.isascii() and text.isdigit() and len(text) < 3 for text in (first, last)):
        raise Invalid(N_("A shift has a weekday, an hour from 0 to 23 and an hour from 1 to 24."), field="from_hour")
    return int(first), int(last)
