"""All that can happen in the accounts of all providers, as facts: applied when they happen, and after a restart.

A fact says what somebody did; what a provider makes of it (whether a merge leaves one of two records or a third, what
becomes of an archived one's addresses) is that provider's affair.
"""

from typing import Any

import msgspec

from sandbox.targets import Target


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag=str.lower):
    """Something that happened, at a time in milliseconds."""

    at: int


class WorldMade(Change, frozen=True, kw_only=True):
    """Everything began, with the people of a seed."""

    seed: int


class AccountOpened(Change, frozen=True, kw_only=True):
    """An account, with that many seeded contacts: people of the world from number `first` on."""

    account: str
    name: str
    contacts: int
    first: int
    imported: bool = False
    dealings: bool = True

    @property
    def account_id(self) -> str:
        """What the provider itself calls the account."""
        return self.account.partition(":")[2]


class AccountClosed(Change, frozen=True, kw_only=True):
    """An account is no more."""

    account: str


class GrantRevoked(Change, frozen=True, kw_only=True):
    """Somebody withdrew an app's grant: its tokens are dead."""

    grant: str


class GrantsWithdrawn(Change, frozen=True, kw_only=True):
    """An account withdrew every grant it had made until now."""

    account: str


class TokensExpired(Change, frozen=True, kw_only=True):
    """Every access token made until now is expired."""


class Subscribed(Change, frozen=True, kw_only=True):
    """An app subscribed to what happens in an account."""

    account: str
    target: Target


class Unsubscribed(Change, frozen=True, kw_only=True):
    """A subscription ended."""

    account: str
    id: str


class RecordChange(Change, frozen=True, kw_only=True):
    """Something that happened to records of one kind in one account; records are named by their row."""

    account: str
    kind: str


class Created(RecordChange, frozen=True, kw_only=True):
    """A record was made; `links` are the kinds and rows it was linked to at once."""

    properties: dict[str, Any]
    links: tuple[tuple[str, int], ...] = ()


class Edited(RecordChange, frozen=True, kw_only=True):
    """Properties were written; None is a cleared one."""

    row: int
    properties: dict[str, Any]


class Archived(RecordChange, frozen=True, kw_only=True):
    """A record was deleted the way that can be undone."""

    row: int


class Restored(RecordChange, frozen=True, kw_only=True):
    """An archived record came back."""

    row: int


class Erased(RecordChange, frozen=True, kw_only=True):
    """A record was deleted for good."""

    row: int


class Merged(RecordChange, frozen=True, kw_only=True):
    """Two records became one; where both have a value, the primary's stays."""

    primary: int
    other: int


class Linked(RecordChange, frozen=True, kw_only=True):
    """Two records were associated."""

    row: int
    to_kind: str
    to_row: int


class Unlinked(RecordChange, frozen=True, kw_only=True):
    """Two records are no longer associated."""

    row: int
    to_kind: str
    to_row: int


AnyRecordChange = Created | Edited | Archived | Restored | Erased | Merged | Linked | Unlinked
AnyGrantChange = GrantRevoked | GrantsWithdrawn | TokensExpired
AnySubscription = Subscribed | Unsubscribed
AnyChange = WorldMade | AccountOpened | AccountClosed | AnyGrantChange | AnySubscription | AnyRecordChange


def key(provider: str, account_id: str) -> str:
    """The name of an account among those of all providers: `hubspot:111111`."""
    return f"{provider}:{account_id}"
