"""The rules by which evidence is weighed: what each agreement is worth, what it takes to join, and their defaults.

Strengths are whole tenths of a bit, the logarithm of how much likelier an observation is between two records of one
person than between two of strangers: 100 is a thousand to one. Whole numbers add up the same everywhere.
"""

from math import log2

import msgspec

from identity.rules.comparison import LEVELS
from identity.rules.survivorship import Survivorship

UNIT = 10
"""Steps in a bit, which doubles the odds."""

STRONGEST = 999
"""What is weighed stays below a key's strength, whatever adds up."""

_DEFAULTS = {
    # How often a level is seen between records of one person, and between those of two. What strangers share is put
    # high: with few records, nobody knows yet which of their names are common.
    "given": {"same": (0.70, 0.012), "form": (0.06, 0.010), "close": (0.10, 0.006), "abroad": (0.02, 0.005),
              "initial": (0.04, 0.05), "kin": (0.01, 0.008), "differs": (0.07, 0.914)},
    "family": {"same": (0.78, 0.004), "part": (0.05, 0.004), "close": (0.09, 0.003), "initial": (0.02, 0.01),
               "differs": (0.06, 0.979)},
    "birth": {"same": (0.80, 0.0001), "either": (0.01, 0.0000015), "near": (0.07, 0.0015), "close": (0.05, 0.006),
              "loose": (0.04, 0.04), "differs": (0.03, 0.9524)},
    "email": {"same": (0.50, 0.000002), "near": (0.06, 0.00005), "local": (0.05, 0.0002), "differs": (0.39, 0.9997)},
    "phone": {"same": (0.55, 0.00001), "near": (0.03, 0.00001), "differs": (0.42, 0.99998)},
    "company": {"same": (0.60, 0.01), "close": (0.10, 0.01), "differs": (0.30, 0.98)},
    "place": {"door": (0.35, 0.00002), "street": (0.08, 0.0001), "postal": (0.12, 0.001), "city": (0.25, 0.03),
              "differs": (0.20, 0.96888)},
    "order": {"crossed": (0.04, 0.16)},
}  # fmt: skip

COUNTED = {"given": "same", "family": "same", "company": "same", "place": "city"}
"""Fields of which it matters how common the value is, and at which level both have the same one."""

Chances = dict[str, dict[str, tuple[float, float]]]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a workspace's rules. Who is who follows from records, decisions, and this."""

    region: str | None = None
    """The country that phones without a country's code belong to, as ISO 3166 writes it."""
    blocked: frozenset[str] = frozenset()
    """Keys that a person said are nobody's own."""
    survivorship: Survivorship = Survivorship()
    strengths: dict[str, dict[str, int]]
    """What each level of each field adds to the evidence; at a counted field's level, for a value in no table."""
    values: dict[str, dict[str, int]] = {}
    """Counted fields' strengths for values that are common; frozen when learned."""
    prior: int = -170
    """The evidence before anything is seen: how rare it is that two records are one person's."""
    join: int = 30
    suggest: int = -50
    block_limit: int = 12
    """Blocks of more carriers are passed over: who shares no smaller one are hardly ever one person."""
    group_limit: int = 50
    """No group grows past this by evidence weaker than a key."""


def strength(matching: float, other: float) -> int:
    """Weigh an observation by how often it is made between records of one person, and of two."""
    return round(UNIT * log2(matching / other))


def default_chances() -> Chances:
    """Copy what is assumed where nothing was learned."""
    return {field: dict(levels) for field, levels in _DEFAULTS.items()}


def strengths_of(chances: Chances) -> dict[str, dict[str, int]]:
    """Weigh every level of every field."""
    return {field: {level: strength(*chances[field][level]) for level in LEVELS[field]} for field in LEVELS}


DEFAULT = Rules(strengths=strengths_of(default_chances()))
"""Rules for a workspace that has learned nothing yet."""
