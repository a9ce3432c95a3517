"""Going through Zendesk's incremental exports, by their cursor.

The export is one endless list in the order of change: a first run reads it from the beginning of time, and a later
one from where the last one stopped. Zendesk keeps the last minute back, so that nothing slips in behind the cursor, and
shows whatever changed meanwhile, also what was deleted. Its cursor is our cursor and our bookmark.
"""

from collections.abc import Sequence

import msgspec
from aiohttp import ClientSession

from providers.source import Access, ProviderUnavailable
from providers.zendesk_api import call


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask Zendesk for; `include` is what comes along."""

    member: str
    per_page: int
    include: tuple[str, ...] = ()


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records as they came, what was sent along, and where the run goes on from here."""

    records: list[bytes]
    identities: list[bytes]
    organizations: list[bytes]
    next_cursor: str | None
    bookmark: str | None


class _SideLoad(msgspec.Struct):
    identities: list[msgspec.Raw] | None = None
    organizations: list[msgspec.Raw] | None = None


class _Envelope(_SideLoad, kw_only=True):
    end_of_stream: bool
    after_cursor: str | None = None


async def fetch(
    http: ClientSession, access: Access, export: Export, *, cursor: str | None, bookmark: str | None, since: int = 0
) -> Fetched:
    """Fetch the next page of a run; without a cursor or a bookmark it begins at a second. Raises `ProviderError`."""
    position = cursor or bookmark
    params = {"per_page": str(export.per_page)}
    params |= {"cursor": position} if position else {"start_time": str(since)}
    if export.include:
        params["include"] = ",".join(export.include)
    answer = await call(http, access, f"/incremental/{export.member}/cursor", params)
    envelope, records = answer.read_page(_Envelope, export.member)
    after, ended = envelope.after_cursor, envelope.end_of_stream
    if not ended and (not after or after == position):
        raise ProviderUnavailable("Zendesk does not say where its export goes on.")
    return Fetched(
        records=records,
        identities=[bytes(each) for each in envelope.identities or ()],
        organizations=[bytes(each) for each in envelope.organizations or ()],
        next_cursor=None if ended else after,
        # Asked with nothing new Zendesk names no cursor: the one we had is still good.
        bookmark=after or position if ended else None,
    )


async def fetch_ids(http: ClientSession, access: Access, export: Export, ids: Sequence[str]) -> Fetched:
    """Fetch records by their ids, and what belongs to them; those that are not there are left out.

    Raises `ProviderError`.
    """
    params = {"ids": ",".join(ids)}
    if export.include:
        params["include"] = ",".join(export.include)
    answer = await call(http, access, f"/{export.member}/show_many", params)
    envelope, records = answer.read_page(_SideLoad, export.member)
    return Fetched(
        records=records,
        identities=[bytes(each) for each in envelope.identities or ()],
        organizations=[bytes(each) for each in envelope.organizations or ()],
        next_cursor=None,
        bookmark=None,
    )
