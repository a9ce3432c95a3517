"""The rules by which a workspace's records are joined and its values chosen, as people see and set them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from contracts.golden_records import ContactSummary

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


class PreviewWish(RulesWish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules to be tried out: changed as said, then learned anew from the records, if that is wished."""

    relearn: bool = False


class RulesVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that held from a time on, and whose word that was; `restores` is the version they were taken from."""

    version: int
    held_from: datetime
    made_by: UUID | None
    restores: int | None
    region: str | None
    join: int
    suggest: int
    blocked: tuple[str, ...]
    survivorship: dict[str, SurvivorshipRule]
    priority: tuple[str, ...]
    learned: bool


PreviewState = Literal["learning", "waiting", "weighing", "done"]
PreviewKind = Literal["joined", "parted", "changed"]


class RulesPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What other rules would lead to, as far as the records were tried.

    `joined` counts golden records that others would take in, `parted` those that would come out of others, `changed`
    those that would show another value. It is exact for up to `exact_up_to` records; of more, each is tried with those
    it touches. `based_on` is the version that it is compared with; where another holds by now it cannot be applied.
    """

    state: PreviewState
    based_on: int
    rules: RulesView | None = None
    done: int
    total: int
    joined: int
    parted: int
    changed: int
    exact_up_to: int
    asked_by: UUID | None
    asked_at: datetime


class ValueChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a field shows, and what it would show."""

    field: str
    before: str | None
    after: str | None


class PreviewedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: two golden records that would join, or one that would part or show another value, and which."""

    kind: PreviewKind
    contacts: tuple[ContactSummary, ...]
    values: tuple[ValueChange, ...] = ()
