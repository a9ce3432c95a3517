"""Taking a block of a CSV file apart into rows, so that a bad row costs itself and not those behind it."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

UNCLOSED = "A quote is opened here and not closed"
MALFORMED = "The quotes in this row do not fit together"
CELL_TOO_LONG = f"A cell is longer than {csv.field_size_limit():,} characters, or a quote is not closed"


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row that begins on a line of the file: its cells, or the reason why there are none, and its bytes then."""

    line: int
    cells: list[str]
    reason: str | None = None
    raw: bytes = b""


class Rows(msgspec.Struct, frozen=True):
    """The whole rows of a block: what follows them begins `consumed` bytes and `lines` lines further."""

    rows: list[Row]
    consumed: int
    lines: int


def read_rows(block: bytes, *, encoding: str, delimiter: str, first_line: int, is_last: bool, at_most: int) -> Rows:
    """Read the rows that a block shows whole; `is_last` says that the file ends with it.

    Where quotes do not fit together, the line that opens them is the bad row, and the next line begins another: a
    quote that somebody forgot must not swallow the file.
    """
    lines = block.splitlines(keepends=True)
    if lines and not is_last and not lines[-1].endswith(b"\n"):
        lines.pop()  # more of it may follow, if only the second half of a line's end
    rows: list[Row] = []
    done = 0
    while done < len(lines) and len(rows) < at_most:
        undecodable: set[int] = set()
        reader = csv.reader(
            _decoded(lines, done, encoding, undecodable), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        start = done
        try:
            for cells in islice(reader, at_most - len(rows)):
                begun, done = done, start + reader.line_num
                if undecodable and not undecodable.isdisjoint(range(begun, done)):
                    raw = b"".join(lines[begun:done])
                    rows.append(Row(first_line + begun, [], f"It holds bytes that are no {encoding}", raw))
                elif cells:
                    rows.append(Row(first_line + begun, cells))
        except csv.Error as error:
            reason = _reason(error)
            if reason == UNCLOSED and not is_last:
                break
            rows.append(Row(first_line + done, [], reason, lines[done]))
            done += 1
    return Rows(rows, sum(map(len, islice(lines, done))), done)


def bytes_of(cells: Iterable[str], delimiter: str) -> bytes:
    """Write cells as a row again, for showing."""
    return delimiter.join(cells).encode("utf-8", "replace")


def _decoded(lines: list[bytes], start: int, encoding: str, undecodable: set[int]) -> Iterator[str]:
    for number in range(start, len(lines)):
        try:
            yield lines[number].decode(encoding)
        except UnicodeDecodeError:
            undecodable.add(number)
            yield lines[number].decode(encoding, "replace")


def _reason(error: csv.Error) -> str:
    match str(error):
        case "unexpected end of data":
            return UNCLOSED
        case said if "field limit" in said:
            return CELL_TOO_LONG
        case _:
            return MALFORMED
