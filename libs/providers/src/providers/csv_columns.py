"""What the columns of a file are called, and which of our fields they mean."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from contracts.contacts import Contact

from providers.csv_names import HOUSE_NUMBERS, NAMES
from providers.files import OptionsRefused

MANY = ("emails", "phones")
"""Fields that several columns may fill."""

JOINED = ("street",)
"""Fields that several columns tell the parts of, in their order."""

FIELDS = ("full_name", *Contact.__struct_fields__)
USEFUL = frozenset(("emails", "phones", "first_name", "last_name", "full_name"))
"""Without one of these a row is nobody."""

_SINGULAR = {"email": "emails", "phone": "phones"}


def _plain(name: str) -> str:
    """Reduce a name to its letters: `E-Mail 2` and `email` are one."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each for each in decomposed if each.isalnum())
    return unicodedata.normalize("NFC", re.sub(r"\d+", "", letters))


_FIELD_OF = {_plain(name): field for field, names in NAMES.items() for name in names.split()}
_RANKS = {_plain(name): rank for names in NAMES.values() for rank, name in enumerate(names.split())}
_HOUSE_NUMBERS = {_plain(name) for name in HOUSE_NUMBERS.split()}
_IDENTIFIER = re.compile("(id|ref|key|code|number)$")
_EMAIL = re.compile(r"[^\s@;,]+@[^\s@;,]+\.[^\s@;,]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{7,24}")


def field_of(name: str) -> str | None:
    """Tell which field a column of this name means, where the name says so."""
    return _FIELD_OF.get(_plain(name))


def name_columns(cells: Iterable[str]) -> tuple[str, ...]:
    """Give every column a name of its own: what the header says, numbered where it says nothing or says it again."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        plain = " ".join(cell.replace("\0", "").split()) or f"Column {number}"
        name, times = plain, 1
        while name in names:
            times += 1
            name = f"{plain} ({times})"
        names.append(name)
    return tuple(names)


def suggest(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Suggest which field each column means: by its name, and where no name tells of addresses by what is in it."""
    mapping = _by_name(columns)
    houses = {column: "street" for column in columns if _plain(column) in _HOUSE_NUMBERS}
    if len(houses) == 1 and "street" in mapping.values():
        mapping |= houses
    for field, shape in (("emails", _EMAIL), ("phones", _PHONE)):
        if field not in mapping.values():
            mapping |= {
                column: field
                for number, column in enumerate(columns)
                if column not in mapping
                and not _IDENTIFIER.search(_plain(column))
                and _most(shape, [row[number] for row in rows if number < len(row)])
            }
    names = {"first_name", "last_name"}
    if names <= set(mapping.values()):
        mapping = {column: field for column, field in mapping.items() if field != "full_name"}
    return mapping


def _by_name(columns: Sequence[str]) -> dict[str, str]:
    """Take of the columns that mean one field the one whose name says it best: a Name before a Customer."""
    meant = {column: field for column in columns if (field := field_of(column))}
    best: dict[str, str] = {}
    for column in sorted(meant, key=lambda each: _RANKS[_plain(each)]):
        best.setdefault(meant[column], column)
    return {column: field for column, field in meant.items() if field in MANY or best[field] == column}


def check_mapping(columns: Sequence[str], mapping: Mapping[str, str | None]) -> dict[str, str]:
    """Check what a person said of the columns; a column with no field stays out. Raises `OptionsRefused`."""
    said = {column: _SINGULAR.get(field, field) for column, field in mapping.items() if field}
    errors = [
        (f"mapping.{column}", f"the file has no such column; it has {', '.join(columns[:50])}")
        for column in mapping
        if column not in columns
    ]
    taken: dict[str, str] = {}
    for column, field in said.items():
        if field not in FIELDS:
            errors.append((f"mapping.{column}", f"there is no field {field}; there are {', '.join(FIELDS)}"))
        elif field not in (*MANY, *JOINED) and field in taken:
            errors.append((f"mapping.{column}", f"{field} is taken from the column {taken[field]} already"))
        taken.setdefault(field, column)
    if errors:
        raise OptionsRefused(errors)
    return said


def _most(shape: re.Pattern[str], cells: Iterable[str]) -> bool:
    said = [cell.strip() for cell in cells if cell.strip()]
    return bool(said) and sum(bool(shape.fullmatch(cell)) for cell in said) * 2 > len(said)


def looks_like_value(cell: str) -> bool:
    """Whether a cell is rather a value than a column's name: an address, a number, a date."""
    cell = cell.strip()
    return bool(_EMAIL.fullmatch(cell)) or (any(c.isdigit() for c in cell) and not any(c.isalpha() for c in cell))
