"""What staff send with an act on one comment."""

from datetime import date, datetime

from flask import Request

from service.accounts.models import User
from service.accounts.queries import zone_of
from service.core import clock
from service.core.errors import N_, Invalid
from service.core.paging import read_id
from service.moderation.notes import USUAL_DAYS
from service.moderation.snoozing import Until, moment_of
from service.moderation.wording import Concern, read_concern


def read_mask(request: Request) -> tuple[Concern, str, list[int], bool]:
    """Return why something is taken out, the typed passage, the chosen sentences, and whether the rest is published."""
    picked = [number for text in request.form.getlist("sentence") if (number := read_id(text)) is not None]
    publish = request.form.get("publish") == "1"
    return read_concern(request.form.get("concern", "")), request.form.get("passage", ""), picked, publish


def read_until(request: Request, user: User) -> datetime:
    """Return until when something is put off, as this person's day runs. Raises Invalid."""
    try:
        until = Until(request.form.get("until", ""))
    except ValueError:
        raise Invalid(N_("Please choose until when."), field="until") from None
    return moment_of(until, clock.now(), zone_of(user), _day(request) if until is Until.DAY else None)


def read_colleague(request: Request) -> int:
    """Return the id of whoever is asked to take something. Raises Invalid."""
    found = read_id(request.form.get("to", ""))
    if found is None:
        raise Invalid(N_("Please choose a colleague."), field="to")
    return found


def read_note(request: Request) -> tuple[str, bool, int]:
    """Return the words of a note, whether it is about the person, and for how many days it is kept.

    A reply that came too late can be kept as a note: its words are in `body`.
    """
    text = request.form.get("note") or request.form.get("body", "")
    days = read_id(request.form.get("days", "")) or USUAL_DAYS
    return text, request.form.get("about") == "person", days


def _day(request: Request) -> date | None:
    text = request.form.get("day", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(N_("Please give the day as year, month and day: 2026-11-24."), field="day") from None
