"""Which records of an account are associated: as seeded, and as changed since."""

from sandbox.hubspot.catalogue import TYPES
from sandbox.hubspot.dealings import PER_BLOCK
from sandbox.hubspot.seeds import Seeds

End = tuple[str, int]
"""One end of an association: kind and row."""


class Links:
    """Associations go both ways and are kept once for each end."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds
        self._made: dict[tuple[End, str], dict[int, None]] = {}
        self._cut: set[tuple[End, End]] = set()

    def of(self, end: End, to_kind: str) -> list[int]:
        """The rows of a kind that a record is associated with."""
        seeded = [row for row in self._seeded(end, to_kind) if (end, (to_kind, row)) not in self._cut]
        return seeded + [row for row in self._made.get((end, to_kind), ()) if row not in seeded]

    def join(self, one: End, two: End) -> None:
        """Associate two records; twice is once."""
        for end, (to_kind, to_row) in ((one, two), (two, one)):
            self._made.setdefault((end, to_kind), {})[to_row] = None

    def part(self, one: End, two: End) -> None:
        """Part two records, associated or not."""
        for end, other in ((one, two), (two, one)):
            self._made.get((end, other[0]), {}).pop(other[1], None)
            self._cut.add((end, other))

    def move(self, old: End, new: End) -> None:
        """Hand all associations of a record to the one it was merged into."""
        for kind in TYPES:
            for row in self.of(old, kind):
                self.part(old, (kind, row))
                self.join(new, (kind, row))

    def _seeded(self, end: End, to_kind: str) -> tuple[int, ...]:
        kind, row = end
        if row >= self._seeds.rows.get(kind, 0):
            return ()
        match kind, to_kind:
            case "contacts", "companies":
                return self._seeds.companies_of(row)
            case "companies", "contacts":
                return self._seeds.contacts_of_company(row)
            case "contacts", dealing if dealing in PER_BLOCK:
                return self._seeds.dealings_of(dealing, row)
            case dealing, "contacts" if dealing in PER_BLOCK:
                return self._seeds.contacts_of(dealing, row)
        return ()
