"""Logs carry ids, never people's data or tokens."""

import re
from typing import Any

from aiohttp import ClientSession
from servicekit.database import Database
from sqlalchemy import text
from structlog.testing import capture_logs

SECRETS = ("ada", "lovelace", "example.com", "analytical", "difference", "8.8.4.4")


async def test_nothing_of_a_person_is_logged(auth: ClientSession, register: Any, login: Any, db: Database) -> None:
    with capture_logs() as logged:
        ada = await register(auth, "ada.lovelace@example.com")
        elsewhere = await login(auth, "ada.lovelace@example.com")
        wrong = {"email": "ada.lovelace@example.com", "password": "difference engine"}
        for _ in range(11):
            await auth.post("/auth/login", json=wrong, headers={"X-Forwarded-For": "8.8.4.4"})
        await auth.post("/auth/refresh", cookies=ada.cookies)
        async with db.transaction() as conn:
            await conn.execute(text("UPDATE refresh_token SET rotated_at = rotated_at - interval '1 minute'"))
        await auth.post("/auth/refresh", cookies=ada.cookies)
        change = {"password": {"current": "analytical engine", "new": "difference engine"}}
        await auth.patch("/auth/me", json=change, headers=elsewhere.bearer)

    happened = {entry["event"] for entry in logged}
    said = repr(logged).lower()
    assert {
        "person_registered",
        "sign_in_refused",
        "attempt_refused",
        "refresh_token_reused",
        "password_changed",
    } <= happened
    secrets = (*SECRETS, ada.token.lower(), ada.refresh_token.lower())
    # Whole words: three letters alone are in many an id.
    assert [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", said)] == []
