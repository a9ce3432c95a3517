"""What sync-worker answers to who hands a file over."""

from uuid import UUID

import msgspec

from contracts.contacts import Contact


class FileTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A file was taken in: the connection it belongs to, and the sync that reads it."""

    connection_id: UUID
    sync_id: UUID


class FileProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that would not be read; without a line it is true of the whole file."""

    line: int | None
    reason: str


class FilePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a file seems to be, and its first records: as they are kept (`rows`), and as contacts.

    Where it is a table, `mapping` names every column with the field it is taken for, which may be none.
    """

    encoding: str
    rows: list[dict[str, str]]
    contacts: list[Contact]
    problems: list[FileProblem]
    delimiter: str | None = None
    has_header: bool | None = None
    columns: list[str] = []
    mapping: dict[str, str | None] = {}
