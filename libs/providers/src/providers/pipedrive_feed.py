"""What was deleted: v1's feed of recent changes, which reaches a month back, is the only thing that tells.

It does not tell a merge from a deletion: who was merged away is deleted, and the survivor, which has the addresses of
both, comes with the contacts.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from aiohttp import ClientSession
from contracts.interactions import InteractionKind

from providers.pipedrive_api import V1, V2, Id, call
from providers.pipedrive_names import IDS_AT_ONCE
from providers.pipedrive_paging import LIMIT, behind_page, bookmark_of, cursor_of, read_position
from providers.source import Access, Page, ProviderRefused, SourceGone

FEED_REACHES = timedelta(days=30)

_STAMP = "%Y-%m-%d %H:%M:%S"
_KINDS: Mapping[str, InteractionKind | None] = {"person": None, "activity": "activity", "note": "note"}
_LISTS = {"person": ("/persons", "contacts:read"), "activity": ("/activities", "activities:read")}


class _State(msgspec.Struct):
    active_flag: bool | None = None


class _Recent(msgspec.Struct):
    item: str
    id: Id
    data: _State | None = None


class _Pagination(msgspec.Struct):
    more_items_in_collection: bool = False


class _More(msgspec.Struct):
    last_timestamp_on_page: str | None = None
    pagination: _Pagination | None = None


class _Feed(msgspec.Struct):
    data: list[_Recent] | None = None
    additional_data: _More | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is more of it."""
        more = self.additional_data
        return bool(self.data and more and more.pagination and more.pagination.more_items_in_collection)


class _Record(msgspec.Struct):
    id: Id
    is_deleted: bool | None = None


class _Records(msgspec.Struct):
    data: list[_Record] | None = None


async def read_page(
    http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None, now: datetime
) -> Page:
    """Read the next page of the feed, and find out what in it is gone. Raises `ProviderError`.

    A run without a bookmark finds out where the feed stands, and no more: what it could tell of, a reading from the
    beginning does not show anyway.
    """
    position = read_position(cursor, bookmark)
    # Our own clock will do for this: it decides what is asked for only where a month went by.
    reached = now - FEED_REACHES
    begins = cursor is None and position.since is None
    too_late = cursor is None and position.since is not None and position.since < reached
    since = reached if too_late else position.since or reached
    params = {
        "since_timestamp": f"{since.astimezone(UTC):{_STAMP}}",
        "items": ",".join(_KINDS),
        "start": str(position.start),
        "limit": "1" if begins else str(LIMIT),
    }
    answer = await call(http, access, f"{V1}/recents", scope="recents:read", params=params)
    feed = answer.read(_Feed)
    begun = msgspec.structs.replace(position, started_at=position.started_at or answer.clock)
    if begins and begun.started_at:
        return Page(bookmark=bookmark_of(begun))
    gone = await _gone(http, access, feed)
    gap = _gap(position.since, reached) if too_late and position.since else None
    if not feed.goes_on:
        return Page(gone=gone, bookmark=bookmark_of(begun), gap=gap)
    last = read_stamp(feed.additional_data.last_timestamp_on_page if feed.additional_data else None)
    behind = behind_page(begun, since=since, last=last, shown=len(feed.data or ()))
    return Page(gone=gone, next_cursor=cursor_of(behind), gap=gap)


def read_stamp(stamp: str | None) -> datetime | None:
    """Read a time of v1, which has a blank in it and is in UTC; an impossible one is absent."""
    try:
        return datetime.strptime(stamp or "", _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _gap(since: datetime, reached: datetime) -> str:
    days = f"{since.astimezone(UTC):%Y-%m-%d} and {reached.astimezone(UTC):%Y-%m-%d}"
    return (
        f"Pipedrive tells of deletions for {FEED_REACHES.days} days only: who was deleted between {days} is kept until "
        "everything is read anew."
    )


async def _gone(http: ClientSession, access: Access, feed: _Feed) -> tuple[SourceGone, ...]:
    gone: list[SourceGone] = []
    for item, kind in _KINDS.items():
        told = [each for each in feed.data or () if each.item == item]
        ids = {each.id for each in told if each.data and each.data.active_flag is False}
        ids |= await _missing(http, access, item, [each.id for each in told if each.data is None])
        named = dict.fromkeys(each.id for each in told if each.id in ids)
        gone += (SourceGone(provider_id=str(each), reason="deleted", kind=kind) for each in named)
    return tuple(gone)


async def _missing(http: ClientSession, access: Access, item: str, ids: Sequence[int]) -> set[int]:
    """Tell who is no longer there: of some the feed gives nothing but the id, so the list is asked."""
    if item not in _LISTS or not ids:
        return set()  # no list takes ids of notes; a reading from the beginning shows which are gone
    path, scope = _LISTS[item]
    missing: set[int] = set()
    unknown = list(dict.fromkeys(ids))
    for first in range(0, len(unknown), IDS_AT_ONCE):
        asked = unknown[first : first + IDS_AT_ONCE]
        params = {"ids": ",".join(map(str, asked)), "limit": str(LIMIT)}
        try:
            answer = await call(http, access, V2 + path, scope=scope, params=params)
        except ProviderRefused:
            return set()  # what we may not see we never held
        missing |= set(asked) - {each.id for each in answer.read(_Records).data or () if not each.is_deleted}
    return missing
