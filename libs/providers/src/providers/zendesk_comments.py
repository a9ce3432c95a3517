"""Zendesk's comments: what was said about a ticket after its first word, which the ticket itself holds.

Nothing lists comments but their ticket, so the export of tickets is gone through once more, and each that changed is
asked for its comments: all of them, as one may have been hidden or blackened since. Which tickets wait for that is in
the cursor, so that a run goes on in the middle of a long ticket.
"""

from collections.abc import Iterable, Sequence

import msgspec
from aiohttp import ClientSession
from contracts.interactions import Interaction, part_id

from providers import zendesk_export, zendesk_tickets
from providers.fetched import joined
from providers.records import Unreadable, read_each
from providers.source import Access, NotThere, Page, ProviderUnavailable, Skipped, SourceInteraction
from providers.values import instant, text
from providers.zendesk_api import ObjectId, call, page_address
from providers.zendesk_export import Export
from providers.zendesk_tickets import MAX_BODY_CHARS, Ticket
from providers.zendesk_users import CONTACT_ROLE

TICKETS_AT_ONCE = 10
"""Of how many tickets a page shows the comments: what a limit or a crash makes us ask for again."""

_EXPORT = Export(member="tickets", per_page=100)
_PAGE_SIZE = "100"


class _Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A ticket whose comments are still to be read, those after `after`, and what they take from it."""

    id: int
    contact_ids: tuple[str, ...]
    title: str | None = None
    url: str | None = None
    after: str | None = None


class _Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands: tickets that wait, and how the export goes on, or what it left when it ended."""

    waiting: tuple[_Waiting, ...] = ()
    export: str | None = None
    bookmark: str | None = None
    ended: bool = False


class _Comment(msgspec.Struct):
    """A comment; every field but the id may be null."""

    id: ObjectId
    author_id: int | None = None
    plain_body: str | None = None
    body: str | None = None
    public: bool | None = None
    created_at: str | None = None


class _Author(msgspec.Struct):
    id: int
    role: str | None = None


class _More(msgspec.Struct):
    has_more: bool
    after_cursor: str | None = None


class _Envelope(msgspec.Struct):
    meta: _More
    users: list[msgspec.Raw] | None = None


_COMMENTS = msgspec.json.Decoder(_Comment)
_AUTHORS = msgspec.json.Decoder(_Author)
_POSITIONS = msgspec.json.Decoder(_Position)


async def fetch(http: ClientSession, access: Access, *, cursor: str | None, bookmark: str | None) -> Page:
    """Fetch what comes next: tickets to ask, or the comments of some that wait. Raises `ProviderError`."""
    position = _POSITIONS.decode(cursor) if cursor else _Position(export=bookmark)
    if not position.waiting:
        return _goes_on(await _find_tickets(http, access, position), [])
    told: list[Page] = []
    left: list[_Waiting] = []
    for ticket in position.waiting[:TICKETS_AT_ONCE]:
        page, rest = await _read_ticket(http, access, ticket)
        told.append(page)
        left += [rest] if rest else []
    waiting = (*left, *position.waiting[TICKETS_AT_ONCE:])
    return _goes_on(msgspec.structs.replace(position, waiting=waiting), told)


async def fetch_of(http: ClientSession, access: Access, tickets: Iterable[bytes]) -> Page:
    """Fetch all that was said about tickets that were read just now. Raises `ProviderError`."""
    found, _ = read_each(tickets, _to_ask)
    page = _goes_on(_Position(waiting=tuple(each.ticket for each in found if each.ticket), ended=True), [])
    told: list[Page] = []
    while page.next_cursor:
        page = await fetch(http, access, cursor=page.next_cursor, bookmark=None)
        told.append(page)
    return joined(told)


async def _find_tickets(http: ClientSession, access: Access, position: _Position) -> _Position:
    fetched = await zendesk_export.fetch(http, access, _EXPORT, cursor=position.export, bookmark=None)
    tickets, _ = read_each(fetched.records, _to_ask)  # one that cannot be read is told of by the stream of tickets
    return _Position(
        waiting=tuple(each.ticket for each in tickets if each.ticket),
        export=fetched.next_cursor,
        bookmark=fetched.bookmark,
        ended=fetched.next_cursor is None,
    )


class _Asked(msgspec.Struct, frozen=True):
    provider_id: str
    ticket: _Waiting | None


def _to_ask(raw: bytes) -> _Asked:
    ticket = zendesk_tickets.decode(raw)
    # The comments of a deleted ticket go with it.
    return _Asked(str(ticket.id), None if ticket.is_deleted else _wait_for(ticket))


def _wait_for(ticket: Ticket) -> _Waiting:
    return _Waiting(ticket.id, ticket.contact_ids, text(ticket.subject), page_address(ticket.url))


async def _read_ticket(http: ClientSession, access: Access, ticket: _Waiting) -> tuple[Page, _Waiting | None]:
    """Read a page of a ticket's comments; return the ticket again while there are more."""
    params = {"page[size]": _PAGE_SIZE, "include": "users"} | ({"page[after]": ticket.after} if ticket.after else {})
    try:
        answer = await call(http, access, f"/tickets/{ticket.id}/comments.json", params)
    except NotThere:
        return Page(), None  # deleted meanwhile: the next run hears of it
    envelope, records = answer.read_page(_Envelope, "comments")
    # The oldest comment is the ticket's own text.
    comments = records if ticket.after else records[1:]
    customers = frozenset(_customers(envelope.users or ()))
    interactions, skipped = read_each(comments, lambda raw: _to_interaction(raw, ticket, customers), kind="comment")
    page = Page(interactions=interactions, skipped=tuple(_as_part(each, ticket) for each in skipped))
    if not envelope.meta.has_more:
        return page, None
    if not envelope.meta.after_cursor or envelope.meta.after_cursor == ticket.after:
        raise ProviderUnavailable("Zendesk does not say where the comments of a ticket go on.")
    return page, msgspec.structs.replace(ticket, after=envelope.meta.after_cursor)


def _customers(users: Iterable[msgspec.Raw]) -> Iterable[int]:
    for raw in users:
        try:
            user = _AUTHORS.decode(raw)
        except (ValueError, RecursionError):
            continue
        if user.role == CONTACT_ROLE:
            yield user.id


def _to_interaction(raw: bytes, ticket: _Waiting, customers: frozenset[int]) -> SourceInteraction:
    comment = _COMMENTS.decode(raw)
    if comment.public is None:
        raise Unreadable("Zendesk does not say whether this comment is public")
    said_at = instant(comment.created_at)
    author = str(comment.author_id) if comment.author_id else None
    by_customer = comment.author_id in customers
    interaction = Interaction(
        kind="comment",
        title=ticket.title,
        body=text(comment.plain_body or comment.body, max_chars=MAX_BODY_CHARS),
        status="public" if comment.public else "private",
        owner=None if by_customer else author,
        url=ticket.url,
        occurred_at=said_at,
        created_at=said_at,
        updated_at=said_at,
        contact_ids=tuple(dict.fromkeys(filter(None, [author if by_customer else None, *ticket.contact_ids]))),
    )
    return SourceInteraction(provider_id=part_id(str(ticket.id), str(comment.id)), raw=raw, interaction=interaction)


def _as_part(skipped: Skipped, ticket: _Waiting) -> Skipped:
    own_id = skipped.provider_id
    return msgspec.structs.replace(skipped, provider_id=part_id(str(ticket.id), own_id)) if own_id else skipped


def _goes_on(position: _Position, told: Sequence[Page]) -> Page:
    over = position.ended and not position.waiting
    cursor = None if over else msgspec.json.encode(position).decode()
    return msgspec.structs.replace(joined(told), next_cursor=cursor, bookmark=position.bookmark if over else None)
