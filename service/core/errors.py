"""What can go wrong, in the words of the domain; only service/errors.py knows HTTP."""


def N_(message: str) -> str:  # noqa: N802  (the name that gettext tools look for)
    """Mark a message for the catalogues where no request, and so no language, is at hand."""
    return message


class DomainError(Exception):
    """Base of all errors that a person can be told about in plain words.

    `message` is an English message id with `%(name)s` placeholders filled from `values`;
    entry points translate it.
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.field = field
        self.values = values


class NotFound(DomainError):
    """There is no such thing, or the viewer may not know of it."""


class Forbidden(DomainError):
    """The viewer may see it but not do this."""


class Invalid(DomainError):
    """What was sent cannot be taken as it is; `field` names the form field."""


class Conflict(DomainError):
    """Somebody else acted first; the message says what they did."""


class TooFast(DomainError):
    """A rate limit was reached; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
