"""The wiring of identity."""

from functools import partial

from litestar import Litestar
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.principal import KeySource

from identity.cursors import Cursors
from identity.handlers import projections, subscriptions
from identity.routes import ROUTES
from identity.search import indexing
from identity.settings import Settings
from identity.weights import previewing, ruling

NAME = "identity"


def create_app(settings: Settings, keys: KeySource | None = None) -> Litestar:
    """Build identity; `keys` are auth's published ones unless others are given."""
    db = Database.connect(settings, NAME)
    return service_app(
        name=NAME,
        settings=settings,
        routes=ROUTES,
        db=db,
        subscriptions=subscriptions(),
        projections=projections(),
        dependencies={"cursors": Cursors(settings.lead_secret)},
        workers={
            "search-rebuilder": partial(indexing.rebuild_all, db),
            "reweigher": partial(ruling.reweigh_all, db),
            "previewer": partial(previewing.preview_all, db),
        },
        keys=keys,
        compressed=True,
    )
