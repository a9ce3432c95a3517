"""The wiring."""

import os
from collections.abc import Mapping
from functools import partial

from litestar import Litestar
from providers.registry import FILES, PROVIDERS
from providers.source import SourceProvider
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.principal import KeySource, PublishedKeys

from connections import internal, routes, ways_in, webhook_routes, worker
from connections.grants import key_ring
from connections.handlers import subscriptions
from connections.registrations import Registrations
from connections.settings import Settings
from connections.vault import Vault


def create_app(
    settings: Settings,
    *,
    environ: Mapping[str, str] = os.environ,
    providers: Mapping[str, SourceProvider] = PROVIDERS,
    keys: KeySource | None = None,
) -> Litestar:
    """Build the service. Our registrations are read from `environ` by the providers: only they know the names."""
    db = Database.connect(settings, "connections")
    keys = keys or PublishedKeys(settings.auth_url)
    registrations = Registrations(providers, environ)
    vault = Vault(db, key_ring(settings.token_keys, settings.lead_secret), registrations)
    return service_app(
        name="connections",
        settings=settings,
        db=db,
        routes=[*routes.ROUTES, *ways_in.routes(providers, FILES), *webhook_routes.ROUTES, *internal.ROUTES],
        subscriptions=subscriptions(),
        workers={
            "token-refresh": partial(
                worker.keep_fresh,
                vault,
                every_seconds=settings.refresh_every_seconds,
                ahead_seconds=settings.refresh_ahead_seconds,
            ),
            "webhooks": partial(
                worker.keep_listening,
                vault,
                told_at=settings.told_at,
                every_seconds=settings.listen_every_seconds,
            ),
            "tidying": partial(worker.keep_tidy, vault),
        },
        dependencies={"vault": vault, "keys": keys},
        lifespan=[registrations.open],
        keys=keys,
    )
