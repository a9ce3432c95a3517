"""Reading single values that people typed and providers passed on: each comes back clean, or is absent.

A value we cannot stand behind is left out, never mended: half a name is a wrong name, and the raw record is
kept beside the contact anyway.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from html import escape

from contracts.contacts import MAX_FIELD_CHARS

MAX_ADDRESSES = 500

_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # what lies outside was mistyped, and databases and clocks stumble over it
_DECIMAL = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SCHEMES = {"https", "http"}


def text(value: str | None, max_chars: int = MAX_FIELD_CHARS) -> str | None:
    """Trim a text and strip its NULs; an empty or over-long one is absent."""
    if not value:
        return None
    if "\0" in value:
        value = value.replace("\0", "")
    value = value.strip()
    return value if value and len(value) <= max_chars else None


def texts(values: Iterable[str | None]) -> tuple[str, ...]:
    """Clean several texts in their order, each once."""
    found: dict[str, None] = {}
    for value in values:
        if clean := text(value):
            found[clean] = None
    return tuple(found)


def emails(values: Iterable[str | None]) -> tuple[str, ...]:
    """Clean email addresses in their order, each once whatever its case; what has not one `@` inside is left out.

    At most `MAX_ADDRESSES` are kept: past that it is no person.
    """
    found: dict[str, str] = {}
    for value in values:
        address = text(value)
        if address and address.count("@") == 1 and not address.startswith("@") and not address.endswith("@"):
            found.setdefault(address.lower(), address)
    return tuple(found.values())[:MAX_ADDRESSES]


def instant(value: str | None) -> datetime | None:
    """Read an ISO 8601 time, in UTC where it names no zone; an impossible one is absent."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def iso_date(value: str | None) -> str | None:
    """Read an ISO date, alone or with a time; an impossible or ambiguous one is absent."""
    cleaned = text(value)
    try:
        day = date.fromisoformat(cleaned[:10]) if cleaned else None
    except ValueError:
        return None
    return day.isoformat() if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def birth_date(value: str | None) -> str | None:
    """Read a date of birth as an ISO date; what is none, or not without doubt, stays as it was written."""
    return (iso_date(value) or text(value)) if value else None


def decimal(value: str | None) -> str | None:
    """Read a plain decimal number and keep it as written; anything else is absent."""
    cleaned = text(value)
    return cleaned if cleaned and _DECIMAL.fullmatch(cleaned) else None


def currency(value: str | None) -> str | None:
    """Read an ISO 4217 code, by its shape."""
    cleaned = (text(value) or "").upper()
    return cleaned if _CURRENCY.fullmatch(cleaned) else None


def web_address(value: str | None) -> str | None:
    """Read an address a page may link to: http or https and nothing else."""
    cleaned = text(value)
    if not cleaned:
        return None
    scheme, _, rest = cleaned.partition("://")
    # One by one, which is quicker than any pattern: every record of a page has an address.
    is_spoilt = '"' in rest or "<" in rest or ">" in rest or "\\" in rest or len(cleaned.split(None, 1)) > 1
    return cleaned if rest and scheme.lower() in _SCHEMES and not is_spoilt else None


def as_html(words: str) -> str:
    """Write plain text as HTML that shows just that, for who keeps HTML."""
    return escape(words.strip()).replace("\n", "<br>")
