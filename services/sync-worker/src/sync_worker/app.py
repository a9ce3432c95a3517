"""The wiring."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import ClientSession
from litestar import Litestar
from providers.files import FileSource
from providers.http import open_session
from providers.registry import SOURCES
from providers.source import SourceProvider
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.principal import KeySource
from servicekit.service_tokens import ServiceTokens

from sync_worker import action_routes, budget_routes, file_routes, queue
from sync_worker.access import AccessDesk
from sync_worker.actor import Actor
from sync_worker.budgets import Budgets
from sync_worker.handlers import subscriptions
from sync_worker.hints import HintFetcher
from sync_worker.routes import ROUTES
from sync_worker.run import Pace
from sync_worker.settings import Settings
from sync_worker.uploads import Uploads
from sync_worker.worker import Syncer

SERVICE = "sync-worker"


def create_app(
    settings: Settings, *, sources: Mapping[str, SourceProvider | FileSource] = SOURCES, keys: KeySource | None = None
) -> Litestar:
    """Build the service."""
    db = Database.connect(settings, SERVICE)
    every = Pace(
        every=timedelta(seconds=settings.sync_every_seconds),
        slower_when_told=settings.sync_slower_when_told,
        full_every=timedelta(hours=settings.full_sync_every_hours) or None,
    )
    budgets = Budgets(db, sources)

    async def run_jobs() -> None:
        # Our own services are never behind a proxy, and know us by our tokens.
        async with ClientSession() as inside, open_session() as outside:
            tokens = ServiceTokens(inside, settings, SERVICE)
            desk = AccessDesk(inside, tokens, settings.connections_url, meter_of=budgets.meter)
            syncer = Syncer(db, outside, desk, sources, every=every)
            fetcher = HintFetcher(db, outside, desk, sources)
            actor = Actor(db, outside, desk, sources)
            await queue.run(
                queue.job_app(
                    db,
                    syncer,
                    fetcher,
                    actor,
                    every=every,
                    actions_kept_for=timedelta(days=settings.action_retention_days) or None,
                ),
                concurrency=settings.sync_concurrency,
            )

    uploads = Uploads(db, settings, SERVICE)
    return service_app(
        name=SERVICE,
        settings=settings,
        db=db,
        routes=[*ROUTES, *budget_routes.ROUTES, *file_routes.routes(sources, settings), *action_routes.routes(sources)],
        subscriptions=subscriptions(),
        workers={"jobs": run_jobs},
        dependencies={"uploads": uploads, "budgets": budgets},
        lifespan=[uploads.open],
        keys=keys,
    )
