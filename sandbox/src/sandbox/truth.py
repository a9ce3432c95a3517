"""What an account holds, record by record, as its provider writes them: what a connector's copy is held against."""

from collections.abc import Iterator

import msgspec

from sandbox.accounts import Account
from sandbox.hubspot import answers as hubspot
from sandbox.hubspot.definitions import stage_label
from sandbox.hubspot.portal import Portal
from sandbox.pipedrive import activities, organizations
from sandbox.pipedrive import answers as pipedrive
from sandbox.pipedrive.catalogue import STAGES
from sandbox.pipedrive.company import Company, people_in
from sandbox.wire import JSON
from sandbox.zendesk import answers as zendesk
from sandbox.zendesk.desk import Desk

COMMENTS = "comments"
"""What is said about tickets is kept with them, and each is told of by itself."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its provider writes it for who asks for all of it, and what it takes other records to know.

    `contacts` are the living ones it concerns, `gone` those it concerned as long as they lived. `stage` is what the
    stage is called whose id it holds.
    """

    id: str
    record: JSON
    contacts: list[str] = []
    gone: list[str] = []
    stage: str | None = None


def kinds(account: Account) -> frozenset[str]:
    """What can be told of."""
    return frozenset(account.tables) | ({COMMENTS} if isinstance(account, Desk) else frozenset())


def records(account: Account, kind: str) -> Iterator[Told]:
    """Every living record of a kind that a connector should find."""
    if isinstance(account, Desk) and kind == COMMENTS:
        yield from _comments(account)
        return
    table = account.tables[kind]
    rows = account.people() if kind == account.CONTACTS else filter(table.lives, range(table.rows))
    for row in rows:
        contacts, gone = _concerned(account, kind, row)
        yield Told(
            id=table.id_of(row),
            record=_whole(account, kind, row),
            contacts=contacts,
            gone=gone,
            stage=_stage(account, kind, row),
        )


def _comments(desk: Desk) -> Iterator[Told]:
    """All that was said after a ticket's first word, which the ticket holds itself."""
    for row in filter(desk.tickets.lives, range(desk.tickets.rows)):
        contacts, gone = _concerned(desk, desk.DEALINGS, row)
        ticket = zendesk.ticket(desk, row)
        for comment in zendesk.comments(desk, row)[1:]:
            yield Told(
                id=f"{ticket['id']}/{comment['id']}",
                record={"comment": comment, "ticket": ticket},
                contacts=contacts,
                gone=gone,
            )


def _whole(account: Account, kind: str, row: int) -> JSON:
    match account:
        case Portal():
            table = account.tables[kind]
            return hubspot.one(account, table, row, table.record(row), table.kind.properties)
        case Company():
            return _of_company(account, kind, row)
        case Desk() if kind == account.CONTACTS:
            user, identities = (
                zendesk.user(account, account.users, row),
                zendesk.identities(account, account.users, row),
            )
            return {"user": user, "identities": identities}
        case Desk() if kind == "agents":
            return zendesk.user(account, account.agents, row)
        case Desk() if kind == "organizations":
            return zendesk.organization(account, row)
        case Desk():
            return zendesk.ticket(account, row)
    raise TypeError(f"nobody said how {account.PROVIDER} writes its records")


def _of_company(company: Company, kind: str, row: int) -> JSON:
    table = company.tables[kind]
    record = table.record(row)
    match kind:
        case "persons":
            return pipedrive.person(company, row, record, labels=True)
        case "deals":
            return pipedrive.deal(company, row, record)
        case "activities":
            return activities.shown(table, row, record)
        case "notes":
            return pipedrive.note(company, row, record)
        case _:
            return organizations.shown(table, row, record)


def _concerned(account: Account, kind: str, row: int) -> tuple[list[str], list[str]]:
    """The contacts that a dealing concerns: those who live, and those who do not."""
    if kind not in account.ALL_DEALINGS:
        return [], []
    match account:
        case Portal():
            rows = account.ever_linked(kind, row, account.CONTACTS)
        case Company():
            people = people_in(account.tables[kind].record(row).properties) - {None}
            found = (account.persons.row_of(str(each)) for each in people)
            rows = [each for each in found if each is not None]
        case Desk():
            ticket = account.tickets.record(row)
            requester = account.requester(ticket)
            rows = [*([] if requester is None else [requester]), *(ticket.properties.get("ccs") or ())]
        case _:
            raise TypeError(f"nobody said whom the records of {account.PROVIDER} concern")
    table, people_here = account.tables[account.CONTACTS], dict.fromkeys(rows)
    living = [table.id_of(each) for each in people_here if table.lives(each)]
    return living, [table.id_of(each) for each in people_here if not table.lives(each)]


def _stage(account: Account, kind: str, row: int) -> str | None:
    properties = account.tables[kind].record(row).properties
    match account:
        case Portal():
            return stage_label(kind, properties)
        case Company() if kind == "deals":
            return next((str(stage["name"]) for stage in STAGES if stage["id"] == properties.get("stage_id")), None)
    return None
