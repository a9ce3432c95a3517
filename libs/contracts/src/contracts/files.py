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
    """What a file seems to be, and its first rows: as they came, and as contacts.

    `mapping` names every column with the field it is taken for, which may be none.
    """

    encoding: str
    delimiter: str
    has_header: bool
    columns: list[str]
    mapping: dict[str, str | None]
    rows: list[dict[str, str]]
    contacts: list[Contact]
    problems: list[FileProblem]
