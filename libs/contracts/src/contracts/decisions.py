"""What people decide about golden records, what it would lead to, and what it led to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from contracts.golden_records import HistoryView, SourceName, Verdict

MOST_AT_ONCE = 50

GoldenIds = Annotated[tuple[UUID, ...], msgspec.Meta(min_length=2, max_length=MOST_AT_ONCE)]


class SourceKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source record, by its connection and the id it has there."""

    connection_id: UUID
    provider_id: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


Sources = Annotated[tuple[SourceKey, ...], msgspec.Meta(min_length=1, max_length=1_000)]

Expected = Annotated[tuple[SourceKey, ...], msgspec.Meta(min_length=1, max_length=50_000)]


class MergeWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """These golden records are one person. `override` takes back earlier words that they are not.

    `expected` are all sources that were shown of them: where they have others by now, nothing is done.
    """

    ids: GoldenIds
    expected: Expected | None = None
    override: bool = False
    dry_run: bool = False


class SplitWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """These sources of a golden record are another person than the rest of it.

    `expected` are all sources that were shown of it: where it has others by now, nothing is done.
    """

    sources: Sources
    expected: Expected | None = None
    dry_run: bool = False


class DecisionWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word on two groups of source records: that they are the same person, or different ones."""

    verdict: Verdict
    left: Sources
    right: Sources


class DecisionWishes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several of them; all are taken, or none. `override` takes back earlier words that stand against *same*."""

    decisions: Annotated[tuple[DecisionWish, ...], msgspec.Meta(min_length=1, max_length=200)]
    override: bool = False
    dry_run: bool = False


class PinWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value that a golden record is to show, whatever its sources say."""

    value: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class UndoWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Undo an entry of the history, or see what that would lead to."""

    dry_run: bool = False


class UndoSinceWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Undo all that rules joined since then, or see what that would lead to."""

    since: datetime
    dry_run: bool = False


class ResultingContact(msgspec.Struct, frozen=True, kw_only=True):
    """A golden record as it is afterwards: what the list shows of it, and its sources."""

    id: UUID
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    company: str | None
    job_title: str | None
    sources: tuple[SourceName, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision leads to: golden records that are others now, ids that lead elsewhere, and the entries.

    With `dry_run` it is what it would lead to, and the entries have the number 0.
    """

    contacts: tuple[ResultingContact, ...]
    gone: tuple[UUID, ...]
    entries: tuple[HistoryView, ...]
    dry_run: bool = False


class UndoneSince(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing joins leads to, and whether there is more of them."""

    outcome: Outcome
    more: bool
