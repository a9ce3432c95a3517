"""Addresses: street, house number, postal code and city, each without the ways of writing it."""

import re
from functools import lru_cache

from identity.normalise.letters import fold

# Kinds of streets have many spellings and one short form.
_KINDS = {
    spelling: short
    for short, spellings in {
        "st": "street saint sankt",
        "str": "strasse",
        "av": "avenue ave avenida avda",
        "rd": "road",
        "dr": "drive",
        "ln": "lane",
        "bd": "boulevard blvd bvd bulevar",
        "ct": "court",
        "pl": "place platz plaza plac pla",
        "sq": "square",
        "ter": "terrace terr",
        "cres": "crescent cr cct circuit",
        "hwy": "highway",
        "pkwy": "parkway",
        "cl": "close",
        "r": "rue rua",
        "c": "calle",
        "n": "north", "s": "south", "e": "east", "w": "west",
    }.items()
    for spelling in spellings.split()
}  # fmt: skip

_ENDINGS = (("strasse", "str"), ("straat", "str"), ("str", "str"), ("gatan", "g"), ("weg", "weg"))
_NUMBER = re.compile("[0-9]+[a-z]?")
_UNITS = frozenset({
    "apt", "apartment", "flat", "unit", "suite", "ste", "room", "wohnung", "whg", "appt", "app", "etage", "floor",
    "po", "box", "postfach",
})  # fmt: skip
_NOTHING = frozenset({
    "no", "nr", "num", "numero", "hausnummer", "the",
})  # fmt: skip


@lru_cache(maxsize=10_000)
def street_and_house(text: str) -> tuple[str, str]:
    """Split a street's line into the street's name and the house number; each may be empty."""
    words: list[str] = []
    house, unit = "", False
    for word in fold(text).split():
        if unit and (len(word) <= 3 or word.isdigit()):
            unit = False
        elif word in _UNITS:
            unit = True
        elif not house and _NUMBER.fullmatch(word):
            house = word
        elif len(word) == 1 and house.isdigit() and word.isalpha() and words:
            house += word
        elif word not in _NOTHING:
            words.append(_short(word))
    return " ".join(words), house.lstrip("0")


def _short(word: str) -> str:
    if word in _KINDS:
        return _KINDS[word]
    for ending, short in _ENDINGS:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending) + short
    return word


@lru_cache(maxsize=10_000)
def city(text: str) -> str:
    """Write a city's name without accents, district in brackets, and the many spellings of Saint."""
    words = fold(text.partition("(")[0] or text).split()
    return " ".join("st" if word in {"saint", "sankt", "sint"} else word for word in words)


def postal_code(text: str) -> str:
    """Write a postal code without blanks, the country in front and the four digits that ZIP codes may end in."""
    words = fold(text).split()
    if len(words) > 1 and words[0].isalpha() and len(words[0]) <= 2 and words[-1].isdigit():
        words = words[1:]  # D-10115
    if len(words) == 2 and len(words[0]) == 5 and len(words[1]) == 4 and words[0].isdigit() and words[1].isdigit():
        words = words[:1]  # 94103-1234
    return "".join(words)
