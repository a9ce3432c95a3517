"""Hours of a provider's life in minutes: `python -m e2e.soak --seconds 300 --seed 7`.

People of all three providers' accounts are created, edited, deleted, restored and merged at random, and so is what is
done with them, while calls go wrong, webhooks are lost, doubled and late, tokens expire, connections rest, services are
killed and the database cuts them off. When it is quiet again, what we hold must be what the accounts hold: field by
field, golden record by golden record, timeline by timeline. The seed decides what happens and in which order; what it
meets in the product depends on the machine. With `--limits` the providers limit calls as they really do.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
from contracts.connections import ConnectionView
from contracts.pages import ItemPage
from contracts.syncs import SyncView
from msgspec.structs import fields
from sync_worker.settings import Settings

from e2e.accounts import Comparison
from e2e.house import House, embedded
from e2e.journey import PatientGateway, connect, join, runs_of, synced, until
from e2e.life import ACCOUNTS, Life
from e2e.truth import compare

PEOPLE = 80
SETTLE_SECONDS = 3.0
LAG_SECONDS = 2.0
"""Longer than the sandbox keeps changes back from its searches and exports."""

POLL_SECONDS = 4
SETTINGS = {
    "SYNC_EVERY_SECONDS": str(POLL_SECONDS),
    "SANDBOX_PEOPLE": str(PEOPLE),
    "SANDBOX_RATE_LIMITS": "off",
}
LIMITS = {"SANDBOX_RATE_LIMITS": "on"}
PAUSE_SECONDS = 0.1
LIMITED_PAUSE_SECONDS = 0.5
"""Where calls are limited, people leave the connectors time to follow."""


class Window(msgspec.Struct):
    """How many calls a window of an account took and refused."""

    account: str
    window: str
    taken: int
    refused: int
    fullest: int


class Report(msgspec.Struct):
    """What was done, and what was found at the end; `settled_seconds` is how long it took to be quiet again."""

    seed: int
    seconds: float
    settled_seconds: float
    acts: int
    done: Counter[str]
    runs: Counter[str]
    windows: list[Window]
    compared: Counter[str]
    """How many of what were compared the last time."""

    differences: list[str]


class Quiet:
    """The end of a life: all is synced once more, and compared."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._gateway = life.gateway

    async def settle(self, *, mode: str | None = None) -> Comparison:
        """Sync everything once, and compare."""
        await asyncio.sleep(LAG_SECONDS)
        for connection in self._life.connections:
            # A run that waits for its next attempt begins at once.
            for order in ("pause", "resume"):
                await self._life.order(connection, order)
        for connection in self._life.connections:
            await self._finished_after(connection, mode)
        return await self._agreed()

    async def _agreed(self) -> Comparison:
        """Compare until all is equal; identity may have some way to go yet."""
        for _ in range(2):
            await asyncio.sleep(SETTLE_SECONDS)
            found = await compare(self._life.house, self._gateway, self._life.connections)
            if not found.differences:
                break
        return found

    async def _finished_after(self, connection: ConnectionView, mode: str | None) -> SyncView:
        """Wait for a run that was asked for after now, and that succeeded."""
        asked = await self._ask(connection, mode)

        async def succeeded() -> SyncView | None:
            # Who is asked while a run is under way is answered with that one: the one after it has seen all.
            views = [view for view in await runs_of(self._gateway, connection.id) if view.started_at >= asked]
            return next((view for view in views if view.state == "succeeded" and mode in {None, view.mode}), None)

        view = await until(succeeded, what=f"a quiet sync of {connection.account_name}", seconds=180)
        assert view is not None
        return view

    async def _ask(self, connection: ConnectionView, mode: str | None) -> datetime:
        """Ask for a run that begins after this, when the one under way is over."""

        async def is_free() -> bool:
            return all(view.state not in {"running", "queued"} for view in await runs_of(self._gateway, connection.id))

        await until(is_free, what="the run under way to end", seconds=180)
        asked = datetime.now(UTC)
        await self._life.order(connection, "sync" + (f"?mode={mode}" if mode else ""))
        return asked


async def soak(house: House, *, seconds: float, seed: int, pause_seconds: float = PAUSE_SECONDS) -> Report:
    """Live through it, and tell how it ended."""
    house.control("churn", {"seconds": 0, "seed": seed})
    async with PatientGateway(house.gateway_url) as gateway:
        await join(gateway)
        # What chance writes makes people alike who are not: here addresses alone join them, as the accounts tell.
        status, body = await gateway.call("PATCH", "/rules", {"join": 1000})
        assert status == 200, body
        connections = [await connect(gateway, account) for account in ACCOUNTS]
        for connection in connections:
            await synced(gateway, connection.id)
        life = Life(house, gateway, connections, Random(seed), pause_seconds)
        await life.go_on(time.monotonic() + seconds)
        over = time.monotonic()
        await asyncio.to_thread(life.calm_down)
        found = [f"broken: {each.account_name}" for each in await gateway.connections() if each.state == "broken"]
        last = Comparison(Counter(), [])
        if not found:
            quiet = Quiet(life)
            found += [f"after a quiet sync: {each}" for each in (await quiet.settle()).differences]
            life.erase_some()
            last = await quiet.settle(mode="full")
            found += [f"after a full sync: {each}" for each in last.differences]
        return Report(
            seed=seed,
            seconds=seconds,
            settled_seconds=time.monotonic() - over,
            acts=life.acts,
            done=life.done,
            runs=await _runs(gateway, connections),
            windows=msgspec.json.decode(house.control("limits"), type=ItemPage[Window]).items,
            compared=last.compared,
            differences=found,
        )


async def _runs(gateway: PatientGateway, connections: Sequence[ConnectionView]) -> Counter[str]:
    runs = Counter[str]()
    for connection in connections:
        runs.update(f"{view.mode} {view.state}" for view in await runs_of(gateway, connection.id))
    return runs


def show(report: Report) -> str:
    """Write a report down, for people."""
    lines = [
        f"seed {report.seed}, {report.seconds:g} s of life, {report.settled_seconds:.0f} s until all was quiet",
        *(f"  {count:5} {what}" for what, count in sorted(report.done.items())),
        *(f"  {count:5} runs {what}" for what, count in sorted(report.runs.items())),
        *(
            f"  {each.account} {each.window}: {each.taken} calls, {each.fullest} at the fullest, {each.refused} refused"
            for each in report.windows
        ),
        "compared: " + ", ".join(f"{count} {what}" for what, count in sorted(report.compared.items())),
        _hours(report.seconds),
        f"{report.acts} acts",
        f"{sum(each.refused for each in report.windows)} calls over a limit (429)",
        f"{len(report.differences)} differences",
        *report.differences,
    ]
    return "\n".join(lines)


def _hours(seconds: float) -> str:
    """How much of a provider's life that was: as often as it was polled, so much later it is."""
    usual = next(each.default for each in fields(Settings) if each.name == "sync_every_seconds")
    times = usual / POLL_SECONDS
    told = f"polled every {POLL_SECONDS} s and not every {usual} s: {times:g} times as fast"
    return f"{told}, an hour in {3600 / times:g} s, {seconds * times / 3600:.0f} hours in all"


def main() -> int:
    """Run a soak in a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limits", action="store_true", help="let the providers limit calls as they really do")
    parser.add_argument("--home", type=Path, help="an empty folder, in which the logs are left")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as aside,
        embedded(asked.home or Path(aside), SETTINGS | (LIMITS if asked.limits else {})) as house,
    ):
        pause = LIMITED_PAUSE_SECONDS if asked.limits else PAUSE_SECONDS
        report = asyncio.run(soak(house, seconds=asked.seconds, seed=asked.seed, pause_seconds=pause))
    sys.stdout.write(show(report) + "\n")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
