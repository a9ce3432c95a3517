"""Pipedrive's way of saying no."""

from sandbox.wire import JSON, Refusal

_INFO = "Please check developers.pipedrive.com"


class PipedriveError(Refusal):
    """A refusal, as its API puts it."""

    def __init__(self, status: int, error: str, **more: object) -> None:
        body: JSON = {"success": False, "error": error, "error_info": _INFO, "data": None, "additional_data": None}
        super().__init__(status, body | more)


def invalid(message: str) -> PipedriveError:
    """A request that cannot be right."""
    return PipedriveError(400, f"Validation failed: {message}", code="ERR_SCHEMA_VALIDATION_FAILED")


def not_found(what: str) -> PipedriveError:
    """No such record for this company."""
    return PipedriveError(404, f"{what} not found", code="ERR_NOT_FOUND")


def unauthenticated(message: str) -> PipedriveError:
    """No token, a token of nobody, or one that is over."""
    return PipedriveError(401, message, errorCode=401)


def mismatched() -> PipedriveError:
    """The app was not granted that, or there is nothing of that name: it does not say which."""
    return PipedriveError(403, "Scope and URL mismatch", errorCode=403)


def limited(headers: dict[str, str]) -> PipedriveError:
    """Too many calls for now, or for today."""
    refusal = PipedriveError(429, "request over limit", errorCode=429)
    refusal.headers = headers
    return refusal


def oauth_refusal(error: str, message: str, status: int = 400) -> Refusal:
    """What the token endpoint answers."""
    return Refusal(status, {"success": False, "message": message, "error": error})
