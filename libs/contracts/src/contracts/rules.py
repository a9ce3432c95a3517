"""The rules by which a workspace's records are joined and its values chosen, as people see and set them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

SurvivorshipRule = Literal["latest", "source_priority", "most_frequent", "longest"]

Region = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Strength = Annotated[int, msgspec.Meta(ge=-1_000, le=1_000)]
"""Tenths of a bit; at 1000 nothing is joined by weight alone."""
Blocked = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=400)], ...], msgspec.Meta(max_length=1_000)]
Priority = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=100)], ...], msgspec.Meta(max_length=100)]


class Reweighing(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of how many have been settled by the rules that hold."""

    done: int
    total: int


class RulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that hold.

    `region` is the country of phones without a country's code, `join` the strength from which two records that are
    alike are one, `suggest` that from which people are asked, in tenths of a bit. `blocked` are emails that are
    nobody's own. `survivorship` names the rule of each field that has another than `latest`, `priority` the providers,
    the most trusted first. `learned` tells whether what evidence is worth was learned from the records. While
    `reweighing` is there, not everything is settled by these rules yet.
    """

    version: int
    region: str | None
    join: int
    suggest: int
    blocked: tuple[str, ...]
    survivorship: dict[str, SurvivorshipRule]
    priority: tuple[str, ...]
    learned: bool
    reweighing: Reweighing | None = None


class RulesWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the rules is to be another; what is left out stays."""

    region: Region | UnsetType | None = UNSET
    join: Strength | UnsetType = UNSET
    suggest: Strength | UnsetType = UNSET
    blocked: Blocked | UnsetType = UNSET
    survivorship: dict[str, SurvivorshipRule] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
