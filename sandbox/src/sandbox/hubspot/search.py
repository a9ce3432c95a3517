"""HubSpot's search: groups of filters, one sort, and a wall at the 10,000th result."""

from collections.abc import Sequence
from heapq import nlargest, nsmallest

import msgspec

from sandbox.hubspot.catalogue import ObjectType
from sandbox.hubspot.errors import HubSpotError, invalid
from sandbox.hubspot.filters import Filter, Test, key, test, tokens
from sandbox.hubspot.tables import Table
from sandbox.records import END_OF_TIME

WALL = 10_000


class FilterGroup(msgspec.Struct, frozen=True):
    """Conditions that must all hold."""

    filters: tuple[Filter, ...] = ()


class Sort(msgspec.Struct, frozen=True, rename="camel"):
    """The order of results."""

    property_name: str
    direction: str = "ASCENDING"


class Search(msgspec.Struct, frozen=True, rename="camel"):
    """A request: a record is found when all of one of the groups holds."""

    filter_groups: tuple[FilterGroup, ...] = ()
    sorts: tuple[Sort, ...] = ()
    query: str | None = None
    properties: tuple[str, ...] = ()
    limit: int = 10
    after: str | int | None = None

    def offset(self) -> int:
        """Where the page begins. Raises `HubSpotError`."""
        text = str(self.after or 0)
        if not text.isdecimal():
            raise invalid(f"Invalid value for after: {text}")
        return int(text)

    def groups(self) -> list[tuple[Filter, ...]]:
        """The groups that hold conditions at all: an empty one is as good as none."""
        return [group.filters for group in self.filter_groups if group.filters]


def find(table: Table, search: Search) -> tuple[int, list[int]]:
    """How many records are found, and the rows of the page. Raises `HubSpotError`."""
    _check(table.kind, search)
    groups = search.groups()
    if len(groups) == 1:
        # The index answers what a connector asks for most: all that changed since.
        stamps = [each for each in groups[0] if each.property_name == table.kind.stamp]
        ranged = [each for each in stamps if each.operator in {"GT", "GTE", "LT", "LTE", "BETWEEN"}]
        groups = [tuple(each for each in groups[0] if each not in ranged)]
        rows = table.found_between(*_span(ranged))
    else:
        rows = table.found_between(0, END_OF_TIME)
    tests = [[(each.property_name, test(each)) for each in group] for group in groups]
    if any(tests):
        rows = [row for row in rows if any(_holds(table, row, group) for group in tests)]
    if search.query:
        rows = [row for row in rows if _mentions(table, row, tokens(search.query))]
    start = search.offset()
    return len(rows), _ordered(table, rows, search)[start : start + search.limit]


def _check(kind: ObjectType, search: Search) -> None:
    sizes = [len(group.filters) for group in search.filter_groups]
    if len(sizes) > 5 or max(sizes, default=0) > 6 or sum(sizes) > 18:
        raise invalid("too many filters: at most 5 groups, 6 filters in a group and 18 in all")
    if len(search.sorts) > 1:
        raise invalid("too many sorts: at most 1")
    if not 0 <= search.limit <= 200:
        raise invalid(f"limit must be between 0 and 200, not {search.limit}")
    if search.offset() + search.limit > WALL:
        raise HubSpotError(400, f"There was a problem with the request: no results past the {WALL}th")
    filters = [each.property_name for group in search.filter_groups for each in group.filters]
    for name in (*filters, *(sort.property_name for sort in search.sorts)):
        if name not in kind.properties:
            raise invalid(f"Property {name} does not exist", code="PROPERTY_DOESNT_EXIST", property_name=name)


def _span(conditions: Sequence[Filter]) -> tuple[int, int]:
    """The milliseconds that all conditions on the stamp leave, the last one excluded."""
    low, high = 0, END_OF_TIME
    for each in conditions:
        _, value = each.key(each.value)
        _, upper = each.key(each.high_value if each.operator == "BETWEEN" else each.value)
        if isinstance(value, str) or isinstance(upper, str):
            raise invalid(f"{each.property_name} is compared with {each.value}, which is no date")
        if each.operator in {"GT", "GTE", "BETWEEN"}:
            low = max(low, int(value) + (each.operator == "GT"))
        if each.operator in {"LT", "LTE", "BETWEEN"}:
            high = min(high, int(upper) + (each.operator != "LT"))
    return min(low, END_OF_TIME), max(high, 0)


def _value(table: Table, row: int, name: str) -> str | None:
    return table.id_of(row) if name == "hs_object_id" else table.record(row).properties.get(name)


def _holds(table: Table, row: int, group: Sequence[tuple[str, Test]]) -> bool:
    return all(holds(_value(table, row, name)) for name, holds in group)


def _mentions(table: Table, row: int, words: Sequence[str]) -> bool:
    properties = table.record(row).properties
    found = [token for name in table.kind.searched for token in tokens(properties.get(name))]
    return all(any(token.startswith(word) for token in found) for word in words)


def _ordered(table: Table, rows: list[int], search: Search) -> list[int]:
    """The rows in the order asked for, at least as many as the page needs; in the order of ids by default."""
    name = search.sorts[0].property_name if search.sorts else "hs_object_id"
    downward = bool(search.sorts) and search.sorts[0].direction == "DESCENDING"
    if name == table.kind.stamp:
        return rows[::-1] if downward else rows
    if name == "hs_object_id":
        return (nlargest if downward else nsmallest)(search.offset() + search.limit, rows)
    values = {row: _value(table, row, name) for row in rows}
    known = [(key(name, value), row) for row, value in values.items() if value is not None]
    unknown = [row for row, value in values.items() if value is None]
    return [row for _, row in sorted(known, reverse=downward)] + unknown
