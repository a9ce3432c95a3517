"""A card as a contact."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from contracts.contacts import Contact

from providers.names import cut_name
from providers.values import emails, instant, iso_date, text, texts, web_address
from providers.vcard_properties import CardUnreadable, Property

NOBODY = "It says of nobody who it is: there is no name, address, number or company"
A_LIST = "It is a list of people, not a person"

Properties = Mapping[str, Sequence[Property]]

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


def read_contact(properties: Properties) -> Contact:
    """Understand a card. Raises `CardUnreadable` when it is no person."""
    if any(_word(properties, name).lower() == "group" for name in ("KIND", "X-ADDRESSBOOKSERVER-KIND")):
        raise CardUnreadable(A_LIST)
    company = text(next((part for each in properties.get("ORG", ()) for part in each.parts(1)), None))
    first_name, last_name = _names(properties, company)
    addresses = _first_by_preference(properties, "ADR")
    street, city, region, postal_code, country = addresses[0].parts(7)[2:] if addresses else (None,) * 5
    contact = Contact(
        first_name=first_name,
        last_name=last_name,
        emails=emails(_reachable(each, "mailto:") for each in _first_by_preference(properties, "EMAIL")),
        phones=texts(
            _reachable(each, "tel:") for each in _first_by_preference(properties, "TEL") if "fax" not in each.types
        ),
        company=company,
        job_title=text(_word(properties, "TITLE")) or text(_word(properties, "ROLE")),
        birth_date=_day(_word(properties, "BDAY")),
        street=text(street),
        city=text(city),
        region=text(region),
        postal_code=text(postal_code),
        country=text(country),
        url=next(filter(None, map(_url, _first_by_preference(properties, "URL"))), None),
        created_at=instant(text(_word(properties, "CREATED"))),
        updated_at=instant(text(_word(properties, "REV"))),
    )
    if not any((contact.first_name, contact.last_name, contact.emails, contact.phones, contact.company)):
        raise CardUnreadable(NOBODY)
    return contact


def _names(properties: Properties, company: str | None) -> tuple[str | None, str | None]:
    """Take the parts of the name where they are told apart, else cut the whole; a company's card has its name there."""
    family, given = next((each.parts(2) for each in properties.get("N", ())), ("", ""))
    first, last = (text(" ".join(part.replace(",", " ").split())) for part in (given, family))
    whole = text(_word(properties, "FN"))
    if first or last or whole == company:
        return (None, None) if company and not first and last == company else (first, last)
    return cut_name(whole)


def _first_by_preference(properties: Properties, name: str) -> list[Property]:
    return sorted(properties.get(name, ()), key=lambda each: not each.is_preferred)


def _reachable(each: Property, scheme: str) -> str:
    """Read an address or a number, which version 4.0 may write as a URI with an extension behind it."""
    said = each.text().strip()
    return unquote(said[len(scheme) :].split(";")[0]) if said.lower().startswith(scheme) else said


def _url(each: Property) -> str | None:
    return web_address(each.text().replace("\\:", ":"))  # Google escapes what needs no escape


def _word(properties: Properties, name: str) -> str:
    return next((each.text() for each in properties.get(name, ())), "")


def _day(said: str) -> str | None:
    found = _DAY.match(said.strip())
    return (iso_date("-".join(found.groups())) if found else None) or text(said)
