"""Zendesk's organizations that got another name: their users do not change by it, so each is looked at again.

This is read before the contacts. A first run only notes how far the organizations go: the contacts that it reads
afterwards bring their names along, and what is renamed meanwhile the next run hears of.

The export is one by time, to the second: it shows again whatever bears the last stamp of the page before. As it keeps
the last minute back, a second it has shown once is complete.
"""

from datetime import datetime

import msgspec
from aiohttp import ClientSession

from providers import zendesk_users
from providers.records import read_each
from providers.source import Access, NotThere, Page, ProviderUnavailable
from providers.values import instant
from providers.zendesk_api import ObjectId, call

PER_PAGE = 1000
_PAGE_SIZE = "100"
_CROWDED = "More organizations changed at one moment than Zendesk shows: some companies may bear an old name."


class _Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands, in Zendesk's own seconds; a bookmark is where one ended.

    `until` is the second up to which everything was seen, `waiting` are organizations whose users are to be read, those
    of the first after `after`.
    """

    since: int = 0
    until: int | None = None
    waiting: tuple[int, ...] = ()
    after: str | None = None
    is_first: bool = False
    ended: bool = False


class _Organization(msgspec.Struct):
    id: ObjectId
    updated_at: str | None = None
    deleted_at: str | None = None

    @property
    def provider_id(self) -> str:
        """Its id, as records have one."""
        return str(self.id)


class _Envelope(msgspec.Struct):
    end_of_stream: bool
    end_time: int | None = None


class _More(msgspec.Struct):
    has_more: bool
    after_cursor: str | None = None


class _Listed(msgspec.Struct):
    meta: _More
    identities: list[msgspec.Raw] | None = None
    organizations: list[msgspec.Raw] | None = None


_POSITIONS = msgspec.json.Decoder(_Position)
_ORGANIZATIONS = msgspec.json.Decoder(_Organization)


async def fetch(http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None) -> Page:
    """Fetch what comes next: organizations that changed, or users of one. Raises `ProviderError`."""
    position = _POSITIONS.decode(cursor or bookmark or b'{"is_first":true}')
    if cursor is None:
        position = msgspec.structs.replace(position, until=None if position.is_first else position.since)
    return await (_read_users if position.waiting else _find)(http, access, position)


async def _find(http: ClientSession, access: Access, position: _Position) -> Page:
    params = {"start_time": str(position.since), "per_page": str(PER_PAGE)}
    answer = await call(http, access, "/incremental/organizations.json", params)
    envelope, records = answer.read_page(_Envelope, "organizations")
    found, _ = read_each(records, _ORGANIZATIONS.decode)
    changed = tuple(each.id for each in found if not each.deleted_at and _is_new(each, position))
    end, gap = max(envelope.end_time or 0, position.since), None
    if not envelope.end_of_stream and end == position.since:
        end, gap = end + 1, _CROWDED
    following = msgspec.structs.replace(
        position, since=end, waiting=() if position.is_first else changed, ended=envelope.end_of_stream
    )
    return _goes_on(following, Page(gap=gap))


async def _read_users(http: ClientSession, access: Access, position: _Position) -> Page:
    organization, *others = position.waiting
    params = {"page[size]": _PAGE_SIZE, "include": ",".join(zendesk_users.INCLUDE)}
    if position.after:
        params["page[after]"] = position.after
    over = msgspec.structs.replace(position, waiting=tuple(others), after=None)
    try:
        answer = await call(http, access, f"/organizations/{organization}/users.json", params)
    except NotThere:
        return _goes_on(over, Page())  # deleted meanwhile
    listed, records = answer.read_page(_Listed, "users")
    page = zendesk_users.read_page(
        records, [bytes(each) for each in listed.identities or ()], [bytes(each) for each in listed.organizations or ()]
    )
    if not listed.meta.has_more:
        return _goes_on(over, page)
    if not listed.meta.after_cursor or listed.meta.after_cursor == position.after:
        raise ProviderUnavailable("Zendesk does not say where the users of an organization go on.")
    return _goes_on(msgspec.structs.replace(position, after=listed.meta.after_cursor), page)


def _is_new(organization: _Organization, position: _Position) -> bool:
    changed_at: datetime | None = instant(organization.updated_at)
    return changed_at is None or position.until is None or int(changed_at.timestamp()) > position.until


def _goes_on(position: _Position, page: Page) -> Page:
    over = position.ended and not position.waiting
    bookmark = msgspec.json.encode(_Position(since=position.since)).decode() if over else None
    cursor = None if over else msgspec.json.encode(position).decode()
    return msgspec.structs.replace(page, next_cursor=cursor, bookmark=bookmark)
