"""Running jobs: who takes which, when a failed one comes back, and who revives what a killed worker left."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from contracts.event import LANES
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.manager import JobManager
from servicekit.database import Database
from servicekit.errors import RetryLater
from servicekit.house import package_of

from sync_worker import budgets, erasure, files, queries, schedule
from sync_worker.actor import Actor
from sync_worker.hints import HintFetcher
from sync_worker.jobs import ACT, ERASE, ERRANDS, HINTS, REVIVE, SCHEDULE, SYNC, TIDY, UPKEEP
from sync_worker.run import Pace
from sync_worker.worker import Syncer

log = structlog.get_logger()

HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
POLL_SECONDS = 2.0
STOP_SECONDS = 5.0
"""How long workers may take to put back what they have; without a database it would be half a minute, and again."""

EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
DUE_AT_ONCE = 100
UPKEEP_AT_ONCE = 2
LONGEST_WAIT_SECONDS = 60
AFTER_A_BUG = timedelta(seconds=5)


class QueueStopped(Exception):
    """A worker ended by itself, which it does when its database goes away."""


class ComeBack(BaseRetryStrategy):
    """Every job comes back until it is done: when it says, at once if it was cut off, else after a while."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Say when."""
        if isinstance(exception, RetryLater):
            return RetryDecision(retry_at=datetime.now(UTC) + exception.after)
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=datetime.now(UTC))
        log.error("job_failed", task=job.task_name, attempts=job.attempts, exc_info=exception)
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts, 6), LONGEST_WAIT_SECONDS)})


class Ledger(JobManager):
    """What became of each job, written down also where its successor is in the queue before it."""

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Queue a job again; where the same one waits already, that one will do."""
        try:
            await super().retry_job_by_id_async(job_id, retry_at, priority, queue, lock)
        except UniqueViolation:
            # Left as it is, it would count as running for as long as its worker lives, and hold its lock.
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)


def job_app(
    db: Database,
    syncer: Syncer,
    fetcher: HintFetcher,
    actor: Actor,
    *,
    every: Pace,
    actions_kept_for: timedelta | None = None,
) -> App:
    """Make the queue's application: what its jobs do. Without an end to it, actions are kept for ever."""
    kwargs = {"options": f"-c search_path={package_of(db.service)}", "application_name": f"{db.service}-jobs"}
    app = App(connector=PsycopgConnector(conninfo=db.conninfo, kwargs=kwargs, min_size=1, max_size=4))
    app.job_manager = Ledger(app.connector)

    @app.task(name=SYNC, retry=ComeBack())
    async def sync(*, workspace_id: str, connection_id: str) -> None:
        try:
            await syncer.sync(UUID(workspace_id), UUID(connection_id))
            return
        except RetryLater as error:
            after = error.after
        except Exception as error:  # the edge of a job, as in `ComeBack`
            log.error("job_failed", task=SYNC, exc_info=error)
            after = AFTER_A_BUG
        await _come_back(db, UUID(workspace_id), UUID(connection_id), after)

    @app.task(name=HINTS, retry=ComeBack())
    async def fetch_hinted(*, workspace_id: str, connection_id: str) -> None:
        await fetcher.fetch(UUID(workspace_id), UUID(connection_id))

    @app.task(name=ACT, retry=ComeBack())
    async def act(*, workspace_id: str, connection_id: str, action_id: str) -> None:
        await actor.carry_out(UUID(workspace_id), UUID(action_id))

    @app.task(name=ERASE, retry=ComeBack())
    async def erase(*, workspace_id: str, connection_id: str | None, removed_at: str | None) -> None:
        await erasure.erase(
            db,
            UUID(workspace_id),
            UUID(connection_id) if connection_id else None,
            removed_at=datetime.fromisoformat(removed_at) if removed_at else None,
        )

    @app.periodic(cron=EVERY_FIVE_SECONDS)
    @app.task(name=SCHEDULE, queue=UPKEEP, queueing_lock=SCHEDULE)
    async def request_due_syncs(timestamp: int) -> None:
        await schedule_due(db, every=every)

    @app.periodic(cron=EVERY_FIVE_SECONDS)
    @app.task(name=REVIVE, queue=UPKEEP, queueing_lock=REVIVE)
    async def revive_stalled_jobs(timestamp: int) -> None:
        await revive(app)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name=TIDY, queue=UPKEEP, queueing_lock=TIDY)
    async def delete_spent_files(timestamp: int) -> None:
        await files.delete_spent(db)
        await budgets.forget_idle(db)
        if actions_kept_for:
            await erasure.erase_old_actions(db, actions_kept_for)

    return app


async def _come_back(db: Database, workspace_id: UUID, connection_id: UUID, after: timedelta) -> None:
    """Queue what follows a job that could not end its run; a worker that stops lets this be done first."""

    async def queued() -> None:
        async with db.transaction(workspace_id) as conn:
            await schedule.come_back(conn, workspace_id, connection_id, after=after)

    task = asyncio.create_task(queued())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        # With its successor in the queue the job is done, and must not come back beside it.
        await task


async def schedule_due(db: Database, *, every: Pace) -> None:
    """Queue the syncs that are due."""
    async with db.engine.connect() as conn:
        due = await queries.list_due(conn, DUE_AT_ONCE)
    for workspace_id, connection_id in due:
        async with db.transaction(workspace_id) as conn:
            await schedule.request_due_sync(conn, workspace_id, connection_id, every=every)


async def revive(app: App) -> int:
    """Put back what a worker without a heartbeat left `doing`; return how many jobs it was."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        assert job.id is not None
        await app.job_manager.retry_job_by_id_async(job.id, retry_at=datetime.now(UTC))
        log.warning("job_revived", task=job.task_name, job_id=job.id)
    return len(stalled)


async def run(app: App, *, concurrency: int) -> None:
    """Run jobs until cancelled: a worker for each lane of syncs, and one for short work.

    Raises an exception group when the database goes away under them.
    """
    queues = dict.fromkeys(LANES, concurrency) | {ERRANDS: concurrency, UPKEEP: UPKEEP_AT_ONCE}
    async with app.open_async():
        workers = [asyncio.create_task(_work(app, name, at_once)) for name, at_once in queues.items()]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _stop(workers)
    raise ExceptionGroup("the queue's workers", [error for each in workers if (error := _error_of(each))])


async def _stop(workers: Sequence[asyncio.Task[None]]) -> None:
    """End the workers: in order as long as that goes, then at once, which is what another cancellation does to them."""
    for _ in range(2):
        for worker in workers:
            worker.cancel()
        await asyncio.wait(workers, timeout=STOP_SECONDS)


def _error_of(worker: asyncio.Task[None]) -> Exception | None:
    error = worker.exception() if worker.done() and not worker.cancelled() else None
    return error if isinstance(error, Exception) else None


async def _work(app: App, queue: str, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        fetch_job_polling_interval=POLL_SECONDS,
        # A sync is cut off at once: the page in flight is written or not, and it comes back from there.
        shutdown_graceful_timeout=0.0,
        delete_jobs=DeleteJobCondition.ALWAYS,
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
    )
    raise QueueStopped(queue)
