"""Hours of a provider's life in minutes: `python -m e2e.soak --seconds 300 --seed 7`.

People of all three providers' accounts are created, edited, deleted, restored and merged at random, while calls go
wrong, webhooks are lost, doubled and late, tokens expire, connections rest and workers are killed. When it is quiet
again, what we hold must be what the accounts hold: field by field, golden record by golden record. The seed decides
what happens and in which order; what it meets in the product depends on the machine.
"""

import argparse
import asyncio
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from uuid import uuid4

import msgspec
from contracts.connections import ConnectionView
from contracts.syncs import SyncView
from lead.client import Gateway

from e2e.house import House, embedded
from e2e.journey import act, connect, runs_of, synced, until
from e2e.truth import DEALINGS, differences

ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
PEOPLE = 80
CALLS = {"hubspot": "/crm", "pipedrive": "/pipedrive/222222/api", "zendesk": "/zendesk/acme/api"}
"""Below which path a provider's calls may go wrong; the ways to a token are spared, as a spent one is lost for good."""

ACTS = {"create": 6, "edit": 14, "archive": 4, "restore": 3, "merge": 2, "deal": 5}
FAULTS = ("rate_limit", "server_error", "bad_gateway", "html", "empty", "invalid_json", "cut", "slow", "unauthorized")
INCIDENTS = {"act": 60, "fault": 12, "weather": 4, "expire": 1, "kill": 1, "rest": 1, "full": 1}
KILLED = ("sync-worker", "identity")
SETTLE_SECONDS = 3.0
LAG_SECONDS = 2.0
"""Longer than the sandbox keeps changes back from its searches and exports."""

SETTINGS = {"SYNC_EVERY_SECONDS": "4", "SANDBOX_PEOPLE": str(PEOPLE), "SANDBOX_RATE_LIMITS": "off"}


class Report(msgspec.Struct):
    """What was done, and what was found at the end."""

    seed: int
    seconds: float
    done: Counter[str]
    runs: Counter[str]
    differences: list[str]


class Soak:
    """A house, its connected accounts, and what happens to them."""

    def __init__(self, house: House, gateway: Gateway, connections: Sequence[ConnectionView], random: Random) -> None:
        self.house = house
        self.gateway = gateway
        self.connections = connections
        self.done: Counter[str] = Counter()
        self._random = random

    async def go_on(self, until_time: float) -> None:
        """Let things happen until then."""
        happen: dict[str, Callable[[], object]] = {"act": self._act, "fault": self._fault, "expire": self._expire}
        happen |= {"kill": self._kill, "weather": self._change_weather}
        while time.monotonic() < until_time:
            what = self._chosen(INCIDENTS)
            match what:
                case "rest":
                    await self._rest()
                case "full":
                    await self._ask_full()
                case _:
                    await asyncio.to_thread(happen[what])
            await asyncio.sleep(self._random.uniform(0.0, 0.15))

    def erase_some(self) -> None:
        """Let contacts go for good, of which not every provider tells: reading everything again finds it."""
        for account in ACCOUNTS * 2:
            act(self.house, account, "erase", {})
            self.done["erase contact"] += 1

    async def settle(self, *, mode: str | None = None) -> list[str]:
        """Let nothing go wrong any more, sync everything once, and compare."""
        self.house.control("expire-tokens", {})
        self.house.control("webhooks", {})
        await asyncio.to_thread(self._clear_faults)
        await asyncio.sleep(LAG_SECONDS)
        for connection in self.connections:
            # A run that waits for its next attempt begins at once.
            for order in ("pause", "resume"):
                await self._order(connection, order)
        for connection in self.connections:
            await self._finished_after(connection, mode)
        return await self._agreed()

    async def _agreed(self) -> list[str]:
        """Compare until all is equal; identity may have some way to go yet."""
        found: list[str] = []
        for _ in range(2):
            await asyncio.sleep(SETTLE_SECONDS)
            found = await differences(self.house, self.gateway, self.connections)
            if not found:
                break
        return found

    async def _finished_after(self, connection: ConnectionView, mode: str | None) -> SyncView:
        """Wait for a run that was asked for after now, and that succeeded."""
        asked = await self._ask(connection, mode)

        async def succeeded() -> SyncView | None:
            # Who is asked while a run is under way is answered with that one: the one after it has seen all.
            views = [view for view in await runs_of(self.gateway, connection.id) if view.started_at >= asked]
            return next((view for view in views if view.state == "succeeded" and mode in {None, view.mode}), None)

        view = await until(succeeded, what=f"a quiet sync of {connection.account_name}", seconds=180)
        assert view is not None
        return view

    async def _ask(self, connection: ConnectionView, mode: str | None) -> datetime:
        """Ask for a run that begins after this, when the one under way is over."""

        async def is_free() -> bool:
            return all(view.state not in {"running", "queued"} for view in await runs_of(self.gateway, connection.id))

        await until(is_free, what="the run under way to end", seconds=120)
        asked = datetime.now(UTC)
        await self._order(connection, "sync" + (f"?mode={mode}" if mode else ""))
        return asked

    def _change_weather(self) -> None:
        """Let webhooks be lost, doubled, shuffled and late from now on, or travel well again."""
        weather = {
            "lost": self._random.choice((0.0, 0.3, 1.0)),
            "twice": self._random.choice((0.0, 0.5)),
            "shuffled": self._random.random() < 0.5,
            "late_seconds": self._random.choice((0.0, 3.0)),
        }
        self.house.control("webhooks", weather)
        self.done["weather of webhooks"] += 1

    def _act(self) -> None:
        account, what = self._random.choice(ACCOUNTS), self._chosen(ACTS)
        order: dict[str, object] = {}
        if what == "deal":
            what, order = self._random.choice(["edit", "archive"]), {"kind": DEALINGS[account.partition(":")[0]]}
        with suppress(HTTPError):  # nothing is there to be restored, for example
            act(self.house, account, what, order)
            self.done[f"{what} {order.get('kind', 'contact')}"] += 1

    def _fault(self) -> None:
        kind, provider = self._random.choice(FAULTS), self._random.choice(list(CALLS))
        order = {"kind": kind, "path": CALLS[provider], "times": self._random.randint(1, 2), "seconds": 0.5}
        self.house.control("faults", order | {"skip": self._random.randint(0, 3)})
        self.done[f"fault {kind}"] += 1

    def _expire(self) -> None:
        self.house.control("expire-tokens", {})
        self.done["expire tokens"] += 1

    def _kill(self) -> None:
        with suppress(LookupError):  # it was killed a moment ago, and is not back yet
            service = self._random.choice(KILLED)
            self.house.kill(service)
            self.done[f"kill {service}"] += 1

    async def _rest(self) -> None:
        connection = self._random.choice(self.connections)
        for order in ("pause", "resume"):
            await self._order(connection, order)
            await asyncio.sleep(self._random.uniform(0.0, 1.0))
        self.done["pause and resume"] += 1

    async def _ask_full(self) -> None:
        await self._order(self._random.choice(self.connections), "sync?mode=full")
        self.done["full sync"] += 1

    async def _order(self, connection: ConnectionView, what: str) -> None:
        """Order something of a connection, and again while its service is away or has not heard of a resumption yet."""

        async def taken() -> bool:
            status, _ = await self.gateway.call("POST", f"/connections/{connection.id}/{what}")
            return status < 300

        await until(taken, what=what, seconds=60)

    def _clear_faults(self) -> None:
        request = urllib.request.Request(f"{self.house.sandbox_url}/control/faults", method="DELETE")
        urllib.request.urlopen(request, timeout=30).close()

    def _chosen(self, odds: dict[str, int]) -> str:
        return self._random.choices(list(odds), list(odds.values()))[0]


async def soak(house: House, *, seconds: float, seed: int) -> Report:
    """Live through it, and tell how it ended."""
    house.control("churn", {"seconds": 0, "seed": seed})
    async with Gateway(house.gateway_url) as gateway:
        await gateway.sign_in(f"{uuid4().hex[:12]}@example.com", "correct horse battery staple")
        connections = [await connect(gateway, account) for account in ACCOUNTS]
        for connection in connections:
            await synced(gateway, connection.id)
        life = Soak(house, gateway, connections, Random(seed))
        await life.go_on(time.monotonic() + seconds)
        found = [f"broken: {each.account_name}" for each in await gateway.connections() if each.state == "broken"]
        if not found:
            found += [f"after a quiet sync: {each}" for each in await life.settle()]
            life.erase_some()
            found += [f"after a full sync: {each}" for each in await life.settle(mode="full")]
        runs = Counter[str]()
        for connection in connections:
            runs.update(f"{view.mode} {view.state}" for view in await runs_of(gateway, connection.id))
    return Report(seed=seed, seconds=seconds, done=life.done, runs=runs, differences=found)


def show(report: Report) -> str:
    """Write a report down, for people."""
    lines = [f"seed {report.seed}, {report.seconds:g} s"]
    lines += [f"  {count:5} {what}" for what, count in sorted(report.done.items())]
    lines += [f"  {count:5} runs {what}" for what, count in sorted(report.runs.items())]
    lines += [f"{len(report.differences)} differences", *report.differences]
    return "\n".join(lines)


def main() -> int:
    """Run a soak in a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, help="an empty folder, in which the logs are left")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as aside,
        embedded(asked.home or Path(aside), SETTINGS) as house,
    ):
        report = asyncio.run(soak(house, seconds=asked.seconds, seed=asked.seed))
    sys.stdout.write(show(report) + "\n")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
