"""The review queue: which golden records may be one person, for people to say."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.explanations import EdgeView
from contracts.golden_records import ContactSummary, SourceName, Verdict

AT_ONCE = 200
ANSWERED_AT_ONCE = 100
MOST_DAYS = 365


class SuggestionSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of two golden records, all of whose members `same` or `different` would be said of.

    `record` is the source record that raises the question; of `members` those that are deleted are named too, and
    `left_off` counts those that are not.
    """

    contact: ContactSummary
    record: SourceName
    members: tuple[SourceName, ...]
    left_off: int = 0


class MergePreview(msgspec.Struct, frozen=True, kw_only=True):
    """The golden record that would result."""

    id: UUID
    fields: dict[str, str]
    emails: tuple[str, ...]
    phones: tuple[str, ...]


class SuggestionView(msgspec.Struct, frozen=True, kw_only=True):
    """A question: are these two one person? `strength` is in tenths of a bit, and the strongest come first."""

    id: UUID
    strength: int
    sentence: str
    sides: tuple[SuggestionSide, SuggestionSide]
    reason: EdgeView
    preview: MergePreview
    version: str
    """Changes with either side; an answer that names it is taken only while they are what they were."""
    put_off_until: datetime | None = None


class SuggestionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions wait; where not `is_exact`, more than that."""

    count: int
    is_exact: bool


Days = Annotated[int, Meta(ge=1, le=MOST_DAYS)]


class AnswerOne(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's word on a question; with `version`, only if the question is what was shown."""

    decision: Verdict
    version: Annotated[str, Meta(max_length=64)] | None = None
    dry_run: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's word on one of several questions."""

    id: UUID
    decision: Verdict
    version: Annotated[str, Meta(max_length=64)] | None = None


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several of them; all are taken, or none."""

    answers: Annotated[tuple[Answer, ...], Meta(min_length=1, max_length=ANSWERED_AT_ONCE)]
    dry_run: bool = False


class PutOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long a question is put off; other evidence brings it back before."""

    days: Days = 7


class PutOffSeveral(PutOff, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions to put off."""

    ids: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=AT_ONCE)]


class AskAgain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that were put off and are to be asked again."""

    ids: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=AT_ONCE)]


class PutOffAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Which questions were put off or asked again, and which are asked no longer."""

    ids: tuple[UUID, ...]
    missing: tuple[UUID, ...]
    put_off_until: datetime | None
