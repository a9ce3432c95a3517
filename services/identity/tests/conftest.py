"""A workspace of the test's own: what providers tell of it, and what identity shows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import ClientSession
from contracts.contacts import Contact, ContactFetched, ContactGone, GoneReason
from contracts.event import Event, Lane
from contracts.interactions import Interaction, InteractionFetched
from identity.app import NAME
from identity.cursors import Cursors
from identity.handlers import projections, subscriptions
from identity.routes import ROUTES
from identity.settings import Settings
from identity.store import rules_queries
from identity.tables import metadata
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import FreshDatabase, TestKeys, bearer, drain, served, user_token
from sqlalchemy import text

START = datetime(2026, 1, 1, tzinfo=UTC)


class Workspace:
    """Some connections, and the events they cause. A provider's id is a number: the lower, the earlier seen."""

    def __init__(self, db: Database, publisher: Database, http: ClientSession | None = None) -> None:
        self.id = uuid4()
        self.hubspot, self.zendesk = uuid4(), uuid4()
        self.db = db
        self.publisher = publisher
        self.http = http

    async def begins_anew(self) -> None:
        """Forget everything, under the same ids: what is drawn for a life then follows from what was drawn before.

        A life may have ended after it was told something and before it heard it.
        """
        await drain(self.db, subscriptions())
        await self.derives()
        rules_queries.forget_all()
        async with self.db.transaction(self.id) as conn:
            for table in reversed(metadata.sorted_tables):
                await conn.execute(table.delete())

    def at(self, hour: int) -> datetime:
        """A time of the first day."""
        return START + timedelta(hours=hour)

    def fetched(
        self, number: int, *emails: str, revision: int = 1, connection_id: UUID | None = None, **contact: Any
    ) -> ContactFetched:
        """A provider showed a contact."""
        return ContactFetched(**self._who(number, revision, connection_id), contact=Contact(emails=emails, **contact))

    def fetched_anew(self, number: int, *emails: str, **contact: Any) -> ContactFetched:
        """A provider showed a contact a day later, after its connection was erased and connected again."""
        told = self.fetched(number, *emails, **contact)
        return msgspec.structs.replace(told, first_seen_at=told.first_seen_at + timedelta(days=1))

    def gone(
        self, number: int, *, revision: int = 2, reason: GoneReason = "deleted", connection_id: UUID | None = None
    ) -> ContactGone:
        """A provider no longer has a contact."""
        return ContactGone(**self._who(number, revision, connection_id), reason=reason)

    def deal(
        self, number: int, *contacts: int, revision: int = 1, connection_id: UUID | None = None, **told: Any
    ) -> InteractionFetched:
        """A provider showed a deal with these contacts."""
        who = self._who(number, revision, connection_id)
        del who["first_seen_at"]
        contact_ids = tuple(map(str, contacts))
        return InteractionFetched(**who, interaction=Interaction(kind="deal", contact_ids=contact_ids, **told))

    def _who(self, number: int, revision: int, connection_id: UUID | None) -> dict[str, Any]:
        connection_id = connection_id or self.hubspot
        return {
            "workspace_id": self.id,
            "connection_id": connection_id,
            "provider": "hubspot" if connection_id == self.hubspot else "zendesk",
            "provider_id": str(number),
            "revision": revision,
            "first_seen_at": START + timedelta(seconds=number),
        }

    async def hears(self, *events: Event, lane: Lane = "live") -> None:
        """Let events be published, and identity handle them."""
        async with self.publisher.transaction(self.id) as conn:
            publish(conn, events, lane=lane)
        await drain(self.db, subscriptions())
        await self.derives()

    async def derives(self) -> None:
        """Let follow what follows beside the path: records are weighed, the index is kept."""
        for name, derived in projections().items():
            await drain(self.db, derived, consumer=f"{NAME}_{name}")

    async def weighs(self, *events: Event) -> None:
        """Let events be handled, and the records be weighed."""
        await self.hears(*events)

    async def get(self, path: str, *, status: int = 200, workspace_id: UUID | None = None, **query: Any) -> Any:
        """Ask identity as someone signed in to this workspace."""
        return await self.asks("GET", path, status=status, workspace_id=workspace_id, params=query)

    async def asks(
        self, method: str, path: str, *, status: int = 200, workspace_id: UUID | None = None, **more: Any
    ) -> Any:
        """Have identity do something as someone signed in to this workspace."""
        assert self.http
        headers = bearer(user_token(workspace_id=workspace_id or self.id))
        async with self.http.request(method, path, headers=headers, **more) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def send(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Have identity do something, as someone signed in to this workspace."""
        assert self.http
        headers = bearer(user_token(workspace_id=self.id))
        async with self.http.request(method, path, json=body, headers=headers) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def tries(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask for something that may be refused; return the status and the answer."""
        assert self.http
        async with self.http.request(
            method, path, json=body, headers=bearer(user_token(workspace_id=self.id))
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def contacts(self, **query: Any) -> list[dict[str, Any]]:
        """All contacts of the first page."""
        items: list[dict[str, Any]] = (await self.get("/contacts", **query))["items"]
        return items

    async def mentions(self, what: str) -> list[str]:
        """The tables that hold this text anywhere."""
        async with self.db.transaction(self.id) as conn:
            return [
                table.name
                for table in metadata.sorted_tables
                if (
                    await conn.execute(
                        text(f"SELECT count(*) FROM {table.name} t WHERE t::text LIKE :what"), {"what": f"%{what}%"}
                    )
                ).scalar_one()
            ]

    async def published(self, kind: type[Event]) -> list[Any]:
        """All events of a kind, whoever published them."""
        wanted = text("SELECT payload::text FROM bus.event WHERE event_name = :name ORDER BY position")
        async with self.db.transaction(self.id) as conn:
            rows = (await conn.execute(wanted, {"name": kind.NAME})).scalars()
            return [msgspec.json.decode(row, type=kind) for row in rows]


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    """The database as identity sees it."""
    return fresh.database("identity")


@pytest.fixture
async def workspace(fresh: FreshDatabase, db: Database) -> AsyncIterator[Workspace]:
    """A workspace that is asked over HTTP.

    The app has no consumer of its own: `drain` is the only one, so what was published is handled when it returns.
    """
    settings = Settings(**fresh.settings())
    app = service_app(
        name=NAME,
        settings=settings,
        routes=ROUTES,
        db=Database.connect(settings, NAME),
        dependencies={"cursors": Cursors(settings.lead_secret)},
        keys=TestKeys(),
    )
    async with served(app) as http:
        yield Workspace(db, fresh.database("sync-worker"), http)


@pytest.fixture
def other(fresh: FreshDatabase, db: Database) -> Workspace:
    """Another workspace."""
    return Workspace(db, fresh.database("sync-worker"))
