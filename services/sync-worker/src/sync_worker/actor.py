"""Carrying actions out: call the provider, then open a transaction and keep what came of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from aiohttp import ClientSession
from contracts.actions import ActionConflicts
from providers.actions import ActionConflict, Attempt, Done, WriteUnsure
from providers.source import (
    Access,
    GrantRevoked,
    Page,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    SourceProvider,
)
from servicekit.database import Database
from servicekit.errors import RetryLater
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import actions
from sync_worker.access import AccessDesk
from sync_worker.actions import ActionOver, Begun, Sources
from sync_worker.run import PATIENCE, wait_after
from sync_worker.sifting import write_page

log = structlog.get_logger()

PAUSED = "The connection is paused; this is done when it is resumed."
LOOK_AGAIN = timedelta(minutes=1)
NOT_ACTIVE = "The account must be connected again first."
UNKNOWN = "It is not known whether this was done: look for it at the provider before you ask for it again."
OUR_FAULT = "Something went wrong on our side. "


class Actor:
    """Carries out actions, one call each."""

    def __init__(self, db: Database, http: ClientSession, desk: AccessDesk, sources: Sources) -> None:
        self._db = db
        self._http = http
        self._desk = desk
        self._sources = sources

    async def carry_out(self, workspace_id: UUID, action_id: UUID) -> None:
        """Carry an action to its end. Raises `RetryLater` when it goes on later."""
        async with self._db.transaction(workspace_id) as conn:
            begun = await actions.begin(conn, workspace_id, action_id)
        if begun is None:
            log.info("action_not_needed", action_id=action_id)
            return
        with structlog.contextvars.bound_contextvars(
            connection_id=str(begun.origin.connection_id), action_id=str(action_id)
        ):
            try:
                await self._carry(begun)
            except ActionOver:
                log.info("action_over", attempt=begun.attempt)

    async def _carry(self, begun: Begun) -> None:
        log.info("action_began", attempt=begun.attempt, unsure=begun.unsure)
        try:
            done = await self._act(begun)
        except ActionConflict as error:
            conflicts = ActionConflicts(fields=error.fields, existing=error.existing)
            async with self._db.transaction(begun.origin.workspace_id) as conn:
                await actions.clash(conn, begun, str(error), conflicts)
            log.info("action_clashed")
        except WriteUnsure as error:
            await self._fall_back(begun, error, unsure=True)
        except ProviderUnavailable as error:
            await self._fall_back(begun, error, unsure=begun.unsure)
        except RateLimited as error:
            await self._put_off(begun, str(error), timedelta(seconds=error.after_seconds), failures=begun.failures)
        except RetryLater as error:
            await self._put_off(begun, str(error), error.after, failures=begun.failures)
        except GrantRevoked as error:
            await self._give_up(begun, str(error))
        except ProviderError as error:
            await self._fail(begun, str(error))
        except ActionOver:
            raise
        except Exception as error:  # the edge of an action: a bug costs this one, and it may have been carried out
            log.error("action_failed", exc_info=error)
            await self._fail(begun, OUR_FAULT + UNKNOWN)
        else:
            await self._keep(begun, done)

    async def _act(self, begun: Begun) -> Done:
        if begun.state == "paused":
            raise RetryLater(PAUSED, after=LOOK_AGAIN)
        if begun.state != "active":
            raise ProviderError(UNKNOWN if begun.unsure else NOT_ACTIVE)
        provider = self._provider_of(begun)

        async def remember(found: Mapping[str, str | None]) -> None:
            async with self._db.transaction(begun.origin.workspace_id) as conn:
                await actions.remember(conn, begun, found)

        attempt = Attempt(
            key=str(begun.action_id),
            asked_at=begun.asked_at,
            unsure=begun.unsure,
            before=begun.before,
            remember=remember,
        )

        async def call(access: Access) -> Done:
            return await provider.act(self._http, access, begun.action, attempt)

        # Called again for a fresh token or after a short wait: what a provider refused, it did not do.
        return await self._desk.call(begun.origin.connection_id, call)

    async def _keep(self, begun: Begun, done: Done) -> None:
        async def write(conn: AsyncConnection, page: Page) -> None:
            await actions.succeed(conn, begun, done, page, self._provider_of(begun))

        await write_page(self._db, begun.origin.workspace_id, done.page, write)
        log.info("action_succeeded")

    async def _fall_back(self, begun: Begun, error: ProviderUnavailable, *, unsure: bool) -> None:
        failures = begun.failures + 1
        if failures > PATIENCE:
            await self._fail(begun, f"{error} {UNKNOWN}" if unsure else str(error))
            return
        after = max(wait_after(failures), timedelta(seconds=error.after_seconds or 0.0))
        await self._put_off(begun, str(error), after, failures=failures, unsure=unsure)

    async def _put_off(
        self, begun: Begun, problem: str, after: timedelta, *, failures: int, unsure: bool | None = None
    ) -> None:
        async with self._db.transaction(begun.origin.workspace_id) as conn:
            await actions.put_off(
                conn,
                begun,
                problem,
                retry_at=datetime.now(UTC) + after,
                unsure=begun.unsure if unsure is None else unsure,
                failures=failures,
            )
        log.info("action_put_off", reason=problem, after_seconds=after.total_seconds())
        raise RetryLater(problem, after=after)

    async def _give_up(self, begun: Begun, problem: str) -> None:
        try:
            await self._desk.report_broken(begun.origin.connection_id, problem)
        except RetryLater as error:
            await self._put_off(begun, str(error), error.after, failures=begun.failures)
        await self._fail(begun, problem)

    async def _fail(self, begun: Begun, problem: str) -> None:
        async with self._db.transaction(begun.origin.workspace_id) as conn:
            await actions.fail(conn, begun, problem)
        log.info("action_not_done", problem=problem)

    def _provider_of(self, begun: Begun) -> SourceProvider:
        source = self._sources[begun.origin.provider]
        assert isinstance(source, SourceProvider), "nothing is done to files"
        return source
