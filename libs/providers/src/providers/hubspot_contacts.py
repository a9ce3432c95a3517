"""HubSpot's contacts as we understand them, and the names that only their ids stand for."""

from collections.abc import Sequence

import msgspec
from contracts.contacts import Contact

from providers.hubspot_api import merged_ids, object_id
from providers.hubspot_names import Names
from providers.hubspot_records import Record, Stream, text_or_null
from providers.records import read_each
from providers.source import Page, SourceContact
from providers.values import birth_date, emails, instant, text, texts, web_address

CONTACTS = Stream(
    object_type="contacts",
    stamp="lastmodifieddate",
    customized=True,
    properties=(
        *("address", "associatedcompanyid", "city", "company", "country", "createdate", "date_of_birth", "email"),
        *("firstname", "hs_additional_emails", "hs_calculated_merged_vids", "hs_lead_status"),
        *("hs_merged_object_ids", "hs_whatsapp_phone_number", "hubspot_owner_id", "jobtitle", "lastmodifieddate"),
        *("lastname", "lifecyclestage", "mobilephone", "phone", "state", "website", "zip"),
    ),
)
_STARTS_KEPT = b'{"contact":'


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of a contact: the record as it came, and the names that it has ids of."""

    contact: msgspec.Raw
    owner: str | None = None
    company: str | None = None


class _Properties(msgspec.Struct, gc=False):
    """What is read of a contact, in HubSpot's order: so each is found where it is looked for first.

    What only matters where something else is lacking may be anything until then.
    """

    address: str | None = None
    associatedcompanyid: object = None
    city: str | None = None
    company: str | None = None
    country: str | None = None
    createdate: object = None
    date_of_birth: str | None = None
    email: str | None = None
    firstname: str | None = None
    hs_additional_emails: str | None = None
    hs_calculated_merged_vids: str | None = None
    hs_merged_object_ids: str | None = None
    hs_whatsapp_phone_number: str | None = None
    hubspot_owner_id: str | None = None
    jobtitle: str | None = None
    lastmodifieddate: object = None
    lastname: str | None = None
    mobilephone: str | None = None
    phone: str | None = None
    state: str | None = None
    zip: str | None = None


class _Record(msgspec.Struct, rename="camel", gc=False):
    """A contact as it comes."""

    id: str
    properties: _Properties
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None


class _Read(msgspec.Struct, frozen=True, gc=False):
    """A contact without the names that it has ids of: its owner's, and its company's where it does not say that."""

    provider_id: str
    raw: bytes
    contact: Contact
    absorbed: tuple[str, ...]
    company_id: str | None


_RECORD = msgspec.json.Decoder(_Record)
_ANY_RECORD = msgspec.json.Decoder(Record)
_KEPT = msgspec.json.Decoder(_Kept)


async def read_page(records: Sequence[bytes], names: Names) -> Page:
    """Read a page of contacts, with the names of their owners and companies. Raises `ProviderError`."""
    read, skipped = read_each(records, _read)
    owner_ids = dict.fromkeys(each.contact.owner for each in read)
    await names.learn_owners(owner_ids)
    owners = {each: name for each in owner_ids if (name := names.owner(each)) != each}
    companies = await names.companies(each.company_id for each in read)
    contacts = [
        _named(each, owner=owners.get(each.contact.owner), company=companies.get(each.company_id or ""))
        for each in read
    ]
    return Page(contacts=tuple(contacts), skipped=skipped)


def read_contact(raw: bytes) -> SourceContact:
    """Read a contact as it came, or as it was kept. Raises `ValueError` when it cannot be read."""
    if not raw.startswith(_STARTS_KEPT):
        return _named(_read(raw))
    kept = _KEPT.decode(raw)
    return _named(_read(bytes(kept.contact)), owner=text(kept.owner), company=text(kept.company))


def absorbed_by(record: Record) -> tuple[str, ...]:
    """The ids of the records that were merged into one."""
    return merged_ids(record.id, record.value("hs_merged_object_ids"), record.value("hs_calculated_merged_vids"))


def _read(raw: bytes) -> _Read:
    record = _decode(raw)
    said, contact = record.properties, _to_contact(record)
    company_id = None if contact.company else text_or_null("associatedcompanyid", said.associatedcompanyid)
    return _Read(
        provider_id=object_id(record.id),
        raw=raw,
        contact=contact,
        absorbed=merged_ids(record.id, said.hs_merged_object_ids, said.hs_calculated_merged_vids),
        company_id=text(company_id),
    )


def _decode(raw: bytes) -> _Record:
    try:
        return _RECORD.decode(raw)
    except msgspec.ValidationError:
        record = _ANY_RECORD.decode(raw)
        for name in _Properties.__struct_fields__:
            record.value(name)  # which says what is wrong with one as it is said of all kinds of records
        raise


def _named(read: _Read, *, owner: str | None = None, company: str | None = None) -> SourceContact:
    """A contact with names, which its raw record keeps beside what came: a contact must be readable from it alone."""
    raw, contact = read.raw, read.contact
    if owner or company:
        raw = msgspec.json.encode(_Kept(contact=msgspec.Raw(raw), owner=owner, company=company))
        contact = msgspec.structs.replace(contact, owner=owner or contact.owner, company=contact.company or company)
    return SourceContact(provider_id=read.provider_id, raw=raw, contact=contact, absorbed=read.absorbed)


def _to_contact(record: _Record) -> Contact:
    said = record.properties
    return Contact(
        first_name=text(said.firstname),
        last_name=text(said.lastname),
        emails=emails([said.email, *(said.hs_additional_emails or "").split(";")]),
        phones=texts([said.phone, said.mobilephone, said.hs_whatsapp_phone_number]),
        company=text(said.company),
        job_title=text(said.jobtitle),
        birth_date=birth_date(said.date_of_birth),
        street=text(said.address),
        city=text(said.city),
        postal_code=text(said.zip),
        region=text(said.state),
        country=text(said.country),
        owner=text(said.hubspot_owner_id),
        url=web_address(record.url),
        created_at=instant(record.created_at) or instant(text_or_null("createdate", said.createdate)),
        updated_at=instant(record.updated_at) or instant(text_or_null("lastmodifieddate", said.lastmodifieddate)),
    )
