"""`python -m auth.rotate_keys`: do now what the worker does every hour.

With `--revoke`, for when a key may have leaked, a new key signs from now on and every other is dropped: all tokens
end, and people go on with their refresh tokens.
"""

import argparse
import asyncio
from datetime import UTC, datetime

from servicekit import logs
from servicekit.database import Database
from servicekit.settings import load

from auth.keys import Keys
from auth.settings import Settings


async def rotate(settings: Settings, *, revoke: bool) -> None:
    """Rotate the keys that are due, or all of them."""
    db = Database.connect(settings, "auth")
    try:
        await Keys(db, settings).rotate(now=datetime.now(UTC), revoke=revoke)
    finally:
        await db.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m auth.rotate_keys", description="Rotate the signing keys.")
    parser.add_argument("--revoke", action="store_true", help="drop every other key at once: all tokens end")
    chosen = parser.parse_args()
    given = load(Settings)
    logs.configure(service="auth", level=given.log_level, style=given.log_format)
    asyncio.run(rotate(given, revoke=chosen.revoke))
