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
    """Someone as they are: the truth of which each account knows a part.

    Most of it is worked out only when an account shows it.
    """

    number: int
    given: Name
    family: Name
    company: Company
    luck: int
    mobile: str

    @property
    def culture(self) -> names.Culture:
        """Where they are from."""
        return names.CULTURES[self.company.culture]

    @property
    def title(self) -> str:
        """What they do."""
        return names.TITLES[self.luck % len(names.TITLES)]

    @property
    def work_email(self) -> str:
        """The address their company gave them."""
        return f"{self.given.slug}.{self.family.slug}@{self.company.domain}"

    @property
    def private_email(self) -> str:
        """The address they gave themselves."""
        domain = names.PRIVATE_DOMAINS[(self.luck >> 8) % len(names.PRIVATE_DOMAINS)]
        return f"{self.given.slug}.{self.family.slug}{self.number}@{domain}"

    @property
    def old_email(self) -> str:
        """The one they had before."""
        domain = names.PRIVATE_DOMAINS[(self.luck >> 8) % len(names.PRIVATE_DOMAINS) - 1]
        return f"{self.given.slug[0]}{self.family.slug}{self.number}@{domain}"

    @property
    def street(self) -> str:
        """The street they live in, and the house."""
        street = names.STREETS[(self.luck >> 16) % len(names.STREETS)]
        return self.culture.street.format(name=street, number=(self.luck >> 24) % 180 + 1)

    @property
    def town(self) -> str:
        """The town they live in."""
        return self._place.partition("|")[0]

    @property
    def region(self) -> str:
        """The region around it, or nothing where none is written."""
        return self._place.partition("|")[2]

    @property
    def postal_code(self) -> str:
        """The code of their quarter."""
        return str((self.luck >> 32) % 90_000 + 10_000)

    @property
    def birth_date(self) -> str:
        """A day between 1950 and 2004."""
        draw = self.luck >> 44
        return f"{1950 + draw % 55}-{draw // 55 % 12 + 1:02}-{draw // 660 % 28 + 1:02}"

    @property
    def _place(self) -> str:
        return self.culture.towns[(self.luck >> 40) % len(self.culture.towns)]


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
        given, family = _GIVEN[company.culture], _FAMILY[company.culture]
        luck = chance(self.seed, 2, 0, number)
        return Person(
            number,
            given[luck % len(given)],
            # Neighbours in the list, so that no two colleagues share a family name, nor an address made of it.
            family[(company.luck + number) % len(family)],
            company,
            luck >> 48,
            self._phone(names.CULTURES[company.culture], number),
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
