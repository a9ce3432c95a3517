"""Zendesk's tickets: what a customer asked, and how far it got."""

from collections.abc import Sequence

import msgspec
from contracts.interactions import Interaction

from providers.records import read_each
from providers.source import Page, SourceGone, SourceInteraction
from providers.values import instant, text
from providers.zendesk_api import ObjectId, page_address

_MAX_BODY_CHARS = 65_536


class _Ticket(msgspec.Struct):
    """A ticket; every field but the id may be null."""

    id: ObjectId
    status: str | None = None
    priority: str | None = None
    subject: str | None = None
    description: str | None = None
    requester_id: ObjectId | None = None
    assignee_id: ObjectId | None = None
    url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


_DECODER = msgspec.json.Decoder(_Ticket)


def read_page(records: Sequence[bytes]) -> Page:
    """Read a page of tickets, and of those that were deleted."""
    understood, skipped = read_each(records, read_ticket)
    return Page(
        interactions=tuple(each for each in understood if isinstance(each, SourceInteraction)),
        gone=tuple(each for each in understood if isinstance(each, SourceGone)),
        skipped=skipped,
    )


def read_ticket(raw: bytes) -> SourceInteraction | SourceGone:
    """Read a ticket. Raises `ValueError` when it cannot be read."""
    ticket = _DECODER.decode(raw)
    if ticket.status == "deleted":
        return SourceGone(provider_id=str(ticket.id), reason="deleted", kind="ticket")
    return SourceInteraction(provider_id=str(ticket.id), raw=raw, interaction=_to_interaction(ticket))


def _to_interaction(ticket: _Ticket) -> Interaction:
    created_at = instant(ticket.created_at)
    return Interaction(
        kind="ticket",
        title=text(ticket.subject),
        body=text(ticket.description, max_chars=_MAX_BODY_CHARS),
        status=text(ticket.status),
        priority=text(ticket.priority),
        owner=_id(ticket.assignee_id),
        url=page_address(ticket.url),
        occurred_at=created_at,
        created_at=created_at,
        updated_at=instant(ticket.updated_at),
        contact_ids=tuple(filter(None, [_id(ticket.requester_id)])),
    )


def _id(number: int | None) -> str | None:
    return str(number) if number else None
