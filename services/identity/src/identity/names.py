"""What of a name tells people apart."""

from contracts.contacts import Contact


def last_name_key(contact: Contact) -> str | None:
    """Take from a contact's last name one word that differs where the people do; None for who has none."""
    words = (contact.last_name or "").casefold().split()
    return words[-1] if words else None
