"""One account of Pipedrive: a company's persons, what is done with them, and what changes do to all of it."""

import re
from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import msgspec

from sandbox import changes
from sandbox.people import World
from sandbox.pipedrive.news import news
from sandbox.pipedrive.seeds import FIRST_ID, USERS, Seeds, person_properties
from sandbox.records import Record, Table
from sandbox.rosters import Roster, Sighting


class Company:
    """An account and all it holds."""

    PROVIDER: ClassVar = "pipedrive"
    CONTACTS: ClassVar = "persons"
    DEALINGS: ClassVar = "deals"
    ALL_DEALINGS: ClassVar[tuple[str, ...]] = ("deals", "activities", "notes")

    def __init__(self, world: World, opened: changes.AccountOpened, *, lag_ms: int) -> None:
        # Its lists know of a change at once, so there is no lag here.
        self.opened = opened
        self.company_id = int(opened.account_id)
        self.domain = re.sub(r"[^a-z0-9]+", "-", opened.name.lower()).strip("-") or "company"
        self.user_ids = tuple(25_000_000 + self.company_id % 10**6 * 10 + place for place in range(USERS))
        # Another handwriting than that of any other provider's account.
        self.roster = Roster(world, salt=10**16 + self.company_id, first=opened.first, rows=opened.contacts)
        self._seeds = Seeds(self.roster, user_ids=self.user_ids, imported=opened.imported, dealings=opened.dealings)
        self.persons = self._table(self._seeds.persons, self._seeds.person)
        self.deals = self._table(self._seeds.deals, self._seeds.deal)
        self.organizations = self._table(self._seeds.organizations, self._seeds.organization)
        self.activities = self._table(self._seeds.activities, self._seeds.activity)
        self.notes = self._table(self._seeds.notes, self._seeds.note)
        self.tables = {
            "persons": self.persons,
            "deals": self.deals,
            "organizations": self.organizations,
            "activities": self.activities,
            "notes": self.notes,
        }
        self._changed_emails: dict[str, int] = {}

    def apply(self, change: changes.AnyRecordChange) -> int:
        """Let something happen that was found possible; returns the row it happened to, or that came of it."""
        table, at = self.tables[change.kind], change.at
        match change:
            case changes.Created():
                record = Record(properties=change.properties, created=at, modified=at)
                return self._put(table, table.rows, record)
            case changes.Edited():
                written = table.record(change.row).properties | change.properties
                return self._change(table, change.row, at, properties=written)
            case changes.Archived():
                return self._change(table, change.row, at, archived_at=at)
            case changes.Restored():
                return self._change(table, change.row, at, archived_at=None)
            case changes.Erased():
                return self._change(table, change.row, at, erased=True)
            case changes.Merged():
                return self._merge(table, change)
            case changes.Linked() | changes.Unlinked():
                raise ValueError("a deal names its person itself")

    def present_row(self, kind: str, text: str) -> int | None:
        """The living record of an id; one that was merged away leads nowhere."""
        row = self.tables[kind].row_of(text)
        return row if row is not None and self.tables[kind].lives(row) else None

    def people(self) -> Iterator[int]:
        """The rows of all living persons."""
        return (row for row in range(self.persons.rows) if self.persons.lives(row))

    def emails_of(self, row: int) -> tuple[str, ...]:
        """All addresses of a person."""
        record = self.persons.changed.get(row)
        return self.roster.emails(row) if record is None else emails_in(record.properties)

    def holder_of(self, email: str) -> int | None:
        """A living person that carries an address, whatever its case: Pipedrive lets several have one."""
        wanted = email.strip().lower()
        if (row := self._changed_emails.get(wanted)) is not None:
            return row
        row = self.roster.row_of(wanted)
        return None if row is None or row in self.persons.changed else row

    def deals_of(self, row: int) -> list[int]:
        """The living deals of a person."""
        return self._of_person(self.deals, self._seeds.deals_of_person(row), row)

    def activities_of(self, row: int) -> list[int]:
        """The living activities in which a person takes part."""
        return self._of_person(self.activities, self._seeds.activities_of_person(row), row)

    def notes_of(self, row: int) -> list[int]:
        """The living notes about a person."""
        return self._of_person(self.notes, self._seeds.notes_of_person(row), row)

    def written(self, seen: Sighting) -> dict[str, Any]:
        """A person as the properties of one."""
        return {**person_properties(seen), "owner_id": self.user_ids[0]}

    def news(self, kind: str, draw: Random) -> dict[str, Any]:
        """Properties as somebody might write them to a record of that kind."""
        return news(kind, draw)

    def _table(self, seeded: int, seed: Any) -> Table:
        return Table(first_id=FIRST_ID, seeded=seeded, seed=seed, stamp=self._seeds.modified, lag_ms=0, step=1)

    def _merge(self, table: Table, change: changes.Merged) -> int:
        """The other one goes and the primary stays: nothing on it tells of that."""
        primary, other = table.record(change.primary), table.record(change.other)
        kept = {name: value for name, value in primary.properties.items() if value not in (None, [])}
        properties = other.properties | kept
        if table is self.persons:
            for name in ("emails", "phones"):
                properties[name] = _united(primary.properties.get(name), other.properties.get(name))
            self._move(FIRST_ID + change.other, FIRST_ID + change.primary, change)
        self._change(table, change.other, change.at, merged_into=change.primary)
        return self._change(table, change.primary, change.at, properties=properties)

    def _move(self, from_id: int, to_id: int, change: changes.Merged) -> None:
        """Whatever had to do with the one that goes has to do with the other from now on."""
        having = {
            "deals": self.deals_of(change.other),
            "activities": self.activities_of(change.other),
            "notes": self.notes_of(change.other),
        }
        for kind, rows in having.items():
            for row in rows:
                moved = with_other_person(self.tables[kind].record(row).properties, from_id, to_id)
                self._change(self.tables[kind], row, change.at, properties=moved)

    def _of_person(self, table: Table, seeded: list[int], person_row: int) -> list[int]:
        person_id = FIRST_ID + person_row
        known = (
            row for row in seeded if row not in table.changed and person_id in people_in(table.record(row).properties)
        )
        changed = (row for row, record in table.changed.items() if person_id in people_in(record.properties))
        return [row for row in sorted({*known, *changed}) if table.lives(row)]

    def _change(self, table: Table, row: int, at: int, **state: Any) -> int:
        return self._put(table, row, msgspec.structs.replace(table.record(row), modified=at, **state))

    def _put(self, table: Table, row: int, record: Record) -> int:
        if table is self.persons:
            if row in table.changed:
                for email in emails_in(table.changed[row].properties):
                    self._changed_emails.pop(email.lower(), None)
            if record.living:
                self._changed_emails |= {email.lower(): row for email in emails_in(record.properties)}
        table.put(row, record)
        return row


def emails_in(properties: dict[str, Any]) -> tuple[str, ...]:
    """All addresses that a person's properties hold, in their order."""
    return tuple(text for text in map(_text, properties.get("emails") or ()) if text)


def people_in(properties: dict[str, Any]) -> set[object]:
    """The ids of all persons that a deal, an activity or a note has to do with."""
    return {properties.get("person_id"), *(each.get("person_id") for each in properties.get("participants") or ())}


def with_other_person(properties: dict[str, Any], from_id: int, to_id: int) -> dict[str, Any]:
    """Properties with one person in the place of another, who takes part once."""
    changed = dict(properties)
    if properties.get("person_id") == from_id:
        changed["person_id"] = to_id
    if participants := properties.get("participants"):
        there = [each | {"person_id": to_id} if each.get("person_id") == from_id else each for each in participants]
        changed["participants"] = list({each["person_id"]: each for each in reversed(there)}.values())[::-1]
    return changed


def _united(one: list[dict[str, Any]] | None, two: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Two lists as one, in which the first one's primary value stays the primary one."""
    known = {_text(each).lower() for each in one or ()}
    more = [each | {"primary": each.get("primary") and not one} for each in two or ()]
    return [*(one or ()), *(each for each in more if _text(each).lower() not in known)]


def _text(each: dict[str, Any]) -> str:
    """A value as it is compared: whoever writes to the control may write any."""
    return str(each.get("value") or "").strip()
