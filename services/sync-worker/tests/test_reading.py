"""Reading ahead: what comes together, and what may not be written together."""

import asyncio
from collections import defaultdict
from contextlib import aclosing
from itertools import chain

import msgspec
import pytest
from contracts.contacts import ContactFetched, ContactGone
from providers.source import Page, ProviderUnavailable, Skipped, SourceGone
from shop_world import World, contact, deal
from sync_worker.reading import BYTES_TOGETHER, HELD, PAGES_TOGETHER, Shelf, join, read_ahead


class Stream:
    """Pages of one contact each, whose numbers are cursors; it never ends, and the page at `stuck` never comes."""

    def __init__(self, *, stuck: int | None = None, raw_bytes: int = 10, seconds: float = 0.0) -> None:
        self.stuck = stuck
        self.seconds = seconds
        self.raw = b"1" * raw_bytes
        self.asked: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.left = False

    async def fetch(self, cursor: str | None) -> Page:
        number = int(cursor or 0)
        self.asked[number].set()
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if number == self.stuck:
            try:
                await asyncio.Event().wait()
            finally:
                self.left = True
        return Page(contacts=(contact(str(number), raw=self.raw),), next_cursor=str(number + 1))


def ids(page: Page) -> list[str]:
    return [each.provider_id for each in page.contacts]


async def test_pages_that_come_together_are_one_and_the_next_ones_come_while_it_is_written() -> None:
    stream = Stream()
    async with aclosing(read_ahead(stream.fetch, None)) as pages:
        first = await anext(pages)
        async with asyncio.timeout(10):
            await stream.asked[(1 + HELD) * PAGES_TOGETHER - 1].wait()
        await asyncio.sleep(0)
        assert len(stream.asked) == (1 + HELD) * PAGES_TOGETHER
        second = await anext(pages)

    assert ids(first) == [str(number) for number in range(PAGES_TOGETHER)]
    assert ids(second) == [str(number) for number in range(PAGES_TOGETHER, 2 * PAGES_TOGETHER)]
    assert first.next_cursor == ids(second)[0]


async def test_no_more_is_taken_than_may_be_written_together() -> None:
    stream = Stream(raw_bytes=BYTES_TOGETHER // 2)
    async with aclosing(read_ahead(stream.fetch, None)) as pages:
        assert ids(await anext(pages)) == ["0", "1"]
        async with asyncio.timeout(10):
            await stream.asked[1 + 2 * HELD].wait()
        assert ids(await anext(pages)) == ["2", "3"]


async def test_the_first_page_waits_for_none_and_the_next_ones_for_more_and_more() -> None:
    shelf = Shelf()
    for awaited in (1, 2, 4):
        taking = asyncio.create_task(shelf.take())
        for number in range(awaited):
            await settle()
            assert not taking.done()
            await shelf.put(Page(contacts=(), next_cursor=str(number)))
        await settle()
        assert taking.done()
        assert len(await taking) == awaited


async def settle() -> None:
    """Let everybody do what can be done at once."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_page_does_not_wait_long_for_those_behind_it() -> None:
    stream = Stream(stuck=2, seconds=0.001)
    async with asyncio.timeout(10), aclosing(read_ahead(stream.fetch, None)) as pages:
        assert [ids(await anext(pages)), ids(await anext(pages))] == [["0"], ["1"]]


async def test_who_reads_no_further_leaves_the_page_on_its_way() -> None:
    stream = Stream(stuck=1)
    async with aclosing(read_ahead(stream.fetch, None)) as pages:
        await anext(pages)

    assert stream.left


async def test_an_error_waits_for_the_pages_before_it() -> None:
    stream = Stream()

    async def fetch(cursor: str | None) -> Page:
        if cursor == "2":
            raise ProviderUnavailable("Shop has trouble.")
        return await stream.fetch(cursor)

    pages = read_ahead(fetch, None)

    assert ids(await anext(pages)) == ["0", "1"]
    with pytest.raises(ProviderUnavailable):
        await anext(pages)


@pytest.mark.parametrize("fails_at", [PAGES_TOGETHER + 4, 2 * PAGES_TOGETHER])
async def test_an_error_behind_more_pages_than_are_written_together_comes_after_all_of_them(fails_at: int) -> None:
    stream = Stream()

    async def fetch(cursor: str | None) -> Page:
        if cursor == str(fails_at):
            raise ProviderUnavailable("Shop has trouble.")
        return await stream.fetch(cursor)

    pages = read_ahead(fetch, None)
    read = ids(await anext(pages))
    await asyncio.sleep(0.05)  # all the rest has come
    while len(read) < fails_at:
        read += ids(await anext(pages))
    with pytest.raises(ProviderUnavailable):
        await anext(pages)

    assert read == [str(number) for number in range(fails_at)]


async def test_an_end_behind_more_pages_than_are_written_together_is_reached() -> None:
    last = PAGES_TOGETHER + 4
    stream = Stream()

    async def fetch(cursor: str | None) -> Page:
        page = await stream.fetch(cursor)
        return page if cursor != str(last) else msgspec.structs.replace(page, next_cursor=None)

    read = [ids(page) async for page in read_ahead(fetch, None)]

    assert [len(each) for each in read] == [PAGES_TOGETHER, last + 1 - PAGES_TOGETHER]
    assert list(chain.from_iterable(read)) == [str(number) for number in range(last + 1)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Page(gone=(SourceGone(provider_id="1", reason="archived"),)), Page(contacts=(contact("1"),))),
        (Page(gone=(SourceGone(provider_id="1", reason="deleted", kind="deal"),)), Page(interactions=(deal("1"),))),
        (Page(skipped=(Skipped(provider_id="1", reason="No name", raw=b"{}"),)), Page(contacts=(contact("1"),))),
        (Page(contacts=(contact("2", absorbed=("1",)),)), Page(contacts=(contact("1"),))),
    ],
    ids=["gone", "deal gone", "skipped", "absorbed"],
)
def test_a_record_that_comes_back_begins_another(earlier: Page, later: Page) -> None:
    other = Page(contacts=(contact("3"),))

    assert join([other, earlier, later, other]) == [
        msgspec.structs.replace(earlier, contacts=(*other.contacts, *earlier.contacts)),
        msgspec.structs.replace(later, contacts=(*later.contacts, *other.contacts)),
    ]


def test_joined_pages_go_on_where_the_last_does() -> None:
    pages = [Page(next_cursor="1", total=7), Page(next_cursor="2"), Page(bookmark="read")]

    assert join(pages) == [Page(bookmark="read", total=7)]
    assert join(pages[:2]) == [Page(next_cursor="2", total=7)]


async def test_a_record_that_went_on_one_page_and_came_back_on_the_next_is_there(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    gone = Page(gone=(SourceGone(provider_id="1", reason="archived"),))
    world.shop.show("contacts", gone, Page(contacts=(contact("1", "Grace"),)))

    await world.sync_anew()

    (went,) = await world.published(ContactGone)
    (came_back,) = await world.published(ContactFetched, "live")
    assert (went.revision, came_back.revision, came_back.contact.first_name) == (2, 3, "Grace")
    assert await world.value("SELECT gone_at FROM source_contact") is None
