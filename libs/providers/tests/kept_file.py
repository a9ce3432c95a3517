"""A file in memory, taken in and read as sync-worker does it."""

from typing import Any

from providers.encoding import EncodingWatch
from providers.files import HEAD_BYTES, Beginning, FileSource
from providers.source import Page, SourceContact


class KeptFile:
    def __init__(self, source: FileSource, data: bytes, **said: str) -> None:
        watch = EncodingWatch()
        self.source = source
        self.data = watch.take(data) + watch.end()
        self.size = len(self.data)
        self.most_read = 0
        self.said = said
        self.beginning = Beginning(
            head=self.data[:HEAD_BYTES],
            is_whole=self.size <= HEAD_BYTES,
            encoding=watch.encoding,
            came_as=watch.came_as,
        )
        self.layout = source.plan(self.beginning, said)

    async def read(self, offset: int, at_most: int) -> bytes:
        self.most_read = max(self.most_read, at_most)
        return self.data[offset : offset + at_most]

    async def page(self, cursor: str | None = None) -> Page:
        return await self.source.fetch_page(self, "contacts", cursor=cursor)

    async def run(self) -> list[Page]:
        pages = [await self.page()]
        while pages[-1].next_cursor:
            pages.append(await self.page(pages[-1].next_cursor))
        return pages

    async def contacts(self) -> list[SourceContact]:
        return [each for page in await self.run() for each in page.contacts]

    async def skipped(self) -> list[tuple[Any, ...]]:
        return [(each.line, each.reason, each.raw) for page in await self.run() for each in page.skipped]
