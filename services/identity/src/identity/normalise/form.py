"""The form of a contact: all that matching knows of it, small enough to be kept beside every record."""

import msgspec
from contracts.contacts import Contact

from identity.normalise.addresses import city, postal_code, street_and_house
from identity.normalise.companies import company
from identity.normalise.countries import region_of
from identity.normalise.dates import readings
from identity.normalise.emails import is_personal, mailbox
from identity.normalise.names import name
from identity.normalise.phones import e164

_MOST = 20
"""So many emails or phones of one record are compared; who has more is no person."""


class Form(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What one record says, normalised; what it does not say is empty.

    It is stored as a JSON array, some 120 bytes. A new field goes to the end, with a default, and changes the version.
    """

    given: str = ""
    family: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    company: str = ""
    street: str = ""
    house: str = ""
    postal: str = ""
    city: str = ""
    generation: str = ""


def form_of(contact: Contact, region: str | None = None) -> Form:
    """Normalise a contact; phones without a country's code belong to its own country, or else to `region`."""
    given, family, generation = name(contact.first_name, contact.last_name)
    street, house = street_and_house(contact.street) if contact.street else ("", "")
    return Form(
        given=given,
        family=family,
        emails=_emails(contact.emails) if contact.emails else (),
        phones=_phones(contact, region) if contact.phones else (),
        births=readings(contact.birth_date) if contact.birth_date else (),
        company=company(contact.company) if contact.company else "",
        street=street,
        house=house,
        postal=postal_code(contact.postal_code) if contact.postal_code else "",
        city=city(contact.city) if contact.city else "",
        generation=generation,
    )


def _emails(emails: tuple[str, ...]) -> tuple[str, ...]:
    if len(emails) == 1:
        only = mailbox(emails[0])
        return (only,) if only and is_personal(only) else ()
    return tuple(sorted({one for email in emails if (one := mailbox(email)) and is_personal(one)}))[:_MOST]


def _phones(contact: Contact, region: str | None) -> tuple[str, ...]:
    if contact.country:
        region = region_of(contact.country) or region
    return tuple(sorted({number for phone in contact.phones if (number := e164(phone, region))}))[:_MOST]
