"""How sets travel to Postgres: as one JSON text, because adapting many small values costs more than their insert."""

import msgspec


def as_json(rows: object) -> str:
    """Encode rows for `json_to_recordset`."""
    return msgspec.json.encode(rows).decode()
