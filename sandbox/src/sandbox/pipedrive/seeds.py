"""What a company holds before anyone touches it: the people of its roster as persons, and what is done with them."""

from typing import Any

from sandbox.clock import iso
from sandbox.names import FIRST_WORDS
from sandbox.people import chance
from sandbox.pipedrive import activities, fields, notes, organizations
from sandbox.pipedrive.catalogue import STAGES
from sandbox.pipedrive.stamps import stamp
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting

USERS = 5
FIRST_ID = 1
_LUCK = 2**60 - 1
_DAY = 86_400_000
_CREATED_FROM = 1_672_531_200_000  # 2023-01-01: all seeded records are made in that year,
_MODIFIED_FROM = 1_704_067_200_000  # 2024-01-01: and changed after it
_PERSONS_PER_BLOCK = 6
_DEALS_PER_BLOCK = 2
_SUBJECTS = ("renewal", "pilot", "rollout", "retainer", "new site", "training", "upgrade", "licences")


class Seeds:
    """All records as a function of their row; `imported` gives all of them one and the same stamp."""

    def __init__(self, roster: Roster, *, user_ids: tuple[int, ...], imported: bool, dealings: bool) -> None:
        self.roster = roster
        self.persons = roster.rows
        self.deals = roster.rows // _PERSONS_PER_BLOCK * _DEALS_PER_BLOCK if dealings else 0
        self.activities, self.notes = self.deals, self.deals
        self.organizations = organizations.seeded(roster)
        self._user_ids = user_ids
        self._spread = 0 if imported else 500 * _DAY

    def person(self, row: int) -> Record:
        """The person of a row."""
        luck = chance(self.roster.world.seed, 14, self.roster.salt, row) & _LUCK
        seen = self.roster.sighting(row)
        properties = person_properties(seen)
        properties["owner_id"] = self._user_ids[luck % USERS]
        properties["label_ids"] = [1 + luck % 4] if luck >> 8 & 7 == 0 else []
        properties["custom_fields"] = fields.given(luck >> 16)
        if seen.company is not None:
            properties["org_id"] = FIRST_ID + organizations.row_at(self.roster, row)
        return Record(properties=properties, created=self._created(row, self.persons), modified=self.modified(row))

    def deal(self, row: int) -> Record:
        """The deal of a row."""
        luck = chance(self.roster.world.seed, 15, self.roster.salt, row) & _LUCK
        created, modified = self._created(row, self.deals), self.modified(row)
        stage = STAGES[luck % len(STAGES)]
        status = ("open", "open", "open", "won", "lost")[luck >> 8 & 3 if luck >> 12 & 1 else luck % 5]
        properties: dict[str, Any] = {
            "title": f"{_SUBJECTS[luck >> 20 & 7].capitalize()} {FIRST_WORDS[luck >> 24 & 63]}",
            "value": (luck >> 28) % 400 * 250 + (luck >> 36 & 1) * 0.5,
            "currency": ("EUR", "EUR", "USD", "GBP")[luck >> 40 & 3],
            "status": status,
            "stage_id": stage["id"],
            "pipeline_id": stage["pipeline_id"],
            "person_id": self._person_near(row, 16),
            "owner_id": self._user_ids[luck % USERS],
            "is_archived": status != "open" and luck >> 44 & 3 == 0,
        }
        if status == "open":
            properties["expected_close_date"] = iso(modified + 30 * _DAY)[:10] if luck >> 48 & 1 else None
        else:
            properties |= dict.fromkeys(("close_time", f"{status}_time"), stamp(modified))
        return Record(properties=properties, created=created, modified=modified)

    def organization(self, row: int) -> Record:
        """The organization of a row."""
        properties = organizations.properties(self.roster, row, self._user_ids)
        return Record(
            properties=properties, created=self._created(row, self.organizations), modified=self.modified(row)
        )

    def activity(self, row: int) -> Record:
        """The activity of a row: with a person near the deal it may belong to, and due about when it was changed."""
        luck = chance(self.roster.world.seed, 17, self.roster.salt, row) & _LUCK
        modified = self.modified(row)
        properties = activities.properties(
            luck,
            due_ms=modified + luck % 20 * _DAY,
            person_id=self._person_near(row, 18),
            other_id=self._person_near(row, 19),
            deal_id=FIRST_ID + row,
        )
        properties["owner_id"] = self._user_ids[luck % USERS]
        return Record(properties=properties, created=self._created(row, self.activities), modified=modified)

    def note(self, row: int) -> Record:
        """The note of a row."""
        luck = chance(self.roster.world.seed, 20, self.roster.salt, row) & _LUCK
        properties = notes.properties(
            luck, person_id=self._person_near(row, 21), deal_id=FIRST_ID + row, user_id=self._user_ids[luck % USERS]
        )
        return Record(properties=properties, created=self._created(row, self.notes), modified=self.modified(row))

    def modified(self, row: int) -> int:
        """When a row was last changed: scattered, so that the order of change is not that of ids."""
        if self._spread == 0:
            return _MODIFIED_FROM
        return _MODIFIED_FROM + row * 7_654_321 % self.persons * self._spread // self.persons + _jitter(row)

    def deals_of_person(self, row: int) -> list[int]:
        """The seeded deals of a seeded person."""
        return self._of_person(row, self.deals, 16)

    def activities_of_person(self, row: int) -> list[int]:
        """The seeded activities in which a seeded person takes part."""
        return sorted({*self._of_person(row, self.activities, 18), *self._of_person(row, self.activities, 19)})

    def notes_of_person(self, row: int) -> list[int]:
        """The seeded notes about a seeded person."""
        return self._of_person(row, self.notes, 21)

    def _of_person(self, row: int, rows: int, purpose: int) -> list[int]:
        first = row // _PERSONS_PER_BLOCK * _DEALS_PER_BLOCK
        near = range(first, min(first + _DEALS_PER_BLOCK, rows))
        return [each for each in near if self._person_near(each, purpose) == FIRST_ID + row]

    def _person_near(self, row: int, purpose: int) -> int | None:
        """The person that a deal, an activity or a note has to do with: most have one, some have not."""
        luck = chance(self.roster.world.seed, purpose, self.roster.salt, row) & _LUCK
        if luck % 9 == 0:
            return None
        return FIRST_ID + row // _DEALS_PER_BLOCK * _PERSONS_PER_BLOCK + luck // 9 % _PERSONS_PER_BLOCK

    def _created(self, row: int, rows: int) -> int:
        return _CREATED_FROM + row * 360 * _DAY // rows + _jitter(row)


def _jitter(row: int) -> int:
    """Some minutes and milliseconds, as nobody works on the stroke of the clock."""
    return row * 48_271 % 3_599_999


def person_properties(seen: Sighting) -> dict[str, Any]:
    """A person as Pipedrive's: one name, which it parts itself, and lists of addresses and numbers."""
    fallback = seen.emails[0].partition("@")[0] if seen.emails else seen.company or "Unknown"
    phones = [(seen.phone, "work"), (seen.mobile, "mobile")]
    return parted(" ".join(filter(None, (seen.given, seen.family))) or fallback) | {
        "org_id": None,
        "emails": _listed([(email, "work" if place == 0 else "home") for place, email in enumerate(seen.emails)]),
        "phones": _listed([(phone, label) for phone, label in phones if phone]),
        "birthday": seen.birth_date,
        "job_title": seen.title,
        "postal_address": _address(seen),
    }


def parted(name: str) -> dict[str, str | None]:
    """A name and its parts as Pipedrive sees them: the first word, and the rest."""
    first, _, last = name.partition(" ")
    return {"name": name, "first_name": first, "last_name": last or None}


def _listed(values: list[tuple[str, str]]) -> list[dict[str, object]]:
    return [{"value": value, "primary": place == 0, "label": label} for place, (value, label) in enumerate(values)]


def _address(seen: Sighting) -> dict[str, str | None] | None:
    parts = {
        "country": seen.country,
        "admin_area_level_1": seen.region,
        "locality": seen.town,
        "route": seen.street,
        "postal_code": seen.postal_code,
    }
    if not any(parts.values()):
        return None
    nothing = ("admin_area_level_2", "sublocality", "street_number", "subpremise")
    return {"value": ", ".join(filter(None, parts.values())), **parts, **dict.fromkeys(nothing)}
