"""What can be made to happen to records in any account, without the checks that a provider's own API makes."""

from typing import Any

from sandbox import changes
from sandbox.accounts import Account
from sandbox.clock import now_ms
from sandbox.store import Sandbox


class NothingThere(Exception):
    """There is no such record, or none in the state that the act needs."""


def create(
    sandbox: Sandbox,
    account: Account,
    kind: str,
    properties: dict[str, Any],
    links: tuple[tuple[str, int], ...] = (),
) -> int:
    """Make a record, linked to others at once; returns its row."""
    key = account.opened.account
    return sandbox.commit(changes.Created(at=now_ms(), account=key, kind=kind, properties=properties, links=links))


def edit(sandbox: Sandbox, account: Account, kind: str, row: int, properties: dict[str, Any]) -> int:
    """Write properties of a living record, however odd; returns its row."""
    key = account.opened.account
    return sandbox.commit(changes.Edited(at=now_ms(), account=key, kind=kind, row=row, properties=properties))


def archive(sandbox: Sandbox, account: Account, kind: str, row: int) -> int:
    """Delete a living record, in the way that can be undone; returns its row."""
    return sandbox.commit(changes.Archived(at=now_ms(), account=account.opened.account, kind=kind, row=row))


def restore(sandbox: Sandbox, account: Account, kind: str, row: int) -> int:
    """Bring an archived record back; returns its row."""
    return sandbox.commit(changes.Restored(at=now_ms(), account=account.opened.account, kind=kind, row=row))


def erase(sandbox: Sandbox, account: Account, kind: str, row: int) -> int:
    """Delete a record for good; returns its row."""
    return sandbox.commit(changes.Erased(at=now_ms(), account=account.opened.account, kind=kind, row=row))


def merge(sandbox: Sandbox, account: Account, kind: str, primary: int, other: int) -> int:
    """Make one record of two living ones; returns the row of that one. Raises `NothingThere`."""
    if primary == other:
        raise NothingThere(f"{account.opened.account} has no second record to merge with")
    key = account.opened.account
    return sandbox.commit(changes.Merged(at=now_ms(), account=key, kind=kind, primary=primary, other=other))


def living_row(account: Account, kind: str, text: str) -> int:
    """The living record that an id leads to. Raises `NothingThere`."""
    row = account.present_row(kind, text)
    if row is None:
        raise NothingThere(f"{account.opened.account} has none of its {kind} at {text}")
    return row


def archived_row(account: Account, kind: str, text: str) -> int:
    """The archived record of an id. Raises `NothingThere`."""
    row = account.tables[kind].row_of(text)
    if row is None or row not in account.tables[kind].archived:
        raise NothingThere(f"{account.opened.account} has none of its {kind} archived at {text}")
    return row
