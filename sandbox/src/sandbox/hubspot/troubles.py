"""HubSpot's own words for what goes wrong now and then."""

from sandbox.faults import JSON_TYPE, Trouble

_LIMIT = b"""{"status":"error","message":"You have reached your ten_secondly_rolling limit.",
"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}"""
_DAY = b"""{"status":"error","message":"You have reached your daily limit.",
"errorType":"RATE_LIMIT","policyName":"DAILY"}"""
_EXPIRED = b"""{"status":"error","message":"The OAuth token used to make this call expired.",
"category":"EXPIRED_AUTHENTICATION"}"""


def trouble(kind: str, seconds: float) -> Trouble | None:
    """The answer to a call that goes wrong in a way which each provider words differently."""
    match kind:
        case "rate_limit":
            return Trouble(429, JSON_TYPE | {"retry-after": f"{seconds:g}"}, _LIMIT)
        case "daily_limit":
            return Trouble(429, JSON_TYPE, _DAY)
        case "server_error":
            return Trouble(500, JSON_TYPE, b'{"status":"error","message":"internal error"}')
        case "unauthorized":
            return Trouble(401, JSON_TYPE, _EXPIRED)
        case _:
            return None
