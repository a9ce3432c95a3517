"""The fields that every company gave its persons: what their codes mean."""

from hashlib import sha1
from typing import Any

from sandbox.wire import JSON


def _code(name: str) -> str:
    return sha1(name.encode(), usedforsecurity=False).hexdigest()


COLOUR, SINCE = _code("Favourite colour"), _code("Customer since")
_COLOURS = {1: "Red", 2: "Green", 3: "Blue"}


def given(luck: int) -> dict[str, Any]:
    """What luck writes into a person's own fields: most often nothing."""
    return {
        COLOUR: 1 + luck % 3 if luck >> 8 & 3 == 0 else None,
        SINCE: f"{2010 + luck % 14}-05-01" if luck >> 12 & 3 == 0 else None,
    }


def with_labels(values: dict[str, Any]) -> dict[str, Any]:
    """A person's own fields with the names of chosen options."""
    chosen = values.get(COLOUR)
    return {**values, COLOUR: {"id": chosen, "label": _COLOURS.get(chosen)}} if isinstance(chosen, int) else values


def person_fields() -> list[JSON]:
    """What a person consists of."""
    usual = [_field(code, name, kind) for code, name, kind in _USUAL]
    options = [{"id": number, "label": label} for number, label in _COLOURS.items()]
    own = [_field(COLOUR, "Favourite colour", "enum", options), _field(SINCE, "Customer since", "date")]
    return [*usual, *(field | {"is_custom_field": True} for field in own)]


_USUAL = (
    ("id", "ID", "int"),
    ("name", "Name", "varchar"),
    ("emails", "Email", "varchar"),
    ("org_id", "Organization", "org"),
)


def _field(code: str, name: str, kind: str, options: list[JSON] | None = None) -> JSON:
    return {
        "field_code": code,
        "field_name": name,
        "field_type": kind,
        "options": options,
        "subfields": None,
        "is_custom_field": False,
        "is_optional_response_field": False,
    }
