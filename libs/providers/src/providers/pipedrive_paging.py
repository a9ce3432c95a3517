"""Going through Pipedrive's records page by page.

Lists of v2 go downwards by id: newest first, and a record that changes meanwhile keeps its place, which by time of
change it would not. Later runs ask in the same order for what changed since.

Lists of v1 know no place but a count, which every deletion moves. They go upwards by time of change, each page from the
last moment of the one before: what changes meanwhile comes again at the end.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec
from aiohttp import ClientSession
from contracts.interactions import InteractionKind

from providers.pipedrive_api import V2, call, instant_text
from providers.pipedrive_names import Names
from providers.source import Access, ProviderUnavailable

LIMIT = 500  # costs the same as 10
OVERLAP = timedelta(minutes=2)


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """Lists of v2 that are read one after the other; `kind` is None for contacts."""

    paths: tuple[str, ...]
    scope: str
    kind: InteractionKind | None = None
    params: Mapping[str, str] = MappingProxyType({})


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records as they came, and where the run stands behind it; `over` at its end."""

    records: list[bytes]
    position: "Position"
    over: bool


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands: what our cursors and bookmarks hold.

    `since` is the time whose changes it looks for, `started_at` Pipedrive's clock when it began. Of lists of v2, `part`
    counts those that are done, and `after` is the cursor of the next; of v1, `start` counts what was read of the moment
    `since`. `names` is what the run has learned on its way.
    """

    since: datetime | None = None
    started_at: datetime | None = None
    part: int = 0
    after: str | None = None
    start: int = 0
    names: Names = Names()


class _More(msgspec.Struct):
    next_cursor: str | None = None


class _Envelope(msgspec.Struct):
    additional_data: _More | None = None


async def fetch(http: ClientSession, access: Access, stream: Stream, position: Position) -> Fetched:
    """Fetch the next page of a list of v2. Raises `ProviderError`."""
    paths = _paths(stream, position)
    if position.part >= len(paths):
        raise ProviderUnavailable("Pipedrive's lists are no longer read as they were when this run began.")
    since = position.since
    if since is None and position.part == len(stream.paths) and position.started_at:
        since = position.started_at - OVERLAP
    params = {"limit": str(LIMIT), "sort_by": "id", "sort_direction": "desc", **stream.params}
    if since:
        params["updated_since"] = instant_text(since)
    if position.after:
        params["cursor"] = position.after
    answer = await call(http, access, V2 + paths[position.part], scope=stream.scope, params=params)
    envelope, records = answer.read_page(_Envelope, "data")
    after = envelope.additional_data.next_cursor if envelope.additional_data else None
    if after and after == position.after:
        raise ProviderUnavailable("Pipedrive answers the same page again and again.")
    part = position.part if after else position.part + 1
    started_at = position.started_at or answer.clock
    behind = msgspec.structs.replace(position, started_at=started_at, part=part, after=after)
    return Fetched(records=records, position=behind, over=part >= len(paths))


async def fetch_ids(http: ClientSession, access: Access, stream: Stream, path: str, ids: Sequence[str]) -> list[bytes]:
    """Fetch records by their ids, as they come; those that are not in the list are left out. Raises `ProviderError`."""
    params = {"ids": ",".join(ids), "limit": str(LIMIT), **stream.params}
    answer = await call(http, access, V2 + path, scope=stream.scope, params=params)
    return answer.read_page(_Envelope, "data")[1]


def read_position(cursor: str | None, bookmark: str | None) -> Position:
    """Read where a run stands, or begins."""
    return msgspec.json.decode(cursor or bookmark or "{}", type=Position)


def cursor_of(position: Position) -> str:
    """Write down where a run stands."""
    return msgspec.json.encode(position).decode()


def bookmark_of(position: Position) -> str | None:
    """Write down where the run after this one begins; None where it has to read all again."""
    # Our own clock is no substitute for Pipedrive's: without one the next run reads all again, and misses nothing.
    return cursor_of(Position(since=position.started_at - OVERLAP)) if position.started_at else None


def behind_page(position: Position, *, since: datetime | None, last: datetime | None, shown: int) -> Position:
    """Where a list of v1 goes on: from the last moment of a page, or by counting what it showed of `since`."""
    if last and (since is None or last > since):
        return msgspec.structs.replace(position, since=last, start=0)
    return msgspec.structs.replace(position, since=since, start=position.start + shown)


def _paths(stream: Stream, position: Position) -> tuple[str, ...]:
    """The lists of a run. A record may move from a later list to one that was read already.

    A run from the beginning says of all it did not see that it is gone; so it looks once more at what changed
    meanwhile.
    """
    moves = position.since is None and len(stream.paths) > 1
    return (*stream.paths, stream.paths[0]) if moves else stream.paths
