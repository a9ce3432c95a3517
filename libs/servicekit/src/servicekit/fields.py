"""What people read about a field they filled in: its own description, in place of the pattern that it did not match."""

from functools import cache
from typing import Any

import msgspec

_FOR_PROGRAMS = ("Expected `str` matching regex", "Object missing required field")


def for_people(message: str, shape: Any, field: str) -> str:
    """Say what is wanted of a struct's field, where the message is only for programs and the field describes itself."""
    if not message.startswith(_FOR_PROGRAMS):
        return message
    return _descriptions(shape).get(field, message)


@cache
def _descriptions(shape: Any) -> dict[str, str]:
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return {}
    _, described = msgspec.json.schema_components([shape])
    fields = described[shape.__name__]["properties"]
    return {name: field["description"] for name, field in fields.items() if "description" in field}
