"""Zendesk: its end users as contacts, their tickets, and what was said about them."""

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
    zendesk_actions,
    zendesk_comments,
    zendesk_companies,
    zendesk_export,
    zendesk_limits,
    zendesk_merges,
    zendesk_oauth,
    zendesk_tickets,
    zendesk_users,
    zendesk_webhooks,
)
from providers.actions import Ability, Attempt, Done, Reader
from providers.fetched import joined, missing_from, with_gone
from providers.quota import Window
from providers.source import Access, Grant, OAuthApp, Page, SourceProvider
from providers.webhooks import Delivery, Hint, Subscription
from providers.zendesk_api import call
from providers.zendesk_export import Export, Fetched
from providers.zendesk_oauth import Account, ApiToken

# A page ends at 50 MB: a thousand users never get there, a thousand tickets with the longest bodies would.
_EXPORTS = {
    "contacts": Export(member="users", per_page=1000, include=zendesk_users.INCLUDE),
    "tickets": Export(member="tickets", per_page=500),
}
_FETCHED: dict[InteractionKind | None, str] = {None: "contacts", "ticket": "tickets"}
"""What is fetched by its id, and in which stream it is at home."""

# What no export shows by itself.
_FOUND = {"companies": zendesk_companies.fetch, "comments": zendesk_comments.fetch}


class _Count(msgspec.Struct):
    value: int
    refreshed_at: str | None = None


class _Counted(msgspec.Struct):
    count: _Count


class Zendesk(SourceProvider):
    """Zendesk Support."""

    name: ClassVar[str] = "zendesk"
    label: ClassVar[str] = "Zendesk"
    says: ClassVar[str] = "Users and tickets"
    streams: ClassVar[tuple[str, ...]] = ("companies", *_EXPORTS, "comments")
    listings: ClassVar[Mapping[str, InteractionKind | None]] = MappingProxyType({"contacts": None, "tickets": "ticket"})
    names_survivors: ClassVar[bool] = False
    windows: ClassVar[tuple[Window, ...]] = zendesk_limits.WINDOWS
    asks: ClassVar[type[msgspec.Struct]] = Account
    credentials: ClassVar[type[msgspec.Struct] | None] = ApiToken
    grants_stay: ClassVar[bool] = False
    fetchable: ClassVar[Mapping[InteractionKind | None, str]] = MappingProxyType(_FETCHED)
    fetched_at_most: ClassVar[Mapping[InteractionKind | None, int]] = {"ticket": zendesk_comments.TICKETS_AT_ONCE}
    webhooks: ClassVar[Literal["app", "connection"] | None] = "connection"
    actions: ClassVar[Mapping[ActionKind, Ability]] = zendesk_actions.ACTIONS
    needs: ClassVar[Mapping[str, str]] = MappingProxyType(zendesk_oauth.NEEDS)

    def covers(self, granted: Collection[str], scope: str) -> bool:
        """Whether granted scopes allow what this one does: one to read everything does."""
        return zendesk_oauth.covers(granted, scope)

    def locate(self, app: OAuthApp, asked: Mapping[str, str]) -> OAuthApp:
        """Our registration at the account of a subdomain."""
        return zendesk_oauth.locate(app, asked)

    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        """The account's consent screen."""
        return zendesk_oauth.authorize_url(app, redirect_uri=redirect_uri, state=state, code_challenge=code_challenge)

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        """Exchange the code, and make sure that it is an administrator's."""
        return await zendesk_oauth.exchange(
            http, app, code=code, redirect_uri=redirect_uri, code_verifier=code_verifier
        )

    async def sign_in(self, http: ClientSession, app: OAuthApp, given: msgspec.Struct) -> Grant:
        """Try an API token."""
        assert isinstance(given, ApiToken)
        return await zendesk_oauth.sign_in(http, app, given)

    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        """Renew both tokens; the old ones are dead from that moment on."""
        return await zendesk_oauth.refresh(http, app, grant)

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        """Delete the token at Zendesk, by itself; an API token is its owner's to delete."""
        await zendesk_oauth.revoke(http, grant)

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        """Count the end users; of tickets Zendesk counts fewer than it exports, so nothing is said."""
        if stream != "contacts":
            return None
        params = {"role": zendesk_users.CONTACT_ROLE}
        count = (await call(http, access, "/users/count.json", params)).read(_Counted).count
        # While a large count is being made, it stands still at a hundred thousand.
        return count.value if count.refreshed_at else None

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
        """Read a page of an export, from its beginning on a first run, or what is found through one."""
        if stream in _FOUND:
            return await _FOUND[stream](http, access, cursor=cursor, bookmark=bookmark)
        fetched = await zendesk_export.fetch(http, access, _EXPORTS[stream], cursor=cursor, bookmark=bookmark)
        page = _read_page(stream, fetched)
        return msgspec.structs.replace(page, next_cursor=fetched.next_cursor, bookmark=fetched.bookmark)

    def tell_merged(self, page: Page, kept: Mapping[str, bytes]) -> Page:
        """Find whose addresses went over to somebody else of the page."""
        return zendesk_merges.tell_merged(page, kept)

    async def fetch_records(
        self, http: ClientSession, access: Access, kind: InteractionKind | None, ids: Sequence[str]
    ) -> Page:
        """Read them all at once, tickets with what was said about them; of those deleted Zendesk says nothing here."""
        stream = _FETCHED[kind]
        fetched = await zendesk_export.fetch_ids(http, access, _EXPORTS[stream], ids)
        page = _read_page(stream, fetched)
        if kind == "ticket":
            page = joined([page, await zendesk_comments.fetch_of(http, access, fetched.records)])
        return with_gone(page, Page(), missing_from(page, ids, kind), kind)

    async def act(self, http: ClientSession, access: Access, action: Action, attempt: Attempt) -> Done:
        """Write a user, or a ticket or a comment that concerns them."""
        return await zendesk_actions.act(http, access, action, attempt, Reader(self, http, access))

    def read_delivery(self, delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
        """Read an event."""
        return zendesk_webhooks.read(delivery, secret, now)

    async def subscribe(self, http: ClientSession, access: Access, *, url: str, secret: str) -> Subscription:
        """Make a webhook; the secret is Zendesk's own, and not the one we offer."""
        return await zendesk_webhooks.subscribe(http, access, url=url)

    async def unsubscribe(self, http: ClientSession, access: Access, subscription_id: str) -> None:
        """Delete the webhook."""
        await zendesk_webhooks.unsubscribe(http, access, subscription_id)

    async def is_subscribed(self, http: ClientSession, access: Access, subscription_id: str) -> bool:
        """Whether the webhook is still there, and active."""
        return await zendesk_webhooks.is_subscribed(http, access, subscription_id)

    def normalize(self, raw: bytes) -> Contact:
        """Read a kept contact again."""
        return zendesk_users.normalize(raw)

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        """Read `ZENDESK_CLIENT_ID` and `_SECRET`, without which API tokens alone are taken.

        For a sandbox `ZENDESK_AUTHORIZE_URL` and `ZENDESK_API_URL`, with `{subdomain}` where the account's name goes.
        """
        client_id, client_secret = settings.get("ZENDESK_CLIENT_ID"), settings.get("ZENDESK_CLIENT_SECRET")
        registered = bool(client_id and client_secret)
        return OAuthApp(
            client_id=client_id if client_id and registered else "",
            client_secret=client_secret if client_secret and registered else "",
            authorize_url=settings.get("ZENDESK_AUTHORIZE_URL")
            or "https://{subdomain}.zendesk.com/oauth/authorizations/new",
            api_url=settings.get("ZENDESK_API_URL") or "https://{subdomain}.zendesk.com",
        )


def _read_page(stream: str, fetched: Fetched) -> Page:
    if stream == "contacts":
        return zendesk_users.read_page(fetched.records, fetched.identities, fetched.organizations)
    return zendesk_tickets.read_page(fetched.records)
