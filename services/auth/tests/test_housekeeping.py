"""What the loop beside the requests does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from auth.keys import Keys
from auth.limits import Limits
from auth.sessions import Rotation
from auth.worker import tidy
from servicekit.database import Database
from sqlalchemy import text

DAY = timedelta(days=1)


async def test_what_is_long_past_is_forgotten_and_the_rest_is_not(
    auth: Any, ada: Any, login: Any, db: Database, auth_settings: Any
) -> None:
    elsewhere = await login(auth)
    await auth.post("/auth/refresh", cookies=elsewhere.cookies)
    await auth.post("/auth/logout", cookies=ada.cookies)
    settings = auth_settings()
    now = datetime.now(UTC)

    counts = []
    for days in (29, 31, 61):
        await tidy(db, Keys(db, settings), Limits(db, settings), Rotation(b"", 30 * DAY), now=now + days * DAY)
        counts.append(await count(db, "session", "refresh_token", "sign_in_attempt"))

    assert counts == [
        (2, 3, 0),  # attempts are past after minutes
        (1, 1, 0),  # the session that was ended a month ago, and the token that has had a successor for a month
        (0, 0, 0),  # the session that nobody has used for a month, a month later
    ]


async def count(db: Database, *tables: str) -> tuple[int, ...]:
    async with db.transaction() as conn:
        return tuple([(await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in tables])
