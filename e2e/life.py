"""What happens to a house and its accounts: a provider's life, drawn by lot."""

import asyncio
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from urllib.error import HTTPError

from contracts.connections import ConnectionView
from lead.client import Gateway

from e2e.dealings import KINDS
from e2e.house import House, await_health
from e2e.journey import AWAY_SECONDS, act, until

ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
CALLS = {"hubspot": "/crm", "pipedrive": "/pipedrive/222222/api", "zendesk": "/zendesk/acme/api"}
"""Below which path a provider's calls may go wrong; the ways to a token are spared, as a spent one is lost for good."""

ACTS = {"create": 6, "edit": 14, "archive": 4, "restore": 3, "merge": 2}
"""What is done to contacts, and how often beside the rest."""

DEALING_ACTS = {"create": 3, "edit": 8, "archive": 3, "restore": 2, "merge": 1}
MERGED = {"hubspot": ("deals", "tickets"), "pipedrive": ("deals",), "zendesk": ()}
"""Which dealings can be merged into each other."""

WRITTEN = {"hubspot": tuple(KINDS["hubspot"]), "pipedrive": tuple(KINDS["pipedrive"]), "zendesk": ("tickets",)}
"""Which dealings something is done to; comments are written by editing their ticket."""

FAULTS = ("rate_limit", "server_error", "bad_gateway", "html", "empty", "invalid_json", "cut", "slow", "unauthorized")
INCIDENTS = {
    "contact": 70,
    "dealing": 50,
    "fault": 12,
    "weather": 4,
    "expire": 1,
    "kill": 2,
    "cut": 1,
    "rest": 1,
    "full": 1,
}
KILLED = ("sync-worker", "identity", "connections", "gateway", "auth")


class Life:
    """A house, its connected accounts, and what happens to them."""

    def __init__(
        self,
        house: House,
        gateway: Gateway,
        connections: Sequence[ConnectionView],
        random: Random,
        pause_seconds: float,
    ) -> None:
        self.house = house
        self.gateway = gateway
        self.connections = connections
        self.done: Counter[str] = Counter()
        self.acts = 0
        self._random = random
        self._pause_seconds = pause_seconds

    async def go_on(self, until_time: float) -> None:
        """Let things happen until then."""
        happen: dict[str, Callable[[], None]] = {
            "contact": self._act_on_contact,
            "dealing": self._act_on_dealing,
            "fault": self._fault,
            "weather": self._change_weather,
            "expire": self._expire,
            "kill": self._kill,
            "cut": self._cut,
        }
        while time.monotonic() < until_time:
            what = self._chosen(INCIDENTS)
            match what:
                case "rest":
                    await self._rest()
                case "full":
                    await self._ask_full()
                case _:
                    await asyncio.to_thread(happen[what])
            await asyncio.sleep(self._random.uniform(0.0, self._pause_seconds))

    def erase_some(self) -> None:
        """Let contacts go for good, of which not every provider tells: reading everything again finds it."""
        for account in ACCOUNTS * 2:
            self._act(account, "erase")

    def calm_down(self) -> None:
        """Let nothing go wrong any more, and whatever was killed be back."""
        self.house.control("expire-tokens", {})
        self.house.control("webhooks", {})
        request = urllib.request.Request(f"{self.house.sandbox_url}/control/faults", method="DELETE")
        urllib.request.urlopen(request, timeout=30).close()
        log = self.house.home / "house.log"
        await_health(self.house, is_over=lambda: False, read_log=log.read_text)

    async def order(self, connection: ConnectionView, what: str) -> None:
        """Order something of a connection, and again while its service has not heard of a resumption yet."""

        async def taken() -> bool:
            status, _ = await self.gateway.call("POST", f"/connections/{connection.id}/{what}")
            return status < 300

        await until(taken, what=what, seconds=AWAY_SECONDS)

    def _act_on_contact(self) -> None:
        self._act(self._random.choice(ACCOUNTS), self._chosen(ACTS))

    def _act_on_dealing(self) -> None:
        account, what = self._random.choice(ACCOUNTS), self._chosen(DEALING_ACTS)
        provider = account.partition(":")[0]
        if kinds := MERGED[provider] if what == "merge" else WRITTEN[provider]:
            self._act(account, what, self._random.choice(kinds))

    def _act(self, account: str, what: str, kind: str | None = None) -> None:
        with suppress(HTTPError):  # nothing is there to be restored, for example
            act(self.house, account, what, {"kind": kind} if kind else {})
            self.done[f"{what} {kind or 'contact'}"] += 1
            self.acts += 1

    def _fault(self) -> None:
        kind, provider = self._random.choice(FAULTS), self._random.choice(list(CALLS))
        order = {"kind": kind, "path": CALLS[provider], "times": self._random.randint(1, 2), "seconds": 0.5}
        self.house.control("faults", order | {"skip": self._random.randint(0, 3)})
        self.done[f"fault {kind}"] += 1

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

    def _expire(self) -> None:
        self.house.control("expire-tokens", {})
        self.done["expire tokens"] += 1

    def _kill(self) -> None:
        service = self._random.choice(KILLED)
        with suppress(LookupError):  # it was killed a moment ago, and is not back yet
            self.house.kill(service)
            self.done[f"kill {service}"] += 1

    def _cut(self) -> None:
        # How many there are depends on the machine, and what happens next must not.
        own, share = Random(self._random.getrandbits(64)), self._random.choice((0.2, 1))
        self.done["connections to the database cut"] += self.house.cut(own, share=share)

    async def _rest(self) -> None:
        connection = self._random.choice(self.connections)
        for order in ("pause", "resume"):
            await self.order(connection, order)
            await asyncio.sleep(self._random.uniform(0.0, 1.0))
        self.done["pause and resume"] += 1

    async def _ask_full(self) -> None:
        await self.order(self._random.choice(self.connections), "sync?mode=full")
        self.done["full sync"] += 1

    def _chosen(self, odds: dict[str, int]) -> str:
        return self._random.choices(list(odds), list(odds.values()))[0]
