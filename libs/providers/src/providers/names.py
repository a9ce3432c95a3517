"""Cutting the one name that some providers keep into a first and a last one.

Where to cut is a guess for every culture but one, so the cut is made such that first and last, put together again,
are the name as it was: nothing is lost by a wrong one.
"""

import re

from providers.values import text

_INVERTED = re.compile(r"([^,]+), ([^,]+)")
_NO_GIVEN_NAMES = frozenset(
    {
        *("jr", "sr", "ii", "iii", "iv", "md", "phd", "dds", "esq", "cpa", "mba", "ba", "ma", "msc", "rn"),
        *("inc", "llc", "llp", "ltd", "plc", "co", "corp", "gmbh", "ag", "kg", "bv", "sa", "srl", "ab", "oy", "pty"),
    }
)
"""What stands behind a comma without being a given name: degrees, generations, legal forms."""


def cut_name(full: str | None) -> tuple[str | None, str | None]:
    """Cut at the first space; a single word is a first name. `Lovelace, Ada` is turned round.

    An address or a number in the name's place, which providers put there when they know none, is no name.
    """
    name = text(" ".join((full or "").replace("\0", "").split()))
    if name is None or "@" in name or not any(letter.isalpha() for letter in name):
        return None, None
    if (inverted := _INVERTED.fullmatch(name)) and not _is_title(inverted[2]):
        return inverted[2], inverted[1]
    first, _, last = name.partition(" ")
    return first, last or None


def join_name(first: str | None, last: str | None) -> str:
    """Put two names together as one, for who keeps no more."""
    return " ".join(filter(None, (first, last)))


def _is_title(words: str) -> bool:
    return words.replace(".", "").lower() in _NO_GIVEN_NAMES
