"""How small sets travel to Postgres, and what is nested: as one JSON text. Large ones go as columns, in arrays."""

import msgspec


def as_json(rows: object) -> str:
    """Encode rows for `json_to_recordset`."""
    return msgspec.json.encode(rows).decode()
