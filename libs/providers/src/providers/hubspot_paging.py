"""Going through HubSpot's records page by page.

A first run reads the plain list, which goes by id and knows no other order. Later runs search for what changed,
page by page upwards by id: search ends at its 10,000th result, but "changed since, and id above the last" never
gets there, needs no offset that moves under us, and meets nothing twice, however many records share one stamp.
What changes while we page is found by the next run, which looks from before this one began. Archived records are in
a list of their own, which cannot be searched.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from aiohttp import ClientSession

from providers.http import Answer
from providers.hubspot_api import OBJECTS, Paging, call
from providers.hubspot_records import Stream, list_custom, read_batch
from providers.source import Access, ProviderUnavailable

LIST_LIMIT = 100
SEARCH_LIMIT = 200
OVERLAP = timedelta(minutes=2)  # search learns of a change some moments after it
FOLLOWED_AT_ONCE = 10
MOST_CHARS = 1_800
"""How long a list of properties may be that goes into an address or a search, whose body ends at 3,000 characters.
Where an account has more of its own, pages bring the ids alone, and the records come by batch."""


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands: what our cursors and bookmarks hold.

    `since` is the time whose changes it looks for, `started_at` HubSpot's clock when it began, `after` the list's
    own cursor or, in a search, the greatest id read. `custom` are the account's own properties that it asks for, and
    `names` what ids on its last pages are called.
    """

    since: datetime | None = None
    started_at: datetime | None = None
    after: str | None = None
    custom: tuple[str, ...] = ()
    names: dict[str, str] = {}
    survivors: tuple[str, ...] = ()
    """Contacts that took others in, whose interactions are to be read before the run goes on, or ends where `ended`."""
    ended: bool = False


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records as they came, and where the run stands behind it; `next` is None at its end.

    A page between others has no records, but `followed` contacts.
    """

    records: list[bytes]
    position: Position
    next: Position | None
    total: int | None = None
    gap: str | None = None
    followed: tuple[str, ...] = ()

    def onward(self, names: Mapping[str, str], survivors: tuple[str, ...]) -> tuple[str | None, str | None]:
        """The cursor to go on by, with what the run knows by now; or, at its end, the bookmark."""
        ahead = self.next
        if ahead is None and survivors:
            ahead = msgspec.structs.replace(self.position, ended=True)
        if ahead is None:
            return None, _bookmark(self.position.started_at)
        waiting = (*ahead.survivors, *survivors)
        return _kept(msgspec.structs.replace(ahead, names=dict(names), survivors=waiting)), None


class _Envelope(msgspec.Struct):
    paging: Paging | None = None
    total: int | None = None


class _Id(msgspec.Struct):
    id: str


async def fetch(
    http: ClientSession, access: Access, stream: Stream, *, cursor: str | None, bookmark: str | None
) -> Fetched:
    """Fetch the next page of a run. Raises `ProviderError`."""
    position, gap = msgspec.json.decode(cursor or bookmark or "{}", type=Position), None
    if position.survivors:
        return _follow(position)
    if cursor is None:
        # Before the first page: who writes to a property made after that is met by the next run.
        custom, gap = await list_custom(http, access, stream)
        position = msgspec.structs.replace(position, custom=custom)
    asked = (*stream.properties, *position.custom)
    in_batches = len(",".join(asked)) > MOST_CHARS
    searching = position.since is not None and not stream.archived
    page = await (_search if searching else _list)(http, access, stream, position, () if in_batches else asked)
    envelope, records = page.read_page(_Envelope, "results")
    position = msgspec.structs.replace(position, started_at=position.started_at or page.clock)
    after = envelope.paging.after if envelope.paging else None
    if after and searching:
        after = _greatest_id(records)
    if after and not _goes_on(after, position.after, searching):
        raise ProviderUnavailable("HubSpot answers the same page again and again.")
    if in_batches:
        records = await _fill(http, access, stream, records, asked)
    return Fetched(
        records=records,
        position=position,
        total=envelope.total if position.after is None else None,
        gap=gap,
        next=msgspec.structs.replace(position, after=after) if after else None,
    )


async def count(http: ClientSession, access: Access, stream: Stream) -> int | None:
    """Ask how many records a stream has; of archived ones HubSpot does not say."""
    if stream.archived:
        return None
    body = {"limit": 1, "properties": ["hs_object_id"]}
    answer = await call(http, access, "POST", f"{OBJECTS}/{stream.object_type}/search", json=body)
    return answer.read(_Envelope).total


async def _list(
    http: ClientSession, access: Access, stream: Stream, position: Position, properties: Sequence[str]
) -> Answer:
    params = {"limit": str(LIST_LIMIT), "archived": "true" if stream.archived else "false"}
    if properties:
        params["properties"] = ",".join(properties)
    if position.after:
        params["after"] = position.after
    return await call(http, access, "GET", f"{OBJECTS}/{stream.object_type}", params=params)


async def _search(
    http: ClientSession, access: Access, stream: Stream, position: Position, properties: Sequence[str]
) -> Answer:
    assert position.since
    since_ms = str(int(position.since.timestamp() * 1000))
    filters = [{"propertyName": stream.stamp, "operator": "GTE", "value": since_ms}]
    if position.after:
        filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": position.after})
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": properties,
        "limit": SEARCH_LIMIT,
    }
    return await call(http, access, "POST", f"{OBJECTS}/{stream.object_type}/search", json=body)


async def _fill(
    http: ClientSession, access: Access, stream: Stream, records: Sequence[bytes], properties: Sequence[str]
) -> list[bytes]:
    """Read the records of a page of ids. What went meanwhile is left out; what has no id to read by stays as it is."""
    ids = [_id_of(raw) for raw in records]
    whole = await read_batch(http, access, stream, [str(each) for each in ids if each is not None], properties)
    return [*whole, *(raw for raw, each in zip(records, ids, strict=True) if each is None)]


def _follow(position: Position) -> Fetched:
    """A page for some survivors: few enough that it never asks more than a limit of some seconds lets through."""
    rest = position.survivors[FOLLOWED_AT_ONCE:]
    ahead = None if position.ended and not rest else msgspec.structs.replace(position, survivors=rest)
    return Fetched(records=[], position=position, next=ahead, followed=position.survivors[:FOLLOWED_AT_ONCE])


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
    return _kept(Position(since=started_at - OVERLAP)) if started_at else None


def _kept(position: Position) -> str:
    return msgspec.json.encode(position).decode()
