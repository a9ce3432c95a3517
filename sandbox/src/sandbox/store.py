"""All the sandbox knows, and the one way to change it: `commit`."""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from sandbox import changes
from sandbox.accounts import Account
from sandbox.clock import now_ms
from sandbox.grants import Grants
from sandbox.hubspot.portal import Portal
from sandbox.journal import Journal
from sandbox.limits import Tally
from sandbox.people import World
from sandbox.pipedrive.company import Company
from sandbox.records import Record
from sandbox.rosters import Roster
from sandbox.settings import AccountSetting, Settings
from sandbox.targets import Target
from sandbox.tokens import Token
from sandbox.zendesk.desk import Desk

AccountT = TypeVar("AccountT", bound=Account)

Listener = Callable[[Account, changes.AnyRecordChange, int, Record | None], None]
"""Hears what happened in an account, to which row, and what its record was before."""

KINDS: dict[str, type[Portal | Company | Desk]] = {kind.PROVIDER: kind for kind in (Portal, Company, Desk)}
"""What an account of each provider is."""


class Sandbox:
    """The world, and the accounts of all providers that show it."""

    world: World
    accounts: dict[str, Account]
    _grants: Grants
    _subscriptions: dict[str, dict[str, Target]]

    def __init__(self, settings: Settings) -> None:
        self.listeners: list[Listener] = []
        self.hubspot_target = settings.hubspot_webhook_url
        self._numbered = 0
        self.settings = settings
        self.rate_limits = settings.rate_limits
        self.tally = Tally()
        self._lag_ms = round(settings.search_lag_seconds * 1000)
        self._journal: Journal[changes.AnyChange] = Journal(
            settings.state,
            about=f"seed={settings.seed} people={settings.people} accounts={settings.accounts}",
            decoder=msgspec.json.Decoder(changes.AnyChange),
        )
        past = self._journal.read()
        for change in past:
            self._apply(change)
        if not past:
            self.begin(seed=settings.seed, accounts=settings.account_list())

    def begin(self, *, seed: int, accounts: tuple[AccountSetting, ...]) -> None:
        """Forget what happened and begin with these accounts."""
        self._journal.restart()
        self.tally = Tally()
        self.commit(changes.WorldMade(at=now_ms(), seed=seed))
        for account in accounts:
            self.open_account(account)

    def open_account(self, setting: AccountSetting) -> Account:
        """Open an account, in place of one of the same id; it shares people with those opened before it."""
        shared = round(setting.overlap * Roster.span(setting.contacts))
        self.commit(
            changes.AccountOpened(
                at=now_ms(),
                account=setting.key,
                name=setting.name,
                contacts=setting.contacts,
                first=max(0, self.edge(without=setting.key) - shared),
                imported=setting.imported,
                dealings=setting.dealings,
            )
        )
        return self.accounts[setting.key]

    def commit(self, change: changes.AnyChange) -> int:
        """Let something happen, and remember it; where it happened to a record, returns its row."""
        before = self._before(change) if isinstance(change, changes.RecordChange) else None
        row = self._apply(change)
        self._journal.write(change)
        if isinstance(change, changes.RecordChange):
            for listener in self.listeners:
                listener(self.accounts[change.account], change, row, before)
        return row

    def subscriptions_of(self, account: Account) -> list[Target]:
        """Where an account's own subscriptions want to be told."""
        return list(self._subscriptions.get(account.opened.account, {}).values())

    def next_subscription(self) -> int:
        """A number that no subscription had before."""
        self._numbered += 1
        return 4_710_000 + self._numbered

    def account(self, kind: type[AccountT], account_id: str) -> AccountT | None:
        """The account of a provider that goes by this id there."""
        return cast("AccountT | None", self.accounts.get(changes.key(kind.PROVIDER, account_id)))

    def accounts_of(self, kind: type[AccountT]) -> list[AccountT]:
        """All accounts of a provider."""
        return [cast("AccountT", account) for account in self.accounts.values() if account.PROVIDER == kind.PROVIDER]

    def edge(self, *, without: str | None = None) -> int:
        """The first person that no account's list reaches, but for one account."""
        rosters = [account.roster for key, account in self.accounts.items() if key != without]
        return max((roster.first + Roster.span(roster.rows) for roster in rosters), default=0)

    def revoked(self, token: Token) -> bool:
        """Whether a grant is dead for good."""
        return token.account not in self.accounts or self._grants.revoked(token)

    def expired(self, token: Token) -> bool:
        """Whether a token's time is over."""
        return self._grants.expired(token, now_ms())

    def _before(self, change: changes.AnyRecordChange) -> Record | None:
        table = self.accounts[change.account].tables[change.kind]
        match change:
            case changes.Created():
                return None
            case changes.Merged():
                return table.record(change.primary)
            case _:
                return table.record(change.row)

    def _apply(self, change: changes.AnyChange) -> int:
        match change:
            case changes.WorldMade():
                self.world, self.accounts, self._grants = World(change.seed), {}, Grants()
                self._subscriptions = {}
            case changes.AccountOpened():
                provider = change.account.partition(":")[0]
                self.accounts[change.account] = KINDS[provider](self.world, change, lag_ms=self._lag_ms)
                self._subscriptions.pop(change.account, None)
            case changes.AccountClosed():
                del self.accounts[change.account]
            case changes.Subscribed():
                self._subscriptions.setdefault(change.account, {})[change.target.id] = change.target
                self._numbered += 1
            case changes.Unsubscribed():
                self._subscriptions.get(change.account, {}).pop(change.id, None)
            case changes.GrantRevoked() | changes.GrantsWithdrawn() | changes.TokensExpired():
                self._grants.apply(change)
            case _:
                return self.accounts[change.account].apply(change)
        return 0
