"""The loop of a sync: fetch pages, then open a transaction and record them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import assert_never
from uuid import UUID

import msgspec
import structlog
from aiohttp import ClientSession
from contracts.contacts import ContactFetched
from contracts.interactions import InteractionKind
from contracts.syncs import SyncCounts
from providers.files import FileSource
from providers.source import (
    IDS_AT_MOST,
    Access,
    GrantRevoked,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    Source,
    SourceProvider,
)
from servicekit.bus_queries import Shard, backlog_of
from servicekit.database import Database
from servicekit.errors import RetryLater
from servicekit.outbox import shard_of
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import (
    coverage,
    coverage_queries,
    files,
    listings,
    merges,
    operations,
    run_queries,
    runs,
    sighting_queries,
)
from sync_worker.access import AccessDesk
from sync_worker.reading import read_ahead
from sync_worker.run import Pace, Position, Run
from sync_worker.sifting import write_page

log = structlog.get_logger()

AHEAD_AT_MOST = 9_000
LOOK_AFTER = 1_000
LONGEST_PAUSE_SECONDS = 1.0
LOOK_SECONDS = 0.05
"""How many events a first sync may be ahead of who listens, after how many it looks, how long a page waits for them at
the most, and how often it looks then. They share a machine with us: what they lag behind, they would catch up alone
when we are done. And people see contacts as they come. Who listens to nothing for a while slows a sync down, and does
not stop it. Two accounts at a time write two batches, and one more is in hand: at 6,500 that alone was too much."""

REPORT_SECONDS = 1.0
OUR_FAULT = "Something went wrong on our side; it is tried again with the next sync."


class Syncer:
    """Syncs connections, one call each."""

    def __init__(
        self,
        db: Database,
        http: ClientSession,
        desk: AccessDesk,
        sources: Mapping[str, SourceProvider | FileSource],
        *,
        every: Pace,
    ) -> None:
        self._db = db
        self._http = http
        self._desk = desk
        self._sources = sources
        self._every = every

    async def sync(self, workspace_id: UUID, connection_id: UUID) -> None:
        """Carry the run under way to its end. Raises `RetryLater` when it goes on later, from its last page."""
        async with self._db.transaction(workspace_id) as conn:
            run = await runs.begin_run(conn, workspace_id, connection_id)
            positions = await run_queries.list_positions(conn, run) if run else {}
        if run is None:
            log.info("sync_not_needed", connection_id=connection_id)
            return
        with structlog.contextvars.bound_contextvars(connection_id=str(connection_id), sync_id=str(run.sync_id)):
            try:
                await self._carry(run, positions)
            except runs.RunOver:
                log.info("sync_over", attempt=run.attempt)

    async def _carry(self, run: Run, positions: Mapping[str, Position]) -> None:
        log.info("sync_began", mode=run.mode, attempt=run.attempt)
        try:
            await self._read(run, positions)
        except RateLimited as error:
            after = timedelta(seconds=error.after_seconds)
            await self._put_off(run, _until(str(error), datetime.now(UTC) + after), after)
        except RetryLater as error:
            await self._put_off(run, str(error), error.after)
        except ProviderUnavailable as error:
            await self._fall_back(run, str(error), timedelta(seconds=error.after_seconds or 0.0))
        except GrantRevoked as error:
            await self._give_up(run, str(error))
        except files.FileGone:
            await self._fall_back(run, "The file is no longer kept; hand it over again.", timedelta())
        except runs.RunOver:
            raise
        except Exception as error:  # the edge of a run: a bug costs this run, and never the ones after it
            log.error("sync_failed", exc_info=error)
            await self._fall_back(run, OUR_FAULT, timedelta())
        else:
            await self._end(run, None)

    async def _read(self, run: Run, positions: Mapping[str, Position]) -> None:
        source = self._sources[run.provider]
        for stream in source.streams:
            position = positions.get(stream, Position())
            if position.state not in {"done", "refused"}:
                try:
                    position = await self._begin_listing(run, source, stream, position)
                    await self._read_stream(run, source, stream, position)
                except ProviderRefused as error:
                    log.warning("stream_refused", stream=stream, reason=str(error))
                    async with self._db.transaction(run.workspace_id) as conn:
                        await runs.refuse_stream(conn, run, stream, str(error))
                    continue
            if position.listing and position.state != "refused":
                await self._end_listing(run, source, stream, position.listing)
        if run.reads_everything:
            await self._take_stock(run, source)

    async def _take_stock(self, run: Run, source: SourceProvider | FileSource) -> None:
        """Compare what the source counts with what we hold, now that everything was read."""
        for stream, kind in coverage.kinds_of(source).items():
            counted = None
            if isinstance(source, SourceProvider):
                with suppress(ProviderRefused):  # what may not be read may not be counted either
                    counted = await self._ask_count(run, source, stream)
            async with self._db.transaction(run.workspace_id) as conn:
                await runs.hold_run(conn, run)
                await coverage_queries.take_stock(conn, run, stream, kind, counted)

    async def _begin_listing(self, run: Run, source: Source, stream: str, position: Position) -> Position:
        if stream not in source.listings:
            return msgspec.structs.replace(position, listing=None)
        if position.cursor is not None or position.bookmark is not None:
            # An earlier run began it and failed: on its way, or when all was read and what is absent had yet to go.
            return position
        kind = source.listings[stream]
        async with self._db.transaction(run.workspace_id) as conn:
            await runs.hold_run(conn, run)
            if isinstance(source, SourceProvider) and not await sighting_queries.has_living(conn, run, kind):
                return msgspec.structs.replace(position, listing=None)  # nothing is held that could be absent
            await run_queries.set_listing(conn, run, stream, run.sync_id, kind)
        return msgspec.structs.replace(position, listing=run.sync_id)

    async def _end_listing(self, run: Run, source: Source, stream: str, listing: UUID) -> None:
        """See to it that what a complete reading did not show goes, slice by slice."""
        kind = source.listings[stream]
        after: str | None = ""
        while after is not None:
            if isinstance(source, SourceProvider) and kind in source.fetchable:
                await self._ask_for_unseen(run, source, stream, listing, kind, after)
            async with self._db.transaction(run.workspace_id) as conn:
                after = await listings.take_out_absent(conn, run, stream, listing, kind, after=after)
        over = False
        while not over:
            async with self._db.transaction(run.workspace_id) as conn:
                over = await listings.close(conn, run, stream, listing)

    async def _ask_for_unseen(
        self,
        run: Run,
        source: SourceProvider,
        stream: str,
        listing: UUID,
        kind: InteractionKind | None,
        after: str,
    ) -> None:
        """Ask by their ids for records that a reading did not show, and keep those that are there.

        One that changes moves in some lists, and a provider may hold back what changed just now: then it was at none of
        the places when they were read.
        """
        async with self._db.transaction(run.workspace_id) as conn:
            unseen = await listings.list_unseen(conn, run, listing, kind, after=after)
        at_most = source.fetched_at_most.get(kind, IDS_AT_MOST)
        for start in range(0, len(unseen), at_most):
            ids = unseen[start : start + at_most]
            fetch = partial(self._fetch_ids, source, kind, ids)
            try:
                page = await self._desk.call(run.connection_id, fetch)
            except ProviderRefused as error:
                log.warning("unseen_not_asked_for", stream=stream, reason=str(error))
                return
            # Who is not there goes as absent, with all the others.
            there = msgspec.structs.replace(page, gone=())
            keep = partial(operations.record_found, run=run, stream=stream, listing=listing)
            await write_page(self._db, run.workspace_id, there, keep)

    async def _fetch_ids(
        self, source: SourceProvider, kind: InteractionKind | None, ids: Sequence[str], access: Access
    ) -> Page:
        return await source.fetch_records(self._http, access, kind, ids)

    async def _read_stream(
        self, run: Run, source: SourceProvider | FileSource, stream: str, position: Position
    ) -> None:
        fetch = await self._pages_of(run, source, stream, position)
        reported_at, written = 0.0, 0
        async with aclosing(read_ahead(fetch, position.cursor)) as pages:
            async for page in pages:
                if page.gap:
                    log.warning("provider_left_a_gap", stream=stream, gap=page.gap)
                report = time.monotonic() - reported_at >= REPORT_SECONDS
                await self._record(run, stream, page, report=report, listing=position.listing)
                if report:
                    reported_at = time.monotonic()
                written += len(page.contacts) + len(page.interactions)
                if run.lane == "backfill" and written >= LOOK_AFTER:
                    written = 0
                    await self._let_catch_up(run)

    async def _pages_of(
        self, run: Run, source: SourceProvider | FileSource, stream: str, position: Position
    ) -> Callable[[str | None], Awaitable[Page]]:
        """Tell how a page of this stream is fetched."""
        match source:
            case SourceProvider():
                if run.reads_everything and position.cursor is None:
                    await self._count(run, source, stream)
                return partial(self._fetch_from_account, run, source, stream, position.bookmark)
            case FileSource():
                file = await files.open_waiting(self._db, run.workspace_id, run.connection_id)
                return lambda cursor: source.fetch_page(file, stream, cursor=cursor)
        assert_never(source)

    async def _fetch_from_account(
        self, run: Run, provider: SourceProvider, stream: str, bookmark: str | None, cursor: str | None
    ) -> Page:
        async def call(access: Access) -> Page:
            return await provider.fetch_page(
                self._http, access, stream, cursor=cursor, bookmark=bookmark, now=datetime.now(UTC)
            )

        return await self._desk.call(run.connection_id, call)

    async def _record(self, run: Run, stream: str, page: Page, *, report: bool, listing: UUID | None) -> None:
        async def write(conn: AsyncConnection, page: Page) -> None:
            told = await merges.tell_merged(conn, run, self._sources[run.provider], page)
            await operations.record_page(conn, run, stream, told, report=report, listing=listing)

        await write_page(self._db, run.workspace_id, page, write)

    async def _let_catch_up(self, run: Run) -> None:
        shard = Shard(ContactFetched.TOPIC, run.lane, shard_of(run.workspace_id))
        deadline = time.monotonic() + LONGEST_PAUSE_SECONDS
        while time.monotonic() < deadline:
            async with self._db.engine.connect() as conn:
                if await backlog_of(conn, shard) <= AHEAD_AT_MOST:
                    return
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask_count(self, run: Run, provider: SourceProvider, stream: str) -> int | None:
        async def call(access: Access) -> int | None:
            return await provider.count(self._http, access, stream)

        return await self._desk.call(run.connection_id, call)

    async def _count(self, run: Run, provider: SourceProvider, stream: str) -> None:
        total = await self._ask_count(run, provider, stream)
        async with self._db.transaction(run.workspace_id) as conn:
            await runs.hold_run(conn, run)
            await run_queries.expect_total(conn, run, stream, total)
            runs.report(conn, run, "running", stream=stream, counts=SyncCounts(), total=total)

    async def _put_off(self, run: Run, reason: str, after: timedelta) -> None:
        async with self._db.transaction(run.workspace_id) as conn:
            await runs.put_off(conn, run, after, reason)
        log.info("sync_put_off", reason=reason, after_seconds=after.total_seconds())
        raise RetryLater(reason, after=after)

    async def _fall_back(self, run: Run, problem: str, at_least: timedelta) -> None:
        async with self._db.transaction(run.workspace_id) as conn:
            after = await runs.fall_back(conn, run, problem, at_least=at_least, every=self._every)
        log.warning("sync_fell_back", problem=problem, after_seconds=after.total_seconds() if after else None)
        if after is not None:
            raise RetryLater(problem, after=after)

    async def _give_up(self, run: Run, problem: str) -> None:
        try:
            await self._desk.report_broken(run.connection_id, problem)
        except RetryLater as error:
            await self._put_off(run, str(error), error.after)
        await self._end(run, problem)

    async def _end(self, run: Run, problem: str | None) -> None:
        async with self._db.transaction(run.workspace_id) as conn:
            await runs.end_run(conn, run, every=self._every, problem=problem)
        log.info("sync_ended", problem=problem)


def _until(reason: str, moment: datetime) -> str:
    """Name what is waited for, and until when; whoever reads it may be anywhere."""
    day = "" if moment.date() == datetime.now(UTC).date() else f" on {moment:%Y-%m-%d}"
    return f"{reason.removesuffix('.')}; it goes on at {moment:%H:%M} UTC{day}."
