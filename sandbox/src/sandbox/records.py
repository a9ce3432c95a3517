"""One kind of record of one account: seeded rows that are computed, and changed rows that are kept."""

from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import msgspec

from sandbox.clock import now_ms

_PAGES_KEPT = 2_000
_ROW_BITS = 22
_ROW_MASK = (1 << _ROW_BITS) - 1
END_OF_TIME = 1 << 41  # in milliseconds: the year 2039


class Record(msgspec.Struct, kw_only=True):
    """A record as it is now. Gone for good (`erased`, or `merged_into` another row) differs from archived."""

    properties: dict[str, Any]
    created: int
    modified: int
    archived_at: int | None = None
    erased: bool = False
    merged_into: int | None = None

    @property
    def gone(self) -> bool:
        """No reading will show it again."""
        return self.erased or self.merged_into is not None

    @property
    def living(self) -> bool:
        """The plain list shows it."""
        return self.archived_at is None and not self.gone


Seed = Callable[[int], Record]


class Table:
    """The rows of one kind, living and not; a row's id follows from its number and never changes."""

    def __init__(
        self, *, first_id: int, seeded: int, seed: Seed, stamp: Callable[[int], int], lag_ms: int, step: int = 41
    ) -> None:
        self.rows = seeded
        self.living = seeded
        self.archived: set[int] = set()
        self.changed: dict[int, Record] = {}
        self._first_id = first_id
        self._step = step
        self._seeded = seeded
        self._seed = seed
        self._stamp = stamp
        self._lag_ms = lag_ms
        self._index: array[int] | None = None
        self._unindexed: deque[tuple[int, int]] = deque()
        self._indexed_at: dict[int, int] = {}
        self._pages: dict[Hashable, bytes] = {}

    def id_of(self, row: int) -> str:
        """The id that stands on the wire."""
        return str(self._first_id + row * self._step)

    def row_of(self, text: str) -> int | None:
        """The row of an id, or None where no row ever had it."""
        if not (text.isascii() and text.isdecimal()) or len(text) > 18:
            return None
        row, rest = divmod(int(text) - self._first_id, self._step)
        return row if rest == 0 and 0 <= row < self.rows else None

    def record(self, row: int) -> Record:
        """The record of a row, whatever its state; not to be changed in place."""
        return self.changed.get(row) or self._seed(row)

    def lives(self, row: int) -> bool:
        """Whether the plain list shows a row; cheaper than its record."""
        return row not in self.changed or self.changed[row].living

    def put(self, row: int, record: Record) -> None:
        """Keep a new or changed record; a new one takes the row `self.rows`."""
        self.living += record.living - (row < self.rows and self.lives(row))
        self.rows = max(self.rows, row + 1)
        self.changed[row] = record
        (self.archived.add if record.archived_at is not None and not record.gone else self.archived.discard)(row)
        self._unindexed.append((now_ms() + self._lag_ms, row))
        self._pages.clear()

    def kept(self, asked: Hashable) -> bytes | None:
        """The page that was kept when the same was asked, unless a row changed since."""
        return self._pages.get(asked)

    def keep(self, asked: Hashable, page: bytes) -> bytes:
        """Keep a page of these rows alone, and return it."""
        if len(self._pages) >= _PAGES_KEPT:
            self._pages.clear()
        self._pages[asked] = page
        return page

    def listed(self, after: int | None, *, archived: bool) -> Iterator[tuple[int, Record]]:
        """Living rows, or archived ones, in the order of their ids, from the one behind `after` on."""
        start = 0 if after is None else after + 1
        if archived:
            yield from ((row, self.changed[row]) for row in sorted(self.archived) if row >= start)
            return
        for row in range(start, self.rows):
            if self.lives(row):
                yield row, self.record(row)

    def found_between(self, low_ms: int, high_ms: int) -> list[int]:
        """Living rows that search knows as last changed in [low, high), in that order; it learns of changes late."""
        return [row for row in self.changed_between(low_ms, high_ms) if self.lives(row)]

    def changed_between(self, low_ms: int, high_ms: int) -> Iterator[int]:
        """The same with those that live no more."""
        index = self._fresh_index()
        start, end = (bisect_left(index, ms << _ROW_BITS) for ms in (low_ms, high_ms))
        return (key & _ROW_MASK for key in index[start:end])

    def changed_at(self, row: int) -> int:
        """When a row was last changed; cheaper than its record."""
        return self.changed[row].modified if row in self.changed else self._stamp(row)

    def _fresh_index(self) -> "array[int]":
        if self._index is None:
            self._index = array("q", sorted(self._stamp(row) << _ROW_BITS | row for row in range(self._seeded)))
        now = now_ms()
        while self._unindexed and self._unindexed[0][0] <= now:
            self._reindex(self._index, self._unindexed.popleft()[1])
        return self._index

    def _reindex(self, index: "array[int]", row: int) -> None:
        known = self._indexed_at.pop(row, self._stamp(row) if row < self._seeded else None)
        if known is not None:
            del index[bisect_left(index, known << _ROW_BITS | row)]
        # A row keeps its entry when it is archived, so that every row that was ever indexed has exactly one.
        self._indexed_at[row] = self.changed[row].modified
        insort(index, self._indexed_at[row] << _ROW_BITS | row)
