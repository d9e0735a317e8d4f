"""The rate limits of the whole site in one list, with the words for them; an owner changes their numbers (pure)."""

from dataclasses import dataclass

from service.accounts.addresses import CONFIRMATIONS
from service.accounts.limits import FORGOTTEN, FORGOTTEN_PLACE, SIGN_IN, SIGN_IN_PLACE
from service.core.errors import N_
from service.core.rates import Limit

POSTING = Limit("post", 10, 5 * 60)
# Looser, because a whole school or company can stand behind one address.
POSTING_PLACE = Limit("post place", 60, 5 * 60)
PREVIEWING = Limit("preview", 60, 5 * 60)
EDITING = Limit("edit", 20, 5 * 60)
REPORTING = Limit("report", 10, 60 * 60)
REPORTING_PLACE = Limit("report place", 40, 60 * 60)
TESTING = Limit("trial", 20, 10 * 60)  # each test of a channel leaves the site


@dataclass(frozen=True)
class Listed:
    """A limit as it stands on the page: what is counted, and for whom."""

    limit: Limit
    what: str
    whose: str


PERSON, PLACE = N_("one person"), N_("one network address")
ADDRESS, COLLEAGUE = N_("one e-mail address"), N_("one member of staff")
LISTED = (
    Listed(POSTING, N_("Comments"), PERSON),
    Listed(POSTING_PLACE, N_("Comments"), PLACE),
    Listed(PREVIEWING, N_("Previews"), PERSON),
    Listed(EDITING, N_("Changes of one's own words"), PERSON),
    Listed(REPORTING, N_("Reports"), PERSON),
    Listed(REPORTING_PLACE, N_("Reports"), PLACE),
    Listed(SIGN_IN, N_("Attempts to sign in"), PERSON),
    Listed(SIGN_IN_PLACE, N_("Attempts to sign in"), PLACE),
    Listed(FORGOTTEN, N_("Links for a new password"), PERSON),
    Listed(FORGOTTEN_PLACE, N_("Links for a new password"), PLACE),
    Listed(CONFIRMATIONS, N_("Mails that ask to confirm an address"), ADDRESS),
    Listed(TESTING, N_("Tests of a channel"), COLLEAGUE),
)
BY_NAME = {listed.limit.name: listed for listed in LISTED}
