"""What an account holds before anyone touches it: the people of its roster as contacts, and deals with them."""

from collections.abc import Sequence

from sandbox.clock import iso
from sandbox.hubspot.catalogue import LIFECYCLE, STAGES
from sandbox.names import FIRST_WORDS
from sandbox.people import chance
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting

OWNERS = 5
_LUCK = 2**60 - 1
_DAY = 86_400_000
_CREATED_FROM = 1_672_531_200_000  # 2023-01-01: all seeded records are made in that year,
_MODIFIED_FROM = 1_704_067_200_000  # 2024-01-01: and changed after it
_CONTACTS_PER_BLOCK = 6
_DEALS_PER_BLOCK = 2
_LEAD_STATUS = ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "UNQUALIFIED")
_SUBJECTS = ("renewal", "pilot", "rollout", "support plan", "new site", "training", "upgrade", "licences")


class Seeds:
    """Contacts and deals as a function of their row; `imported` gives all of them one and the same stamp."""

    def __init__(self, roster: Roster, *, owner_ids: Sequence[str], imported: bool, dealings: bool) -> None:
        self.roster = roster
        self.contacts = roster.rows
        self.deals = roster.rows // _CONTACTS_PER_BLOCK * _DEALS_PER_BLOCK if dealings else 0
        self._owner_ids = owner_ids
        self._spread = 0 if imported else 500 * _DAY

    def contact(self, row: int) -> Record:
        """The contact of a row."""
        luck = chance(self.roster.world.seed, 11, self.roster.salt, row) & _LUCK
        created, modified = self.created(row, self.contacts), self.modified(row)
        properties = contact_properties(self.roster.sighting(row))
        properties["lifecyclestage"] = LIFECYCLE[luck % 6]
        properties["hs_lead_status"] = _LEAD_STATUS[luck >> 8 & 3] if luck >> 12 & 1 else None
        properties["hubspot_owner_id"] = self._owner(luck >> 16)
        properties["createdate"] = iso(created)
        properties["lastmodifieddate"] = iso(modified)
        return Record(properties=properties, created=created, modified=modified)

    def deal(self, row: int) -> Record:
        """The deal of a row."""
        luck = chance(self.roster.world.seed, 12, self.roster.salt, row) & _LUCK
        created, modified = self.created(row, self.deals), self.modified(row)
        stage = STAGES[luck % len(STAGES)][0]
        amount = (luck >> 8) % 400 * 250
        properties = {
            "dealname": f"{self._customer(row)}: {_SUBJECTS[luck >> 20 & 7]} {FIRST_WORDS[luck >> 24 & 63]}",
            "amount": None if luck >> 32 & 7 == 0 else f"{amount}.00" if luck >> 36 & 1 else str(amount),
            "closedate": None if luck >> 40 & 3 == 0 else iso(modified // _DAY * _DAY + 30 * _DAY),
            "dealstage": stage,
            "pipeline": "default",
            "dealtype": "existingbusiness" if luck >> 44 & 1 else "newbusiness",
            "deal_currency_code": "EUR",
            "hs_is_closed": str(stage.startswith("closed")).lower(),
            "hs_is_closed_won": str(stage == "closedwon").lower(),
            "hubspot_owner_id": self._owner(luck >> 48),
            "createdate": iso(created),
            "hs_lastmodifieddate": iso(modified),
        }
        return Record(properties=properties, created=created, modified=modified)

    def created(self, row: int, rows: int) -> int:
        """When a row was made: one after the other."""
        return _CREATED_FROM + row * 360 * _DAY // rows + _jitter(row)

    def modified(self, row: int) -> int:
        """When a row was last changed: scattered, so that the order of change is not that of ids."""
        if self._spread == 0:
            return _MODIFIED_FROM
        return _MODIFIED_FROM + row * 7_654_321 % self.contacts * self._spread // self.contacts + _jitter(row)

    def contacts_of_deal(self, row: int) -> tuple[int, ...]:
        """The contacts of a deal: most often one, sometimes several, now and then none."""
        luck = chance(self.roster.world.seed, 13, self.roster.salt, row) & _LUCK
        block = row // _DEALS_PER_BLOCK * _CONTACTS_PER_BLOCK
        count = (0, 1, 1, 1, 1, 1, 2, 2, 3)[luck % 9]
        return tuple(block + (luck // 9 + step) % _CONTACTS_PER_BLOCK for step in range(count))

    def deals_of_contact(self, row: int) -> tuple[int, ...]:
        """The same the other way round."""
        first = row // _CONTACTS_PER_BLOCK * _DEALS_PER_BLOCK
        near = range(first, min(first + _DEALS_PER_BLOCK, self.deals))
        return tuple(deal for deal in near if row in self.contacts_of_deal(deal))

    def _customer(self, deal: int) -> str:
        company = self.roster.world.company(self.roster.first // _CONTACTS_PER_BLOCK + deal // _DEALS_PER_BLOCK)
        return company.name.rpartition(" ")[0]

    def _owner(self, luck: int) -> str | None:
        return self._owner_ids[luck % OWNERS] if luck >> 4 & 3 else None


def _jitter(row: int) -> int:
    """Some minutes and milliseconds, as nobody works on the stroke of the clock."""
    return row * 48_271 % 3_599_999


def contact_properties(seen: Sighting) -> dict[str, str | None]:
    """A person as HubSpot's contact properties."""
    return {
        "email": seen.emails[0] if seen.emails else None,
        "hs_additional_emails": ";".join(seen.emails[1:]) or None,
        "firstname": seen.given,
        "lastname": seen.family,
        "phone": seen.phone,
        "mobilephone": seen.mobile,
        "company": seen.company,
        "website": seen.website,
        "jobtitle": seen.title,
        "address": seen.street,
        "city": seen.town,
        "state": seen.region,
        "zip": seen.postal_code,
        "country": seen.country,
        "date_of_birth": seen.birth_date,
    }
