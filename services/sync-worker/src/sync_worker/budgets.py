"""The budgets of provider accounts: every call spends of its account's windows, whoever makes it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from contracts.budgets import BudgetView
from contracts.pages import ItemPage
from providers.files import FileSource
from providers.quota import Meter, Price, Told, Window, window_of
from providers.source import SourceProvider
from servicekit.database import Database
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sync_worker import budget_queries
from sync_worker.budget_queries import Key
from sync_worker.gauges import Gauge, PacedGauge, PoolGauge
from sync_worker.pacing import pace_of
from sync_worker.schedule import ConnectionNotFound

IDLE_DAYS = 7


class AccountMeter:
    """Keeps count of the calls to one account, together with the other processes that call it."""

    def __init__(self, engine: AsyncEngine, provider: str, account_id: str, windows: Mapping[str, Window]) -> None:
        self._engine = engine
        self._provider = provider
        self._account_id = account_id
        self._windows = windows
        self._gauges: dict[str, Gauge] = {}

    async def spend(self, price: Price) -> None:
        """Wait for a call's turn. Raises `RateLimited` when that is far off."""
        # Who waits for the slow ones first comes on time to the quick ones.
        for name in sorted(price, key=lambda name: -self._windows[window_of(name)].seconds):
            await self._gauge(name).spend(price[name])

    async def learn(self, told: Iterable[Told]) -> None:
        """Take in what an answer says of the account's windows."""
        for each in told:
            await self._gauge(each.name).learn(each)

    def _gauge(self, name: str) -> Gauge:
        gauge = self._gauges.get(name)
        if gauge is None:
            key = Key(provider=self._provider, account_id=self._account_id, name=name)
            window = self._windows[window_of(name)]
            gauge = (PoolGauge if window.pool else PacedGauge)(self._engine, key, window)
            self._gauges[name] = gauge
        return gauge


class Budgets:
    """The meters of all accounts: one for each in this process, as long as somebody may call it."""

    def __init__(self, db: Database, sources: Mapping[str, SourceProvider | FileSource]) -> None:
        self._db = db
        self._sources = sources
        self._meters: WeakValueDictionary[tuple[str, str], AccountMeter] = WeakValueDictionary()

    def meter(self, provider: str, account_id: str) -> Meter:
        """Return the meter of an account."""
        meter = self._meters.get((provider, account_id))
        if meter is None:
            meter = AccountMeter(self._db.engine, provider, account_id, self._windows(provider))
            self._meters[provider, account_id] = meter
        return meter

    async def show(self, conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> ItemPage[BudgetView]:
        """Show what is left of each limit of a connection's account. Raises `ConnectionNotFound`."""
        account = await budget_queries.find_account(conn, workspace_id, connection_id)
        if account is None:
            raise ConnectionNotFound
        rows = {row.name: row for row in await budget_queries.list_windows(conn, *account)}
        windows = self._windows(account[0])
        named = [*windows, *(name for name in rows if name not in windows and window_of(name) in windows)]
        return ItemPage(
            items=[_view(name, windows[window_of(name)], rows.get(name)) for name in named], next_cursor=None
        )

    def _windows(self, provider: str) -> Mapping[str, Window]:
        source = self._sources.get(provider)
        return {window.name: window for window in source.windows} if isinstance(source, SourceProvider) else {}


async def forget_idle(db: Database) -> None:
    """Forget the windows that nobody took of for a week."""
    await budget_queries.forget_idle(db.engine, days=IDLE_DAYS)


def _view(name: str, window: Window, row: Row[Any] | None) -> BudgetView:
    if row is None:
        return BudgetView(name=name, words=window.words, seconds=window.seconds, most=window.most, used=0)
    if window.pool:
        known = row.most is not None and row.remaining is not None
        return BudgetView(
            name=name,
            words=window.words,
            seconds=window.seconds,
            most=row.most,
            used=row.most - row.remaining if known else row.used,
            left=row.remaining,
            waits_until=row.free_at if row.is_spent and row.free_at > row.now else None,
        )
    turn_in = (row.free_at - row.now).total_seconds() - pace_of(row.most, row.seconds, window.at_once).tolerance
    return BudgetView(
        name=name,
        words=window.words,
        seconds=window.seconds,
        most=row.most,
        used=row.used,
        left=max(0, row.most - row.used),
        resets_at=row.renewed_at if row.used else None,
        waits_until=row.free_at if turn_in > 1 else None,
    )
