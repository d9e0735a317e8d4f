"""Why somebody of the staff did something: their words are kept whole or refused, and never cut."""

from service.core.errors import N_, Invalid

REASON_LIMIT = 500
ASKED = N_("Please say in a few words why. Only staff can read it.")


def checked_reason(raw: str, *, field: str = "reason", asked: str | None = ASKED) -> str:
    """Return a reason without blanks around it.

    Raises Invalid (for `field`) for one of more than `REASON_LIMIT` characters, and with the sentence `asked` where
    nothing is said; with None nothing need be.
    """
    reason = raw.strip()
    if asked is not None and not reason:
        raise Invalid(asked, field=field)
    if len(reason) > REASON_LIMIT:
        raise Invalid(N_("A reason has at most %(limit)s characters."), field=field, limit=REASON_LIMIT)
    return reason
