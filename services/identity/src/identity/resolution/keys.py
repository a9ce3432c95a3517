"""Match keys: the normalised values by which records are known to be one person, and the guard over them."""

import re

from contracts.contacts import Contact

from identity.normalise.letters import INVISIBLE

EMAIL = "email:"
LONGEST_EMAIL = 320


# Most emails: nothing invisible in them, nothing beyond ASCII, one @ before a domain.
_PLAIN = re.compile(r"[!-~]+@[!-?A-~]+")


def email_key(email: str) -> str | None:
    """Normalise an email to its key; None for what no mail could be sent to."""
    if len(email) <= LONGEST_EMAIL and _PLAIN.fullmatch(email):
        return EMAIL + email.lower()
    plain = email.translate(INVISIBLE) if not email.isascii() or "\0" in email else email
    plain = plain.strip().lower()
    local, at, domain = plain.rpartition("@")
    if not (local and at and domain) or len(plain) > LONGEST_EMAIL or len(plain.split()) > 1:
        return None
    return EMAIL + plain


def keys_of(contact: Contact) -> tuple[str, ...]:
    """List the match keys of a contact, each once, in a fixed order."""
    if len(contact.emails) == 1:
        key = email_key(contact.emails[0])
        return (key,) if key else ()
    return tuple(sorted({key for email in contact.emails if (key := email_key(email))}))
