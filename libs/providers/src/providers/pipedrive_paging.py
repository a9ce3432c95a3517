"""Going through Pipedrive's records page by page.

Lists go downwards by id: newest first, and a record that changes meanwhile keeps its place, which by time of change it
would not. Later runs ask in the same order for what changed since. Deleted persons are in no list; what tells of them
is v1's feed of recent changes, which reaches a month back.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from aiohttp import ClientSession
from contracts.interactions import InteractionKind

from providers.http import Answer
from providers.pipedrive_api import V1, V2, Id, call, instant_text
from providers.source import Access, ProviderUnavailable

LIMIT = 500  # costs the same as 10
IDS_AT_ONCE = 100
OVERLAP = timedelta(minutes=2)
FEED_REACHES = timedelta(days=30)

_FEED_STAMP = "%Y-%m-%d %H:%M:%S"


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A list of v2; `kind` is None for contacts."""

    path: str
    scope: str
    kind: InteractionKind | None = None
    status: str | None = None


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records as they came, and where the run goes on from here."""

    records: list[bytes]
    next_cursor: str | None
    bookmark: str | None


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """The ids that a page of the feed shows to be gone, and where the run goes on from here.

    `gap` is set where the last run was too long ago for the feed.
    """

    ids: tuple[int, ...]
    next_cursor: str | None
    bookmark: str | None
    gap: str | None


class _Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands: what our cursors and bookmarks hold.

    `since` is the time whose changes it looks for, `started_at` Pipedrive's clock when it began. Of a list, `after` is
    its own cursor; of the feed, `start` counts what was read of the moment `since`.
    """

    since: datetime | None = None
    started_at: datetime | None = None
    after: str | None = None
    start: int = 0


class _More(msgspec.Struct):
    next_cursor: str | None = None


class _Envelope(msgspec.Struct):
    additional_data: _More | None = None


class _State(msgspec.Struct):
    active_flag: bool | None = None


class _Recent(msgspec.Struct):
    item: str
    id: Id
    data: _State | None = None


class _Pagination(msgspec.Struct):
    more_items_in_collection: bool = False


class _FeedMore(msgspec.Struct):
    last_timestamp_on_page: str | None = None
    pagination: _Pagination | None = None


class _Feed(msgspec.Struct):
    data: list[_Recent] | None = None
    additional_data: _FeedMore | None = None


class _Person(msgspec.Struct):
    id: Id
    is_deleted: bool | None = None


class _Persons(msgspec.Struct):
    data: list[_Person]


async def fetch(
    http: ClientSession, access: Access, stream: Stream, *, cursor: str | None, bookmark: str | None
) -> Fetched:
    """Fetch the next page of a list. Raises `ProviderError`."""
    position = msgspec.json.decode(cursor or bookmark or "{}", type=_Position)
    params = {"limit": str(LIMIT), "sort_by": "id", "sort_direction": "desc"}
    if stream.status:
        params["status"] = stream.status
    if position.since:
        params["updated_since"] = instant_text(position.since)
    if position.after:
        params["cursor"] = position.after
    answer = await call(http, access, V2 + stream.path, scope=stream.scope, params=params)
    envelope, records = answer.read_page(_Envelope, "data")
    after = envelope.additional_data.next_cursor if envelope.additional_data else None
    if after and after == position.after:
        raise ProviderUnavailable("Pipedrive answers the same page again and again.")
    begun = msgspec.structs.replace(position, started_at=position.started_at or answer.clock, after=after)
    return Fetched(
        records=records,
        next_cursor=_kept(begun) if after else None,
        bookmark=None if after else _bookmark(begun),
    )


async def fetch_ids(http: ClientSession, access: Access, stream: Stream, ids: Sequence[str]) -> list[bytes]:
    """Fetch records by their ids, as they come; those that are not in the list are left out. Raises `ProviderError`."""
    params = {"ids": ",".join(ids), "limit": str(LIMIT)}
    if stream.status:
        params["status"] = stream.status
    answer = await call(http, access, V2 + stream.path, scope=stream.scope, params=params)
    return answer.read_page(_Envelope, "data")[1]


async def fetch_departed(
    http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None, now: datetime
) -> Departed:
    """Fetch the next page of the feed, and find out who in it is gone. Raises `ProviderError`."""
    position = msgspec.json.decode(cursor or bookmark or "{}", type=_Position)
    # Our own clock will do for this: it decides what is asked for only where a month went by.
    reached = now - FEED_REACHES
    too_late = cursor is None and position.since is not None and position.since < reached
    since = reached if too_late else position.since or reached
    params = {
        "since_timestamp": f"{since.astimezone(UTC):{_FEED_STAMP}}",
        "items": "person",
        "start": str(position.start),
        "limit": str(LIMIT),
    }
    answer = await call(http, access, f"{V1}/recents", scope="recents:read", params=params)
    feed = answer.read(_Feed)
    begun = msgspec.structs.replace(position, started_at=position.started_at or answer.clock)
    onward = _onward(feed, since, begun)
    return Departed(
        ids=await _gone(http, access, feed),
        next_cursor=_kept(onward) if onward else None,
        bookmark=None if onward else _bookmark(begun),
        gap=_gap(position.since, reached) if too_late and position.since else None,
    )


def _gap(since: datetime, reached: datetime) -> str:
    days = f"{since.astimezone(UTC):%Y-%m-%d} and {reached.astimezone(UTC):%Y-%m-%d}"
    return f"Pipedrive tells of deletions for {FEED_REACHES.days} days only: who was deleted between {days} is kept."


def _onward(feed: _Feed, since: datetime, position: _Position) -> _Position | None:
    """Where the feed goes on: from its last moment, as what changes meanwhile would move a count."""
    more = feed.additional_data
    if not feed.data or more is None or more.pagination is None or not more.pagination.more_items_in_collection:
        return None
    last = _feed_moment(more.last_timestamp_on_page)
    if last and last > since:
        return msgspec.structs.replace(position, since=last, start=0)
    return msgspec.structs.replace(position, since=since, start=position.start + len(feed.data))


async def _gone(http: ClientSession, access: Access, feed: _Feed) -> tuple[int, ...]:
    persons = [each for each in feed.data or () if each.item == "person"]
    gone = {each.id for each in persons if each.data and each.data.active_flag is False}
    # Of some the feed gives nothing but the id: whether they are still there is asked of the list.
    unknown = list(dict.fromkeys(each.id for each in persons if each.data is None))
    for first in range(0, len(unknown), IDS_AT_ONCE):
        asked = unknown[first : first + IDS_AT_ONCE]
        gone |= set(asked) - await _living(http, access, asked)
    return tuple(dict.fromkeys(each.id for each in persons if each.id in gone))


async def _living(http: ClientSession, access: Access, ids: Sequence[int]) -> set[int]:
    params = {"ids": ",".join(map(str, ids)), "limit": str(LIMIT)}
    answer: Answer = await call(http, access, f"{V2}/persons", scope="contacts:read", params=params)
    return {person.id for person in answer.read(_Persons).data if not person.is_deleted}


def _feed_moment(stamp: str | None) -> datetime | None:
    try:
        return datetime.strptime(stamp or "", _FEED_STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _bookmark(position: _Position) -> str | None:
    # Our own clock is no substitute for Pipedrive's: without one the next run reads all again, and misses nothing.
    return _kept(_Position(since=position.started_at - OVERLAP)) if position.started_at else None


def _kept(position: _Position) -> str:
    return msgspec.json.encode(position).decode()
