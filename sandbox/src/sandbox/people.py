"""The people of the world: the same number and seed give the same person, whoever asks and in whatever order.

Nobody is stored. A person and a company are computed from their number, so a world of a million costs nothing
until it is looked at, and an address leads back to its owner by arithmetic instead of an index.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec

from sandbox import names

COLLEAGUES = 6
"""People per company: the numbers 6c to 6c + 5 work at company c."""

_PAIRS = len(names.FIRST_WORDS) * len(names.SECOND_WORDS)
_STRIDE = 7919  # a prime that does not divide the pairs: its multiples meet each pair of words once
_FIRST = {word.lower(): place for place, word in enumerate(names.FIRST_WORDS)}
_SECOND = {word.lower(): place for place, word in enumerate(names.SECOND_WORDS)}
_COMPANY_DOMAIN = re.compile(r"([a-z]+)-([a-z]+)([0-9]*)\.example")
_NUMBERED = re.compile(r"[a-z.]+([0-9]+)")
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ø": "o", "æ": "ae"})


class Name(msgspec.Struct, frozen=True):
    """A name as its bearer writes it, as a passport does, and as an address does."""

    own: str
    latin: str
    slug: str


class Company(msgspec.Struct, frozen=True):
    """Where six people work."""

    name: str
    domain: str
    phone: str
    culture: int
    luck: int


class Person(msgspec.Struct, frozen=True):
    """Someone as they are: the truth of which each account knows a part."""

    given: Name
    family: Name
    company: Company
    title: str
    work_email: str
    private_email: str
    old_email: str
    mobile: str
    street: str
    town: str
    region: str
    postal_code: str
    country: str
    birth_date: str


def chance(seed: int, purpose: int, account: int, number: int) -> int:
    """128 bits that look random and depend on nothing but the arguments."""
    key = b"%d %d %d %d" % (seed, purpose, account, number)
    return int.from_bytes(blake2b(key, digest_size=16).digest(), "big")


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _name(word: str) -> Name:
    own, _, latin = word.partition("|")
    latin = latin or _plain(own)
    return Name(own, latin, re.sub(r"[^a-z]", "", _plain(latin.lower().translate(_LETTERS))))


_GIVEN = tuple(tuple(map(_name, culture.given)) for culture in names.CULTURES)
_FAMILY = tuple(tuple(map(_name, culture.family)) for culture in names.CULTURES)


class World:
    """All people of a seed, numbered from 0."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        # Colleagues follow each other, so a short memory of companies serves nearly everyone.
        self.company = lru_cache(maxsize=4096)(self._company)

    def person(self, number: int) -> Person:
        """The person of that number."""
        company = self.company(number // COLLEAGUES)
        culture = names.CULTURES[company.culture]
        luck = chance(self.seed, 2, 0, number) >> 8
        luck, pick = divmod(luck, len(culture.given))
        given = _GIVEN[company.culture][pick]
        # Neighbours in the list, so that no two colleagues share a family name, nor an address made of it.
        family = _FAMILY[company.culture][(company.luck + number) % len(culture.family)]
        luck, title = divmod(luck, len(names.TITLES))
        luck, town = divmod(luck, len(culture.towns))
        luck, street = divmod(luck, len(names.STREETS))
        luck, postbox = divmod(luck, len(names.PRIVATE_DOMAINS))
        luck, days = divmod(luck, 20_000)
        town_name, _, region = culture.towns[town].partition("|")
        return Person(
            given=given,
            family=family,
            company=company,
            title=names.TITLES[title],
            work_email=f"{given.slug}.{family.slug}@{company.domain}",
            private_email=f"{given.slug}.{family.slug}{number}@{names.PRIVATE_DOMAINS[postbox]}",
            old_email=f"{given.slug[0]}{family.slug}{number}@{names.PRIVATE_DOMAINS[postbox - 1]}",
            mobile=self._phone(culture, number),
            street=culture.street.format(name=names.STREETS[street], number=luck % 180 + 1),
            town=town_name,
            region=region,
            postal_code=f"{luck % 90_000 + 10_000}",
            country=culture.country,
            birth_date=f"{1950 + days // 366}-{days % 12 + 1:02}-{days % 28 + 1:02}",
        )

    def owners(self, email: str) -> Sequence[int]:
        """The numbers of all who might own an address, in lower case; most often one, or six colleagues."""
        local, _, domain = email.partition("@")
        if found := _COMPANY_DOMAIN.fullmatch(domain):
            number = self._company_number(*found.groups())
            return () if number is None else range(number * COLLEAGUES, (number + 1) * COLLEAGUES)
        numbered = _NUMBERED.fullmatch(local)
        return (int(numbered[1]),) if numbered and domain in names.PRIVATE_DOMAINS else ()

    def _company(self, number: int) -> Company:
        luck = chance(self.seed, 1, 0, number)
        lap, place = divmod(number, _PAIRS)
        first, second = divmod((place * _STRIDE + self.seed) % _PAIRS, len(names.SECOND_WORDS))
        words = names.FIRST_WORDS[first], names.SECOND_WORDS[second]
        luck, culture = divmod(luck, len(names.CULTURES))
        luck, form = divmod(luck, len(names.CULTURES[culture].company))
        return Company(
            name=f"{' '.join(words)} {f'{lap} ' if lap else ''}{names.CULTURES[culture].company[form]}",
            domain=f"{'-'.join(words)}{lap or ''}.example".lower(),
            phone=self._phone(names.CULTURES[culture], -1 - number),
            culture=culture,
            luck=luck % 2**32,
        )

    def _company_number(self, first: str, second: str, lap: str) -> int | None:
        if first not in _FIRST or second not in _SECOND:
            return None
        shifted = _FIRST[first] * len(names.SECOND_WORDS) + _SECOND[second] - self.seed
        return int(lap or 0) * _PAIRS + shifted * pow(_STRIDE, -1, _PAIRS) % _PAIRS

    def _phone(self, culture: names.Culture, number: int) -> str:
        """A number of its own for each of ten million people; companies count down from the other end."""
        digits = f"{(number * 7_654_321 + self.seed) % 10_000_000:07}"
        return culture.mobile[int(digits[0])] + digits[1:]
