"""What providers say has changed, fetched by its ids: beside the runs, and kept as their pages are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from aiohttp import ClientSession
from contracts.connections import SyncRequested
from contracts.interactions import InteractionKind
from providers.files import FileSource
from providers.source import (
    IDS_AT_MOST,
    Access,
    GrantRevoked,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    SourceGone,
    SourceProvider,
)
from servicekit.database import Database
from servicekit.errors import RetryLater
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import hint_queries, jobs, operations, queries, schedule
from sync_worker.access import AccessDesk
from sync_worker.hint_queries import Wanted
from sync_worker.run import PATIENCE, Origin
from sync_worker.sifting import write_page

log = structlog.get_logger()

TROUBLE = timedelta(seconds=30)


async def want(conn: AsyncConnection, events: Sequence[SyncRequested]) -> None:
    """Want the records that were named; a storm of them is one job for each connection."""
    for workspace_id, connection_id in await hint_queries.want(conn, events):
        await jobs.defer_hints(conn, workspace_id, connection_id)


class HintFetcher:
    """Fetches what is wanted of connections, one call each."""

    def __init__(
        self,
        db: Database,
        http: ClientSession,
        desk: AccessDesk,
        sources: Mapping[str, SourceProvider | FileSource],
    ) -> None:
        self._db = db
        self._http = http
        self._desk = desk
        self._sources = sources

    async def fetch(self, workspace_id: UUID, connection_id: UUID) -> None:
        """Fetch and keep all that is wanted of a connection; what cannot be had now is queued for later."""
        with structlog.contextvars.bound_contextvars(connection_id=str(connection_id)):
            try:
                while await self._fetch_some(workspace_id, connection_id):
                    pass
            except RateLimited as error:
                await self._later(workspace_id, connection_id, timedelta(seconds=error.after_seconds), error)
            except ProviderUnavailable as error:
                after = timedelta(seconds=error.after_seconds) if error.after_seconds else TROUBLE
                await self._later(workspace_id, connection_id, after, error)
            except RetryLater as error:
                await self._later(workspace_id, connection_id, error.after, error)
            except Exception as error:  # the edge of a job: a bug costs this attempt, and no hint
                log.error("hints_failed", exc_info=error)
                await self._later(workspace_id, connection_id, TROUBLE, error)

    async def _fetch_some(self, workspace_id: UUID, connection_id: UUID) -> bool:
        """Fetch what has been wanted longest; tell whether to come again."""
        async with self._db.transaction(workspace_id) as conn:
            known = await queries.find_connection(conn, workspace_id, connection_id)
            if known is None:
                return False
            origin = Origin(workspace_id=workspace_id, connection_id=connection_id, provider=known.provider)
            source = self._sources[known.provider]
            if known.state != "active" or not isinstance(source, SourceProvider):
                await hint_queries.forget(conn, origin)
                return False
            wanted = await hint_queries.list_wanted(conn, origin, at_most=IDS_AT_MOST)
        groups: defaultdict[InteractionKind | None, list[Wanted]] = defaultdict(list)
        # What failed together is tried one by one: that of it which fails always must not hold up the others.
        for each in wanted[:1] if wanted and wanted[0].failures else wanted:
            groups[each.kind].append(each)
        for kind, group in groups.items():
            if kind in source.fetchable:
                some = group[: source.fetched_at_most.get(kind, IDS_AT_MOST)]
                try:
                    await self._fetch_kind(origin, source, kind, some)
                except (RateLimited, RetryLater):
                    raise
                except Exception:  # whatever it is, it counts against these, and goes on
                    await self._note_failed(origin, some)
                    raise
            else:
                await self._look_around(origin, group)
        return bool(wanted)

    async def _fetch_kind(
        self, origin: Origin, source: SourceProvider, kind: InteractionKind | None, wanted: Sequence[Wanted]
    ) -> None:
        ids = [each.provider_id for each in wanted]

        async def call(access: Access) -> Page:
            return await source.fetch_records(self._http, access, kind, ids)

        try:
            page = await self._desk.call(origin.connection_id, call)
        except GrantRevoked as error:
            await self._desk.report_broken(origin.connection_id, str(error))
            page = None
        except ProviderRefused as error:
            # The runs tell people of it, as a problem of the stream; one more now would be refused the same.
            log.warning("hints_refused", kind=kind, reason=str(error))
            async with self._db.transaction(origin.workspace_id) as conn:
                await hint_queries.let_go(conn, origin, wanted)
            return
        if page is None:
            async with self._db.transaction(origin.workspace_id) as conn:
                await hint_queries.forget(conn, origin)
            return
        await self._keep(origin, source, kind, wanted, with_merges(page, wanted))

    async def _keep(
        self,
        origin: Origin,
        source: SourceProvider,
        kind: InteractionKind | None,
        wanted: Sequence[Wanted],
        page: Page,
    ) -> None:
        async def write(conn: AsyncConnection, page: Page) -> None:
            await record(conn, origin, source, kind, wanted, page)

        await write_page(self._db, origin.workspace_id, page, write)
        log.info("hints_fetched", kind=kind, records=len(wanted), gone=len(page.gone))

    async def _look_around(self, origin: Origin, wanted: Sequence[Wanted]) -> None:
        """Of what cannot be fetched by its id, a run brings the news."""
        async with self._db.transaction(origin.workspace_id) as conn:
            await schedule.request_news(conn, origin.workspace_id, origin.connection_id)
            await hint_queries.let_go(conn, origin, wanted)

    async def _note_failed(self, origin: Origin, wanted: Sequence[Wanted]) -> None:
        async with self._db.transaction(origin.workspace_id) as conn:
            if await hint_queries.hold_connection(conn, origin) is not None:
                await hint_queries.note_failed(conn, origin, wanted)
        if hopeless := [each for each in wanted if each.failures + 1 >= PATIENCE]:
            log.warning("hints_given_up", kind=hopeless[0].kind, records=len(hopeless))
            await self._look_around(origin, hopeless)

    async def _later(self, workspace_id: UUID, connection_id: UUID, after: timedelta, why: Exception) -> None:
        # Not by raising: a job that comes back would meet the one that was queued for newer hints meanwhile.
        async with self._db.transaction(workspace_id) as conn:
            await jobs.defer_hints(conn, workspace_id, connection_id, after=after)
        log.info("hints_put_off", failure=type(why).__qualname__, after_seconds=after.total_seconds())


async def record(
    conn: AsyncConnection,
    origin: Origin,
    source: SourceProvider,
    kind: InteractionKind | None,
    wanted: Sequence[Wanted],
    page: Page,
) -> None:
    """Keep records that were fetched by their ids, and want them no more; nothing if the connection went."""
    is_being_read = await hint_queries.hold_connection(conn, origin)
    if is_being_read is None:
        return
    await operations.keep(conn, origin, source.fetchable[kind], page, lane="live")
    await hint_queries.let_go(conn, origin, wanted, park=is_being_read)


def with_merges(page: Page, wanted: Sequence[Wanted]) -> Page:
    """Say of those that are gone where they went, if the provider said so when it told of them."""
    into = {each.provider_id: each.merged_into for each in wanted if each.merged_into}
    return msgspec.structs.replace(page, gone=tuple(_merged(each, into.get(each.provider_id)) for each in page.gone))


def _merged(gone: SourceGone, into: str | None) -> SourceGone:
    if into is None or gone.reason != "deleted":
        return gone
    return msgspec.structs.replace(gone, reason="merged", merged_into=into)
