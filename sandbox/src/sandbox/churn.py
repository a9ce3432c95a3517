"""Changes as a working day brings them: people come, move, marry, are entered twice, and are tidied up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import msgspec

from sandbox import acts
from sandbox.accounts import Account, Records
from sandbox.acts import NothingThere
from sandbox.beginnings import beginning
from sandbox.store import Sandbox

ODDS = {"create": 5, "edit": 12, "archive": 2, "restore": 1, "merge": 1, "dealing": 3}
"""What happens, and how often beside the rest."""


class Done(msgspec.Struct, frozen=True):
    """What was changed."""

    what: str
    account: str
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

    def begin(self, seed: int) -> None:
        """Let chance begin anew: the same orders in the same accounts come to the same then."""
        self._random.seed(seed)

    def change(self, count: int) -> list[Done]:
        """Change that many things, in any account."""
        accounts = list(self._sandbox.accounts.values())
        return [self._change(self._random.choice(accounts)) for _ in range(count)] if accounts else []

    def pick(self, account: Account, kind: str, *, archived: bool = False) -> int:
        """Any living record, or any archived one. Raises `NothingThere`."""
        table: Records = account.tables[kind]
        if archived and table.archived:
            return self._random.choice(sorted(table.archived))
        for _ in range(0 if archived or table.living == 0 else 1000):
            if table.lives(row := self._random.randrange(table.rows)):
                return row
        raise NothingThere(f"{account.opened.account} has none of its {kind}")

    def newcomer(self, account: Account) -> int:
        """Someone new to this account, known to another or to none."""
        edge = self._sandbox.edge()
        seen = account.roster.stranger(self._random.randrange(edge + edge // 4 + 100))
        while any(account.holder_of(email) is not None for email in seen.emails):
            seen = account.roster.stranger(self._random.randrange(2 * edge + 10_000))
        return acts.create(self._sandbox, account, account.CONTACTS, account.written(seen))

    def beginning(self, account: Account, kind: str) -> int:
        """Something new that is done with a contact of the account. Raises `NothingThere`."""
        contact = self.pick(account, account.CONTACTS)
        properties, links = beginning(account, kind, contact, self._random)
        return acts.create(self._sandbox, account, kind, properties, links)

    def news(self, account: Account, kind: str) -> dict[str, Any]:
        """Properties as somebody might write them to a record of that kind."""
        return account.news(kind, self._random)

    def _change(self, account: Account) -> Done:
        """What chance would do may be impossible just now: then it does something else."""
        while True:
            what = self._random.choices(list(ODDS), list(ODDS.values()))[0]
            kind = self._random.choice(account.ALL_DEALINGS) if what == "dealing" else account.CONTACTS
            with suppress(NothingThere):
                row = self._do(account, kind, what)
                return Done(what, account.opened.account, account.tables[kind].id_of(row))

    def _do(self, account: Account, kind: str, what: str) -> int:
        if what == "create":
            return self.newcomer(account)
        row = self.pick(account, kind, archived=what == "restore")
        match what:
            case "archive":
                return acts.archive(self._sandbox, account, kind, row)
            case "restore":
                return acts.restore(self._sandbox, account, kind, row)
            case "merge":
                return acts.merge(self._sandbox, account, kind, row, self.pick(account, kind))
            case _:
                return acts.edit(self._sandbox, account, kind, row, self.news(account, kind))

    async def _run(self) -> None:
        while True:
            self._told.clear()
            try:
                async with asyncio.timeout(self.seconds or None):
                    await self._told.wait()
            except TimeoutError:
                self.change(1)
