"""HubSpot's contacts as we understand them, and the names that only their ids stand for."""

from collections.abc import Sequence

import msgspec
from contracts.contacts import Contact

from providers.hubspot_api import merged_ids, object_id
from providers.hubspot_names import Names
from providers.hubspot_records import Record, Stream
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


class _Read(msgspec.Struct, frozen=True):
    """A contact, and the ids whose names it lacks: a company's only where it does not say the name itself."""

    provider_id: str
    contact: SourceContact
    owner_id: str | None
    company_id: str | None


_RECORD = msgspec.json.Decoder(Record)
_KEPT = msgspec.json.Decoder(_Kept)


async def read_page(records: Sequence[bytes], names: Names) -> Page:
    """Read a page of contacts, with the names of their owners and companies. Raises `ProviderError`."""
    read, skipped = read_each(records, _read)
    await names.learn_owners(each.owner_id for each in read)
    companies = await names.companies(each.company_id for each in read)
    contacts = []
    for each in read:
        owner = names.owner(each.owner_id)
        company = companies.get(each.company_id or "")
        contacts.append(_named(each.contact, owner=owner if owner != each.owner_id else None, company=company))
    return Page(contacts=tuple(contacts), skipped=skipped)


def read_contact(raw: bytes) -> SourceContact:
    """Read a contact as it came, or as it was kept. Raises `ValueError` when it cannot be read."""
    if not raw.startswith(_STARTS_KEPT):
        return _read(raw).contact
    kept = _KEPT.decode(raw)
    return _named(_read(bytes(kept.contact)).contact, owner=kept.owner, company=kept.company)


def absorbed_by(record: Record) -> tuple[str, ...]:
    """The ids of the records that were merged into one."""
    return merged_ids(record.id, record.value("hs_merged_object_ids"), record.value("hs_calculated_merged_vids"))


def _read(raw: bytes) -> _Read:
    record = _RECORD.decode(raw)
    provider_id, contact = object_id(record.id), _to_contact(record)
    return _Read(
        provider_id=provider_id,
        contact=SourceContact(provider_id=provider_id, raw=raw, contact=contact, absorbed=absorbed_by(record)),
        owner_id=contact.owner,
        company_id=None if contact.company else text(record.value("associatedcompanyid")),
    )


def _named(read: SourceContact, *, owner: str | None, company: str | None) -> SourceContact:
    """A contact with names, which its raw record keeps beside what came: a contact must be readable from it alone."""
    owner, company = text(owner), text(company)
    if not owner and not company:
        return read
    contact = msgspec.structs.replace(
        read.contact, owner=owner or read.contact.owner, company=read.contact.company or company
    )
    kept = msgspec.json.encode(_Kept(contact=msgspec.Raw(read.raw), owner=owner, company=company))
    return msgspec.structs.replace(read, raw=kept, contact=contact)


def _to_contact(record: Record) -> Contact:
    value = record.value
    return Contact(
        first_name=text(value("firstname")),
        last_name=text(value("lastname")),
        emails=emails([value("email"), *(value("hs_additional_emails") or "").split(";")]),
        phones=texts([value("phone"), value("mobilephone"), value("hs_whatsapp_phone_number")]),
        company=text(value("company")),
        job_title=text(value("jobtitle")),
        birth_date=birth_date(value("date_of_birth")),
        street=text(value("address")),
        city=text(value("city")),
        postal_code=text(value("zip")),
        region=text(value("state")),
        country=text(value("country")),
        owner=text(value("hubspot_owner_id")),
        url=web_address(record.url),
        created_at=instant(record.created_at) or instant(value("createdate")),
        updated_at=instant(record.updated_at) or instant(value("lastmodifieddate")),
    )
