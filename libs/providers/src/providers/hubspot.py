"""HubSpot: its contacts, and what was done with them, those archived, and those merged into others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

import msgspec
from aiohttp import ClientSession
from contracts.actions import Action, ActionKind
from contracts.contacts import Contact
from contracts.interactions import InteractionKind

from providers import (
    hubspot_actions,
    hubspot_archive,
    hubspot_contacts,
    hubspot_interactions,
    hubspot_limits,
    hubspot_oauth,
    hubspot_paging,
    hubspot_records,
    hubspot_webhooks,
)
from providers.actions import Ability, Attempt, Done, Reader
from providers.fetched import joined, missing_from, with_gone
from providers.hubspot_archive import archive_of
from providers.hubspot_contacts import CONTACTS
from providers.hubspot_names import Names
from providers.hubspot_records import Stream
from providers.hubspot_shapes import SHAPES
from providers.quota import Window
from providers.source import Access, Grant, OAuthApp, Page, SourceProvider
from providers.webhooks import Delivery, Hint

_LIVING = {"contacts": CONTACTS} | {name: shape.stream for name, shape in SHAPES.items()}
_STREAMS = {
    name: asked
    for living, stream in _LIVING.items()
    for name, asked in ((living, stream), (f"archived_{living}", archive_of(stream)))
}
_FETCHED: dict[InteractionKind | None, str] = {stream.kind: name for name, stream in _LIVING.items()}
"""What is fetched by its id, and in which stream it is at home."""


class HubSpot(SourceProvider):
    """HubSpot's CRM."""

    name: ClassVar[str] = "hubspot"
    label: ClassVar[str] = "HubSpot"
    says: ClassVar[str] = "Contacts and deals"
    streams: ClassVar[tuple[str, ...]] = tuple(_STREAMS)
    listings: ClassVar[Mapping[str, InteractionKind | None]] = MappingProxyType(
        {name: stream.kind for name, stream in _LIVING.items()}
    )
    fetchable: ClassVar[Mapping[InteractionKind | None, str]] = MappingProxyType(_FETCHED)
    webhooks: ClassVar[Literal["app", "connection"] | None] = "app"
    actions: ClassVar[Mapping[ActionKind, Ability]] = hubspot_actions.ACTIONS
    windows: ClassVar[tuple[Window, ...]] = hubspot_limits.WINDOWS
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
        if cursor is None and bookmark is None:
            access.names.forget()  # who reads everything again may do so for a new name
        asked = _STREAMS[stream]
        fetched = await hubspot_paging.fetch(http, access, asked, cursor=cursor, bookmark=bookmark)
        since, names = fetched.position.since, Names(http, access, fetched.position.names)
        if fetched.followed:
            page = await hubspot_interactions.follow(http, access, fetched.followed, names)
        elif asked.archived:
            page = hubspot_archive.read_page(fetched.records, asked, since=since)
        else:
            page = await _read_living(http, access, asked, fetched.records, names)
        # A first run comes to all that concerns its contacts by itself.
        survivors = tuple(each.provider_id for each in page.contacts if each.absorbed) if since else ()
        next_cursor, bookmark = fetched.onward(names.kept, survivors)
        gap = " ".join(filter(None, (fetched.gap, *names.gaps))) or None
        return msgspec.structs.replace(page, next_cursor=next_cursor, bookmark=bookmark, total=fetched.total, gap=gap)

    async def fetch_records(
        self, http: ClientSession, access: Access, kind: InteractionKind | None, ids: Sequence[str]
    ) -> Page:
        """Read them all at once, and look for those that are not there among the archived ones.

        Whatever concerns a contact that took others in is read again with it.
        """
        stream, names = _STREAMS[_FETCHED[kind]], Names(http, access)
        records = await hubspot_records.fetch_ids(http, access, stream, ids)
        page = await _read_living(http, access, stream, records, names)
        if survivors := [each.provider_id for each in page.contacts if each.absorbed]:
            page = joined([page, await hubspot_interactions.follow(http, access, survivors, names)])
        missing = missing_from(page, ids, kind)
        if not missing:
            return page
        archive = archive_of(stream)
        archived = await hubspot_records.fetch_ids(http, access, archive, missing)
        return with_gone(page, hubspot_archive.read_page(archived, archive, since=None), missing, kind)

    async def act(self, http: ClientSession, access: Access, action: Action, attempt: Attempt) -> Done:
        """Write a contact, or into its timeline."""
        return await hubspot_actions.act(http, access, action, attempt, Reader(self, http, access))

    def read_delivery(self, delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
        """Read a batch of events, of several accounts perhaps."""
        return hubspot_webhooks.read(delivery, secret, now)

    def normalize(self, raw: bytes) -> Contact:
        """Read a kept contact again."""
        return hubspot_contacts.read_contact(raw).contact

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


async def _read_living(
    http: ClientSession, access: Access, stream: Stream, records: Sequence[bytes], names: Names
) -> Page:
    if stream.kind is None:
        return await hubspot_contacts.read_page(records, names)
    return await hubspot_interactions.read_page(http, access, SHAPES[stream.object_type], records, names)
