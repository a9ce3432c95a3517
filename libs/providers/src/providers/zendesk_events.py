"""Zendesk's export of ticket events: what was said and done, a thousand updates of all tickets at a time.

It goes by time, to the second: what bears the last second of a page comes again on the next, and a page that is one
second all over leads nowhere. Events of deleted tickets stay in it. It says neither whom a ticket concerns nor who of
the authors works for the account.
"""

import re
from collections import defaultdict

import msgspec
from aiohttp import ClientSession

from providers.records import read_each
from providers.source import Access, ProviderUnavailable, Skipped
from providers.zendesk_api import MAX_ID, ObjectId, call

_SAID = {"Comment", "VoiceComment"}
_HIDING = ("Redact", "Privacy")  # CommentRedactionEvent, AttachmentRedactionEvent, CommentPrivacyChange
_DELETED = "deleted"
_TICKET = re.compile(rb'(?<!\\)"ticket_id"\s*:\s*([1-9][0-9]{0,18})\b')


class Update(msgspec.Struct, frozen=True):
    """What an update of a ticket means to its comments: some that it added, or that the ticket had best be asked."""

    provider_id: str
    ticket_id: int
    said: tuple[bytes, ...]
    authors: tuple[int, ...]
    has_more_to_tell: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of the export told.

    `said` are comments by their tickets, `asked` the tickets of which more happened than it tells. `end` is the second
    from which on the next page is asked for; None where there is no way on from here.
    """

    said: dict[int, list[bytes]]
    authors: dict[int, set[int]]
    asked: set[int]
    skipped: tuple[Skipped, ...]
    end: int | None
    ended: bool


class _Envelope(msgspec.Struct):
    end_of_stream: bool
    end_time: int | None = None


class _Event(msgspec.Struct):
    id: ObjectId
    ticket_id: ObjectId
    created_at: msgspec.Raw = msgspec.Raw(b"null")
    child_events: list[msgspec.Raw] = []


class _Child(msgspec.Struct):
    event_type: str | None = None
    previous_value: object = None


class _Said(msgspec.Struct):
    """A comment with all that is needed of it."""

    id: ObjectId
    public: bool
    plain_body: str
    author_id: int | None = None


_EVENTS = msgspec.json.Decoder(_Event)
_CHILDREN = msgspec.json.Decoder(_Child)
_COMMENTS = msgspec.json.Decoder(_Said)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


async def fetch(http: ClientSession, access: Access, *, since: int) -> Told:
    """Fetch the events from a second on, of all tickets. Raises `ProviderError`."""
    params = {"start_time": str(since), "include": "comment_events"}
    answer = await call(http, access, "/incremental/ticket_events.json", params)
    envelope, records = answer.read_page(_Envelope, "ticket_events")
    updates, unread = read_each(records, _read, kind="comment")
    end = max(envelope.end_time or 0, since)
    if not envelope.end_of_stream and envelope.end_time is None:
        raise ProviderUnavailable("Zendesk does not say where its export of ticket events goes on.")
    odd = [_tickets_of(each.raw) for each in unread]
    said: defaultdict[int, list[bytes]] = defaultdict(list)
    authors: defaultdict[int, set[int]] = defaultdict(set)
    for each in updates:
        if each.said:
            said[each.ticket_id] += each.said
            authors[each.ticket_id].update(each.authors)
    return Told(
        said=said,
        authors=authors,
        # An event that is odd tells at least whom to ask.
        asked={each.ticket_id for each in updates if each.has_more_to_tell}.union(*odd),
        skipped=tuple(each for each, tickets in zip(unread, odd, strict=True) if not tickets),
        end=end if envelope.end_of_stream or end > since else None,
        ended=envelope.end_of_stream,
    )


def _tickets_of(event: bytes) -> set[int]:
    """Find which tickets an event names that cannot be read; quotes within words have a backslash before them."""
    return {number for found in _TICKET.findall(event) if (number := int(found)) <= MAX_ID}


def _read(raw: bytes) -> Update:
    """Read an event. Raises `ValueError` when it cannot be read."""
    event = _EVENTS.decode(raw)
    children = [(_CHILDREN.decode(raw), raw) for raw in event.child_events]
    said = [raw for child, raw in children if child.event_type in _SAID]
    if any(child.event_type == "Create" for child, _ in children):
        said = said[1:]  # the ticket's own text
    return Update(
        str(event.id),
        event.ticket_id,
        said=tuple(_with_time(raw, event) for raw in said),
        authors=tuple(author for raw in said if (author := _COMMENTS.decode(raw).author_id) and author > 0),
        has_more_to_tell=any(_hides(child) or child.previous_value == _DELETED for child, _ in children),
    )


def _hides(child: _Child) -> bool:
    return any(word in (child.event_type or "") for word in _HIDING)


def _with_time(comment: msgspec.Raw, event: _Event) -> bytes:
    """Give a comment the time of its update where it does not bear one."""
    fields = _FIELDS.decode(comment)
    if "created_at" in fields:
        return bytes(comment)
    return msgspec.json.encode(fields | {"created_at": event.created_at})
