"""Zendesk's comments: what was said about a ticket after its first word, which the ticket itself holds.

They are read from the export of ticket events, and whom their tickets concern is looked up a hundred at a time. A
ticket of which more happened than the export tells, as one of whose comments was hidden or blackened, is asked for all
of them. Where the export is refused, or cannot be gone through, the export of tickets leads instead, and each ticket
that changed is asked: one call for each. That is remembered, until everything is read again.

Which tickets wait to be asked is in the cursor, so that a run goes on in the middle of a long ticket.
"""

from collections.abc import Iterable, Sequence

import msgspec
from aiohttp import ClientSession

from providers import zendesk_events, zendesk_export, zendesk_remarks
from providers.fetched import joined
from providers.source import IDS_AT_MOST, Access, NotThere, Page, ProviderUnavailable
from providers.zendesk_api import NotAllowed, call
from providers.zendesk_events import Told
from providers.zendesk_export import Export
from providers.zendesk_remarks import Topic

TICKETS_AT_ONCE = 10
"""Of how many tickets a page shows the comments: what a limit or a crash makes us ask for again."""

_TICKETS = Export(member="tickets", per_page=100)
_USERS = Export(member="users", per_page=100)
_PAGE_SIZE = "100"


class _Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands; a bookmark is where one ended.

    `since` is the second from which on events are read, `began` the one with which the run started. `waiting` are
    tickets to ask, `unsure` those of which it is yet to be found out whether they are there. `by_ticket` is the other
    way, and `tickets` where its export goes on.
    """

    since: int = 0
    began: int = 0
    waiting: tuple[Topic, ...] = ()
    unsure: tuple[int, ...] = ()
    by_ticket: bool = False
    tickets: str | None = None
    ended: bool = False

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to read."""
        return self.ended and not self.waiting and not self.unsure


class _More(msgspec.Struct):
    has_more: bool
    after_cursor: str | None = None


class _Envelope(msgspec.Struct):
    meta: _More
    users: list[msgspec.Raw] | None = None


class _One(msgspec.Struct):
    ticket: msgspec.Raw


_POSITIONS = msgspec.json.Decoder(_Position)


async def fetch(http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None) -> Page:
    """Fetch what comes next: events, or comments of tickets that wait to be asked. Raises `ProviderError`."""
    position = _POSITIONS.decode(cursor) if cursor else _from(bookmark)
    if position.waiting:
        return await _ask_tickets(http, access, position)
    if position.unsure:
        return _goes_on(await _look_for(http, access, position))
    if position.by_ticket:
        return _goes_on(await _find_changed(http, access, position))
    return await _read_events(http, access, position)


async def fetch_of(http: ClientSession, access: Access, tickets: Iterable[bytes]) -> Page:
    """Fetch all that was said about tickets that were read just now. Raises `ProviderError`."""
    page = _goes_on(_Position(waiting=tuple(zendesk_remarks.topics_of(tickets)), ended=True))
    told: list[Page] = []
    while page.next_cursor:
        page = await fetch(http, access, cursor=page.next_cursor, bookmark=None)
        told.append(page)
    return joined(told)


def _from(bookmark: str | None) -> _Position:
    try:
        position = _POSITIONS.decode(bookmark or b"{}")
    except ValueError:  # once it was the cursor of the export of tickets, which tells nothing of events
        return _Position()
    return msgspec.structs.replace(position, began=position.since)


async def _read_events(http: ClientSession, access: Access, position: _Position) -> Page:
    instead = _Position(by_ticket=True, since=position.began)
    try:
        told = await zendesk_events.fetch(http, access, since=position.since)
    except (NotThere, NotAllowed):
        return _goes_on(instead)
    if told.end is None:
        return _goes_on(instead)
    wanted = sorted(told.said.keys() | told.asked)
    topics = {each.id: each for each in await _look_up(http, access, wanted)}
    page = await _read_said(http, access, told, topics)
    following = msgspec.structs.replace(
        position,
        since=told.end,
        ended=told.ended,
        waiting=tuple(topics[each] for each in wanted if each in told.asked and each in topics),
        unsure=tuple(each for each in wanted if each not in topics),
    )
    return _goes_on(following, page, Page(skipped=told.skipped))


async def _read_said(http: ClientSession, access: Access, told: Told, topics: dict[int, Topic]) -> Page:
    """Read what was said about tickets that are there, and need not be asked."""
    told_whole = [each for each in told.said if each in topics and each not in told.asked]
    authors = {author for each in told_whole for author in told.authors[each]}
    users = await _show_many(http, access, _USERS, sorted(authors))
    staff = zendesk_remarks.staff_among(users)
    return joined(zendesk_remarks.read_page(told.said[each], topics[each], staff) for each in told_whole)


async def _look_up(http: ClientSession, access: Access, tickets: Sequence[int]) -> list[Topic]:
    return zendesk_remarks.topics_of(await _show_many(http, access, _TICKETS, tickets))


async def _show_many(http: ClientSession, access: Access, export: Export, ids: Sequence[int]) -> list[bytes]:
    found: list[bytes] = []
    for start in range(0, len(ids), IDS_AT_MOST):
        some = [str(each) for each in ids[start : start + IDS_AT_MOST]]
        found += (await zendesk_export.fetch_ids(http, access, export, some)).records
    return found


async def _look_for(http: ClientSession, access: Access, position: _Position) -> _Position:
    """Ask for tickets that were not among many: they were deleted, unless they are shown after all."""
    found: list[bytes] = []
    for number in position.unsure[:TICKETS_AT_ONCE]:
        try:
            answer = await call(http, access, f"/tickets/{number}.json")
        except NotThere:
            continue
        found.append(bytes(answer.read(_One).ticket))
    rest = position.unsure[TICKETS_AT_ONCE:]
    return msgspec.structs.replace(position, unsure=rest, waiting=tuple(zendesk_remarks.topics_of(found)))


async def _find_changed(http: ClientSession, access: Access, position: _Position) -> _Position:
    fetched = await zendesk_export.fetch(
        http, access, _TICKETS, cursor=position.tickets, bookmark=None, since=position.since
    )
    return msgspec.structs.replace(
        position,
        waiting=tuple(zendesk_remarks.topics_of(fetched.records)),
        tickets=fetched.next_cursor or fetched.bookmark,
        ended=fetched.next_cursor is None,
    )


async def _ask_tickets(http: ClientSession, access: Access, position: _Position) -> Page:
    told: list[Page] = []
    left: list[Topic] = []
    for topic in position.waiting[:TICKETS_AT_ONCE]:
        page, rest = await _ask_ticket(http, access, topic)
        told.append(page)
        left += [rest] if rest else []
    waiting = (*left, *position.waiting[TICKETS_AT_ONCE:])
    return _goes_on(msgspec.structs.replace(position, waiting=waiting), *told)


async def _ask_ticket(http: ClientSession, access: Access, topic: Topic) -> tuple[Page, Topic | None]:
    """Read a page of a ticket's comments; return the ticket again while there are more."""
    params = {"page[size]": _PAGE_SIZE, "include": "users"} | ({"page[after]": topic.after} if topic.after else {})
    try:
        answer = await call(http, access, f"/tickets/{topic.id}/comments.json", params)
    except NotThere:
        return Page(), None  # deleted meanwhile: the next run hears of it
    envelope, records = answer.read_page(_Envelope, "comments")
    # The oldest comment is the ticket's own text.
    comments = records if topic.after else records[1:]
    staff = zendesk_remarks.staff_among(bytes(each) for each in envelope.users or ())
    page = zendesk_remarks.read_page(comments, topic, staff)
    if not envelope.meta.has_more:
        return page, None
    if not envelope.meta.after_cursor or envelope.meta.after_cursor == topic.after:
        raise ProviderUnavailable("Zendesk does not say where the comments of a ticket go on.")
    return page, Topic(topic.id, topic.contact_ids, topic.title, topic.url, envelope.meta.after_cursor)


def _goes_on(position: _Position, *told: Page) -> Page:
    cursor = None if position.is_over else msgspec.json.encode(position).decode()
    bookmark = _Position(since=position.since, by_ticket=position.by_ticket, tickets=position.tickets)
    return msgspec.structs.replace(
        joined(told),
        next_cursor=cursor,
        bookmark=msgspec.json.encode(bookmark).decode() if position.is_over else None,
    )
