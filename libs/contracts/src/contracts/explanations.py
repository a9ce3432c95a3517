"""Why source records are one person, or are not: what speaks for it and against it, each item with a sentence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from contracts.golden_records import SourceName


class FieldShare(msgspec.Struct, frozen=True, kw_only=True):
    """What one field adds to the evidence or takes from it, in tenths of a bit; ten double the odds."""

    field: str
    level: str
    strength: int
    sentence: str
    values: tuple[str, str] | None = None
    """What was compared, normalised."""


class GuardView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that keeps records from being joined by a rule. `kind` is stable."""

    kind: str
    sentence: str
    value: str | None = None
    people: int | None = None
    """By how many differently named people a value is carried, as far as was counted."""
    records: tuple[SourceName, ...] = ()


class EdgeView(msgspec.Struct, frozen=True, kw_only=True):
    """A reason for which records are one: a key they carry, what they have in common, or a person's word.

    `joined` are those by which they were joined; others would hold them too. `left_off` counts records not named.
    """

    rule: str
    value: str
    strength: int
    sentence: str
    records: tuple[SourceName, ...]
    joined: bool
    fields: tuple[FieldShare, ...] = ()
    guards: tuple[GuardView, ...] = ()
    left_off: int = 0


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on who is who; one that cannot hold beside others `holds` not, and is kept all the same."""

    number: int
    verdict: Literal["same", "different"]
    decided_at: datetime
    decided_by: UUID | None
    sentence: str
    sides: tuple[tuple[SourceName, ...], ...]
    holds: bool


class NearMiss(msgspec.Struct, frozen=True, kw_only=True):
    """Another golden record that may be the same person: a question in the review queue."""

    suggestion_id: UUID
    id: UUID
    strength: int
    sentence: str
    records: tuple[SourceName, SourceName]
    put_off_until: datetime | None = None


class LeftOff(msgspec.Struct, frozen=True, kw_only=True):
    """How many items were left off to keep an answer short."""

    sources: int = 0
    edges: int = 0
    guards: int = 0
    decisions: int = 0
    near_misses: int = 0


class ContactExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why the source records of a golden record are one, and others are not among them."""

    id: UUID
    sentence: str
    sources: tuple[SourceName, ...]
    edges: tuple[EdgeView, ...]
    guards: tuple[GuardView, ...]
    decisions: tuple[DecisionView, ...]
    near_misses: tuple[NearMiss, ...]
    left_off: LeftOff


class BlockView(msgspec.Struct, frozen=True, kw_only=True):
    """Something two records share for which they are compared, unless too many others share it too."""

    value: str
    sentence: str
    is_too_full: bool


PairVerdict = Literal[
    "together", "decided_different", "refused", "suggested", "below_threshold", "not_compared", "not_yet_weighed"
]


class PairSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of two that were asked about: its golden record, and its record that says most."""

    id: UUID
    source: SourceName


class PairExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why two are one golden record, or are not. `weighed` is the strongest comparison of their records."""

    verdict: PairVerdict
    sentence: str
    left: PairSide
    right: PairSide
    weighed: EdgeView | None
    edges: tuple[EdgeView, ...]
    guards: tuple[GuardView, ...]
    decisions: tuple[DecisionView, ...]
    blocks: tuple[BlockView, ...]
    suggestion_id: UUID | None
    left_off: LeftOff
