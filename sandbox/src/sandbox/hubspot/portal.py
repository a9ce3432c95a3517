"""One account of HubSpot: its records, their associations, and what changes do to them."""

from collections.abc import Iterator
from random import Random
from typing import ClassVar, assert_never

import msgspec

from sandbox import changes
from sandbox.clock import iso
from sandbox.hubspot.catalogue import COMPANIES, CONTACTS, DEALS, TYPES, ObjectType
from sandbox.hubspot.dealings import PER_BLOCK
from sandbox.hubspot.links import Links
from sandbox.hubspot.news import news
from sandbox.hubspot.seeds import OWNERS, Seeds, contact_properties
from sandbox.hubspot.tables import Table
from sandbox.people import World, chance
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting


class Portal:
    """An account and all it holds."""

    PROVIDER: ClassVar = "hubspot"
    CONTACTS: ClassVar = CONTACTS.name
    DEALINGS: ClassVar = DEALS.name
    ALL_DEALINGS: ClassVar[tuple[str, ...]] = tuple(PER_BLOCK)

    def __init__(self, world: World, opened: changes.AccountOpened, *, lag_ms: int) -> None:
        self.portal_id = int(opened.account_id)
        self.opened = opened
        self.roster = Roster(world, salt=self.portal_id, first=opened.first, rows=opened.contacts)
        self.owner_ids = tuple(str(80_000_000 + self.portal_id % 10**6 * 10 + place) for place in range(OWNERS))
        self._seeds = Seeds(
            self.roster,
            owner_ids=self.owner_ids,
            company_id=self._company_id,
            imported=opened.imported,
            dealings=opened.dealings,
        )
        self._links = Links(self._seeds)
        self._changed_emails: dict[str, int] = {}
        self.tables = {name: self._table(kind, place, lag_ms) for place, (name, kind) in enumerate(TYPES.items())}
        self.contacts = self.tables["contacts"]

    def apply(self, change: changes.AnyRecordChange) -> int:
        """Let something happen that was found possible; returns the row it happened to, or that it made."""
        table = self.tables[change.kind]
        match change:
            case changes.Created():
                row = self._create(table, change)
            case changes.Edited():
                row = self._edit(table, change.row, change.properties, change.at)
            case changes.Archived():
                row = self._edit(table, change.row, {}, change.at, archived_at=change.at)
            case changes.Restored():
                row = self._edit(table, change.row, {}, change.at, archived_at=None)
            case changes.Erased():
                row = self._put(table, change.row, msgspec.structs.replace(table.record(change.row), erased=True))
            case changes.Merged():
                row = self._merge(table, change)
            case changes.Linked():
                row = change.row
                self._links.join((change.kind, row), (change.to_kind, change.to_row))
            case changes.Unlinked():
                row = change.row
                self._links.part((change.kind, row), (change.to_kind, change.to_row))
            case _:
                assert_never(change)
        return row

    def linked(self, kind: str, row: int, to_kind: str) -> list[int]:
        """The living records of a kind that a record is associated with."""
        return [other for other in self.ever_linked(kind, row, to_kind) if self.tables[to_kind].lives(other)]

    def ever_linked(self, kind: str, row: int, to_kind: str) -> list[int]:
        """The same with those that live no more, and would be associated again if they came back."""
        return self._links.of((kind, row), to_kind)

    def holder_of(self, email: str) -> int | None:
        """The living contact that carries an address, whatever its case."""
        wanted = email.strip().lower()
        if (row := self._changed_emails.get(wanted)) is not None:
            return row
        row = self.roster.row_of(wanted)
        return None if row is None or row in self.contacts.changed else row

    def emails_of(self, row: int) -> tuple[str, ...]:
        """All addresses of a contact."""
        record = self.contacts.changed.get(row)
        return self.roster.emails(row) if record is None else emails_in(record.properties)

    def people(self) -> Iterator[int]:
        """The rows of all living contacts."""
        return (row for row in range(self.contacts.rows) if self.contacts.lives(row))

    def present_row(self, kind: str, text: str) -> int | None:
        """The living record an id leads to, also over merges."""
        table = self.tables[kind]
        row = table.row_of(text)
        row = None if row is None else self.final_row(table, row)
        return row if row is not None and table.lives(row) else None

    def written(self, seen: Sighting) -> dict[str, str | None]:
        """A person as the properties of a contact."""
        return contact_properties(seen)

    def news(self, kind: str, draw: Random) -> dict[str, str | None]:
        """Properties as somebody might write them to a record of that kind."""
        return news(kind, draw)

    def final_row(self, table: Table, row: int) -> int:
        """The row that an old one was merged into, over however many merges."""
        while (target := table.record(row).merged_into) is not None:
            row = target
        return row

    def _company_id(self, row: int) -> str:
        return self.tables[COMPANIES.name].id_of(row)

    def _table(self, kind: ObjectType, place: int, lag_ms: int) -> Table:
        return Table(
            kind,
            first_id=100_000_000_000 + chance(0, 20 + place, 0, self.portal_id) % 800_000_000_000,
            seeded=self._seeds.rows[kind.name],
            seed=self._seeds.of(kind.name),
            stamp=self._seeds.modified,
            lag_ms=lag_ms,
        )

    def _create(self, table: Table, change: changes.Created) -> int:
        at = iso(change.at)
        properties = change.properties | {table.kind.created: at, table.kind.stamp: at}
        row = self._put(table, table.rows, Record(properties=properties, created=change.at, modified=change.at))
        for kind, other in change.links:
            self._links.join((table.kind.name, row), (kind, other))
        return row

    def _edit(self, table: Table, row: int, properties: dict[str, str | None], at: int, **state: int | None) -> int:
        before = table.record(row)
        written = before.properties | properties | {table.kind.stamp: iso(at)}
        return self._put(table, row, msgspec.structs.replace(before, properties=written, modified=at, **state))

    def _merge(self, table: Table, change: changes.Merged) -> int:
        primary, other = table.record(change.primary), table.record(change.other)
        new = table.rows
        properties = _merged_properties(table, change, primary, other)
        for row, record in ((change.primary, primary), (change.other, other)):
            self._put(table, row, msgspec.structs.replace(record, merged_into=new))
        created = min(primary.created, other.created)
        self._put(table, new, Record(properties=properties, created=created, modified=change.at))
        for row in (change.primary, change.other):
            self._links.move((table.kind.name, row), (table.kind.name, new))
        return new

    def _put(self, table: Table, row: int, record: Record) -> int:
        if table is self.contacts:
            if row in table.changed:
                for email in emails_in(table.changed[row].properties):
                    self._changed_emails.pop(email.strip().lower(), None)
            if record.living:
                self._changed_emails |= {email.strip().lower(): row for email in emails_in(record.properties)}
        table.put(row, record)
        return row


def emails_in(properties: dict[str, str | None]) -> tuple[str, ...]:
    """All addresses that a contact's properties hold, the first one first."""
    listed = [properties.get("email") or "", *(properties.get("hs_additional_emails") or "").split(";")]
    return tuple(email for email in listed if email.strip())


def _merged_properties(table: Table, change: changes.Merged, primary: Record, other: Record) -> dict[str, str | None]:
    ids = [table.id_of(change.primary), table.id_of(change.other)]
    earlier = [record.properties.get("hs_merged_object_ids") for record in (primary, other)]
    kept = {name: value for name, value in primary.properties.items() if value is not None}
    properties = other.properties | kept | {
        "hs_merged_object_ids": ";".join([*filter(None, earlier), *ids]),
        "createdate": iso(min(primary.created, other.created)),
        table.kind.stamp: iso(change.at),
    }  # fmt: skip
    if table.kind is CONTACTS:
        vids = [record.properties.get("hs_calculated_merged_vids") for record in (primary, other)]
        properties["hs_calculated_merged_vids"] = ";".join(
            [*filter(None, vids), *(f"{merged}:{change.at}" for merged in ids)]
        )
        emails = dict.fromkeys(emails_in(primary.properties) + emails_in(other.properties))
        properties["email"], *rest = emails or [None]
        properties["hs_additional_emails"] = ";".join(filter(None, rest)) or None
    return properties
