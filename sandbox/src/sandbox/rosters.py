"""What an account knows of the world: which people it has on its list, and how it spells them."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from sandbox.people import COLLEAGUES, Person, World, chance

BLOCK = 20
"""Of twenty rows nineteen are people, and the twentieth shows one of them a second time."""

_LUCK = 2**60 - 1
ROLES = ("info", "sales", "support", "office", "hello", "billing", "info+newsletter")


class Sighting(msgspec.Struct, frozen=True):
    """A person as one account wrote them down; None is what it does not know."""

    given: str | None
    family: str | None
    emails: tuple[str, ...]
    phone: str | None
    mobile: str | None
    company: str | None
    website: str | None
    title: str | None
    street: str | None
    town: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    birth_date: str | None


class Roster:
    """The `rows` people of the world that an account knows, from person `first` on; `salt` is its handwriting.

    No address, in whatever case, stands on two rows of one roster.
    """

    def __init__(self, world: World, *, salt: int, first: int, rows: int) -> None:
        self.world = world
        self.salt = salt
        self.first = first
        self.rows = rows
        # Rows are most often read one after the other, so what a block or a company shares is asked for again.
        self._seen_twice = lru_cache(maxsize=64)(self._draw_seen_twice)
        self._reader = lru_cache(maxsize=64)(self._draw_reader)

    @staticmethod
    def span(rows: int) -> int:
        """How many people stand behind that many rows."""
        blocks, rest = divmod(rows, BLOCK)
        return blocks * (BLOCK - 1) + min(rest, BLOCK - 1)

    @property
    def edge(self) -> int:
        """The first person behind its rows."""
        return self.first + self.span(self.rows)

    def number(self, row: int) -> int:
        """The person of the world who stands in a row."""
        block, place = divmod(row, BLOCK)
        return self.first + block * (BLOCK - 1) + (self._seen_twice(block) if place == BLOCK - 1 else place)

    def sighting(self, row: int) -> Sighting:
        """What stands in a row."""
        person, emails, luck = self._seen(row)
        return _written(person, emails, luck)

    def emails(self, row: int) -> tuple[str, ...]:
        """The addresses of a row alone, as they are spelled there."""
        return self._seen(row)[1]

    def person(self, row: int) -> Person:
        """Who stands in a row, as they are."""
        return self._seen(row)[0]

    def row_of(self, email: str) -> int | None:
        """The row that carries an address, whatever its case."""
        wanted = email.lower()
        for number in self.world.owners(wanted):
            for row in self._rows_of(number):
                if wanted in (address.lower() for address in self.emails(row)):
                    return row
        return None

    def stranger(self, number: int) -> Sighting:
        """Anyone of the world as this account would write them, whether or not they are on its list."""
        person = self.world.person(number)
        luck = chance(self.world.seed, 4, self.salt, number)
        emails = (person.work_email, person.private_email)[: 1 + luck % 2]
        return _written(person, _spelled(emails, luck), luck >> 16 & _LUCK)

    def _seen(self, row: int) -> tuple[Person, tuple[str, ...], int]:
        block, place = divmod(row, BLOCK)
        twice = self._seen_twice(block)
        twin = place == BLOCK - 1
        number = self.number(row)
        person = self.world.person(number)
        luck = chance(self.world.seed, 3, self.salt, row)
        # One person on two rows shows a different address on each, as no account takes one address twice.
        if twin:
            known: tuple[str, ...] = (person.private_email,)
        elif place == twice:
            known = (person.work_email, person.old_email)[: 1 + luck % 3 // 2]
        else:
            known = self._known_emails(person, number, luck % 100)
        return person, _spelled(known, luck), luck >> 16 & _LUCK

    def _rows_of(self, number: int) -> Iterator[int]:
        block, place = divmod(number - self.first, BLOCK - 1)
        rows = [block * BLOCK + place]
        if place == self._seen_twice(block):
            rows.append(block * BLOCK + BLOCK - 1)
        return (row for row in rows if 0 <= row < self.rows)

    def _known_emails(self, person: Person, number: int, draw: int) -> tuple[str, ...]:
        work, private = person.work_email, person.private_email
        known: tuple[str, ...] = ()
        if draw < 38:
            known = (work,)
        elif draw < 58:
            known = (private,)
        elif draw < 80:
            known = (work, private)
        elif draw < 88:
            known = (private, work)
        elif draw < 93:
            known = (work, private, person.old_email)
        role = self._role_mailbox(person, number)
        if role is None:
            return known
        return (role, *known) if draw % 2 else (*known, role)

    def _role_mailbox(self, person: Person, number: int) -> str | None:
        if self._reader(number // COLLEAGUES) != number % COLLEAGUES:
            return None
        return f"{ROLES[person.company.luck % len(ROLES)]}@{person.company.domain}"

    def _draw_reader(self, company: int) -> int | None:
        """In every third company one colleague, not the same in each account, reads a role's mailbox."""
        draw = chance(self.world.seed, 6, self.salt, company)
        return draw // 3 % COLLEAGUES if draw % 3 == 0 else None

    def _draw_seen_twice(self, block: int) -> int:
        return chance(self.world.seed, 5, self.salt, block) % (BLOCK - 1)


def _spelled(emails: tuple[str, ...], luck: int) -> tuple[str, ...]:
    """Most people write addresses in lower case, some like a name, some shout."""
    style = luck >> 8 & 15
    if style == 0:
        return tuple(email.upper() for email in emails)
    if style < 3:
        return tuple(email.title().replace(".Example", ".example") for email in emails)
    return emails


def _written(person: Person, emails: tuple[str, ...], luck: int) -> Sighting:
    """A person in the handwriting that luck chose, with its gaps: the numbers are shares of 16."""
    style, gaps = luck & 255, luck >> 8
    given, family = _names(person, style)
    return Sighting(
        given=given if gaps & 15 < 15 else None,
        family=family if gaps >> 4 & 15 < 15 else None,
        emails=emails,
        phone=_phone(person.company.phone, style >> 5) if gaps >> 8 & 15 < 7 else None,
        mobile=_phone(person.mobile, style >> 5) if gaps >> 12 & 15 < 9 else None,
        company=_company(person.company.name, style) if gaps >> 16 & 15 < 13 else None,
        website=f"https://{person.company.domain}" if gaps >> 20 & 15 < 4 else None,
        title=person.title if gaps >> 24 & 15 < 10 else None,
        street=person.street if gaps >> 28 & 15 < 6 else None,
        town=person.town if gaps >> 32 & 15 < 10 else None,
        region=person.region or None if gaps >> 36 & 15 < 7 else None,
        postal_code=person.postal_code if gaps >> 40 & 15 < 6 else None,
        country=person.culture.country if gaps >> 44 & 15 < 11 else None,
        birth_date=person.birth_date if gaps >> 48 & 15 < 3 else None,
    )


def _names(person: Person, style: int) -> tuple[str, str]:
    given, family = person.given, person.family
    first, last = (given.latin, family.latin) if style & 1 else (given.own, family.own)
    match style >> 1 & 15:
        case 0:
            return first.upper(), last.upper()
        case 1:
            return first.lower(), last.lower()
        case 2:
            return f"{first[0]}.", last
        case 3:
            return f"{first} {given.latin[-1].upper()}.", last
        case _:
            return first, last


def _company(name: str, style: int) -> str:
    """Some leave the legal form away."""
    return name.rpartition(" ")[0] if style & 31 > 20 else name


def _phone(number: str, style: int) -> str:
    """The same number as people type it; without the country only where the national form begins with 0."""
    if style > 4:
        return number.replace(" ", "", 1)
    country, _, national = number.partition(" ")
    if style == 0:
        return f"00{country[1:]}{national}"
    if style == 1:
        return f"{country} ({national[:3]}) {national[3:6]}-{national[6:]}"
    mark = " .-"[style - 2]
    return mark.join((country, national[:3], national[3:6], national[6:]))
