"""HubSpot: its contacts and deals, those archived, and those merged into others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import msgspec
from aiohttp import ClientSession
from contracts.contacts import Contact

from providers import hubspot_deals, hubspot_oauth, hubspot_paging
from providers.hubspot_api import merged_ids, object_id
from providers.hubspot_paging import Stream
from providers.records import read_each
from providers.source import (
    Access,
    Grant,
    OAuthApp,
    Page,
    SourceContact,
    SourceGone,
    SourceProvider,
)
from providers.values import emails, instant, iso_date, text, texts, web_address


class _Properties(msgspec.Struct):
    """The properties we ask for: every one comes as a string or null."""

    address: str | None = None
    city: str | None = None
    company: str | None = None
    country: str | None = None
    createdate: str | None = None
    date_of_birth: str | None = None
    email: str | None = None
    firstname: str | None = None
    hs_additional_emails: str | None = None
    hs_calculated_merged_vids: str | None = None
    hs_merged_object_ids: str | None = None
    hubspot_owner_id: str | None = None
    jobtitle: str | None = None
    lastmodifieddate: str | None = None
    lastname: str | None = None
    mobilephone: str | None = None
    phone: str | None = None
    state: str | None = None
    zip: str | None = None


class _Record(msgspec.Struct, rename="camel"):
    id: str
    properties: _Properties
    created_at: str | None = None
    updated_at: str | None = None
    archived_at: str | None = None
    url: str | None = None


class _Archived(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: str
    archived_at: datetime | None
    absorbed: tuple[str, ...]


_DECODER = msgspec.json.Decoder(_Record)
_CONTACTS = Stream(object_type="contacts", stamp="lastmodifieddate", properties=_Properties.__struct_fields__)
_DEALS = Stream(object_type="deals", stamp="hs_lastmodifieddate", properties=hubspot_deals.PROPERTIES, kind="deal")
_STREAMS = {
    "contacts": _CONTACTS,
    "archived_contacts": msgspec.structs.replace(_CONTACTS, archived=True),
    "deals": _DEALS,
    "archived_deals": msgspec.structs.replace(_DEALS, archived=True),
}


class HubSpot(SourceProvider):
    """HubSpot's CRM."""

    name: ClassVar[str] = "hubspot"
    streams: ClassVar[tuple[str, ...]] = tuple(_STREAMS)
    needs: ClassVar[Mapping[str, str]] = MappingProxyType(hubspot_oauth.NEEDS)

    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        """HubSpot's consent screen."""
        return hubspot_oauth.authorize_url(app, redirect_uri=redirect_uri, state=state, code_challenge=code_challenge)

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        """Exchange the code, and ask whose account it is."""
        return await hubspot_oauth.exchange(
            http, app, code=code, redirect_uri=redirect_uri, code_verifier=code_verifier
        )

    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        """Renew the access token; HubSpot keeps the refresh token as it is, but need not."""
        return await hubspot_oauth.refresh(http, app, grant)

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        """Revoke the refresh token; the app stays listed in the account until a person removes it there."""
        await hubspot_oauth.revoke(http, app, grant)

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        """Ask search for its total; archived records have none."""
        return await hubspot_paging.count(http, access, _STREAMS[stream])

    async def fetch_page(
        self,
        http: ClientSession,
        access: Access,
        stream: str,
        *,
        cursor: str | None,
        bookmark: str | None,
        now: datetime,
    ) -> Page:
        """Read a page of the list on a first run, and of what changed on later ones."""
        asked = _STREAMS[stream]
        fetched = await hubspot_paging.fetch(http, access, asked, cursor=cursor, bookmark=bookmark)
        if asked.archived:
            page = _read_archived_page(fetched.records, asked, since=fetched.since)
        elif asked.kind == "deal":
            page = await hubspot_deals.read_page(http, access, fetched.records)
        else:
            contacts, skipped = read_each(fetched.records, read_contact)
            page = Page(contacts=contacts, skipped=skipped)
        return msgspec.structs.replace(
            page, next_cursor=fetched.next_cursor, bookmark=fetched.bookmark, total=fetched.total
        )

    def normalize(self, raw: bytes) -> Contact:
        """Read a kept contact again."""
        return read_contact(raw).contact

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        """Read `HUBSPOT_CLIENT_ID` and `_SECRET`; for a sandbox `HUBSPOT_AUTHORIZE_URL` and `HUBSPOT_API_URL`."""
        client_id, client_secret = settings.get("HUBSPOT_CLIENT_ID"), settings.get("HUBSPOT_CLIENT_SECRET")
        if not client_id or not client_secret:
            return None
        return OAuthApp(
            client_id=client_id,
            client_secret=client_secret,
            authorize_url=settings.get("HUBSPOT_AUTHORIZE_URL") or "https://app.hubspot.com/oauth/authorize",
            api_url=settings.get("HUBSPOT_API_URL") or "https://api.hubapi.com",
        )


def read_contact(raw: bytes) -> SourceContact:
    """Read a contact, and the ids of those merged into it. Raises `ValueError` when it cannot be read."""
    record = _DECODER.decode(raw)
    return SourceContact(
        provider_id=object_id(record.id), raw=raw, contact=_to_contact(record), absorbed=_absorbed(record)
    )


def _to_contact(record: _Record) -> Contact:
    given = record.properties
    return Contact(
        first_name=text(given.firstname),
        last_name=text(given.lastname),
        emails=emails([given.email, *(given.hs_additional_emails or "").split(";")]),
        phones=texts([given.phone, given.mobilephone]),
        company=text(given.company),
        job_title=text(given.jobtitle),
        birth_date=iso_date(given.date_of_birth),
        street=text(given.address),
        city=text(given.city),
        postal_code=text(given.zip),
        region=text(given.state),
        country=text(given.country),
        owner=text(given.hubspot_owner_id),
        url=web_address(record.url),
        created_at=instant(record.created_at) or instant(given.createdate),
        updated_at=instant(record.updated_at) or instant(given.lastmodifieddate),
    )


def _absorbed(record: _Record) -> tuple[str, ...]:
    given = record.properties
    return merged_ids(record.id, given.hs_merged_object_ids, given.hs_calculated_merged_vids)


def _read_archived_page(records: Sequence[bytes], stream: Stream, *, since: datetime | None) -> Page:
    """Read who was archived; `since` leaves out those that an earlier run reported."""
    archived, skipped = read_each(records, _read_archived)
    fresh = [each for each in archived if not since or not each.archived_at or each.archived_at >= since]
    gone = [SourceGone(provider_id=each.provider_id, reason="archived", kind=stream.kind) for each in fresh]
    # Who was merged and archived between two runs was never met alive, so only here is it said who went into it.
    merged = [
        SourceGone(provider_id=loser, reason="merged", kind=stream.kind, merged_into=each.provider_id)
        for each in fresh
        for loser in each.absorbed
    ]
    return Page(gone=(*merged, *gone), skipped=skipped)


def _read_archived(raw: bytes) -> _Archived:
    record = _DECODER.decode(raw)
    return _Archived(
        provider_id=object_id(record.id), archived_at=instant(record.archived_at), absorbed=_absorbed(record)
    )
