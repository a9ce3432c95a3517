"""CSV files: spreadsheets and exports that a person hands over, read page by page as the providers are."""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar

import msgspec
from contracts.contacts import Contact
from contracts.files import FilePreview, FileProblem

from providers.csv_columns import JOINED
from providers.csv_layout import Layout, Opening, read_beginning
from providers.csv_rows import Row, bytes_of, read_rows
from providers.files import PREVIEW_CONTACTS, Beginning, FileSource, OptionsRefused, StoredFile
from providers.names import cut_name
from providers.source import Page, Skipped, SourceContact
from providers.values import birth_date, emails, instant, iso_date, text, texts, web_address

BLOCK_BYTES = 64_000
LONGEST_ROW_BYTES = 4_000_000
ROWS_A_PAGE = 500
MAX_KEY_CHARS = 500
ID_BYTES = 16
ROW_TOO_LONG = f"A row is longer than {LONGEST_ROW_BYTES:,} bytes, or a quote is not closed"

_BETWEEN_EMAILS = re.compile(r"[;,|\s]+|:::")
_BETWEEN_PHONES = re.compile(r"[;|\n]|:::")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class _Place(msgspec.Struct, frozen=True):
    """Where a page begins; `is_inside` says that it begins within a line that was given up."""

    offset: int
    line: int
    is_inside: bool = False


class CsvFile(FileSource):
    """A table of contacts, a row each."""

    name: ClassVar[str] = "csv_file"
    slug: ClassVar[str] = "csv"
    label: ClassVar[str] = "CSV file"
    says: ClassVar[str] = "Contacts from a spreadsheet"
    endings: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt")
    options: ClassVar[Mapping[str, str]] = {
        "mapping": 'Which column is which field: {"E-Mail": "emails"}',
        "key": "The column whose value names a row",
    }
    streams: ClassVar[tuple[str, ...]] = ("contacts",)
    listings: ClassVar[dict[str, None]] = {"contacts": None}

    def plan(self, beginning: Beginning, said: Mapping[str, str]) -> bytes:
        """Find out where the columns are, and what they mean."""
        mapping, key = _read_options(said)
        return _open(beginning, mapping, key).planned(mapping, key).encoded()

    def preview(self, beginning: Beginning, said: Mapping[str, str]) -> FilePreview:
        """Show the first rows; columns of which nothing was said may say of nobody who it is."""
        mapping, key = _read_options(said)
        opening = _open(beginning, mapping, key)
        layout, problems = opening.layout, []
        try:
            layout = opening.planned(mapping, key)
        except OptionsRefused as error:
            if said:
                raise
            problems = [FileProblem(line=None, reason=what) for _, what in error.errors]
        contacts, skipped = _read_all([row for row in opening.rows if row.line >= layout.first_line], layout)
        return FilePreview(
            encoding=beginning.came_as,
            delimiter=layout.delimiter,
            has_header=layout.has_header,
            columns=list(layout.columns),
            mapping={column: layout.mapping.get(column) for column in layout.columns},
            contacts=[each.contact for each in contacts[:PREVIEW_CONTACTS]],
            rows=[msgspec.json.decode(each.raw, type=dict[str, str]) for each in contacts[:PREVIEW_CONTACTS]],
            problems=problems + [FileProblem(line=each.line, reason=each.reason) for each in skipped],
        )

    async def fetch_page(self, file: StoredFile, stream: str, *, cursor: str | None) -> Page:
        """Read the rows from a place on: those that a block holds whole."""
        layout = msgspec.json.decode(file.layout, type=Layout)
        place = (
            msgspec.json.decode(cursor, type=_Place) if cursor else _Place(offset=layout.start, line=layout.first_line)
        )
        size = BLOCK_BYTES
        while True:
            block = await file.read(place.offset, size)
            is_last = place.offset + len(block) >= file.size
            passed = _rest_of_line(block) if place.is_inside else 0
            rows = read_rows(
                block[passed:],
                encoding=layout.encoding,
                delimiter=layout.delimiter,
                first_line=place.line,
                is_last=is_last,
                at_most=ROWS_A_PAGE,
            )
            if rows.consumed or passed or is_last:
                contacts, skipped = _read_all(rows.rows, layout)
                break
            if size >= LONGEST_ROW_BYTES:
                return _give_up_line(block, place)
            size = min(size * 4, LONGEST_ROW_BYTES)
        reached = place.offset + passed + rows.consumed
        following = _Place(
            offset=reached,
            line=place.line + rows.lines,
            is_inside=place.is_inside and passed == len(block),
        )
        return Page(
            contacts=contacts,
            skipped=skipped,
            next_cursor=msgspec.json.encode(following).decode() if reached < file.size else None,
        )

    def normalize(self, raw: bytes, layout: bytes) -> Contact:
        """Read a kept row again."""
        read = msgspec.json.decode(layout, type=Layout)
        row = msgspec.json.decode(raw, type=dict[str, str])
        return _reader_of(read)([row.get(column, "") for column in read.columns])


def _read_options(said: Mapping[str, str]) -> tuple[dict[str, str | None] | None, str | None]:
    mapping, key = said.get("mapping"), said.get("key") or None
    try:
        return (msgspec.json.decode(mapping, type=dict[str, str | None]) if mapping else None), key
    except (msgspec.DecodeError, RecursionError) as error:
        what = f"a JSON object of columns and their fields is asked for: {error}"
        raise OptionsRefused([("mapping", what)]) from error


def _open(beginning: Beginning, mapping: Mapping[str, str | None] | None, key: str | None) -> Opening:
    return read_beginning(
        beginning.head,
        encoding=beginning.encoding,
        is_whole=beginning.is_whole,
        named=[*(mapping or ()), *([key] if key else [])],
    )


def _give_up_line(block: bytes, place: _Place) -> Page:
    """Pass a line by that fits into no block, or that opens what none closes."""
    line, end, _ = block.partition(b"\n")
    following = _Place(offset=place.offset + len(line) + len(end), line=place.line + 1, is_inside=not end)
    return Page(
        skipped=(Skipped(provider_id=None, reason=ROW_TOO_LONG, raw=line[:BLOCK_BYTES], line=place.line),),
        next_cursor=msgspec.json.encode(following).decode(),
    )


def _rest_of_line(block: bytes) -> int:
    end = block.find(b"\n")
    return len(block) if end < 0 else end + 1


def _read_all(rows: Sequence[Row], layout: Layout) -> tuple[tuple[SourceContact, ...], tuple[Skipped, ...]]:
    read, name, columns = _reader_of(layout), _namer_of(layout), layout.columns
    key = columns.index(layout.key) if layout.key else None
    contacts: list[SourceContact] = []
    skipped: list[Skipped] = []
    encode = msgspec.json.Encoder().encode
    for row in rows:
        cells = row.cells
        provider_id = None
        if not row.reason and not any(map(str.strip, cells)):
            continue  # spreadsheets end in lines like `,,,`: nobody is in them
        if (key is None and len(cells) == len(columns)) or (key is not None and key < len(cells)):
            provider_id = name(cells)
        if reason := row.reason or _fault_of(cells, provider_id, layout):
            raw = row.raw or bytes_of(cells, layout.delimiter)
            skipped.append(Skipped(provider_id=provider_id, reason=reason, raw=raw, line=row.line))
        elif provider_id is not None:
            contacts.append(
                SourceContact(
                    provider_id=provider_id,
                    raw=encode(dict(zip(columns, cells, strict=True))),
                    contact=read(cells),
                    line=row.line if key is not None else None,
                )
            )
    return tuple(contacts), tuple(skipped)


def _fault_of(cells: Sequence[str], provider_id: str | None, layout: Layout) -> str | None:
    if len(cells) != len(layout.columns):
        return f"It has {len(cells)} cells, and the file {len(layout.columns)} columns"
    if provider_id is None:
        return f"The column {layout.key} is empty, or longer than {MAX_KEY_CHARS} characters"
    return None


def _namer_of(layout: Layout) -> Callable[[Sequence[str]], str | None]:
    """Make what names a row: the value of its key, or else a hash of all it says, whatever order the columns have."""
    if layout.key is not None:
        at = layout.columns.index(layout.key)
        return lambda cells: text(cells[at], max_chars=MAX_KEY_CHARS)
    order = sorted(range(len(layout.columns)), key=layout.columns.__getitem__)
    columns = msgspec.json.encode(sorted(layout.columns))
    encode = msgspec.json.Encoder().encode

    def name(cells: Sequence[str]) -> str:
        said = encode([cells[at].strip() for at in order])
        return blake2b(columns + said, digest_size=ID_BYTES).hexdigest()

    return name


def _reader_of(layout: Layout) -> Callable[[Sequence[str]], Contact]:
    """Make what understands a row: which cells fill which field is looked up once."""
    places: dict[str, list[int]] = {}
    for number, column in enumerate(layout.columns):
        if field := layout.mapping.get(column):
            places.setdefault(field, []).append(number)
    email_places, phone_places = places.pop("emails", []), places.pop("phones", [])
    name_at = places.pop("full_name", [])
    joined = [(field, at) for field, at in places.items() if field in JOINED]
    plain = [(field, _READERS.get(field, text), at[0]) for field, at in places.items() if field not in JOINED]

    def read(cells: Sequence[str]) -> Contact:
        values: dict[str, Any] = {field: understand(cells[at]) for field, understand, at in plain}
        for field, at_all in joined:
            values[field] = text(" ".join(cells[at].strip() for at in at_all))
        if name_at:
            first, last = cut_name(cells[name_at[0]])
            values["first_name"] = values.get("first_name") or first
            values["last_name"] = values.get("last_name") or last
        if email_places:
            values["emails"] = emails(part for at in email_places for part in _BETWEEN_EMAILS.split(cells[at]))
        if phone_places:
            values["phones"] = texts(part for at in phone_places for part in _BETWEEN_PHONES.split(cells[at]))
        return Contact(**values)

    return read


def _day(cell: str) -> str | None:
    """Read a date as ISO writes it, or with dots, day first; with slashes nobody knows which is the month."""
    if found := _DAY.fullmatch(cell.strip()):
        day, month, year = found.groups()
        return iso_date(f"{year}-{month:0>2}-{day:0>2}") or text(cell)
    return birth_date(cell)


_READERS: dict[str, Callable[[str], object]] = {
    "birth_date": _day,
    "url": web_address,
    "created_at": instant,
    "updated_at": instant,
}
