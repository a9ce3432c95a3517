"""Bonds: match keys that several records carry, and that say that these are one person.

Two records of one person have mostly all their keys in common, so what is asked of carriers is asked once for all the
keys that the same ones carry.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import chain

import msgspec

from identity.resolution.ids import rank
from identity.resolution.records import SourceRecord
from identity.resolution.sharing import is_key_shared, is_shared_by_name
from identity.rules.ruleset import Rules
from identity.rules.vetoes import may_be_one


class Bond(msgspec.Struct, frozen=True, gc=False):
    """Keys that bind the same records, in order, and those records, by rank."""

    keys: Sequence[str]
    members: Sequence[SourceRecord]
    is_only: bool
    """Whether nothing else binds any of the members."""

    def is_plain(self) -> bool:
        """Whether its members are one person whatever else is known: neither gone, nor contradicting each other."""
        living = [member.contact for member in self.members if not member.gone]
        return self.is_only and len(living) == len(self.members) and may_be_one(living)


def bonds_among(records: Iterable[SourceRecord], shared: Set[str], rules: Rules) -> tuple[list[Bond], list[str]]:
    """List the bonds among records, and which keys turn out to be nobody's own beside those known to be `shared`.

    The bonds are in the order of their first keys, whatever order the records come in: the history is written in it.
    """
    listed = list(records)
    binding: dict[Places, list[str]] = {}
    learned: list[str] = []
    for places, keys in _carried_together(listed, shared, rules).items():
        if is_key_shared([listed[place] for place in places]):
            learned += keys
        else:
            binding[places] = keys
    times = Counter(chain.from_iterable(binding))
    often = {place for place, bonds in times.items() if bonds > 1}
    bonds = [
        Bond(sorted(keys), sorted([listed[place] for place in places], key=_rank_of), often.isdisjoint(places))
        for places, keys in binding.items()
    ]
    return sorted(bonds, key=_first_key), learned


Places = tuple[int, ...]
"""Where records stand in a list: numbers, which are hashed in C, while ids are not."""


def _carried_together(records: Sequence[SourceRecord], shared: Set[str], rules: Rules) -> dict[Places, list[str]]:
    """Tell for the carriers of each key that several carry, and that may bind, which such keys they carry."""
    first: dict[str, int] = {}
    carriers: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        for key in record.keys:
            if (earlier := first.setdefault(key, place)) != place:
                carriers.setdefault(key, [earlier]).append(place)
    keys: dict[Places, list[str]] = {}
    for key, places in carriers.items():
        if key not in shared and not is_shared_by_name(key, rules):
            keys.setdefault(tuple(places), []).append(key)
    return keys


def _first_key(bond: Bond) -> str:
    return bond.keys[0]


def _rank_of(record: SourceRecord) -> int:
    return rank(record.source_id)
