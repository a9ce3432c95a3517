"""Recording pages: what is kept, counted and published."""

from contracts.contacts import ContactFetched
from providers.source import Page
from shop_world import World, contact


async def test_a_first_sync(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))), Page(contacts=(contact("3"),)))

    await world.sync()

    events = await world.published(ContactFetched, "backfill")
    assert [event.provider_id for event in events] == ["1", "2", "3"]
