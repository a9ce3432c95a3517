"""What an operation works with that opens its own transactions."""

import msgspec
from servicekit.database import Database

from auth.hashing import Hasher
from auth.limits import Limits
from auth.sessions import Rotation


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """Made once by `app.py`, and handed on."""

    db: Database
    hasher: Hasher
    limits: Limits
    rotation: Rotation
