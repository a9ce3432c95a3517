"""A provider of the tests' own: it shows the pages it is given, and fails when it is told to."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import msgspec
from aiohttp import ClientSession
from contracts.connections import ConnectionAuthorized
from contracts.contacts import Contact
from contracts.event import Event
from contracts.interactions import Interaction
from contracts.registry import EVENTS
from providers.source import (
    Access,
    Grant,
    GrantRevoked,
    OAuthApp,
    Page,
    SourceContact,
    SourceInteraction,
    SourceProvider,
)
from servicekit.database import Database
from servicekit.errors import RetryLater
from servicekit.outbox import publish
from servicekit.testing import drain
from sqlalchemy import text
from sync_worker.access import AccessDesk
from sync_worker.handlers import subscriptions
from sync_worker.worker import Syncer


def contact(provider_id: str, first_name: str = "Ada", *, raw: bytes | None = None, **more: object) -> SourceContact:
    seen = Contact(first_name=first_name, emails=(f"{provider_id}@example.com",))
    return SourceContact(provider_id=provider_id, raw=raw or raw_contact(provider_id, first_name), contact=seen, **more)  # type: ignore[arg-type]


def raw_contact(provider_id: str, first_name: str) -> bytes:
    return msgspec.json.encode({"id": provider_id, "first_name": first_name})


def deal(provider_id: str, title: str = "A deal", *contact_ids: str) -> SourceInteraction:
    return SourceInteraction(
        provider_id=provider_id,
        raw=msgspec.json.encode({"id": provider_id, "title": title}),
        interaction=Interaction(kind="deal", title=title, contact_ids=contact_ids),
    )


class Shop(SourceProvider):
    """Streams of pages; cursors are page numbers. `troubles` are raised once each, before the page of that cursor."""

    name: ClassVar[str] = "shop"
    streams: ClassVar[tuple[str, ...]] = ("contacts", "deals")

    def __init__(self) -> None:
        self.pages: dict[str, list[Page]] = {"contacts": [], "deals": []}
        self.troubles: defaultdict[tuple[str, str | None], list[Exception]] = defaultdict(list)
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.reached: dict[tuple[str, str | None], asyncio.Event] = defaultdict(asyncio.Event)
        self.held: set[tuple[str, str | None]] = set()
        self.tokens: list[str] = []

    def show(self, stream: str, *pages: Page) -> None:
        self.pages[stream] = list(pages)

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
        self.asked.append((stream, cursor, bookmark))
        self.tokens.append(access.access_token)
        self.reached[stream, cursor].set()
        if (stream, cursor) in self.held:
            await asyncio.Event().wait()
        if self.troubles[stream, cursor]:
            raise self.troubles[stream, cursor].pop(0)
        number = int(cursor or 0)
        pages = self.pages[stream] or [Page()]
        last = number + 1 >= len(pages)
        end = {"bookmark": f"{stream} read"} if last else {"next_cursor": str(number + 1)}
        return msgspec.structs.replace(pages[number], **end)

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        return sum(len(page.contacts) for page in self.pages[stream]) if stream == "contacts" else None

    def normalize(self, raw: bytes) -> Contact:
        read = msgspec.json.decode(raw)
        return Contact(first_name=read["first_name"], emails=(f"{read['id']}@example.com",))

    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        raise NotImplementedError

    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        raise NotImplementedError

    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        raise NotImplementedError

    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        raise NotImplementedError

    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        return None


class Desk(AccessDesk):
    """Hands out numbered tokens, as connections would: a rejected one is replaced."""

    def __init__(self) -> None:
        self.number = 1
        self.revoked = False
        self.away = False
        self.broken: list[str] = []

    async def access(self, connection_id: UUID, *, rejected: str | None = None) -> Access:
        if self.away:
            raise RetryLater("connections does not answer just now", after=timedelta(seconds=5))
        if self.revoked:
            raise GrantRevoked("The permission ended.")
        if rejected == f"token {self.number}":
            self.number += 1
        return Access(access_token=f"token {self.number}", token_type="Bearer", api_url="http://shop", account_id="1")

    async def report_broken(self, connection_id: UUID, reason: str) -> None:
        self.broken.append(reason)


class World:
    """A connected shop, and what the tests look at."""

    def __init__(self, db: Database, http: ClientSession) -> None:
        self.db = db
        self.shop = Shop()
        self.desk = Desk()
        self.workspace_id = uuid4()
        self.connection_id = uuid4()
        self.syncer = Syncer(db, http, self.desk, {"shop": self.shop}, every=timedelta(hours=1))

    async def tell(self, *events: Event) -> None:
        """Deliver events to sync-worker."""
        async with self.db.transaction() as conn:
            publish(conn, events)
        await drain(self.db, subscriptions())

    async def connect(self) -> None:
        await self.tell(
            ConnectionAuthorized(
                workspace_id=self.workspace_id,
                connection_id=self.connection_id,
                provider="shop",
                account_id="1",
                account_name="Shop",
            )
        )

    async def sync(self) -> None:
        await self.syncer.sync(self.workspace_id, self.connection_id)

    async def rows(self, statement: str, **values: object) -> Sequence[Mapping[str, object]]:
        async with self.db.transaction(self.workspace_id) as conn:
            return [dict(row) for row in (await conn.execute(text(statement), values)).mappings()]

    async def value(self, statement: str, **values: object) -> object:
        (row,) = await self.rows(statement, **values)
        (found,) = row.values()
        return found

    async def published(self, kind: type[Event], lane: str | None = None) -> list[Event]:
        """List what was published, oldest first."""
        rows = await self.rows(
            "SELECT event_name, payload::text AS payload FROM bus.outbox "
            "WHERE event_name = :name AND lane = coalesce(CAST(:lane AS text), lane) ORDER BY lane, position",
            name=kind.NAME,
            lane=lane,
        )
        return [msgspec.json.decode(str(row["payload"]), type=EVENTS[str(row["event_name"])]) for row in rows]
