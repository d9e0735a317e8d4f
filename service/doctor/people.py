"""What people, messages, phrases and help lines tell."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from service.accounts.duty import is_away
from service.accounts.models import User
from service.accounts.queries import absences_in, nobody_on_duty, staff
from service.archive.retention.actions import last_run
from service.care.help_lines.book import BadBook
from service.care.help_lines.review import review
from service.care.help_lines.shelf import help_book, own_file, read_own
from service.config import Settings
from service.core import clock
from service.core.db import db
from service.doctor.findings import Finding, bad, ok, warn
from service.notifications.queries import stuck_count
from service.notifications.targets.queries import targets_of
from service.site.models import Site
from service.triage.lexicon import lexicon, lexicon_version

LATE = timedelta(days=2)
YEAR = timedelta(days=365)


def check_people(settings: Settings, site: Site) -> Iterator[Finding]:
    """Return whether somebody is there who can answer."""
    yield _demo(settings, site)
    people, moment = staff(site.id), clock.now()
    if not any(user.owns for user in people):
        yield bad("owner", "There is no owner.", "flask user add you@example.org --name 'Your Name' --role owner")
    if not any(user.moderates for user in people):
        said = "There is no moderator: articles without an author belong to nobody, and no ladder ends anywhere."
        yield bad("moderator", said, "flask user invite them@example.org --name 'Their Name' --role moderator")
    else:
        yield ok("moderator", "There is somebody who moderates.")
    absences = absences_in(site.id)
    if people and all(is_away(user.id, absences, moment) for user in people):
        yield bad("duty", "Everybody is away.", "Under Team, take an absence back or invite somebody.")
    elif nobody_on_duty(site.id, moment):
        yield warn("duty", "By the rota nobody is on duty at this hour.", "Under Team, add to the rota.")
    else:
        yield ok("duty", "Somebody is on duty.")


def check_retention(site: Site, moment: datetime) -> Finding:
    """Return whether what is over was deleted, and how much the last time."""
    about, run, advice = "retention", last_run(site.id), "flask retention run; the worker does it each night."
    if run is None:
        if moment - site.created_at < LATE:
            return ok(about, "What is over is deleted each night; there was no night yet.")
        return warn(about, "Nothing that is over has ever been deleted.", advice)
    if moment - run.began_at > LATE:
        said = f"What is over was last deleted on {run.day:%Y-%m-%d}: words are kept for longer than readers were told."
        return bad(about, said, advice)
    counts = ", ".join(f"{number} {name}" for name, number in run.counts.items() if number) or "nothing was over"
    return ok(about, f"What was over was deleted on {run.day:%Y-%m-%d}: {counts}.")


def check_messages(site: Site) -> Iterator[Finding]:
    """Return whether messages reach those whom they are for."""
    stuck = stuck_count(site.id)
    if stuck:
        said = f"{stuck} messages could not be delivered in eight attempts."
        yield bad("deliveries", said, "Under Alerts, read the last error of each and try it again.")
    else:
        yield ok("deliveries", "No message has failed for good.")
    paused = [target.name for target in targets_of(site.id) if target.paused_at is not None]
    if paused:
        yield bad("targets", f"These webhooks kept failing and are paused: {', '.join(paused)}.", "See Alerts.")


def check_words(site: Site, today: date) -> Iterator[Finding]:
    """Return whether the phrases can be read, and the help lines have been looked at within a year."""
    try:
        lexicon()
        yield ok("phrases", f"The phrases can be read (version {lexicon_version()}).")
    except Exception as error:  # whatever a broken file causes, the doctor says so and goes on
        said = f"The phrases cannot be read ({type(error).__name__}): no comment can be screened."
        yield bad("phrases", said, "Put the files of service/triage/lexicon back as they came.")
    try:
        found = review(help_book(), today, YEAR)
    except Exception as error:  # the same
        said = f"The help lines cannot be read ({type(error).__name__})."
        yield bad("help lines", said, "`flask help-lines check` says why.")
        return
    yield from _own_lines()
    yield from _lines(site, found.outdated, found.to_be_checked, found.without_line)


def _own_lines() -> Iterator[Finding]:
    """Return whether the site's own file of help lines is shown, where there is one."""
    own = own_file()
    if own is None:
        return
    try:
        read_own(own)
    except BadBook:
        said = f"{own} breaks its rules, so only the lines that come with Attune are shown."
        yield bad("own help lines", said, "`flask help-lines check` says what is wrong; mend it and start Attune anew.")
        return
    yield ok("own help lines", f"{own} is shown to readers, from the next start on.")


def _lines(site: Site, old: tuple[str, ...], unchecked: tuple[str, ...], without: tuple[str, ...]) -> Iterator[Finding]:
    about, country = "help lines", site.help_country
    ours = f"{country}, "
    if not country:
        said = "No country is chosen, so readers who choose none see no numbers of their own."
        yield warn(about, said, "flask site set --country NL")
    elif country in without:
        yield bad(
            about, f"There is no help line for {country}.", "Choose another country, or add lines with two sources."
        )
    elif any(name.startswith(ours) for name in unchecked):
        said = f"Lines of {country} have not been confirmed by those who answer them."
        yield warn(about, said, "Call them, and say so in the file: docs/help-lines.md.")
    if old:
        said = f"{len(old)} help lines have not been looked at for more than a year; a wrong number is worse than none."
        yield warn(about, said, "`flask help-lines check` names them.")
    else:
        yield ok(about, "Every help line has been looked at within a year.")


def _demo(settings: Settings, site: Site) -> Finding:
    active = (User.site_id == site.id, User.is_demo, User.is_active)
    demo = db.session.scalars(select(User.name).where(*active)).all()
    if demo and settings.production:
        said = f"Sign-ins of the demo are here, whose password is published: {', '.join(demo)}."
        return bad("demo accounts", said, "flask demo --end")
    if demo:
        return warn("demo accounts", "This site has the demo's sign-ins.", "flask demo --end, before readers come.")
    return ok("demo accounts", "There are no demo accounts.")
