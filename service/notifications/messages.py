"""What a mail to staff says: a level and a link, never a word or a name of a commenter."""

from datetime import UTC, datetime, tzinfo
from email.message import EmailMessage
from typing import Any

from service.core.errors import N_
from service.core.language import format_local, gettext, ngettext
from service.notifications.mail import Sender, Words, build, one_line
from service.notifications.models import Kind, Notification

OF_THE_MACHINE = frozenset(
    {Kind.NO_WORKER, Kind.BEHIND, Kind.SWEEP_SILENT, Kind.DEAD_DELIVERY, Kind.TARGET_PAUSED, Kind.GAP}
)
TRIAL = N_("This is a test. Mail from this site reaches you.")
LEVEL_WORDS = {
    "crisis": lambda: gettext("Someone may be in danger now"),
    "urgent": lambda: gettext("Please read today"),
    "support": lambda: gettext("Sounds very low"),
}


def compose(
    notification: Notification,
    to: str,
    sender: Sender,
    moment: datetime,
    *,
    zone: tzinfo = UTC,
    acknowledge_url: str = "",
    password_url: str = "",
) -> EmailMessage:
    """Return the mail for one notification, with hours as `zone` has them; its Message-ID is the same at every attempt.

    `acknowledge_url` leads to the page that says "I am on this" without a sign-in, where there is something to say;
    `password_url` to the one where the recipient chooses a password, and is all that such a mail is about.
    """
    number, sentence = str(notification.id), _sentence(notification, zone, moment)
    if password_url:
        return build(number, to, sender, moment, _of_password(notification.kind, sender, sentence, password_url))
    links = [(gettext("Open it"), f"{sender.site_url}{notification.path}")]
    if acknowledge_url:
        links.append((gettext("Say that you are on it, without signing in"), acknowledge_url))
    return _mail(number, to, sender, moment, sentence, links, of_words=notification.kind not in OF_THE_MACHINE)


def trial_mail(number: str, to: str, sender: Sender, moment: datetime) -> EmailMessage:
    """Return the mail that a test button sends; `number` makes its Message-ID its own."""
    links = [(gettext("Open it"), f"{sender.site_url}/moderation/alerts")]
    sentence = gettext(TRIAL)
    return _mail(f"test-{number}", to, sender, moment, sentence, links, of_words=False)


def _mail(
    number: str,
    to: str,
    sender: Sender,
    moment: datetime,
    sentence: str,
    links: list[tuple[str, str]],
    *,
    of_words: bool,
) -> EmailMessage:
    """Build a mail; `of_words`: it is about what somebody wrote, and says why that is not in it."""
    subject = gettext("Something is waiting for you on %(site)s", site=one_line(sender.site_name))
    foot = gettext("This mail was sent to you because you look after the site.")
    behind = gettext("The words themselves are behind sign-in.")
    return build(number, to, sender, moment, Words(subject, sentence, f"{behind} {foot}" if of_words else foot, links))


def _of_password(kind: Kind, sender: Sender, sentence: str, url: str) -> Words:
    """Say who is asked what, to somebody who may never have heard of this site, or has not asked for anything."""
    site, links = one_line(sender.site_name), [(gettext("Choose a password"), url)]
    if kind is Kind.INVITATION:
        subject = gettext("You are asked to help look after %(site)s", site=site)
        return Words(subject, sentence, gettext("If you do not know this site, you can forget this mail."), links)
    foot = gettext("The link is for you alone: please do not pass this mail on.")
    return Words(gettext("A new password for %(site)s", site=site), sentence, foot, links)


def _sentence(notification: Notification, zone: tzinfo, moment: datetime) -> str:
    sentences = {
        Kind.CASE: lambda: _case_sentence(notification, zone, moment),
        Kind.UNSEEN: lambda: gettext(
            "An answer that was written in private has not been seen yet by the one who waits for it. Perhaps there is "
            "another way to reach them."
        ),
        Kind.DIGEST: lambda: _digest_sentence(notification.details, zone),
        Kind.HELD_DUE: lambda: _held_sentence(notification.details, zone, moment),
        Kind.UNSCANNED: lambda: gettext("A comment could not be read by the machine, so a person has to read it."),
        Kind.NO_WORKER: lambda: gettext(
            "No worker has given a sign of life for 60 seconds. Comments are kept, but nobody is told of them "
            "and none is published until one runs again."
        ),
        Kind.BEHIND: lambda: gettext(
            "Comments have waited for their screening for two minutes or more. None is lost, but nobody is told what "
            "they say until the machine has read them."
        ),
        Kind.SWEEP_SILENT: lambda: gettext(
            "The worker gives signs of life, but what it does again and again stands still. Comments and mail whose "
            "message was lost are not found until it is started anew."
        ),
        Kind.DEAD_DELIVERY: lambda: gettext("A message could not be delivered after 8 attempts."),
        Kind.TARGET_PAUSED: lambda: gettext(
            "The target “%(name)s” has not taken our alerts for some time, so it is paused. What it has missed is kept "
            "until you have it tried again.",
            name=notification.details["target"],
        ),
        Kind.SUMMARY: lambda: _summary_sentence(notification.details["levels"]),
        Kind.NEW_COMMENT: lambda: gettext("Somebody has written a comment."),
        Kind.HANDED_OVER: lambda: gettext(
            "%(name)s asks you to take a case. An answer is due by %(moment)s.",
            name=one_line(notification.details["by"]),
            moment=_hour(notification.details["due"], zone),
        ),
        Kind.GAP: lambda: _gap_sentence(notification.details),
        Kind.TEST: lambda: gettext(TRIAL),
        Kind.INVITATION: lambda: gettext(
            "You have been asked to help look after this site. Choose a password within a week, and sign in with it."
        ),
        Kind.NEW_PASSWORD: lambda: gettext(
            "Somebody, most likely you, has asked for a new password. If it was you, choose one within two hours. If "
            "it was not, you need not do anything: the old one goes on."
        ),
    }
    return sentences[notification.kind]()


def _case_sentence(notification: Notification, zone: tzinfo, moment: datetime) -> str:
    details = notification.details
    parts = [
        f"{LEVEL_WORDS[notification.level]()}.",
        gettext("A reader has written a comment that needs an answer."),
    ]
    if "due" in details:
        words = N_("It is due by %(moment)s."), N_("It was due by %(moment)s.")
        parts.append(_due(details["due"], moment, zone, *words))
    if "had" in details:
        parts.append(gettext("%(name)s had it, and no answer has come so far.", name=one_line(details["had"])))
    elif details.get("others"):
        parts.append(gettext("Others were told before you, and no answer has come so far."))
    return " ".join(parts)


def _digest_sentence(details: dict[str, Any], zone: tzinfo) -> str:
    """Say what waits for a person: "7 waiting, the oldest since Monday", and with whom to check in."""
    check_ins = details.get("check_ins", 0)
    checks = ngettext("%(num)d person to check in with.", "%(num)d people to check in with.", check_ins)
    sentences = [_waits_sentence(details, zone)] if details["support"] or details["held"] else []
    return " ".join([*sentences, *([checks] if check_ins else [])])


def _waits_sentence(details: dict[str, Any], zone: tzinfo) -> str:
    support, held = details["support"], details["held"]
    parts = [
        ngettext("%(num)d person waiting for an answer", "%(num)d people waiting for an answer", support),
        ngettext("%(num)d comment waiting to be read", "%(num)d comments waiting to be read", held),
    ]
    return gettext(
        "%(parts)s; the oldest since %(day)s.",
        parts=", ".join(part for part, number in zip(parts, (support, held), strict=True) if number),
        day=format_local(datetime.fromisoformat(details["oldest"]).astimezone(zone), "EEEE, d MMMM"),
    )


def _held_sentence(details: dict[str, Any], zone: tzinfo, moment: datetime) -> str:
    number = ngettext(
        "%(num)d comment still waits to be read before it appears.",
        "%(num)d comments still wait to be read before they appear.",
        details["number"],
    )
    words = N_("The first is due by %(moment)s."), N_("The first was due by %(moment)s.")
    return f"{number} {_due(details['due'], moment, zone, *words)}"


def _due(iso: str, moment: datetime, zone: tzinfo, is_due: str, was_due: str) -> str:
    """Say until when something is due, or was: mail waits for the end of a night, or for its server."""
    words = was_due if datetime.fromisoformat(iso) < moment else is_due
    return gettext(words, moment=_hour(iso, zone))


def _hour(iso: str, zone: tzinfo) -> str:
    return format_local(datetime.fromisoformat(iso).astimezone(zone), "EEEE, d MMMM, HH:mm")


def _summary_sentence(levels: dict[str, int]) -> str:
    """Say how many alerts there were at once, the most urgent first."""
    words = {
        "urgent": lambda n: ngettext("%(num)d person to read today", "%(num)d people to read today", n),
        "support": lambda n: ngettext("%(num)d who sounds very low", "%(num)d who sound very low", n),
    }
    parts = [words[level](levels[level]) for level in words if level in levels]
    if rest := sum(number for level, number in levels.items() if level not in words):
        parts.append(ngettext("%(num)d more comment", "%(num)d more comments", rest))
    return gettext("Much came in at once: %(parts)s.", parts=", ".join(parts))


def _gap_sentence(details: dict[str, Any]) -> str:
    return gettext(
        "Nobody is on duty from %(begins)s until %(ends)s. You can change the rota, or name a deputy.",
        begins=format_local(datetime.fromisoformat(details["begins"]), "EEEE, d MMMM, HH:mm"),
        ends=format_local(datetime.fromisoformat(details["ends"]), "EEEE, d MMMM, HH:mm"),
    )
