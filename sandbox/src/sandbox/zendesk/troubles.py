"""Zendesk's own words for what goes wrong now and then."""

import msgspec

from sandbox.faults import JSON_TYPE, Trouble
from sandbox.zendesk.errors import INVALID_TOKEN, forbidden


def trouble(kind: str, seconds: float) -> Trouble | None:
    """The answer to a call that goes wrong in a way which each provider words differently."""
    match kind:
        case "rate_limit":
            text = {"content-type": "text/plain; charset=utf-8", "retry-after": f"{seconds:g}"}
            return Trouble(429, text, b"Number of allowed API requests per minute exceeded")
        case "server_error":
            return Trouble(500, JSON_TYPE, b'{"status":500,"error":"Internal Server Error"}')
        case "unauthorized":
            body = {"error": "invalid_token", "error_description": INVALID_TOKEN}
            return Trouble(401, JSON_TYPE, msgspec.json.encode(body))
        case "forbidden":
            return Trouble(403, JSON_TYPE, msgspec.json.encode(forbidden().body))
        case _:
            return None
