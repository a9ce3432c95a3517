"""v2's records: which are shown, in which order, and a cursor that holds the first one of the next page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from sandbox.clock import parse_ms
from sandbox.pipedrive.errors import invalid, not_found
from sandbox.records import END_OF_TIME, Record, Table
from sandbox.wire import JSON, Answer, answer

MOST = 500
MOST_IDS = 100
_ORDERS = ("id", "update_time", "add_time")

Wanted = Callable[[Record], bool]


class Marker(msgspec.Struct, frozen=True, rename="camel"):
    """What a cursor holds."""

    field: str
    field_value: int
    sort_direction: str
    id: int


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is asked for."""

    limit: int
    order: str
    downward: bool
    low_ms: int
    high_ms: int
    ids: tuple[str, ...] | None
    marker: Marker | None

    @property
    def ranged(self) -> bool:
        """Whether only some time is asked for."""
        return (self.low_ms, self.high_ms) != (0, END_OF_TIME)


def read_query(given: Mapping[str, str]) -> Query:
    """Read the parameters that every list takes. Raises `PipedriveError`."""
    order, direction = given.get("sort_by", "id"), given.get("sort_direction", "asc")
    if order not in _ORDERS or direction not in {"asc", "desc"}:
        raise invalid("sort_by or sort_direction is none there is")
    ids = tuple(given["ids"].split(",")) if "ids" in given else None
    if ids is not None and len(ids) > MOST_IDS:
        raise invalid(f"ids: at most {MOST_IDS}")
    return Query(
        limit=whole(given, "limit", default=100, least=1, most=MOST),
        order=order,
        downward=direction == "desc",
        low_ms=_second(given, "updated_since", 0),
        high_ms=_second(given, "updated_until", END_OF_TIME),
        ids=ids,
        marker=_read_marker(given["cursor"], order, direction) if "cursor" in given else None,
    )


def page(table: Table, query: Query, wanted: Wanted, *, deleted: bool = False) -> tuple[list[int], str | None]:
    """The rows of a page, and the cursor of the next one; `deleted` lets those in that live no more."""

    def shown(row: int) -> bool:
        record = table.record(row)
        return (record.living or (deleted and not record.erased)) and wanted(record)

    found = list(islice(filter(shown, _rows(table, query)), query.limit + 1))
    if len(found) <= query.limit:
        return found, None
    return found[:-1], _cursor(table, query, found[-1])


def matching(given: Mapping[str, str], *names: str) -> Wanted:
    """Tell which records have the values that are asked for."""
    asked = {name: given[name] for name in names if name in given}
    return lambda record: all(str(record.properties.get(name)) == value for name, value in asked.items())


def kept_row(table: Table, text: str, what: str) -> int:
    """The row of an id, also of one that was deleted not long ago. Raises `PipedriveError`."""
    row = table.row_of(text)
    if row is None or table.record(row).erased:
        raise not_found(what)
    return row


def living_row(table: Table, text: str, what: str) -> int:
    """The row of an id that is there. Raises `PipedriveError`."""
    row = table.row_of(text)
    if row is None or not table.lives(row):
        raise not_found(what)
    return row


def done(data: JSON) -> Answer:
    """One record, or what came of it."""
    return answer({"success": True, "data": data})


def listed(data: list[JSON] | list[dict[str, Any]], cursor: str | None) -> Answer:
    """A page; on the last one the cursor is there, and null."""
    return answer({"success": True, "data": data, "additional_data": {"next_cursor": cursor}})


def whole(given: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    """A parameter that counts. Raises `PipedriveError`."""
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise invalid(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def _rows(table: Table, query: Query) -> Iterable[int]:
    if query.ids is not None:
        rows = (table.row_of(text.strip()) for text in query.ids)
        return sorted({row for row in rows if row is not None})
    if query.order == "update_time" or query.ranged:
        found = sorted(table.changed_between(query.low_ms, query.high_ms), key=lambda row: _key(table, query, row))
        ordered = found[::-1] if query.downward else found
        return ordered if query.marker is None else _from_marker(table, query, query.marker, ordered)
    # Ids and times of creation rise together.
    start = None if query.marker is None else table.row_of(str(query.marker.id))
    if query.downward:
        return range(table.rows - 1 if start is None else start, -1, -1)
    return range(start or 0, table.rows)


def _from_marker(table: Table, query: Query, marker: Marker, rows: Iterable[int]) -> Iterable[int]:
    first = (marker.field_value, marker.id)
    for row in rows:
        value, row_key = _key(table, query, row)
        here = value, int(table.id_of(row_key))
        if (here <= first) if query.downward else (here >= first):
            yield row


def _key(table: Table, query: Query, row: int) -> tuple[int, int]:
    """What a list is ordered by: stamps are whole seconds, and one second is ordered by id."""
    return (table.changed_at(row) // 1000 if query.order == "update_time" else 0), row


def _cursor(table: Table, query: Query, row: int) -> str:
    value, _ = _key(table, query, row)
    direction = "desc" if query.downward else "asc"
    marker = Marker(query.order, value, direction, int(table.id_of(row)))
    return urlsafe_b64encode(msgspec.json.encode(marker)).decode().rstrip("=")


def _read_marker(text: str, order: str, direction: str) -> Marker:
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        marker = msgspec.json.decode(raw, type=Marker)
    except ValueError as error:
        raise invalid("cursor is none of ours") from error
    if (marker.field, marker.sort_direction) != (order, direction):
        raise invalid("cursor belongs to another order")
    return marker


def _second(given: Mapping[str, str], name: str, default: int) -> int:
    if name not in given:
        return default
    try:
        ms = parse_ms(given[name])
    except (ValueError, OverflowError) as error:
        raise invalid(f"{name} must be a time in RFC 3339") from error
    # A stamp is cut to its second, so a fraction asked for lets none of that second in.
    return min(max(-(-ms // 1000) * 1000, 0), END_OF_TIME)
