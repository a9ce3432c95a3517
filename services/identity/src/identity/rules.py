"""The rules of a workspace: what of matching a person can set, and what of it is learned."""

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One version of them. Partition, values and suggestions follow from records, decisions, and this."""

    version: int = 0
    names_of_a_key: int = 3
    """By how many differently named people a key is carried at most before it says nothing about who someone is."""
    carriers_of_a_key: int = 1_000
    """By how many records it is carried at most."""
    blocked: frozenset[str] = frozenset()
    """Keys that a person said are nobody's own."""
    joins_at: int = 1_200
    """From which strength on two records that are alike are joined, in hundredths of a bit."""
    suggests_at: int = 600
    """From which strength on people are asked."""
    largest_group: int = 50
    """Up to how many records a group grows for no better reason than that they are alike."""


DEFAULT = Rules()
