"""How an email address is written, so that one person's is always the same text."""

from typing import ClassVar

from email_validator import EmailNotValidError, validate_email
from servicekit.errors import BadRequest

MAX_CHARS = 320
"""More than any address has; what is longer is refused before it is looked at."""


class EmailInvalid(BadRequest):
    """The text is not an email address that mail could reach."""

    slug: ClassVar[str] = "email-invalid"
    title: ClassVar[str] = "This is not an email address"


def normalise(text: str) -> str:
    """Write an address in the one way that is kept and compared. Raises `EmailInvalid`.

    The domain is lower case by right; the name before it is so by what every mail service does.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise EmailInvalid(str(error)) from None


def key_of(text: str) -> str:
    """Write an address as `normalise` does; a text that is none becomes one that nobody has."""
    try:
        return normalise(text)
    except EmailInvalid:
        return ""
