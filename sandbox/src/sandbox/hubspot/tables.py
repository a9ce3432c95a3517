"""The records of one of HubSpot's kinds."""

from collections.abc import Callable

from sandbox import records
from sandbox.hubspot.catalogue import ObjectType
from sandbox.records import Seed


class Table(records.Table):
    """The rows of one kind, living and not."""

    def __init__(
        self, kind: ObjectType, *, first_id: int, seeded: int, seed: Seed, stamp: Callable[[int], int], lag_ms: int
    ) -> None:
        super().__init__(first_id=first_id, seeded=seeded, seed=seed, stamp=stamp, lag_ms=lag_ms)
        self.kind = kind
