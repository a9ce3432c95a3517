"""What the control, chance and the expected answer see of an account, whatever its provider."""

from collections.abc import Iterable, Mapping, Set
from random import Random
from typing import Any, ClassVar, Protocol

from sandbox.changes import AccountOpened, AnyRecordChange
from sandbox.records import Record
from sandbox.rosters import Roster, Sighting


class Records(Protocol):
    """One kind of record of an account: rows from 0 on, each of which keeps its id for good."""

    @property
    def rows(self) -> int:
        """How many there ever were."""

    @property
    def living(self) -> int:
        """How many a list shows."""

    @property
    def archived(self) -> Set[int]:
        """The rows that were deleted and can come back."""

    def id_of(self, row: int) -> str:
        """The id that stands on the wire."""

    def row_of(self, text: str) -> int | None:
        """The row of an id, or None where no row ever had it."""

    def lives(self, row: int) -> bool:
        """Whether a list shows a row."""

    def record(self, row: int) -> Record:
        """The record of a row, whatever its state."""


class Account(Protocol):
    """One account of a provider, which shows people of the world as its own records."""

    PROVIDER: ClassVar[str]
    CONTACTS: ClassVar[str]
    """The kind of its records that are people."""
    DEALINGS: ClassVar[str]
    """The kind of its records that most of all tell what was done with people."""
    ALL_DEALINGS: ClassVar[tuple[str, ...]]
    """Every kind that does, that one included."""

    @property
    def opened(self) -> AccountOpened:
        """How it began."""

    @property
    def roster(self) -> Roster:
        """Which people it knew in the beginning."""

    @property
    def tables(self) -> Mapping[str, Records]:
        """Its records, by their kind."""

    def apply(self, change: AnyRecordChange) -> int:
        """Let something happen that was found possible; returns the row it happened to, or that came of it."""

    def present_row(self, kind: str, text: str) -> int | None:
        """The living record that an id leads to today."""

    def people(self) -> Iterable[int]:
        """The rows of all contacts that a connector should find."""

    def emails_of(self, row: int) -> Iterable[str]:
        """All addresses of a contact."""

    def holder_of(self, email: str) -> int | None:
        """The living contact that carries an address, whatever its case."""

    def written(self, seen: Sighting) -> dict[str, Any]:
        """A person as the properties of a contact."""

    def news(self, kind: str, draw: Random) -> dict[str, Any]:
        """Properties as somebody might write them to a record of that kind."""
