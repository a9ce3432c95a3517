"""What a kind of file is as a source: found out from its beginning, and then read place by place as accounts are."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Protocol

import msgspec
from contracts.contacts import Contact
from contracts.files import FilePreview

from providers.source import Page, Source

HEAD_BYTES = 256_000
"""How much of a file is looked at to find out what it is."""

PREVIEW_CONTACTS = 20
"""How many contacts a preview shows."""


class StoredFile(Protocol):
    """A file that was handed over and is kept by who calls; `layout` says how to read it, in its source's own words."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    @property
    def layout(self) -> bytes:
        """How it is to be read."""

    async def read(self, offset: int, at_most: int) -> bytes:
        """Return bytes from an offset on; fewer than asked for only at the end."""


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """The first `HEAD_BYTES` of a file as they are kept, and its encoding as far as it was seen.

    `is_whole` says that it has no more. `came_as` is the encoding it came in, where that is not the one it is kept in.
    """

    head: bytes
    is_whole: bool
    encoding: str
    came_as: str


class FileUnclear(ValueError):
    """A file that is none of its kind, or of which nothing can be read; the message says what is wrong with it."""


class OptionsRefused(ValueError):
    """What a person said of a file does not fit it; each error names where it is, and what is wrong there."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in errors))
        self.errors = tuple(errors)


class FileSource(Source):
    """A kind of file, made of text. There is nobody to ask for consent: whoever hands it over has it.

    Adding one means a module with such a class and a line in the registry.
    """

    slug: ClassVar[str]
    """What it is called in addresses: files of it come to `POST /connections/{slug}`."""

    endings: ClassVar[tuple[str, ...]]
    """How the names of such files end, for who looks for one to hand over."""

    options: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What may be said of a file in the form that brings it, beside its `name`: texts, each with what it means."""

    @abstractmethod
    def plan(self, beginning: Beginning, said: Mapping[str, str]) -> bytes:
        """Find out how a file is to be read, by its beginning and what was said of it: its layout, which is JSON.

        Raises `FileUnclear` and `OptionsRefused`.
        """

    @abstractmethod
    def preview(self, beginning: Beginning, said: Mapping[str, str]) -> FilePreview:
        """Tell what a file would become. Raises as `plan` does, but for what `said` may still mend."""

    @abstractmethod
    async def fetch_page(self, file: StoredFile, stream: str, *, cursor: str | None) -> Page:
        """The next page of a file; `cursor` is the last page's `next_cursor`, None at the start."""

    @abstractmethod
    def normalize(self, raw: bytes, layout: bytes) -> Contact:
        """Read a kept raw contact again. Raises `ValueError` when it cannot be read."""
