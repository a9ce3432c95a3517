"""What only one person can be: where two groups differ in it, no rule joins them."""

from contracts.contacts import Contact

Strong = str
"""A strong identifier: its kind and its value."""


def strong_of(contact: Contact) -> tuple[Strong, ...]:
    """List the strong identifiers of a contact."""
    return (contact.birth_date,) if contact.birth_date else ()


def conflict(one: Strong, other: Strong) -> bool:
    """Whether no one person can have both."""
    return one != other
