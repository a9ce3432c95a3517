"""What an account holds before anyone touches it: end users out of its roster, organizations, agents and tickets."""

from random import Random
from typing import Any

from sandbox.names import CULTURES, FIRST_WORDS, PRIVATE_DOMAINS
from sandbox.people import COLLEAGUES, chance
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting
from sandbox.zendesk import identities

AGENTS = 4
"""The first of them is the administrator."""

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent", None)
TYPES = ("question", "incident", "problem", "task", None)

_LUCK = 2**60 - 1
_DAY = 86_400_000
_ANSWERED_AFTER = 3 * 3_600_000
_CREATED_FROM = 1_672_531_200_000  # 2023-01-01: all seeded records are made in that year,
_MODIFIED_FROM = 1_704_067_200_000  # 2024-01-01: and changed after it
_USERS_PER_BLOCK = 6
_TICKETS_PER_BLOCK = 2
_TROUBLES = ("does not start", "is slow", "shows nothing", "lost my order", "sends two invoices", "logs me out")


class Seeds:
    """All of it as a function of its row; `imported` gives all of them one and the same stamp.

    `organizations_from` is the id of the first organization.
    """

    def __init__(self, roster: Roster, *, subdomain: str, imported: bool, organizations_from: int) -> None:
        self.roster = roster
        self.users = roster.rows
        self.tickets = roster.rows // _USERS_PER_BLOCK * _TICKETS_PER_BLOCK
        self._first_company = roster.first // COLLEAGUES
        people = roster.span(roster.rows)
        self.organizations = (roster.first + people - 1) // COLLEAGUES - self._first_company + 1 if people else 0
        self._organizations_from = organizations_from
        self._subdomain = subdomain
        self._spread = 0 if imported else 500 * _DAY

    def user(self, row: int) -> Record:
        """The end user of a row."""
        luck = chance(self.roster.world.seed, 31, self.roster.salt, row) & _LUCK
        seen = self.roster.sighting(row)
        properties = user_properties(seen)
        if seen.company is not None:
            company = self.roster.person(row).number // COLLEAGUES
            properties["organization_id"] = self._organizations_from + company - self._first_company
        properties["identities"] = identities.made(properties.pop("emails"), properties.pop("phones"))
        properties["verified"] = bool(luck & 1)
        properties["tags"] = [FIRST_WORDS[luck >> 8 & 63].lower()] if luck >> 16 & 7 == 0 else []
        return Record(properties=properties, created=self._created(row, self.users), modified=self.user_modified(row))

    def organization(self, row: int) -> Record:
        """The organization of a row: a company under its full name, of which no user shows more than the id."""
        company = self.roster.world.company(self._first_company + row)
        properties = {"name": company.name, "domain_names": [company.domain]}
        return Record(properties=properties, created=_CREATED_FROM, modified=self.organization_modified(row))

    def agent(self, row: int) -> Record:
        """Somebody of the house."""
        name = f"{('Robin', 'Sam', 'Kim', 'Alex')[row % 4]} {('Keeper', 'Helper', 'Mender', 'Finder')[row % 4]}"
        email = f"{name.split(' ', maxsplit=1)[0].lower()}@{self._subdomain}-help.example"
        properties = {
            "name": name,
            "role": "agent" if row else "admin",
            "verified": True,
            "identities": identities.made([email]),
        }
        return Record(properties=properties, created=_CREATED_FROM, modified=self.agent_modified(row))

    def ticket(self, row: int) -> Record:
        """The ticket of a row."""
        luck = chance(self.roster.world.seed, 32, self.roster.salt, row) & _LUCK
        created = self._created(row, self.tickets)
        subject = f"{FIRST_WORDS[luck & 63]} {_TROUBLES[(luck >> 8) % len(_TROUBLES)]}"
        properties = {
            "subject": subject,
            "status": STATUSES[(luck >> 16) % len(STATUSES)],
            "priority": PRIORITIES[(luck >> 24) % len(PRIORITIES)],
            "type": TYPES[(luck >> 32) % len(TYPES)],
            "requester": self.requester(row),
            "ccs": [self.colleague(row)] if luck >> 36 & 7 == 0 else [],
            "followers": [(luck >> 40) % AGENTS] if luck >> 44 & 3 == 0 else [],
            "comments": _conversation(subject, created, luck >> 48),
        }
        return Record(properties=properties, created=created, modified=self.ticket_modified(row))

    def said_at(self, ticket: int) -> list[int]:
        """When its comments were made; cheaper than its record."""
        luck = chance(self.roster.world.seed, 32, self.roster.salt, ticket) & _LUCK
        created = self._created(ticket, self.tickets)
        return [created + n * _ANSWERED_AFTER for n in range(_comments_of(luck >> 48))]

    def requester(self, ticket: int) -> int:
        """Whose ticket it is."""
        luck = chance(self.roster.world.seed, 33, self.roster.salt, ticket) & _LUCK
        return ticket // _TICKETS_PER_BLOCK * _USERS_PER_BLOCK + luck % _USERS_PER_BLOCK

    def colleague(self, ticket: int) -> int:
        """Who is kept informed beside the one who asked."""
        asked_by = self.requester(ticket)
        first = asked_by // _USERS_PER_BLOCK * _USERS_PER_BLOCK
        return first + (asked_by - first + 1) % _USERS_PER_BLOCK

    def tickets_of(self, user: int) -> list[int]:
        """The same the other way round."""
        first = user // _USERS_PER_BLOCK * _TICKETS_PER_BLOCK
        near = range(first, min(first + _TICKETS_PER_BLOCK, self.tickets))
        return [ticket for ticket in near if self.requester(ticket) == user]

    def user_modified(self, row: int) -> int:
        """When a user was last changed: scattered, so that the order of change is not that of ids."""
        return self._scattered(row, self.users)

    def ticket_modified(self, row: int) -> int:
        """When a ticket was last changed."""
        return self._scattered(row, self.tickets)

    def agent_modified(self, row: int) -> int:
        """When an agent was last changed: some while ago, so that they stand among the users of an export."""
        return _MODIFIED_FROM + row * 100 * _DAY

    def organization_modified(self, row: int) -> int:
        """When an organization was last changed."""
        return self._scattered(row, self.organizations)

    def _created(self, row: int, rows: int) -> int:
        return _CREATED_FROM + row * 360 * _DAY // rows + _jitter(row)

    def _scattered(self, row: int, rows: int) -> int:
        if self._spread == 0:
            return _MODIFIED_FROM
        return _MODIFIED_FROM + row * 7_654_321 % rows * self._spread // rows + _jitter(row)


def _conversation(subject: str, created: int, luck: int) -> list[dict[str, Any]]:
    """What was said in the first days: a question, and up to three answers, by turns."""
    agent = luck % AGENTS
    said = (
        (None, f"Hello,\n{subject}. What now?", True),
        (agent, "Have you tried to turn it off & on again?", True),
        (agent, "They called twice today.", False),
        (None, "That <b>helped</b>, thank you!", True),
    )
    return [
        {"n": n, "by": by, "body": body, "public": public, "at": created + n * _ANSWERED_AFTER}
        for n, (by, body, public) in enumerate(said[: _comments_of(luck)])
    ]


def _comments_of(luck: int) -> int:
    return 1 + luck // AGENTS % 4


def user_properties(seen: Sighting) -> dict[str, Any]:
    """A person as Zendesk's users are made: one name, the addresses, and the number that was given first."""
    name = " ".join(filter(None, (seen.given, seen.family)))
    if not name:  # Zendesk has no nameless users: it makes a name of what it has
        name = seen.emails[0].partition("@")[0] if seen.emails else f"Caller {seen.phone or seen.mobile or 'unknown'}"
    return {
        "name": name,
        "emails": list(seen.emails),
        "phone": seen.phone or seen.mobile,
        "phones": [seen.mobile] if seen.phone and seen.mobile else [],
    }


def news(kind: str, draw: Random) -> dict[str, Any]:
    """Properties as somebody might write them to a record of that kind."""
    if kind == "tickets":
        said = {
            "by": draw.randrange(AGENTS),
            "body": f"It is {draw.choice(FIRST_WORDS)}.",
            "public": draw.random() < 0.7,
        }
        return draw.choice(
            ({"status": draw.choice(STATUSES[:5])}, {"priority": draw.choice(PRIORITIES[:4])}, {"said": said})
        )
    culture = draw.choice(CULTURES)
    given, family = (draw.choice(names).partition("|")[0] for names in (culture.given, culture.family))
    return draw.choice(
        (
            {"name": f"{given} {family}"},
            {"phone": f"{draw.choice(culture.mobile)}{draw.randrange(10**6):06}"},
            {"notes": f"Prefers to be called at {draw.randrange(8, 18)} o'clock."},
            {"email": f"moved{draw.getrandbits(40)}@{draw.choice(PRIVATE_DOMAINS)}"},
        )
    )


def _jitter(row: int) -> int:
    """Some minutes and milliseconds, as nobody works on the stroke of the clock."""
    return row * 48_271 % 3_599_999
