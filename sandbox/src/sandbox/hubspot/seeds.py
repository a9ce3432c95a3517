"""What an account holds before anyone touches it: the people of its roster as contacts, and what was done with them."""

from collections.abc import Callable, Sequence
from functools import partial

from sandbox.clock import iso
from sandbox.hubspot.catalogue import LIFECYCLE, STAGES
from sandbox.hubspot.dealings import PER_BLOCK, dealing
from sandbox.names import FIRST_WORDS
from sandbox.people import Company, chance
from sandbox.records import Record, Seed
from sandbox.rosters import Roster, Sighting

OWNERS = 5
_LUCK = 2**60 - 1
_DAY = 86_400_000
_CREATED_FROM = 1_672_531_200_000  # 2023-01-01: all seeded records are made in that year,
_MODIFIED_FROM = 1_704_067_200_000  # 2024-01-01: and changed after it
_CONTACTS_PER_BLOCK = 6
_CONTACTS_OF_ONE = (0, 1, 1, 1, 1, 1, 2, 2, 3)
_PURPOSES = {kind: 13 if kind == "deals" else 30 + place for place, kind in enumerate(PER_BLOCK)}
_LEAD_STATUS = ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "UNQUALIFIED")
_TIERS = ("gold", "silver", "bronze")
_SUBJECTS = ("renewal", "pilot", "rollout", "support plan", "new site", "training", "upgrade", "licences")


class Seeds:
    """Records as a function of their kind and row; `imported` gives all of them one and the same stamp.

    `company_id` tells what a company of a row is called on the wire.
    """

    def __init__(
        self,
        roster: Roster,
        *,
        owner_ids: Sequence[str],
        company_id: Callable[[int], str],
        imported: bool,
        dealings: bool,
    ) -> None:
        self.roster = roster
        self.contacts = roster.rows
        blocks = roster.rows // _CONTACTS_PER_BLOCK if dealings else 0
        self.rows = {"contacts": roster.rows, "companies": blocks} | {
            kind: blocks * count for kind, count in PER_BLOCK.items()
        }
        self._owner_ids = owner_ids
        self._company_id = company_id
        self._spread = 0 if imported else 500 * _DAY

    def of(self, kind: str) -> Seed:
        """What makes the records of a kind."""
        special = {"contacts": self.contact, "companies": self.company, "deals": self.deal}
        return special.get(kind) or partial(self.dealing, kind)

    def contact(self, row: int) -> Record:
        """The contact of a row."""
        luck = chance(self.roster.world.seed, 11, self.roster.salt, row) & _LUCK
        created, modified = self.created(row, self.contacts), self.modified(row)
        properties = contact_properties(self.roster.sighting(row))
        properties["lifecyclestage"] = LIFECYCLE[luck % 6]
        properties["hs_lead_status"] = _LEAD_STATUS[luck >> 8 & 3] if luck >> 12 & 1 else None
        properties["hubspot_owner_id"] = self._owner(luck >> 16)
        properties["loyalty_tier"] = _TIERS[luck >> 24 & 1] if luck >> 26 & 1 else None
        companies = self.companies_of(row)
        properties["associatedcompanyid"] = self._company_id(companies[0]) if companies else None
        properties["createdate"] = iso(created)
        properties["lastmodifieddate"] = iso(modified)
        return Record(properties=properties, created=created, modified=modified)

    def company(self, row: int) -> Record:
        """The company of a row."""
        known = self._company(row)
        created, modified = self.created(row, self.rows["companies"]), self.modified(row)
        properties = {
            "name": known.name,
            "domain": known.domain,
            "website": f"https://{known.domain}",
            "phone": known.phone,
            "createdate": iso(created),
            "hs_lastmodifieddate": iso(modified),
        }
        return Record(properties=properties, created=created, modified=modified)

    def dealing(self, kind: str, row: int) -> Record:
        """The ticket, note, mail, meeting, call or task of a row."""
        luck = chance(self.roster.world.seed, _PURPOSES[kind] + 10, self.roster.salt, row) & _LUCK
        created, modified = self.created(row, self.rows[kind]), self.modified(row)
        properties = dealing(kind, self._customer(row // PER_BLOCK[kind]), luck, created)
        properties["hubspot_owner_id"] = self._owner(luck >> 48)
        properties["createdate" if kind == "tickets" else "hs_createdate"] = iso(created)
        properties["hs_lastmodifieddate"] = iso(modified)
        return Record(properties=properties, created=created, modified=modified)

    def deal(self, row: int) -> Record:
        """The deal of a row."""
        luck = chance(self.roster.world.seed, 12, self.roster.salt, row) & _LUCK
        created, modified = self.created(row, self.rows["deals"]), self.modified(row)
        customer, stage = self._customer(row // PER_BLOCK["deals"]), STAGES[luck % len(STAGES)][0]
        amount = (luck >> 8) % 400 * 250
        properties = {
            "dealname": f"{customer}: {_SUBJECTS[luck >> 20 & 7]} {FIRST_WORDS[luck >> 24 & 63]}",
            "amount": None if luck >> 32 & 7 == 0 else f"{amount}.00" if luck >> 36 & 1 else str(amount),
            "closedate": None if luck >> 40 & 3 == 0 else iso(modified // _DAY * _DAY + 30 * _DAY),
            "dealstage": stage,
            "pipeline": "default",
            "dealtype": "existingbusiness" if luck >> 44 & 1 else "newbusiness",
            "deal_currency_code": "EUR",
            "margin_percent": str(luck >> 52 & 31) if luck >> 50 & 1 else None,
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

    def contacts_of(self, kind: str, row: int) -> tuple[int, ...]:
        """The contacts of a deal or the like: most often one, sometimes several, now and then none."""
        luck = chance(self.roster.world.seed, _PURPOSES[kind], self.roster.salt, row) & _LUCK
        block = row // PER_BLOCK[kind] * _CONTACTS_PER_BLOCK
        count = _CONTACTS_OF_ONE[luck % len(_CONTACTS_OF_ONE)]
        return tuple(block + (luck // 9 + step) % _CONTACTS_PER_BLOCK for step in range(count))

    def dealings_of(self, kind: str, contact: int) -> tuple[int, ...]:
        """The same the other way round."""
        first = contact // _CONTACTS_PER_BLOCK * PER_BLOCK[kind]
        near = range(first, min(first + PER_BLOCK[kind], self.rows[kind]))
        return tuple(row for row in near if contact in self.contacts_of(kind, row))

    def companies_of(self, contact: int) -> tuple[int, ...]:
        """The company of a contact, where the account knows it; two in three are at the one of their block."""
        company = contact // _CONTACTS_PER_BLOCK
        return (company,) if contact % 3 and company < self.rows["companies"] else ()

    def contacts_of_company(self, company: int) -> tuple[int, ...]:
        """The same the other way round."""
        first = company * _CONTACTS_PER_BLOCK
        return tuple(row for row in range(first, first + _CONTACTS_PER_BLOCK) if row % 3)

    def _company(self, block: int) -> Company:
        return self.roster.world.company(self.roster.first // _CONTACTS_PER_BLOCK + block)

    def _customer(self, block: int) -> str:
        return self._company(block).name.rpartition(" ")[0]

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
