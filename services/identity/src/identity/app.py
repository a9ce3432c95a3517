"""The wiring of identity."""

from litestar import Litestar
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.principal import KeySource

from identity import review_routes
from identity.handlers import projections, subscriptions
from identity.routes import ROUTES
from identity.settings import Settings

NAME = "identity"


def create_app(settings: Settings, keys: KeySource | None = None) -> Litestar:
    """Build identity; `keys` are auth's published ones unless others are given."""
    return service_app(
        name=NAME,
        settings=settings,
        routes=[*ROUTES, *review_routes.ROUTES],
        db=Database.connect(settings, NAME),
        subscriptions=subscriptions(),
        projections=projections(),
        keys=keys,
    )
