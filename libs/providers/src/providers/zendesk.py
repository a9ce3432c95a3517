"""Zendesk: its end users as contacts, and their tickets."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import msgspec
from aiohttp import ClientSession
from contracts.contacts import Contact

from providers import zendesk_export, zendesk_oauth, zendesk_tickets, zendesk_users
from providers.source import Access, Grant, OAuthApp, Page, SourceProvider
from providers.zendesk_api import call
from providers.zendesk_export import Export
from providers.zendesk_oauth import Account, ApiToken

# A page ends at 50 MB: a thousand users never get there, a thousand tickets with the longest bodies would.
_EXPORTS = {
    "contacts": Export(member="users", per_page=1000, include="identities"),
    "tickets": Export(member="tickets", per_page=500),
}


class _Count(msgspec.Struct):
    value: int
    refreshed_at: str | None = None


class _Counted(msgspec.Struct):
    count: _Count


class Zendesk(SourceProvider):
    """Zendesk Support."""

    name: ClassVar[str] = "zendesk"
    streams: ClassVar[tuple[str, ...]] = tuple(_EXPORTS)
    asks: ClassVar[type[msgspec.Struct]] = Account
    credentials: ClassVar[type[msgspec.Struct] | None] = ApiToken
    grants_stay: ClassVar[bool] = False
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
        """Read a page of the export, from its beginning on a first run."""
        fetched = await zendesk_export.fetch(http, access, _EXPORTS[stream], cursor=cursor, bookmark=bookmark)
        if stream == "contacts":
            page = zendesk_users.read_page(fetched.records, fetched.identities)
        else:
            page = zendesk_tickets.read_page(fetched.records)
        return msgspec.structs.replace(page, next_cursor=fetched.next_cursor, bookmark=fetched.bookmark)

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
