"""Events in: each batch goes to one operation."""

from collections.abc import Sequence

from contracts.contacts import ContactFetched, ContactGone
from servicekit.consumer import Subscription, on
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import operations
from identity.records import ContactEvent


async def on_contacts_seen(conn: AsyncConnection, events: Sequence[ContactEvent]) -> None:
    """Contacts were fetched, or are gone; together, because they may follow each other in one batch."""
    await operations.resolve_contacts(conn, events)


def subscriptions() -> list[Subscription]:
    """Tell the consumer which events we listen to."""
    return [on(ContactFetched, on_contacts_seen), on(ContactGone, on_contacts_seen)]
