"""What a company holds before anyone touches it: the people of its roster as persons, and deals with them."""

import zlib
from typing import Any

from sandbox.names import FIRST_WORDS
from sandbox.people import chance
from sandbox.pipedrive.catalogue import STAGES
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
    """Persons and deals as a function of their row; `imported` gives all of them one and the same stamp."""

    def __init__(self, roster: Roster, *, user_ids: tuple[int, ...], imported: bool) -> None:
        self.roster = roster
        self.persons = roster.rows
        self.deals = roster.rows // _PERSONS_PER_BLOCK * _DEALS_PER_BLOCK
        self._user_ids = user_ids
        self._spread = 0 if imported else 500 * _DAY

    def person(self, row: int) -> Record:
        """The person of a row."""
        luck = chance(self.roster.world.seed, 14, self.roster.salt, row) & _LUCK
        properties = person_properties(self.roster.sighting(row))
        properties["owner_id"] = self._user_ids[luck % USERS]
        properties["label_ids"] = [1 + luck % 4] if luck >> 8 & 7 == 0 else []
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
            "person_id": self._person_of_deal(row),
            "owner_id": self._user_ids[luck % USERS],
            "is_archived": status != "open" and luck >> 44 & 3 == 0,
        }
        return Record(properties=properties, created=created, modified=modified)

    def modified(self, row: int) -> int:
        """When a row was last changed: scattered, so that the order of change is not that of ids."""
        if self._spread == 0:
            return _MODIFIED_FROM
        return _MODIFIED_FROM + row * 7_654_321 % self.persons * self._spread // self.persons + _jitter(row)

    def deals_of_person(self, row: int) -> list[int]:
        """The seeded deals of a seeded person."""
        first = row // _PERSONS_PER_BLOCK * _DEALS_PER_BLOCK
        near = range(first, min(first + _DEALS_PER_BLOCK, self.deals))
        return [deal for deal in near if self._person_of_deal(deal) == FIRST_ID + row]

    def _person_of_deal(self, row: int) -> int | None:
        """Most deals have a person, some have not."""
        luck = chance(self.roster.world.seed, 16, self.roster.salt, row) & _LUCK
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
        "org_id": zlib.crc32(seen.company.encode()) % 90_000 + 1 if seen.company else None,
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
