"""The wiring of identity."""

from litestar import Litestar
from servicekit.app import service_app
from servicekit.database import Database

from identity.handlers import subscriptions
from identity.settings import Settings


def create_app(settings: Settings) -> Litestar:
    """Build identity."""
    return service_app(
        name="identity",
        settings=settings,
        routes=[],
        db=Database.connect(settings, "identity"),
        subscriptions=subscriptions(),
    )
