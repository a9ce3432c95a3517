"""Pipedrive's own words for what goes wrong now and then."""

from sandbox.faults import HTML_TYPE, JSON_TYPE, Trouble
from sandbox.pipedrive.catalogue import CALLS_PER_BURST, TOKENS_PER_DAY

_LIMIT = b'{"success":false,"error":"request over limit","errorCode":429}'
_EXPIRED = b'{"success":false,"error":"Invalid token: access_token is invalid","errorCode":401}'
_BLOCKED = b"<html><head><title>Access denied</title></head><body>You are being rate limited.</body></html>"


def trouble(kind: str, seconds: float) -> Trouble | None:
    """The answer to a call that goes wrong in a way which each provider words differently."""
    match kind:
        case "rate_limit":
            return Trouble(429, JSON_TYPE | _limits(seconds, TOKENS_PER_DAY), _LIMIT)
        case "daily_limit":
            return Trouble(429, JSON_TYPE | _limits(seconds, 0), _LIMIT)
        case "blocked":
            return Trouble(403, HTML_TYPE, _BLOCKED)
        case "server_error":
            return Trouble(500, JSON_TYPE, b'{"success":false,"error":"internal error","errorCode":500}')
        case "unauthorized":
            return Trouble(401, JSON_TYPE, _EXPIRED)
        case _:
            return None


def _limits(seconds: float, budget: int) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(CALLS_PER_BURST),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": f"{seconds:g}",
        "x-daily-ratelimit-token-limit": str(TOKENS_PER_DAY),
        "x-daily-ratelimit-token-remaining": str(budget),
    }
