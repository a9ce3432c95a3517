"""Cells of a download are never formulas."""

import pytest
from servicekit.spreadsheets import harmless


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK()", "'=HYPERLINK()"),
        ("+49 30", "'+49 30"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_is_text(cell: str, written: str) -> None:
    assert harmless(cell) == written
