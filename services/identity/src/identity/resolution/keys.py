"""Match keys: the normalised values by which records are known to be one person."""

from contracts.contacts import Contact

from identity.normalise.emails import mailbox

EMAIL = "email:"


def email_key(email: str) -> str | None:
    """Normalise an email to its key, the mailbox it reaches; None for what no mail could be sent to."""
    reached = mailbox(email)
    return EMAIL + reached if reached else None


def keys_of(contact: Contact) -> tuple[str, ...]:
    """List the match keys of a contact, each once, in a fixed order."""
    if len(contact.emails) == 1:
        reached = mailbox(contact.emails[0])
        return (EMAIL + reached,) if reached else ()
    return tuple(sorted({EMAIL + reached for email in contact.emails if (reached := mailbox(email))}))
