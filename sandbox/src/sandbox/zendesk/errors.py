"""Zendesk's way of saying no: `error` is a word, a sentence, or an object."""

from collections.abc import Sequence

from sandbox.wire import JSON, Refusal

INVALID_TOKEN = "The access token is expired, revoked, malformed or otherwise invalid."  # noqa: S105


def unauthenticated(*, basic: bool) -> Refusal:
    """No credentials, or none that are good."""
    if basic:
        return Refusal(401, {"error": "Couldn't authenticate you"})
    return Refusal(401, {"error": "invalid_token", "error_description": INVALID_TOKEN})


def missing_scopes(scopes: Sequence[str]) -> Refusal:
    """The grant does not reach that far; any one of these would do."""
    listed = ", ".join(scopes)
    return Refusal(
        403, {"error": "Forbidden", "description": f"You are missing the following required scopes: {listed}"}
    )


def forbidden() -> Refusal:
    """Who asks is not important enough."""
    message = "You do not have access to this page. Ask the owner of this account for it."
    return Refusal(403, {"error": {"title": "Forbidden", "message": message}})


def not_found(error: str = "RecordNotFound") -> Refusal:
    """No such record, or no such address."""
    return Refusal(404, {"error": error, "description": "Not found"})


def invalid(field: str, description: str, error: str = "InvalidValue") -> Refusal:
    """Something cannot be kept as it was given."""
    details = {field: [{"description": description, "error": error}]}
    return Refusal(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})


def bad_parameter(description: str, error: str = "InvalidValue") -> Refusal:
    """A part of the address makes no sense."""
    return Refusal(400, {"error": error, "description": description})


def parameter_missing(name: str) -> Refusal:
    """The body lacks what it is all about."""
    return Refusal(400, {"error": "ParameterMissing", "description": f"Parameter {name} is required"})


def oauth_refusal(status: int, error: str, description: str) -> Refusal:
    """What the token endpoint answers."""
    return Refusal(status, {"error": error, "error_description": description})


def rate_limited(headers: dict[str, str], seconds: int) -> Refusal:
    """Too many calls for now."""
    body: JSON = {"error": "TooManyRequests", "description": "Rate limit for this endpoint or account exceeded"}
    return Refusal(429, body, headers | {"retry-after": str(seconds)})
