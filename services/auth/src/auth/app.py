"""The wiring of auth."""

from functools import partial

from litestar import Litestar
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.secrets import derive

from auth import personal_token_routes, routes, token_routes, workspace_routes
from auth.answers import Answers
from auth.cookies import RefreshCookie
from auth.hashing import Hasher
from auth.keys import Keys
from auth.limits import Limits
from auth.means import Means
from auth.sessions import Rotation
from auth.settings import Settings
from auth.worker import keep_house

NAME = "auth"


def create_app(settings: Settings) -> Litestar:
    """Build auth."""
    db = Database.connect(settings, NAME)
    keys = Keys(db, settings)
    limits = Limits(db, settings)
    rotation = Rotation(derive(settings.lead_secret, "auth:refresh-tokens"), settings.refresh_token_lives)
    hasher = Hasher(
        memory_kib=settings.argon2_memory_kib,
        iterations=settings.argon2_iterations,
        lanes=settings.argon2_lanes,
        at_once=settings.argon2_at_once,
    )
    cookie = RefreshCookie(settings.public_url, settings.refresh_token_lives)
    return service_app(
        name=NAME,
        settings=settings,
        routes=[*routes.ROUTES, *token_routes.ROUTES, *personal_token_routes.ROUTES, *workspace_routes.ROUTES],
        db=db,
        keys=keys,
        workers={"housekeeping": partial(keep_house, db, keys, limits, rotation)},
        dependencies={
            "keys": keys,
            "means": Means(db=db, hasher=hasher, limits=limits, rotation=rotation),
            "answers": Answers(keys=keys, cookie=cookie, lives=settings.access_token_lives),
        },
    )
