"""Going through HubSpot's records page by page.

A first run reads the plain list, which goes by id and knows no other order. Later runs search for what changed,
page by page upwards by id: search ends at its 10,000th result, but "changed since, and id above the last" never
gets there, needs no offset that moves under us, and meets nothing twice, however many records share one stamp.
Archived records are in a list of their own, which cannot be searched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from aiohttp import ClientSession
from contracts.interactions import InteractionKind

from providers.http import Answer
from providers.hubspot_api import OBJECTS, Paging, call
from providers.source import Access, ProviderUnavailable

LIST_LIMIT = 100
SEARCH_LIMIT = 200
OVERLAP = timedelta(minutes=2)  # search learns of a change some moments after it


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask HubSpot for; `kind` is None for contacts."""

    object_type: str
    stamp: str
    properties: tuple[str, ...]
    kind: InteractionKind | None = None
    archived: bool = False


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records as they came, and where the run goes on from here."""

    records: list[bytes]
    since: datetime | None
    total: int | None
    next_cursor: str | None
    bookmark: str | None


class _Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands: what our cursors and bookmarks hold.

    `since` is the time whose changes it looks for, `started_at` HubSpot's clock when it began, `after` the list's
    own cursor or, in a search, the greatest id read.
    """

    since: datetime | None = None
    started_at: datetime | None = None
    after: str | None = None


class _Envelope(msgspec.Struct):
    paging: Paging | None = None
    total: int | None = None


class _Id(msgspec.Struct):
    id: str


async def fetch(
    http: ClientSession, access: Access, stream: Stream, *, cursor: str | None, bookmark: str | None
) -> Fetched:
    """Fetch the next page of a run. Raises `ProviderError`."""
    position = msgspec.json.decode(cursor or bookmark or "{}", type=_Position)
    searching = position.since is not None and not stream.archived
    answer = await (_search if searching else _list)(http, access, stream, position)
    envelope, records = answer.read_page(_Envelope, "results")
    started_at = position.started_at or answer.clock
    after = envelope.paging.after if envelope.paging else None
    if after and searching:
        after = _greatest_id(records)
    if after and not _goes_on(after, position.after, searching):
        raise ProviderUnavailable("HubSpot answers the same page again and again.")
    return Fetched(
        records=records,
        since=position.since,
        total=envelope.total if position.after is None else None,
        next_cursor=_kept(_Position(since=position.since, started_at=started_at, after=after)) if after else None,
        bookmark=None if after else _bookmark(started_at),
    )


async def fetch_ids(http: ClientSession, access: Access, stream: Stream, ids: Sequence[str]) -> list[bytes]:
    """Fetch records by their ids, as they come; those that are not there are left out. Raises `ProviderError`."""
    body = {"inputs": [{"id": each} for each in ids], "properties": stream.properties}
    params = {"archived": "true" if stream.archived else "false"}
    answer = await call(http, access, "POST", f"{OBJECTS}/{stream.object_type}/batch/read", params=params, json=body)
    return answer.read_page(_Envelope, "results")[1]


async def count(http: ClientSession, access: Access, stream: Stream) -> int | None:
    """Ask how many records a stream has; of archived ones HubSpot does not say."""
    if stream.archived:
        return None
    body = {"limit": 1, "properties": ["hs_object_id"]}
    answer = await call(http, access, "POST", f"{OBJECTS}/{stream.object_type}/search", json=body)
    return answer.read(_Envelope).total


async def _list(http: ClientSession, access: Access, stream: Stream, position: _Position) -> Answer:
    params = {
        "limit": str(LIST_LIMIT),
        "archived": "true" if stream.archived else "false",
        "properties": ",".join(stream.properties),
    }
    if position.after:
        params["after"] = position.after
    return await call(http, access, "GET", f"{OBJECTS}/{stream.object_type}", params=params)


async def _search(http: ClientSession, access: Access, stream: Stream, position: _Position) -> Answer:
    assert position.since
    since_ms = str(int(position.since.timestamp() * 1000))
    filters = [{"propertyName": stream.stamp, "operator": "GTE", "value": since_ms}]
    if position.after:
        filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": position.after})
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": stream.properties,
        "limit": SEARCH_LIMIT,
    }
    return await call(http, access, "POST", f"{OBJECTS}/{stream.object_type}/search", json=body)


def _greatest_id(records: Sequence[bytes]) -> str:
    ids = [found for raw in records if (found := _id_of(raw)) is not None]
    if not ids:
        raise ProviderUnavailable("HubSpot answers a page without a readable id.")
    return str(max(ids))


def _id_of(raw: bytes) -> int | None:
    try:
        return int(msgspec.json.decode(raw, type=_Id).id)
    except (ValueError, RecursionError):
        return None


def _goes_on(after: str, before: str | None, searching: bool) -> bool:
    if before is None:
        return True
    return int(after) > int(before) if searching else after != before


def _bookmark(started_at: datetime | None) -> str | None:
    # Our own clock is no substitute for HubSpot's: without one the next run reads all again, and misses nothing.
    return _kept(_Position(since=started_at - OVERLAP)) if started_at else None


def _kept(position: _Position) -> str:
    return msgspec.json.encode(position).decode()
