"""The users, the agents or the tickets of an account, as an export shows them."""

from bisect import bisect_right
from collections.abc import Iterator

from sandbox import records

_ROW_BITS = 22  # as in the index of changes this stands on


class Table(records.Table):
    """Rows that are found by time of change, whatever became of them."""

    def exported(self, after_ms: int, after_id: int) -> Iterator[tuple[int, int, int]]:
        """Stamp, id and row of all that changed later, or then but with a greater id."""
        # The id need not be of this table: it only says where among this one's rows it would stand.
        row = max(-1, min((after_id - self._first_id) // self._step, self.rows))
        index = self._fresh_index()
        for place in range(bisect_right(index, (after_ms << _ROW_BITS) + row), len(index)):
            found = index[place] & ((1 << _ROW_BITS) - 1)
            yield index[place] >> _ROW_BITS, int(self.id_of(found)), found
