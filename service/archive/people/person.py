"""Whose data it is: a commenter, or all commenters of one e-mail address; and how they prove it by a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from service.accounts.models import Commenter
from service.accounts.queries import address_lookups
from service.care.letter_mail import mailbox_is_safe
from service.care.models import Case
from service.care.transitions import ENDED
from service.comments.hearts import Heart
from service.comments.models import Comment, Status
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.signing import Keys, fold_email
from service.core.spent import spend
from service.notifications.actions import notify_commenter
from service.notifications.models import Kind

LINK, TICKET = "your data", "your data, proven"
LINK_FOR = timedelta(hours=1)
TICKET_FOR = timedelta(minutes=30)
OVER = N_("This link is not valid, or no longer valid.")


@dataclass(frozen=True)
class Person:
    """Commenters who are one person; `unproven` are those in whose comment the address was typed and not confirmed.

    Who reads the mail of an address need not have written what somebody else put their address to.
    """

    site_id: int
    commenters: tuple[Commenter, ...]
    unproven: tuple[Commenter, ...] = ()

    @property
    def ids(self) -> list[int]:
        """The numbers of the commenters who are this person beyond doubt."""
        return [commenter.id for commenter in self.commenters]


@dataclass(frozen=True)
class Summary:
    """How much there is: comments and those that are public, hearts given, and comments that staff still need."""

    comments: int
    public: int
    hearts: int
    in_care: int
    unproven: int


def person_by_address(site_id: int, address: str, keys: Keys) -> Person:
    """Return who has this address; nobody where it is not known."""
    return _person(site_id, keys.lookups("email", fold_email(address)))


def person_by_number(site_id: int, commenter_id: int) -> Person:
    """Return one commenter alone. Raises NotFound."""
    commenter = db.session.get(Commenter, commenter_id)
    if commenter is None or commenter.site_id != site_id:
        raise NotFound(OVER)
    return Person(site_id, (commenter,))


def send_link(person: Person) -> None:
    """Mail a person the link to what is stored about them, to the address that they asked with.

    Not to a mailbox that whoever hurts them may read: they come by the secret link of a comment.
    """
    reader = next(iter((*person.commenters, *person.unproven)), None)
    if reader is not None and mailbox_is_safe(reader):
        cause = f"data:{reader.id}:{clock.now().isoformat(timespec='microseconds')}"
        notify_commenter(person.site_id, cause, reader.id, kind=Kind.DATA, path="/privacy/yours")


def sign_link(commenter: Commenter, notification_id: int, keys: Keys) -> str:
    """Return the token of the link that a mail carries: good for an hour, and once."""
    return keys.sign(LINK, f"{_until(LINK_FOR)} {notification_id} {commenter.id} {commenter.email_lookup}")


def check_link(token: str, keys: Keys) -> None:
    """Raise NotFound for a link that is forged, too old, or of an address that is not known any more."""
    _by_link(token, keys)


def redeem_link(token: str, keys: Keys) -> str:
    """Use a link up, and return a ticket that is good for half an hour. Raises NotFound, also the second time."""
    notification, proven = _by_link(token, keys)
    if not spend(f"data {notification}", clock.now() + LINK_FOR):
        raise NotFound(OVER)
    return keys.sign(TICKET, f"{_until(TICKET_FOR)} {proven}")


def ticket_for(commenter: Commenter, keys: Keys) -> str:
    """Return a ticket for one commenter, who has come by a secret link of theirs."""
    return keys.sign(TICKET, f"{_until(TICKET_FOR)} {commenter.id}")


def person_by_ticket(site_id: int, ticket: str, keys: Keys) -> Person:
    """Return whose ticket it is. Raises NotFound for one that is forged or too old, and once they are erased."""
    number, _, lookup = _in_time(keys.unsign(TICKET, ticket)).partition(" ")
    commenter = db.session.get(Commenter, int(number))
    if commenter is None or commenter.site_id != site_id or commenter.erased_at is not None:
        raise NotFound(OVER)
    if not lookup:
        return Person(site_id, (commenter,))
    if lookup not in address_lookups(commenter):
        raise NotFound(OVER)
    return _person(site_id, address_lookups(commenter))


def summary_of(person: Person) -> Summary:
    """Return how much there is."""
    comments = comments_of(person)
    given = select(func.count()).select_from(Heart).where(Heart.commenter_id.in_(person.ids))
    return Summary(
        comments=sum(comment.status is not Status.WITHDRAWN for comment in comments),
        public=sum(comment.shown for comment in comments),
        hearts=db.session.scalar(given) or 0,
        in_care=len(needed_by_staff(comments)),
        unproven=len(person.unproven),
    )


def comments_of(person: Person) -> Sequence[Comment]:
    """Return everything that a person wrote, oldest first."""
    query = select(Comment).where(Comment.commenter_id.in_(person.ids)).order_by(Comment.created_at, Comment.id)
    return db.session.scalars(query).all()


def needed_by_staff(comments: Sequence[Comment]) -> set[int]:
    """Return the ids of those whose writer waits for an answer in their conversation: staff keep them until then."""
    query = (
        select(Comment.id)
        .join(Case, (Case.commenter_id == Comment.commenter_id) & (Case.root_id == Comment.root_id))
        .where(Comment.id.in_([comment.id for comment in comments]), Case.state.not_in(ENDED))
    )
    return set(db.session.scalars(query))


def _by_link(token: str, keys: Keys) -> tuple[str, str]:
    notification, number, lookup = _in_time(keys.unsign(LINK, token)).split(" ")
    commenter = db.session.get(Commenter, int(number))
    if commenter is None or lookup not in address_lookups(commenter):
        raise NotFound(OVER)
    return notification, f"{number} {lookup}"


def _until(span: timedelta) -> int:
    return int((clock.now() + span).timestamp())


def _in_time(words: str) -> str:
    """Return what follows the moment until which something is good. Raises NotFound after that."""
    until, _, rest = words.partition(" ")
    if int(until) < clock.now().timestamp():
        raise NotFound(OVER)
    return rest


def _person(site_id: int, lookups: Sequence[str]) -> Person:
    query = select(Commenter).where(Commenter.site_id == site_id, Commenter.email_lookup.in_(lookups))
    found = db.session.scalars(query.order_by(Commenter.id)).all()
    return Person(
        site_id,
        tuple(each for each in found if each.email_confirmed_at is not None),
        tuple(each for each in found if each.email_confirmed_at is None),
    )
