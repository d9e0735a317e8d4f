"""What may be sent about the team."""

from datetime import date, time

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


def read_time(request: Request, field: str) -> time | None:
    """Return an hour of the day, None where it is left empty. Raises Invalid for anything but 22:30."""
    text = request.form.get(field, "").strip()
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        raise Invalid(N_("Please give the hour as 22:30."), field=field) from None


def read_hour(request: Request, field: str, usual: int) -> int:
    """Return a full hour; the usual one where the form has no such field. Raises Invalid."""
    text = request.form.get(field, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise Invalid(N_("An hour is a number from 0 to 23."), field=field)
    return int(text)
