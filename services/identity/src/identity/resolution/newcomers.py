"""Newcomers: records of which nothing was known. Most of a first sync are alone, and need no partition to be told so.

Where nobody has decided anything, two records are tied by a key that both carry, or by being alike; and nothing is
alike yet that was never weighed. So a newcomer no key of which is carried by anybody else at hand is a group of its
own, whatever the others are: `partition` says the same, for more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from identity.resolution.records import SourceRecord


def part_alone(
    newcomers: Sequence[SourceRecord], others: Iterable[SourceRecord]
) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """Part the newcomers who share no key with each other nor with the others, from those who share one."""
    carried = Counter(chain.from_iterable([record.keys for record in newcomers]))
    common = {key for key, carriers in carried.items() if carriers > 1}
    common.update(*(record.keys for record in others))
    alone: list[SourceRecord] = []
    tied: list[SourceRecord] = []
    for record in newcomers:
        (alone if common.isdisjoint(record.keys) else tied).append(record)
    return alone, tied
