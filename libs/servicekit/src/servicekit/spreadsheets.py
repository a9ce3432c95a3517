"""CSV files (RFC 4180) that a spreadsheet may open."""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it spreadsheets take UTF-8 for an old encoding."""

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows(cells: Iterable[Iterable[str]]) -> bytes:
    """Write rows of cells."""
    written = io.StringIO()
    csv.writer(written).writerows(map(harmless, row) for row in cells)
    return written.getvalue().encode(errors="replace")


def harmless(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_BEGINS) else cell
