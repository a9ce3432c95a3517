"""What every event is: a fact in the past tense, of one workspace, on one topic."""

from typing import ClassVar, Literal
from uuid import UUID

import msgspec

Lane = Literal["live", "backfill"]
LANES: tuple[Lane, ...] = ("live", "backfill")


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fact. `NAME` carries its version; `TOPIC` is the stream of the one service that publishes it."""

    NAME: ClassVar[str]
    TOPIC: ClassVar[str]

    workspace_id: UUID
