"""What an account holds, record by record, as its provider writes them: what a connector's copy is held against."""

from collections.abc import Iterator

from sandbox.accounts import Account
from sandbox.hubspot import answers as hubspot
from sandbox.hubspot.portal import Portal
from sandbox.pipedrive import answers as pipedrive
from sandbox.pipedrive.company import Company
from sandbox.wire import JSON
from sandbox.zendesk import answers as zendesk
from sandbox.zendesk.desk import Desk


def records(account: Account, kind: str) -> Iterator[JSON]:
    """Every living record of a kind that a connector should find, whole, with the ids of the contacts it concerns."""
    table = account.tables[kind]
    rows = account.people() if kind == account.CONTACTS else filter(table.lives, range(table.rows))
    for row in rows:
        yield {"id": table.id_of(row), "record": _whole(account, kind, row), "contacts": _contacts(account, kind, row)}


def _whole(account: Account, kind: str, row: int) -> JSON:
    match account:
        case Portal():
            table = account.tables[kind]
            return hubspot.one(account, table, row, table.record(row), table.kind.properties)
        case Company():
            write = pipedrive.person if kind == account.CONTACTS else pipedrive.deal
            return write(account, row, account.tables[kind].record(row))
        case Desk() if kind == account.CONTACTS:
            user, identities = (
                zendesk.user(account, account.users, row),
                zendesk.identities(account, account.users, row),
            )
            return {"user": user, "identities": identities}
        case Desk():
            return zendesk.ticket(account, row)
    raise TypeError(f"nobody said how {account.PROVIDER} writes its records")


def _contacts(account: Account, kind: str, row: int) -> list[str]:
    """The living contacts that a dealing concerns."""
    if kind != account.DEALINGS:
        return []
    match account:
        case Portal():
            return [account.contacts.id_of(other) for other in account.linked(kind, row, account.CONTACTS)]
        case Company():
            person_id = str(account.deals.record(row).properties.get("person_id"))
            return [person_id] if account.present_row(account.CONTACTS, person_id) is not None else []
        case Desk():
            requester = account.requester(account.tickets.record(row))
            living = requester is not None and account.users.lives(requester)
            return [account.users.id_of(requester)] if requester is not None and living else []
    raise TypeError(f"nobody said how {account.PROVIDER} writes its records")
