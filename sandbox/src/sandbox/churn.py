"""Changes as a working day brings them: people come, move, marry, are entered twice, and are tidied up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import msgspec

from sandbox.clock import now_ms
from sandbox.hubspot import changes, operations
from sandbox.hubspot.errors import HubSpotError, not_found
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Table
from sandbox.hubspot.seeds import contact_properties
from sandbox.names import CULTURES, PRIVATE_DOMAINS, TITLES
from sandbox.store import Sandbox

ODDS = {"create": 5, "edit": 12, "archive": 2, "restore": 1, "merge": 1, "deal": 3}
"""What happens, and how often beside the rest."""


class Done(msgspec.Struct, frozen=True):
    """What was changed."""

    what: str
    portal_id: int
    id: str


class Churn:
    """Makes changes at random, when told to or by itself every so many seconds (0: never)."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.seconds = sandbox.settings.churn_seconds
        self._sandbox = sandbox
        self._random = Random()  # noqa: S311 - picks whom to bother, and keeps no secret
        self._told = asyncio.Event()

    @asynccontextmanager
    async def running(self, _: object) -> AsyncIterator[None]:
        """Change something now and then, as long as the app lives."""
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def every(self, seconds: float) -> None:
        """From now on wait that long between changes."""
        self.seconds = seconds
        self._told.set()

    def change(self, count: int) -> list[Done]:
        """Change that many things, in any account."""
        portals = list(self._sandbox.hubspot.portals.values())
        return [self._change(self._random.choice(portals)) for _ in range(count)] if portals else []

    def pick(self, table: Table, *, archived: bool = False) -> int:
        """Any living record, or any archived one. Raises `HubSpotError` when none is found."""
        if archived and table.archived:
            return self._random.choice(sorted(table.archived))
        for _ in range(0 if archived or table.living == 0 else 1000):
            if table.lives(row := self._random.randrange(table.rows)):
                return row
        raise not_found(f"one of the {table.kind.name}")

    def newcomer(self, portal: Portal) -> int:
        """Someone new to this account, known to another or to none."""
        edge = self._sandbox.hubspot.edge()
        seen = portal.roster.stranger(self._random.randrange(edge + edge // 4 + 100))
        while any(portal.holder_of(email) is not None for email in seen.emails):
            seen = portal.roster.stranger(self._random.randrange(2 * edge + 10_000))
        return self._sandbox.commit(
            changes.Created(
                at=now_ms(), portal_id=portal.portal_id, kind="contacts", properties=contact_properties(seen)
            )
        )

    def news(self, kind: str) -> dict[str, str | None]:
        """Properties as somebody might write them to a record of that kind."""
        draw, culture = self._random, self._random.choice(CULTURES)
        if kind == "deals":
            return {"amount": str(draw.randrange(100, 90_000))}
        news: tuple[dict[str, str | None], ...] = (
            {"jobtitle": draw.choice(TITLES)},
            {"phone": f"{draw.choice(culture.mobile)}{draw.randrange(10**6):06}"},
            {"city": draw.choice(culture.towns).partition("|")[0], "country": culture.country},
            {"lastname": draw.choice(culture.family).partition("|")[0]},
            {"email": f"moved{draw.getrandbits(40)}@{draw.choice(PRIVATE_DOMAINS)}"},
        )
        return draw.choice(news)

    def _change(self, portal: Portal) -> Done:
        """What chance would do may be impossible just now: then it does something else."""
        while True:
            what = self._random.choices(list(ODDS), list(ODDS.values()))[0]
            table = portal.tables["deals" if what == "deal" else "contacts"]
            with suppress(HubSpotError):
                return Done(what, portal.portal_id, table.id_of(self._do(portal, table, what)))

    def _do(self, portal: Portal, table: Table, what: str) -> int:
        if what == "create":
            return self.newcomer(portal)
        row = self.pick(table, archived=what == "restore")
        identity = table.id_of(row)
        match what:
            case "archive":
                operations.archive(self._sandbox, portal, table, identity)
            case "restore":
                operations.restore(self._sandbox, portal, table, identity)
            case "merge":
                other = table.id_of(self.pick(table))
                return operations.merge(self._sandbox, portal, table, identity, other)
            case _:
                operations.edit(self._sandbox, portal, table, row, self.news(table.kind.name))
        return row

    async def _run(self) -> None:
        while True:
            self._told.clear()
            try:
                async with asyncio.timeout(self.seconds or None):
                    await self._told.wait()
            except TimeoutError:
                self.change(1)
