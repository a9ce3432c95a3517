"""A worker of its own that calls Pipedrive's stand-in as often as its budget lets it, told by the environment.

It says `ready`, waits for a line, calls for so many seconds, and says how often it did.
"""

import asyncio
import os
import sys
import time
from contextlib import suppress

from providers.http import open_session
from providers.pipedrive_api import call
from providers.registry import SOURCES
from providers.source import Access, RateLimited
from servicekit.database import Database
from servicekit.settings import load
from sync_worker.budgets import Budgets
from sync_worker.settings import Settings


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def main() -> None:
    seconds, at_once = float(os.environ["CALLER_SECONDS"]), 3
    db = Database.connect(load(Settings), "sync-worker")
    access = Access(
        access_token=os.environ["CALLER_TOKEN"],
        token_type="Bearer",
        api_url=os.environ["CALLER_URL"],
        account_id="7",
        meter=Budgets(db, SOURCES).meter("pipedrive", "7"),
    )
    done = 0

    async def go_on(until: float) -> None:
        nonlocal done
        with suppress(RateLimited):
            while time.monotonic() < until:
                await call(http, access, "/api/v2/stages", scope="deals:read")
                done += 1

    async with open_session() as http:
        say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        until = time.monotonic() + seconds
        await asyncio.gather(*(go_on(until) for _ in range(at_once)))
    await db.close()
    say(str(done))


if __name__ == "__main__":
    asyncio.run(main())
