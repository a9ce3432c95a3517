"""Pipedrive: its persons, deals, activities and notes, and those deleted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

import msgspec
from aiohttp import ClientSession
from contracts.actions import Action, ActionKind
from contracts.contacts import Contact
from contracts.interactions import InteractionKind

from providers import (
    pipedrive_actions,
    pipedrive_activities,
    pipedrive_deals,
    pipedrive_feed,
    pipedrive_limits,
    pipedrive_names,
    pipedrive_notes,
    pipedrive_oauth,
    pipedrive_paging,
    pipedrive_persons,
    pipedrive_webhooks,
)
from providers.actions import Ability, Attempt, Done, Reader
from providers.fetched import missing_from, with_gone
from providers.pipedrive_api import OAUTH_URL
from providers.pipedrive_paging import Stream, bookmark_of, cursor_of, read_position
from providers.quota import Window
from providers.source import Access, Grant, OAuthApp, Page, SourceProvider
from providers.webhooks import Delivery, Hint, Subscription

_CONTACTS = "contacts"
_DELETIONS = "deletions"
_NOTES = "notes"
_LISTS = {
    _CONTACTS: Stream(
        paths=("/persons",), scope="contacts:read", params={"include_option_labels": "true", "include_labels": "true"}
    ),
    # A deal that was put away is still a deal, and in no other list.
    "deals": Stream(
        paths=("/deals", "/deals/archived"),
        scope="deals:read",
        kind="deal",
        params={"status": "open,won,lost,deleted"},
    ),
    "activities": Stream(
        paths=("/activities",), scope="activities:read", kind="activity", params={"include_fields": "attendees"}
    ),
}
_FETCHED: Mapping[InteractionKind | None, str] = MappingProxyType(
    {None: _CONTACTS, "deal": "deals", "activity": "activities", "note": _NOTES}
)
"""What is fetched by its id, and the stream that reads it otherwise."""


class Pipedrive(SourceProvider):
    """Pipedrive's CRM."""

    name: ClassVar[str] = "pipedrive"
    label: ClassVar[str] = "Pipedrive"
    says: ClassVar[str] = "People and deals"
    # What was deleted is asked for first: a first run's bookmark has to stand before all that it reads.
    streams: ClassVar[tuple[str, ...]] = (_DELETIONS, _CONTACTS, "deals", "activities", _NOTES)
    listings: ClassVar[Mapping[str, InteractionKind | None]] = {
        _CONTACTS: None,
        "deals": "deal",
        "activities": "activity",
        _NOTES: "note",
    }
    refusals: ClassVar[frozenset[str]] = frozenset({"user_denied"})
    fetchable: ClassVar[Mapping[InteractionKind | None, str]] = _FETCHED
    webhooks: ClassVar[Literal["app", "connection"] | None] = "connection"
    actions: ClassVar[Mapping[ActionKind, Ability]] = pipedrive_actions.ACTIONS
    impossible: ClassVar[Mapping[ActionKind, str]] = pipedrive_actions.IMPOSSIBLE
    windows: ClassVar[tuple[Window, ...]] = pipedrive_limits.WINDOWS
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
        """Read a page of a list, or of what tells which records were deleted."""
        if cursor is None and bookmark is None:
            access.names.forget()  # who reads everything again may do so for a new name
        if stream == _DELETIONS:
            return await pipedrive_feed.read_page(http, access, cursor=cursor, bookmark=bookmark, now=now)
        position = read_position(cursor, bookmark)
        if stream == _NOTES:
            fetched = await pipedrive_notes.fetch(http, access, position)
        else:
            fetched = await pipedrive_paging.fetch(http, access, _LISTS[stream], position)
        page, names = await self._read(http, access, stream, fetched.records, fetched.position.names)
        if names.users == {} and fetched.position.names.users is None:
            page = msgspec.structs.replace(page, gap=pipedrive_names.NO_USERS)
        behind = msgspec.structs.replace(fetched.position, names=names)
        if fetched.over:
            return msgspec.structs.replace(page, bookmark=bookmark_of(behind))
        return msgspec.structs.replace(page, next_cursor=cursor_of(behind))

    async def _read(
        self, http: ClientSession, access: Access, stream: str, records: list[bytes], names: pipedrive_names.Names
    ) -> tuple[Page, pipedrive_names.Names]:
        match stream:
            case "deals":
                return await pipedrive_deals.read_page(http, access, records, names)
            case "activities":
                return await pipedrive_activities.read_page(http, access, records, names)
            case "notes":
                return pipedrive_notes.read_page(records), names
            case _:
                return await pipedrive_persons.read_page(http, access, records, names)

    async def fetch_records(
        self, http: ClientSession, access: Access, kind: InteractionKind | None, ids: Sequence[str]
    ) -> Page:
        """Look for them in each list they may be in; who is in none was deleted, or is hidden from us."""
        stream = _FETCHED[kind]
        records: list[bytes] = []
        page, missing = Page(), list(ids)
        if kind == "note":
            records = await pipedrive_notes.fetch_ids(http, access, ids)
            page, missing = pipedrive_notes.read_page(records), []
        for path in _LISTS[stream].paths if stream in _LISTS else ():
            if missing:
                records += await pipedrive_paging.fetch_ids(http, access, _LISTS[stream], path, missing)
                page, _ = await self._read(http, access, stream, records, pipedrive_names.Names())
                missing = missing_from(page, ids, kind)
        return with_gone(page, Page(), missing_from(page, ids, kind), kind)

    async def act(self, http: ClientSession, access: Access, action: Action, attempt: Attempt) -> Done:
        """Write a person, or enter something with them."""
        return await pipedrive_actions.act(http, access, action, attempt, Reader(self, http, access))

    def read_delivery(self, delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
        """Read an event; Pipedrive says with no time when it was sent."""
        return pipedrive_webhooks.read(delivery, secret)

    async def subscribe(self, http: ClientSession, access: Access, *, url: str, secret: str) -> Subscription:
        """Subscribe with the secret as the password."""
        return await pipedrive_webhooks.subscribe(http, access, url=url, secret=secret)

    async def unsubscribe(self, http: ClientSession, access: Access, subscription_id: str) -> None:
        """Delete the webhook."""
        await pipedrive_webhooks.unsubscribe(http, access, subscription_id)

    async def is_subscribed(self, http: ClientSession, access: Access, subscription_id: str) -> bool:
        """Whether the webhook is still listed, and active."""
        return await pipedrive_webhooks.is_subscribed(http, access, subscription_id)

    def normalize(self, raw: bytes) -> Contact:
        """Read a kept person again."""
        return pipedrive_persons.normalize(raw)

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
