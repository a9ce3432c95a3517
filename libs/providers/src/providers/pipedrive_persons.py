"""Pipedrive's persons: reading them, with what their company, owner and own fields are called.

The raw contact is `{"person": …, "names": …}`: the person as it came, and beside it what its numbers stand for and
where people see it, so that all of it can be read again. One that was kept before any of this was known is the person.
"""

from collections.abc import Sequence

import msgspec
from aiohttp import ClientSession
from contracts.contacts import Contact

from providers import pipedrive_names
from providers.pipedrive_api import Id, page_address
from providers.pipedrive_names import Names
from providers.records import read_each
from providers.source import Access, Page, SourceContact, SourceGone
from providers.values import emails, instant, iso_date, text, texts, web_address


class _Value(msgspec.Struct):
    value: str | None = None
    primary: bool | None = None


class _Address(msgspec.Struct):
    country: str | None = None
    admin_area_level_1: str | None = None
    locality: str | None = None
    route: str | None = None
    street_number: str | None = None
    postal_code: str | None = None


class Record(msgspec.Struct):
    """A person of v2; the last three come only where contacts are synced with a mailbox."""

    id: Id
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    emails: list[_Value] | None = None
    phones: list[_Value] | None = None
    owner_id: int | None = None
    org_id: int | None = None
    add_time: str | None = None
    update_time: str | None = None
    is_deleted: bool | None = None
    custom_fields: dict[str, msgspec.Raw] | list[msgspec.Raw] | None = None
    birthday: str | None = None
    job_title: str | None = None
    postal_address: _Address | None = None


class _Names(msgspec.Struct, omit_defaults=True):
    """What a person's numbers are called, and its page: `fields` are those of its own fields that hold something."""

    organization: str | None = None
    owner: str | None = None
    fields: dict[str, str] = {}
    url: str | None = None


class _Kept(msgspec.Struct):
    """A person that is kept with names."""

    person: Record
    names: _Names


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person as it came, and as it was read."""

    raw: bytes
    record: Record

    @property
    def provider_id(self) -> str:
        """Its id, as we write it."""
        return str(self.record.id)


_DECODER = msgspec.json.Decoder(Record)
_STARTS_KEPT = b'{"person":'
_KEPT = msgspec.json.Decoder(_Kept)


async def read_page(http: ClientSession, access: Access, records: Sequence[bytes], names: Names) -> tuple[Page, Names]:
    """Read a page of persons, and learn the names it takes; those deleted are gone. Raises `ProviderError`."""
    persons, skipped = read_each(records, read_person)
    living = [person for person in persons if not person.record.is_deleted]
    names = await pipedrive_names.with_users(http, access, names, (person.record.owner_id for person in living))
    own_fields = {code for person in living for code in _own_fields(person.record)}
    names = await pipedrive_names.with_fields(http, access, names, own_fields)
    companies = await pipedrive_names.organizations(
        http, access, {person.record.org_id for person in living if person.record.org_id}
    )
    page = Page(
        contacts=tuple(
            to_source(
                person,
                names,
                company=companies.get(person.record.org_id or 0),
                url=page_address(access, "person", person.record.id),
            )
            for person in living
        ),
        gone=tuple(
            SourceGone(provider_id=person.provider_id, reason="deleted")
            for person in persons
            if person.record.is_deleted
        ),
        skipped=skipped,
    )
    return page, names


def read_person(raw: bytes) -> Person:
    """Read a person. Raises `ValueError` when it cannot be read."""
    return Person(raw=raw, record=_DECODER.decode(raw))


def to_source(person: Person, names: Names, *, company: str | None, url: str | None) -> SourceContact:
    """Keep a person together with the names of what it numbers, and where people see it."""
    record, known = person.record, names.fields or {}
    called = _Names(
        organization=company,
        owner=(names.users or {}).get(record.owner_id or 0) or None,
        fields={code: name for code in _own_fields(record) if (name := known.get(code))},
        url=url,
    )
    raw = person.raw
    if called != _Names():
        raw = _STARTS_KEPT + person.raw + b',"names":' + msgspec.json.encode(called) + b"}"
    return SourceContact(provider_id=person.provider_id, raw=raw, contact=_to_contact(record, called))


def normalize(raw: bytes) -> Contact:
    """Read a kept contact again. Raises `ValueError` when it cannot be read."""
    if not raw.startswith(_STARTS_KEPT):
        return _to_contact(_DECODER.decode(raw), _Names())
    kept = _KEPT.decode(raw)
    return _to_contact(kept.person, kept.names)


def _own_fields(record: Record) -> list[str]:
    given = record.custom_fields if isinstance(record.custom_fields, dict) else {}
    return [code for code, value in given.items() if bytes(value) != b"null"]


def _to_contact(record: Record, names: _Names) -> Contact:
    first_name, last_name = _parted(record)
    address = record.postal_address or _Address()
    return Contact(
        first_name=first_name,
        last_name=last_name,
        emails=emails(_primary_first(record.emails)),
        phones=texts(_primary_first(record.phones)),
        company=text(names.organization),
        job_title=text(record.job_title),
        birth_date=iso_date(record.birthday),
        street=text(" ".join(filter(None, (address.route, address.street_number)))),
        city=text(address.locality),
        postal_code=text(address.postal_code),
        region=text(address.admin_area_level_1),
        country=text(address.country),
        owner=text(names.owner) or (str(record.owner_id) if record.owner_id else None),
        url=web_address(names.url),
        created_at=instant(record.add_time),
        updated_at=instant(record.update_time),
    )


def _parted(record: Record) -> tuple[str | None, str | None]:
    """The two names, or where there is only the whole one its parts as Pipedrive itself would part it."""
    if record.first_name or record.last_name:
        return text(record.first_name), text(record.last_name)
    first, _, last = (text(record.name) or "").partition(" ")
    return text(first), text(last)


def _primary_first(values: list[_Value] | None) -> list[str | None]:
    return [each.value for each in sorted(values or (), key=lambda each: not each.primary)]
