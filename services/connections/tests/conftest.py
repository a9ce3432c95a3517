"""A provider of the tests' own, strict as the strictest: each refresh token is taken once and replaced by another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import ClientSession
from connections.app import create_app
from connections.authorization import Callback, begin, complete
from connections.grants import key_ring
from connections.handshakes import challenge_of, new_secret
from connections.registrations import Registrations
from connections.settings import Settings
from connections.vault import Vault
from contracts.contacts import Contact
from providers.source import Access, Grant, GrantRevoked, OAuthApp, Page, ProviderError, SourceProvider
from servicekit.database import Database
from servicekit.testing import TEST_SECRET, FreshDatabase, TestKeys, served
from sqlalchemy import text

PUBLIC_URL = "http://localhost:4321"
ENVIRON = {"ACME_CLIENT_ID": "ours", "ACME_CLIENT_SECRET": "secret"}


class Acme(SourceProvider):
    """Grants what it is asked for, or raises `fault`; answers to refreshes wait for `gate` on their way back."""

    name: ClassVar[str] = "acme"
    label: ClassVar[str] = "Acme"
    says: ClassVar[str] = "People and deals"
    streams: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[Mapping[str, str]] = {"people:read": "to read people", "deals:read": "to read deals"}

    def __init__(self) -> None:
        self.lives = timedelta(minutes=30)
        self.fault: ProviderError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.refreshes = 0
        self.exchanges = 0
        self.live: set[str] = set()
        self.unsubscribed: list[str] = []
        self.cannot_unsubscribe: ProviderError | None = None
        self._codes: dict[str, dict[str, str]] = {}

    def consent(self, url: str, account: str = "42") -> dict[str, str]:
        """Be the person who says yes; return what the provider sends back with them."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        code = new_secret()
        self._codes[code] = asked | {"account": account}
        return {"code": code, "state": asked["state"]}

    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        query = {"redirect_uri": redirect_uri, "state": state, "code_challenge": code_challenge}
        return f"{app.authorize_url}?{urlencode(query)}"

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        self.exchanges += 1
        self._fail()
        asked = self._codes.pop(code, None)
        if not asked or (asked["redirect_uri"], asked["code_challenge"]) != (redirect_uri, challenge_of(code_verifier)):
            raise GrantRevoked("Acme does not take this code.")
        return self._granted(asked["account"])

    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        self.refreshes += 1
        try:
            self._fail()
            self._spend(grant)
            return self._granted(grant.account_id)
        finally:
            self.asked.set()
            await self.gate.wait()

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        self._fail()
        self.live -= {grant.access_token, grant.refresh_token}

    async def unsubscribe(self, http: ClientSession, access: Access, subscription_id: str) -> None:
        self.unsubscribed.append(subscription_id)
        if self.cannot_unsubscribe:
            raise self.cannot_unsubscribe

    def _granted(self, account: str) -> Grant:
        grant = Grant(
            access_token=f"access-{new_secret()}",
            refresh_token=f"refresh-{new_secret()}",
            expires_at=datetime.now(UTC) + self.lives,
            scopes=("people:read",),
            account_id=account,
            account_name=f"Acme <{account}>",
        )
        self.live |= {grant.access_token, str(grant.refresh_token)}
        return grant

    def _spend(self, grant: Grant) -> None:
        if grant.refresh_token not in self.live:
            raise GrantRevoked("Acme no longer honours this connection.")
        self.live -= {grant.access_token, grant.refresh_token}

    def _fail(self) -> None:
        if self.fault:
            raise self.fault

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        if "ACME_CLIENT_ID" not in settings:
            return None
        return OAuthApp(
            client_id=settings["ACME_CLIENT_ID"],
            client_secret=settings["ACME_CLIENT_SECRET"],
            authorize_url="https://acme.example/authorize",
            api_url="https://api.acme.example",
        )

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        raise NotImplementedError

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
        raise NotImplementedError

    def normalize(self, raw: bytes) -> Contact:
        raise NotImplementedError


class Shy(Acme):
    """A provider that nobody has set up."""

    name: ClassVar[str] = "shy"

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        return None


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shop: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[a-z]{1,20}$(?!\n)",
            description="What your shop is called.",
            extra={"is_account_id": True},
        ),
    ]


class ShopKey(Shop, frozen=True, forbid_unknown_fields=True):
    """A shop and its key."""

    key: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[\x21-\x7e]+$(?!\n)",
            max_length=50,
            description="The key, without blanks.",
            extra={"kind": "secret"},
        ),
    ]


class Mall(Acme):
    """Holds many shops, each at an address of its own; a shop's key opens it too, until malls are closed."""

    name: ClassVar[str] = "mall"
    asks: ClassVar[type[msgspec.Struct]] = Shop
    credentials: ClassVar[type[msgspec.Struct] | None] = ShopKey
    closes = datetime(2027, 4, 30, tzinfo=UTC)

    def locate(self, app: OAuthApp, asked: Mapping[str, str]) -> OAuthApp:
        shop = msgspec.convert(dict(asked), Shop).shop
        return msgspec.structs.replace(
            app, authorize_url=f"https://{shop}.mall.example/authorize", api_url=f"https://{shop}.mall.example"
        )

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        grant = await super().exchange(http, app, code=code, redirect_uri=redirect_uri, code_verifier=code_verifier)
        return msgspec.structs.replace(grant, api_url=app.api_url)

    async def sign_in(self, http: ClientSession, app: OAuthApp, given: msgspec.Struct) -> Grant:
        assert isinstance(given, ShopKey)
        self._fail()
        if given.key == "wrong":
            raise GrantRevoked("The mall does not take this key.")
        self.live.add(given.key)
        return Grant(
            access_token=given.key,
            refresh_token=None,
            expires_at=None,
            scopes=(),
            account_id=given.shop,
            account_name=given.shop,
            api_url=self.locate(app, {"shop": given.shop}).api_url,
            token_type="Basic",
            ends_at=self.closes,
        )

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        assert grant.token_type == "Basic"
        await super().revoke(http, app, grant)

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        return OAuthApp(client_id=settings.get("MALL_CLIENT_ID", ""), client_secret="", authorize_url="", api_url="")


class Aloof(Mall):
    """A mall that nobody has set up."""

    name: ClassVar[str] = "aloof"

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        return None


class Heard(msgspec.Struct, frozen=True):
    """An event as it lies in the outbox."""

    name: str
    payload: dict[str, Any]


@pytest.fixture
def acme() -> Acme:
    return Acme()


@pytest.fixture
def mall() -> Mall:
    return Mall()


@pytest.fixture
def aloof() -> Aloof:
    return Aloof()


@pytest.fixture
def workspace() -> UUID:
    return uuid4()


@pytest.fixture
def settings(fresh: FreshDatabase) -> Settings:
    return Settings(**fresh.settings(public_url=PUBLIC_URL))


@pytest.fixture
async def client(settings: Settings, acme: Acme, mall: Mall) -> AsyncIterator[ClientSession]:
    """The service, really served."""
    providers = {"acme": acme, "shy": Shy(), "mall": mall}
    environ = ENVIRON | {"MALL_CLIENT_ID": "ours"}
    async with served(create_app(settings, environ=environ, providers=providers, keys=TestKeys())) as client:
        yield client


@pytest.fixture
async def db(fresh: FreshDatabase) -> Database:
    return fresh.database("connections")


@pytest.fixture
async def vault(db: Database, acme: Acme) -> AsyncIterator[Vault]:
    """What a second copy of the service would have."""
    registrations = Registrations({"acme": acme}, ENVIRON)
    async with registrations.open():
        yield Vault(db, key_ring(None, TEST_SECRET), registrations)


@pytest.fixture
def connect(vault: Vault, acme: Acme) -> Callable[..., Awaitable[UUID]]:
    """Connect an account of a workspace, the whole way round; return the connection's id."""

    async def connected(workspace_id: UUID, account: str = "42") -> UUID:
        browser = new_secret()
        url = await begin(
            vault,
            "acme",
            workspace_id=workspace_id,
            user_id=uuid4(),
            browser=browser,
            public_url=PUBLIC_URL,
            return_to=None,
            asked={},
        )
        back = Callback(provider="acme", error=None, cookie=browser, **acme.consent(url, account))
        return (await complete(vault, back, public_url=PUBLIC_URL)).connection_id

    return connected


@pytest.fixture
def heard(db: Database) -> Callable[[], Awaitable[list[Heard]]]:
    """What connections published, in order, and leaving out the versions."""

    async def events() -> list[Heard]:
        async with db.engine.connect() as conn:
            rows = await conn.execute(
                text("SELECT event_name, payload FROM bus.event WHERE topic = 'connections' ORDER BY shard, position")
            )
            return [Heard(row.event_name.removesuffix(".v1"), row.payload) for row in rows]

    return events


@pytest.fixture
def alter(db: Database) -> Callable[..., Awaitable[None]]:
    """Change rows of a workspace behind the service's back, as time would."""

    async def altered(workspace_id: UUID, statement: str, **values: object) -> None:
        async with db.transaction(workspace_id) as conn:
            assert (await conn.execute(text(statement), values)).rowcount > 0

    return altered
