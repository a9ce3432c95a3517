"""One account of Zendesk: its users, organizations and tickets, and what changes do to them."""

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar, assert_never
from zlib import crc32

import msgspec

from sandbox import changes
from sandbox.people import World, chance
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting
from sandbox.zendesk import identities, seeds
from sandbox.zendesk.happenings import Happenings
from sandbox.zendesk.seeds import AGENTS, Seeds
from sandbox.zendesk.tables import Table

_BEYOND_45_BITS = 46_000_000_000_000
_ORGANIZATIONS = 2_000_000_000  # how far below the users' ids theirs begin


class Desk:
    """An account and all it holds. The agents stand apart from the end users, and show in the same lists."""

    PROVIDER: ClassVar = "zendesk"
    CONTACTS: ClassVar = "users"
    DEALINGS: ClassVar = "tickets"
    ALL_DEALINGS: ClassVar[tuple[str, ...]] = ("tickets",)

    def __init__(self, world: World, opened: changes.AccountOpened, *, lag_ms: int) -> None:
        self.subdomain = opened.account_id
        self.opened = opened
        self.lag_ms = lag_ms
        self.roster = Roster(world, salt=crc32(self.subdomain.encode()), first=opened.first, rows=opened.contacts)
        base = _BEYOND_45_BITS + chance(0, 40, 0, self.roster.salt) % 900_000_000_000
        self.seeds = Seeds(
            self.roster, subdomain=self.subdomain, imported=opened.imported, organizations_from=base - _ORGANIZATIONS
        )
        self.happenings = Happenings(self.seeds)
        self._changed_emails: dict[str, int] = {}
        self.users = Table(
            first_id=base,
            seeded=self.seeds.users,
            seed=self.seeds.user,
            stamp=self.seeds.user_modified,
            lag_ms=lag_ms,
        )
        self.agents = Table(
            first_id=base - 10_000, seeded=AGENTS, seed=self.seeds.agent, stamp=self.seeds.agent_modified, lag_ms=lag_ms
        )
        self.tickets = Table(
            first_id=1,
            step=1,
            seeded=self.seeds.tickets,
            seed=self.seeds.ticket,
            stamp=self.seeds.ticket_modified,
            lag_ms=lag_ms,
        )
        self.organizations = Table(
            first_id=base - _ORGANIZATIONS,
            step=1,
            seeded=self.seeds.organizations,
            seed=self.seeds.organization,
            stamp=self.seeds.organization_modified,
            lag_ms=lag_ms,
        )
        self.tables = {
            "users": self.users,
            "agents": self.agents,
            "tickets": self.tickets,
            "organizations": self.organizations,
        }

    def apply(self, change: changes.AnyRecordChange) -> int:
        """Let something happen that was found possible; returns the row it happened to, or that it made."""
        table, before = self.tables[change.kind], self._before(change)
        match change:
            case changes.Created():
                nobody = Record(properties={}, created=change.at, modified=change.at)
                row = self._put(table, table.rows, _written(nobody, change.properties, change.at))
            case changes.Edited():
                row = self._put(table, change.row, _written(table.record(change.row), change.properties, change.at))
            case changes.Archived():
                row = self._change(table, change.row, change.at, archived_at=change.at)
            case changes.Restored():
                row = self._change(table, change.row, change.at, archived_at=None)
            case changes.Erased():
                row = self._change(table, change.row, change.at, erased=True)
            case changes.Merged():
                row = self._merge(table, change)
            case changes.Linked() | changes.Unlinked():
                row = change.row
            case _:
                assert_never(change)
        if table is self.tickets:
            self.happenings.note(change, row, before, table.record(row))
        return row

    def present_row(self, kind: str, text: str) -> int | None:
        """The living record of an id: a merged one leads nowhere."""
        row = self.tables[kind].row_of(text)
        return row if row is not None and self.tables[kind].lives(row) else None

    def people(self) -> Iterator[int]:
        """The rows of all living end users."""
        return (row for row in range(self.users.rows) if self.users.lives(row) and self._is_customer(row))

    def emails_of(self, row: int) -> tuple[str, ...]:
        """All addresses of a user."""
        record = self.users.changed.get(row)
        return self.roster.emails(row) if record is None else identities.emails(record.properties["identities"])

    def holder_of(self, email: str) -> int | None:
        """The living user that carries an address, whatever its case."""
        wanted = email.strip().lower()
        if (row := self._changed_emails.get(wanted)) is not None:
            return row
        row = self.roster.row_of(wanted)
        return None if row is None or row in self.users.changed else row

    def agent_of(self, email: str) -> int | None:
        """The agent that carries an address."""
        wanted = email.strip().lower()
        known = ((row, self.agents.record(row)) for row in range(self.agents.rows))
        return next((row for row, agent in known if wanted in identities.emails(agent.properties["identities"])), None)

    def organization(self, user: Record) -> int | None:
        """The row of the organization that a user belongs to; one that was deleted has nobody."""
        return self.present_row("organizations", str(user.properties.get("organization_id")))

    def requester(self, ticket: Record) -> int | None:
        """The row of the end user who asked, over however many merges; None where it was an agent."""
        row: int | None = ticket.properties.get("requester")
        while row is not None and (target := self.users.record(row).merged_into) is not None:
            row = target
        return row

    def requester_id(self, ticket: Record) -> int:
        """The id of who asked."""
        row = self.requester(ticket)
        return int(self.agents.id_of(ticket.properties["requester_agent"]) if row is None else self.users.id_of(row))

    def written(self, seen: Sighting) -> dict[str, Any]:
        """A person as the properties of a user."""
        return seeds.user_properties(seen)

    def news(self, kind: str, draw: Random) -> dict[str, Any]:
        """Properties as somebody might write them to a record of that kind."""
        return seeds.news(kind, draw)

    def _before(self, change: changes.AnyRecordChange) -> Record | None:
        """The record that a change happens to, or its primary; none where it makes one."""
        match change:
            case changes.Created():
                return None
            case changes.Merged():
                return self.tables[change.kind].record(change.primary)
            case _:
                return self.tables[change.kind].record(change.row)

    def _is_customer(self, row: int) -> bool:
        record = self.users.changed.get(row)
        return record is None or record.properties.get("role", "end-user") == "end-user"

    def _change(self, table: Table, row: int, at: int, **state: Any) -> int:
        return self._put(table, row, msgspec.structs.replace(table.record(row), modified=at, **state))

    def _merge(self, table: Table, change: changes.Merged) -> int:
        """The second user is deleted, its addresses and tickets go over, and nothing names the first one."""
        winner, loser = table.record(change.primary), table.record(change.other)
        if table is self.users:
            for ticket in self._tickets_of(change.other):
                self._change(self.tickets, ticket, change.at)
            both = identities.joined(winner.properties["identities"], loser.properties["identities"])
            winner = _written(winner, {"identities": both}, change.at)
        self._change(table, change.other, change.at, merged_into=change.primary)
        return self._put(table, change.primary, winner)

    def _tickets_of(self, user: int) -> list[int]:
        changed = [row for row, ticket in self.tickets.changed.items() if self.requester(ticket) == user]
        seeded = self.seeds.tickets_of(user) if user < self.seeds.users else []
        return [*changed, *(row for row in seeded if row not in self.tickets.changed)]

    def _put(self, table: Table, row: int, record: Record) -> int:
        if table is self.users:
            if row in table.changed:
                for email in identities.emails(table.changed[row].properties["identities"]):
                    if self._changed_emails.get(email.strip().lower()) == row:
                        del self._changed_emails[email.strip().lower()]
            if record.living:
                known = identities.emails(record.properties["identities"])
                self._changed_emails |= {email.strip().lower(): row for email in known}
        table.put(row, record)
        return row


def _written(before: Record, given: dict[str, Any], at: int) -> Record:
    """A record with properties written to it; addresses become identities, and what is said a comment more."""
    properties = before.properties | given
    if said := properties.pop("said", None):
        comments = properties.get("comments") or []
        properties["comments"] = [*comments, {"n": len(comments), "at": at, **said}]
    known = properties.setdefault("identities", [])
    if "emails" in properties or "phones" in properties:
        known = identities.made(properties.pop("emails", ()), properties.pop("phones", ()))
    if "email" in properties:
        known = identities.with_email(known, properties.pop("email"))
    properties["identities"] = known
    return msgspec.structs.replace(before, properties=properties, modified=at)
