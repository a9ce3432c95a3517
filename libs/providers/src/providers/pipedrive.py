"""Pipedrive: its persons and deals, and those deleted."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import msgspec
from aiohttp import ClientSession
from contracts.contacts import Contact

from providers import pipedrive_deals, pipedrive_oauth, pipedrive_paging
from providers.pipedrive_api import OAUTH_URL, Id
from providers.pipedrive_paging import Stream
from providers.records import read_each
from providers.source import Access, Grant, OAuthApp, Page, SourceContact, SourceGone, SourceProvider
from providers.values import emails, instant, iso_date, text, texts


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


class _Record(msgspec.Struct):
    """A person of v2; the last four come only where contacts are synced with a mailbox."""

    id: Id
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    emails: list[_Value] | None = None
    phones: list[_Value] | None = None
    owner_id: int | None = None
    add_time: str | None = None
    update_time: str | None = None
    is_deleted: bool | None = None
    birthday: str | None = None
    job_title: str | None = None
    postal_address: _Address | None = None


class _Person(msgspec.Struct, frozen=True, kw_only=True):
    source: SourceContact
    deleted: bool

    @property
    def provider_id(self) -> str:
        return self.source.provider_id


_DECODER = msgspec.json.Decoder(_Record)
_CONTACTS = "contacts"
_DELETED = "deleted_contacts"
_LISTS = {
    _CONTACTS: Stream(path="/persons", scope="contacts:read"),
    "deals": Stream(path="/deals", scope="deals:read", kind="deal", status="open,won,lost,deleted"),
    # A deal that was put away is still a deal, and in no other list.
    "archived_deals": Stream(path="/deals/archived", scope="deals:read", kind="deal"),
}


class Pipedrive(SourceProvider):
    """Pipedrive's CRM."""

    name: ClassVar[str] = "pipedrive"
    streams: ClassVar[tuple[str, ...]] = (_CONTACTS, _DELETED, "deals", "archived_deals")
    refusals: ClassVar[frozenset[str]] = frozenset({"user_denied"})
    needs: ClassVar[Mapping[str, str]] = MappingProxyType(pipedrive_oauth.NEEDS)

    def covers(self, granted: Collection[str], scope: str) -> bool:
        """Whether granted scopes allow what this one does: to write is to read."""
        return pipedrive_oauth.covers(granted, scope)

    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        """Pipedrive's consent screen, which knows no PKCE."""
        return pipedrive_oauth.authorize_url(app, redirect_uri=redirect_uri, state=state)

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        """Exchange the code, and ask whose account it is."""
        return await pipedrive_oauth.exchange(http, app, code=code, redirect_uri=redirect_uri)

    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        """Renew the access token; the refresh token stays, and dies when it is not used for 60 days."""
        return await pipedrive_oauth.refresh(http, app, grant)

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        """Revoke the refresh token, which uninstalls the app for the person who let us in."""
        await pipedrive_oauth.revoke(http, app, grant)

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        """Pipedrive does not say how many there are."""
        return None

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
        """Read a page of a list, newest first, or of what tells who was deleted."""
        if stream == _DELETED:
            return await _read_departed(http, access, cursor=cursor, bookmark=bookmark, now=now)
        asked = _LISTS[stream]
        fetched = await pipedrive_paging.fetch(http, access, asked, cursor=cursor, bookmark=bookmark)
        if asked.kind == "deal":
            page = await pipedrive_deals.read_page(http, access, fetched.records)
        else:
            page = _read_persons(fetched.records)
        return msgspec.structs.replace(page, next_cursor=fetched.next_cursor, bookmark=fetched.bookmark)

    def normalize(self, raw: bytes) -> Contact:
        """Read a kept person again."""
        return read_contact(raw).contact

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        """Read `PIPEDRIVE_CLIENT_ID` and `_SECRET`; for a sandbox `PIPEDRIVE_AUTHORIZE_URL` and `PIPEDRIVE_API_URL`.

        Every account names its own address in the token answer, below `PIPEDRIVE_API_URL` where that is set.
        """
        client_id, client_secret = settings.get("PIPEDRIVE_CLIENT_ID"), settings.get("PIPEDRIVE_CLIENT_SECRET")
        if not client_id or not client_secret:
            return None
        return OAuthApp(
            client_id=client_id,
            client_secret=client_secret,
            authorize_url=settings.get("PIPEDRIVE_AUTHORIZE_URL") or f"{OAUTH_URL}/oauth/authorize",
            api_url=settings.get("PIPEDRIVE_API_URL") or OAUTH_URL,
        )


def read_contact(raw: bytes) -> SourceContact:
    """Read a person. Raises `ValueError` when it cannot be read."""
    return _read_person(raw).source


def _read_persons(records: list[bytes]) -> Page:
    persons, skipped = read_each(records, _read_person)
    return Page(
        contacts=tuple(person.source for person in persons if not person.deleted),
        gone=tuple(
            SourceGone(provider_id=person.provider_id, reason="deleted") for person in persons if person.deleted
        ),
        skipped=skipped,
    )


async def _read_departed(
    http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None, now: datetime
) -> Page:
    """Who was deleted. Who was merged away looks the same here, and nothing on the survivor tells of it."""
    departed = await pipedrive_paging.fetch_departed(http, access, cursor=cursor, bookmark=bookmark, now=now)
    return Page(
        gone=tuple(SourceGone(provider_id=str(each), reason="deleted") for each in departed.ids),
        next_cursor=departed.next_cursor,
        bookmark=departed.bookmark,
        gap=departed.gap,
    )


def _read_person(raw: bytes) -> _Person:
    record = _DECODER.decode(raw)
    source = SourceContact(provider_id=str(record.id), raw=raw, contact=_to_contact(record))
    return _Person(source=source, deleted=bool(record.is_deleted))


def _to_contact(record: _Record) -> Contact:
    first_name, last_name = _names(record)
    address = record.postal_address or _Address()
    return Contact(
        first_name=first_name,
        last_name=last_name,
        emails=emails(_primary_first(record.emails)),
        phones=texts(_primary_first(record.phones)),
        job_title=text(record.job_title),
        birth_date=iso_date(record.birthday),
        street=text(" ".join(filter(None, (address.route, address.street_number)))),
        city=text(address.locality),
        postal_code=text(address.postal_code),
        region=text(address.admin_area_level_1),
        country=text(address.country),
        owner=str(record.owner_id) if record.owner_id else None,
        created_at=instant(record.add_time),
        updated_at=instant(record.update_time),
    )


def _names(record: _Record) -> tuple[str | None, str | None]:
    """The two names, or where there is only the whole one its parts as Pipedrive itself would part it."""
    if record.first_name or record.last_name:
        return text(record.first_name), text(record.last_name)
    first, _, last = (text(record.name) or "").partition(" ")
    return text(first), text(last)


def _primary_first(values: list[_Value] | None) -> list[str | None]:
    return [each.value for each in sorted(values or (), key=lambda each: not each.primary)]
