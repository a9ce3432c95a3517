"""A comment of Zendesk's, and what is made of it, alike whether its ticket was asked or an export told of it.

What is kept of it are the fields that both ways have, in one order. `via` and `metadata` are not among them: the export
tells those of the update as a whole, and they hold addresses and whereabouts of machines.
"""

from collections.abc import Iterable

import msgspec
from contracts.interactions import Interaction, part_id

from providers import zendesk_tickets
from providers.records import Unreadable, read_each
from providers.source import Page, Skipped, SourceInteraction
from providers.values import instant, text
from providers.zendesk_api import ObjectId, page_address
from providers.zendesk_tickets import MAX_BODY_CHARS
from providers.zendesk_users import CONTACT_ROLE

KEPT = (
    *("id", "type", "author_id", "body", "html_body", "plain_body", "public", "attachments", "audit_id"),
    "created_at",
)


class Topic(msgspec.Struct, frozen=True, array_like=True):
    """A ticket as its comments need it; those after `after` are still to be read where it waits to be asked."""

    id: int
    contact_ids: tuple[str, ...]
    title: str | None = None
    url: str | None = None
    after: str | None = None

    @property
    def provider_id(self) -> str:
        """Its id, as records have one."""
        return str(self.id)


class Deleted(msgspec.Struct, frozen=True):
    """A ticket that is there only to say that it went, and its comments with it."""

    provider_id: str


class _Comment(msgspec.Struct):
    """A comment; every field but the id may be null."""

    id: ObjectId
    author_id: int | None = None
    plain_body: str | None = None
    body: str | None = None
    public: bool | None = None
    created_at: str | None = None


class _Author(msgspec.Struct):
    id: ObjectId
    role: str | None = None


_COMMENTS = msgspec.json.Decoder(_Comment)
_AUTHORS = msgspec.json.Decoder(_Author)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def topics_of(tickets: Iterable[bytes]) -> list[Topic]:
    """Read those tickets that are still there; one that cannot be read is told of by the stream of tickets."""
    found, _ = read_each(tickets, _topic_or_deleted)
    return [each for each in found if isinstance(each, Topic)]


def _topic_or_deleted(raw: bytes) -> Topic | Deleted:
    ticket = zendesk_tickets.decode(raw)
    if ticket.is_deleted:
        return Deleted(str(ticket.id))
    return Topic(ticket.id, ticket.contact_ids, text(ticket.subject), page_address(ticket.url))


def staff_among(users: Iterable[bytes]) -> frozenset[int]:
    """Tell who of these works for the account; who cannot be read is nobody we know."""
    found = set[int]()
    for raw in users:
        try:
            user = _AUTHORS.decode(raw)
        except (ValueError, RecursionError):
            continue
        if user.role and user.role != CONTACT_ROLE:
            found.add(user.id)
    return frozenset(found)


def kept(comment: bytes) -> bytes:
    """Reduce a comment to what is kept of it. Raises `ValueError` when it cannot be read."""
    fields = _FIELDS.decode(comment)
    return msgspec.json.encode({name: fields[name] for name in KEPT if name in fields})


def read_page(comments: Iterable[bytes], topic: Topic, staff: frozenset[int]) -> Page:
    """Read comments of a ticket, given who of their authors works for the account."""
    interactions, skipped = read_each(comments, lambda raw: _read(raw, topic, staff), kind="comment")
    return Page(interactions=interactions, skipped=tuple(_as_part(each, topic) for each in skipped))


def _read(raw: bytes, topic: Topic, staff: frozenset[int]) -> SourceInteraction:
    raw = kept(raw)
    comment = _COMMENTS.decode(raw)
    if comment.public is None:
        raise Unreadable("Zendesk does not say whether this comment is public")
    said_at = instant(comment.created_at)
    author = comment.author_id if comment.author_id and comment.author_id > 0 else None  # Zendesk itself is -1
    by_staff = author in staff
    interaction = Interaction(
        kind="comment",
        title=topic.title,
        body=text(comment.plain_body or comment.body, max_chars=MAX_BODY_CHARS),
        status="public" if comment.public else "private",
        owner=str(author) if by_staff else None,
        url=topic.url,
        occurred_at=said_at,
        created_at=said_at,
        updated_at=said_at,
        # Who was deleted is shown by one way and not by the other: a customer, as an agent becomes one before that.
        contact_ids=tuple(dict.fromkeys([*([str(author)] if author and not by_staff else ()), *topic.contact_ids])),
    )
    return SourceInteraction(provider_id=part_id(topic.provider_id, str(comment.id)), raw=raw, interaction=interaction)


def _as_part(skipped: Skipped, topic: Topic) -> Skipped:
    own_id = skipped.provider_id
    return msgspec.structs.replace(skipped, provider_id=part_id(topic.provider_id, own_id)) if own_id else skipped
