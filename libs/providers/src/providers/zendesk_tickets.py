"""Zendesk's tickets: what a customer asked, and how far it got."""

from collections.abc import Sequence

import msgspec
from contracts.interactions import Interaction

from providers.records import read_each
from providers.source import Page, SourceGone, SourceInteraction
from providers.values import instant, text
from providers.zendesk_api import ObjectId, page_address

MAX_BODY_CHARS = 65_536


class Ticket(msgspec.Struct):
    """A ticket; every field but the id may be null."""

    id: ObjectId
    status: str | None = None
    priority: str | None = None
    subject: str | None = None
    description: str | None = None
    requester_id: ObjectId | None = None
    collaborator_ids: list[ObjectId] | None = None
    email_cc_ids: list[ObjectId] | None = None
    follower_ids: list[ObjectId] | None = None
    assignee_id: ObjectId | None = None
    url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether it is in the export only to say that it went."""
        return self.status == "deleted"

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """Who asked, and who is kept informed; followers are agents, and stand among the collaborators too."""
        informed = [*(self.email_cc_ids or ()), *(self.collaborator_ids or ())]
        customers = [self.requester_id, *(each for each in informed if each not in (self.follower_ids or ()))]
        return tuple(dict.fromkeys(str(each) for each in customers if each))


_DECODER = msgspec.json.Decoder(Ticket)


def read_page(records: Sequence[bytes]) -> Page:
    """Read a page of tickets, and of those that were deleted."""
    understood, skipped = read_each(records, read_ticket, kind="ticket")
    return Page(
        interactions=tuple(each for each in understood if isinstance(each, SourceInteraction)),
        gone=tuple(each for each in understood if isinstance(each, SourceGone)),
        skipped=skipped,
    )


def decode(raw: bytes) -> Ticket:
    """Decode a ticket. Raises `ValueError` when it cannot be read."""
    return _DECODER.decode(raw)


def read_ticket(raw: bytes) -> SourceInteraction | SourceGone:
    """Read a ticket. Raises `ValueError` when it cannot be read."""
    ticket = decode(raw)
    if ticket.is_deleted:
        return SourceGone(provider_id=str(ticket.id), reason="deleted", kind="ticket")
    return SourceInteraction(provider_id=str(ticket.id), raw=raw, interaction=_to_interaction(ticket))


def _to_interaction(ticket: Ticket) -> Interaction:
    created_at = instant(ticket.created_at)
    return Interaction(
        kind="ticket",
        title=text(ticket.subject),
        body=text(ticket.description, max_chars=MAX_BODY_CHARS),
        status=text(ticket.status),
        priority=text(ticket.priority),
        owner=str(ticket.assignee_id) if ticket.assignee_id else None,
        url=page_address(ticket.url),
        occurred_at=created_at,
        created_at=created_at,
        updated_at=instant(ticket.updated_at),
        contact_ids=ticket.contact_ids,
    )
