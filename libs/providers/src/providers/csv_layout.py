"""How a file is to be read: found out from its beginning, and from what a person says of its columns."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from providers.csv_columns import (
    USEFUL,
    check_mapping,
    field_of,
    looks_like_value,
    name_columns,
    suggest,
)
from providers.csv_rows import Row, read_rows
from providers.files import FileUnclear, OptionsRefused

ROWS_LOOKED_AT = 200
MOST_COLUMNS = 1_000
DELIMITERS = (",", ";", "\t", "|")
MARK = b"\xef\xbb\xbf"


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read: where its rows begin, and what its columns mean."""

    encoding: str
    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    mapping: dict[str, str]
    key: str | None = None
    start: int = 0
    first_line: int = 1

    def encoded(self) -> bytes:
        """Write it down, for whoever keeps the file."""
        return msgspec.json.encode(self)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a file, read: its layout with the mapping we suggest, and its first rows."""

    layout: Layout
    rows: tuple[Row, ...]

    def planned(self, mapping: Mapping[str, str | None] | None, key: str | None) -> Layout:
        """Return the layout with what a person said, or else with what we suggest. Raises `OptionsRefused`."""
        columns, header = self.layout.columns, self.rows[0].cells if self.layout.has_header else None
        said = self.layout.mapping if mapping is None else check_mapping(columns, mapping)
        errors = []
        if key is not None and key not in columns:
            errors.append(("key", f"the file has no column {key}; it has {', '.join(columns[:50])}"))
        if USEFUL.isdisjoint(said.values()):
            seen = "" if header else " (the first line seems to be no header)"
            errors.append(("mapping", f"no column says who a row is{seen}: name one for {', '.join(sorted(USEFUL))}"))
        if errors:
            raise OptionsRefused(errors)
        return msgspec.structs.replace(self.layout, mapping=said, key=key)


def read_beginning(head: bytes, *, encoding: str, is_whole: bool, named: Sequence[str] = ()) -> Opening:
    """Find out how a file is to be read; `named` are columns that a person knows, which settles where they stand.

    Raises `FileUnclear`.
    """
    start = len(MARK) if head.startswith(MARK) else 0
    first_line = 1
    delimiter, start, first_line = _said_delimiter(head, start)
    delimiter = delimiter or _likeliest_delimiter(head[start:], encoding, is_whole=is_whole)
    rows = _rows(head[start:], encoding, delimiter, first_line, is_whole=is_whole)
    read = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if not read:
        raise FileUnclear("There is no row in this file that can be read as CSV")
    first = read[0]
    if rows[0].reason:
        raise FileUnclear(f"Line {rows[0].line}: {rows[0].reason}")
    if len(first.cells) > MOST_COLUMNS:
        raise FileUnclear(f"The file has more than {MOST_COLUMNS} columns")
    has_header = _is_header(first.cells, named)
    columns = name_columns(first.cells if has_header else [""] * len(first.cells))
    data = read[1:] if has_header else read
    layout = Layout(
        encoding=encoding,
        delimiter=delimiter,
        has_header=has_header,
        columns=columns,
        mapping=suggest(columns, [row.cells for row in data]),
        start=start,
        first_line=first_line,
    )
    if has_header:
        header = read_rows(
            head[start:],
            encoding=encoding,
            delimiter=delimiter,
            first_line=first_line,
            is_last=is_whole,
            at_most=rows.index(first) + 1,
        )
        layout = msgspec.structs.replace(layout, start=start + header.consumed, first_line=first_line + header.lines)
    if is_whole and not data:
        raise FileUnclear("The file has no rows below its header")
    return Opening(layout=layout, rows=tuple(rows))


def _said_delimiter(head: bytes, start: int) -> tuple[str | None, int, int]:
    """Take spreadsheets' own first line, `sep=;`, for what it is."""
    line, end, _ = head[start : start + 10].partition(b"\n")
    said = line.strip().lower()
    if end and said.startswith(b"sep=") and (mark := line.rstrip(b"\r")[4:5].decode("ascii", "ignore")) in DELIMITERS:
        return mark, start + len(line) + 1, 2
    return None, start, 1


def _likeliest_delimiter(head: bytes, encoding: str, *, is_whole: bool) -> str:
    """Choose the sign that cuts the most rows into the same number of cells, and into the more of them."""
    weighed = []
    for delimiter in DELIMITERS:
        rows = _rows(head, encoding, delimiter, 1, is_whole=is_whole)
        widths = Counter(len(row.cells) for row in rows)
        width, times = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
        weighed.append((times / len(rows) if width > 1 else 0, width, delimiter))
    share, _, delimiter = max(weighed, key=lambda each: each[:2])
    return delimiter if share else DELIMITERS[0]


def _rows(head: bytes, encoding: str, delimiter: str, first_line: int, *, is_whole: bool) -> list[Row]:
    found = read_rows(
        head,
        encoding=encoding,
        delimiter=delimiter,
        first_line=first_line,
        is_last=is_whole,
        at_most=ROWS_LOOKED_AT,
    )
    return found.rows


def _is_header(cells: Sequence[str], named: Sequence[str]) -> bool:
    columns, numbers = name_columns(cells), name_columns([""] * len(cells))
    if named and all(column in columns for column in named):
        return True
    if named and all(column in numbers for column in named):
        return False
    if any(looks_like_value(cell) for cell in cells):
        return False
    return bool(named) or any(map(field_of, cells)) or len(cells) > 1
