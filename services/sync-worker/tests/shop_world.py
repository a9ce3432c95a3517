"""A provider of the tests' own: it shows the pages it is given, and fails when it is told to."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4, uuid5

import jwt
import msgspec
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from contracts.actions import Action, ActionKind
from contracts.connections import AccessToken, ConnectionAuthorized, FileConnected, RecordHint, SyncRequested
from contracts.contacts import Contact, ContactFetched
from contracts.event import Event
from contracts.interactions import Interaction, InteractionKind, part_id
from contracts.registry import EVENTS
from contracts.syncs import SyncProgressed, SyncView
from providers.actions import Ability, Attempt, Done
from providers.registry import FILES
from providers.source import (
    Access,
    Grant,
    OAuthApp,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    Skipped,
    SourceContact,
    SourceGone,
    SourceInteraction,
    SourceProvider,
)
from servicekit.doorbell import listen
from servicekit.outbox import publish
from servicekit.service_tokens import ServiceTokens
from servicekit.testing import FreshDatabase, drain
from sqlalchemy import text
from sync_worker import operations, queue, schedule, views
from sync_worker.access import AccessDesk, MeterOf, unmetered
from sync_worker.actor import Actor
from sync_worker.handlers import subscriptions
from sync_worker.hints import HintFetcher
from sync_worker.run import Pace
from sync_worker.settings import Settings
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


def ticket(provider_id: str, *contact_ids: str, **fields: str) -> SourceInteraction:
    said = Interaction(kind="ticket", contact_ids=contact_ids, **fields)  # type: ignore[arg-type]
    return SourceInteraction(provider_id=provider_id, raw=b"{}", interaction=said)


def comment(ticket_id: str, own_id: str) -> SourceInteraction:
    provider_id = part_id(ticket_id, own_id)
    return SourceInteraction(provider_id=provider_id, raw=b"{}", interaction=Interaction(kind="comment"))


EVERY = Pace(every=timedelta(hours=1), slower_when_told=4)


class Shop(SourceProvider):
    """Streams of pages; cursors are page numbers. `troubles` are raised once each, `held` pages wait for `release`."""

    name: ClassVar[str] = "shop"
    streams: ClassVar[tuple[str, ...]] = ("contacts", "deals")
    fetchable: ClassVar[Mapping[InteractionKind | None, str]] = {None: "contacts", "deal": "deals"}
    actions: ClassVar[Mapping[ActionKind, Ability]] = {
        "create_contact": Ability(
            says="The shop knows another customer.", scopes=(("write",),), fields=("email",), needs=("email",)
        ),
        "update_contact": Ability(
            says="The customer is changed.", scopes=(("write",),), fields=("first_name", "email")
        ),
        "add_note": Ability(says="The note is kept.", scopes=()),
    }
    impossible: ClassVar[Mapping[ActionKind, str]] = {"send_email": "A shop sends no mail."}

    def __init__(self) -> None:
        self.pages: dict[str, list[Page]] = {"contacts": [], "deals": []}
        self.troubles: defaultdict[tuple[str, str | None], list[Exception]] = defaultdict(list)
        self.uncounted: set[str] = set()
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.reached: dict[tuple[str, str | None], asyncio.Event] = defaultdict(asyncio.Event)
        self.held: set[tuple[str, str | None]] = set()
        self.let_go = asyncio.Event()
        self.tokens: list[str] = []
        self.leaves_bookmarks = True
        self.acted: list[tuple[Action, Attempt]] = []
        self.act_troubles: list[Exception] = []
        self.act_reached: asyncio.Event | None = None
        self.finds: dict[str, str | None] = {}
        self.written: list[Action] = []
        self.done: Done | None = None
        self.kept: dict[tuple[InteractionKind | None, str], SourceContact | SourceInteraction] = {}
        self.unreadable: list[Skipped] = []
        self.fetched: list[tuple[InteractionKind | None, tuple[str, ...]]] = []
        self.while_fetching: Callable[[], Awaitable[None]] | None = None
        self.poison: str | None = None

    def list_everything(self) -> None:
        """Be a source whose streams show every living record, each time anew."""
        self.listings = {"contacts": None, "deals": "deal"}  # type: ignore[misc]
        self.leaves_bookmarks = False

    def tell_merged(self, page: Page, kept: Mapping[str, bytes]) -> Page:
        """The shop's people live on in whoever has their first name."""
        named = {self.normalize(raw).first_name: provider_id for provider_id, raw in kept.items()}
        contacts = (
            msgspec.structs.replace(each, absorbed=(named[each.contact.first_name],))
            if each.contact.first_name in named
            else each
            for each in page.contacts
        )
        return msgspec.structs.replace(page, contacts=tuple(contacts))

    async def act(self, http: ClientSession, access: Access, action: Action, attempt: Attempt) -> Done:
        self.acted.append((action, attempt))
        self.tokens.append(access.access_token)
        if self.act_reached:
            self.act_reached.set()
            await self.let_go.wait()
        if self.finds:
            await attempt.remember(self.finds)
            self.written.append(action)
        if self.act_troubles:
            raise self.act_troubles.pop(0)
        assert self.done
        return self.done

    def show(self, stream: str, *pages: Page) -> None:
        self.pages[stream] = list(pages)

    def release(self) -> None:
        self.let_go.set()

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
            await self.let_go.wait()
        if self.troubles[stream, cursor]:
            raise self.troubles[stream, cursor].pop(0)
        number = int(cursor or 0)
        pages = self.pages[stream] or [Page()]
        last = number + 1 >= len(pages)
        end = {"bookmark": f"{stream} read" if self.leaves_bookmarks else None}
        end = end if last else {"next_cursor": str(number + 1)}
        return msgspec.structs.replace(pages[number], **end)

    def keep(self, *records: SourceContact | SourceInteraction) -> None:
        """Have these to show to who asks for them by their ids."""
        for each in records:
            kind = each.interaction.kind if isinstance(each, SourceInteraction) else None
            self.kept[kind, each.provider_id] = each

    async def fetch_records(
        self, http: ClientSession, access: Access, kind: InteractionKind | None, ids: Sequence[str]
    ) -> Page:
        self.fetched.append((kind, tuple(ids)))
        self.tokens.append(access.access_token)
        if self.while_fetching:
            await self.while_fetching()
        if self.troubles["by id", None]:
            raise self.troubles["by id", None].pop(0)
        if self.poison in ids:
            raise ProviderUnavailable("The shop stumbles over one of them.")
        found = [self.kept[kind, each] for each in ids if (kind, each) in self.kept]
        there = {each.provider_id for each in (*found, *self.unreadable)}
        return Page(
            contacts=tuple(each for each in found if isinstance(each, SourceContact)),
            interactions=tuple(each for each in found if isinstance(each, SourceInteraction)),
            gone=tuple(SourceGone(provider_id=each, reason="deleted", kind=kind) for each in ids if each not in there),
            skipped=tuple(self.unreadable),
        )

    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        if stream in self.uncounted:
            raise ProviderRefused("not granted")
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


class Neighbours:
    """Auth and connections as sync-worker meets them over HTTP: a rejected token is replaced by the next."""

    def __init__(self) -> None:
        self.number = 1
        self.token: str | None = None
        self.provider, self.account_id = "shop", "1"
        self.api_url = "http://shop.invalid"
        self.status = 200
        self.granted = 0
        self.broken: list[str] = []
        self.connected: list[FileConnected] = []
        app = web.Application()
        app.router.add_post("/auth/token", self._service_token)
        app.router.add_post("/internal/connections/{id}/token", self._access)
        app.router.add_post("/internal/connections/{id}/broken", self._broken)
        app.router.add_post("/internal/connections/files", self._file)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _service_token(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("Basic ")
        return web.json_response({"access_token": "from auth", "expires_in": 300})

    async def _access(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer from auth"
        asked = await request.json()
        self.granted += 1
        if self.status != 200:
            return web.json_response({}, status=self.status)
        if asked.get("rejected") == hashlib.sha256(f"token {self.number}".encode()).hexdigest():
            self.number += 1
        token = AccessToken(
            provider=self.provider,
            account_id=self.account_id,
            access_token=self.token or f"token {self.number}",
            api_url=self.api_url,
        )
        return web.Response(body=msgspec.json.encode(token), content_type="application/json")

    async def _file(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer from auth"
        offer = await request.json()
        if self.status != 200:
            return web.json_response({}, status=self.status)
        person = jwt.decode(offer["token"], options={"verify_signature": False})
        connected = FileConnected(
            connection_id=uuid5(UUID(person["workspace"]), f"{offer['provider']}:{offer['name']}"),
            provider=offer["provider"],
            account_id=offer["name"],
            account_name=offer["name"],
            authorized_at=datetime.now(UTC),
        )
        self.connected.append(connected)
        return web.Response(body=msgspec.json.encode(connected), content_type="application/json")

    async def _broken(self, request: web.Request) -> web.Response:
        self.broken.append((await request.json())["reason"])
        return web.Response(status=204)


class World:
    """A connected shop, and what the tests look at."""

    def __init__(self, fresh: FreshDatabase, http: ClientSession, neighbours: Neighbours) -> None:
        self.db = fresh.database("sync-worker")
        self.shop = Shop()
        self.neighbours = neighbours
        self.workspace_id = uuid4()
        self.connection_id = uuid4()
        url = neighbours.url
        self.settings = Settings(**fresh.settings(auth_url=url, connections_url=url))
        self._http = http
        desk = self.desk_with(unmetered)
        self.fetcher = HintFetcher(self.db, http, desk, {"shop": self.shop, **FILES})
        self.actor = Actor(self.db, http, desk, {"shop": self.shop, **FILES})
        self.syncer = Syncer(self.db, http, desk, {"shop": self.shop, **FILES}, every=EVERY)

    def desk_with(self, meter_of: MeterOf) -> AccessDesk:
        """A desk whose calls are counted so."""
        tokens = ServiceTokens(self._http, self.settings, "sync-worker")
        return AccessDesk(self._http, tokens, self.neighbours.url, meter_of=meter_of)

    async def tell(self, *events: Event) -> None:
        """Deliver events to sync-worker."""
        async with self.db.transaction() as conn:
            publish(conn, events)
        await drain(self.db, subscriptions())

    async def hint(self, *records: RecordHint) -> None:
        """Let the provider say that something happened to these."""
        hinted = SyncRequested(workspace_id=self.workspace_id, connection_id=self.connection_id, records=records)
        await self.tell(hinted)

    async def fetch(self) -> None:
        """Fetch what is wanted, as its job would."""
        await self.fetcher.fetch(self.workspace_id, self.connection_id)

    async def connect(self, authorized_at: datetime | None = None) -> None:
        await self.tell(
            ConnectionAuthorized(
                workspace_id=self.workspace_id,
                connection_id=self.connection_id,
                provider="shop",
                account_id="1",
                account_name="Shop",
                authorized_at=authorized_at,
            )
        )

    async def sync(self) -> None:
        """Carry the run under way, as its job would."""
        await self.syncer.sync(self.workspace_id, self.connection_id)

    async def sync_anew(self) -> UUID:
        """Ask for a run by hand, and carry it."""
        async with self.db.transaction(self.workspace_id) as conn:
            sync_id = await schedule.request_sync(conn, self.workspace_id, self.connection_id)
        await self.sync()
        return sync_id

    async def ended(self, state: str) -> SyncView:
        """Wait until the newest run is in this state, looking whenever the doorbell rings."""
        async with asyncio.timeout(30):
            async for _ in listen(self.db.conninfo, [SyncProgressed.TOPIC]):
                if (run := await self.last_run()).state == state:
                    return run
        raise AssertionError("the doorbell fell silent")

    async def reached(self, contacts: int) -> None:
        """Wait until so many contacts are kept, looking whenever the doorbell rings."""
        async with asyncio.timeout(60):
            async for _ in listen(self.db.conninfo, [ContactFetched.TOPIC]):
                if int(str(await self.value("SELECT count(*) FROM source_contact"))) >= contacts:
                    return

    async def work_off(self, queue_name: str) -> None:
        """Run the jobs of a queue until it is empty."""
        app = queue.job_app(self.db, self.syncer, self.fetcher, self.actor, every=EVERY)
        async with app.open_async():
            await app.run_worker_async(
                queues=[queue_name], wait=False, install_signal_handlers=False, delete_jobs="always"
            )

    async def raw(self, provider_id: str) -> bytes:
        async with self.db.transaction(self.workspace_id) as conn:
            return await operations.get_raw(conn, self.workspace_id, self.connection_id, provider_id)

    async def last_run(self) -> SyncView:
        async with self.db.transaction(self.workspace_id) as conn:
            page = await views.list_syncs(conn, self.workspace_id, self.connection_id, cursor=None, limit=1)
        return page.items[0]

    async def jobs(self) -> list[tuple[object, ...]]:
        rows = await self.rows("SELECT task_name, queue_name, status::text FROM procrastinate_jobs ORDER BY id")
        return [tuple(row.values()) for row in rows]

    async def rows(self, statement: str, **values: object) -> Sequence[Mapping[str, object]]:
        async with self.db.transaction(self.workspace_id) as conn:
            return [dict(row) for row in (await conn.execute(text(statement), values)).mappings()]

    async def change(self, statement: str, **values: object) -> None:
        """Change rows behind the service's back, as time would."""
        async with self.db.transaction(self.workspace_id) as conn:
            assert (await conn.execute(text(statement), values)).rowcount > 0

    async def value(self, statement: str, **values: object) -> object:
        (row,) = await self.rows(statement, **values)
        (found,) = row.values()
        return found

    async def published(self, kind: type[Event], lane: str | None = None) -> list[Event]:
        """List what was published, oldest first."""
        rows = await self.rows(
            "SELECT event_name, payload::text AS payload FROM bus.event "
            "WHERE event_name = :name AND lane = coalesce(CAST(:lane AS text), lane) ORDER BY lane, position",
            name=kind.NAME,
            lane=lane,
        )
        return [msgspec.json.decode(str(row["payload"]), type=EVENTS[str(row["event_name"])]) for row in rows]


@asynccontextmanager
async def running_queue(world: World) -> AsyncIterator[None]:
    """Run jobs as the service does, until the block ends."""
    running = asyncio.create_task(
        queue.run(queue.job_app(world.db, world.syncer, world.fetcher, world.actor, every=EVERY), concurrency=2)
    )
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
