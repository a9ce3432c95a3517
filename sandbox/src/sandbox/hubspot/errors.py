"""HubSpot's way of saying no."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from sandbox.wire import JSON, Refusal


class HubSpotError(Refusal):
    """A refusal, with its status and all that its body says."""

    def __init__(self, status: int, message: str, category: str | None = None, **more: object) -> None:
        body: JSON = {"status": "error", "message": message, "correlationId": str(uuid4())}
        if category:
            body["category"] = category
        super().__init__(status, body | more)


def invalid(message: str, *, code: str | None = None, property_name: str | None = None) -> HubSpotError:
    """A request that cannot be right."""
    if code is None:
        return HubSpotError(400, message, "VALIDATION_ERROR")
    context = {"propertyName": [property_name]} if property_name else {}
    detail: JSON = {"message": message, "code": code, "context": context}
    return HubSpotError(400, f"Property values were not valid: [{message}]", "VALIDATION_ERROR", errors=[detail])


def not_found(what: str = "resource") -> HubSpotError:
    """No such record for this account."""
    return HubSpotError(404, f"{what} not found", "OBJECT_NOT_FOUND")


def conflict(existing_id: str) -> HubSpotError:
    """The address is taken."""
    return HubSpotError(409, f"Contact already exists. Existing ID: {existing_id}", "CONFLICT")


def missing_scopes(scopes: Sequence[str]) -> HubSpotError:
    """The grant does not reach that far."""
    return HubSpotError(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )


def unauthenticated(message: str, category: str = "INVALID_AUTHENTICATION") -> HubSpotError:
    """No token, a token of nobody, or one that is over."""
    return HubSpotError(401, message, category)


def rate_limited(policy: str, headers: dict[str, str]) -> HubSpotError:
    """Too many calls for now."""
    message = f"You have reached your {policy.lower()} limit."
    refusal = HubSpotError(429, message, errorType="RATE_LIMIT", policyName=policy, requestId=str(uuid4()))
    refusal.headers = headers
    return refusal


def oauth_refusal(status: str, message: str, error: str) -> HubSpotError:
    """What the token endpoint answers; its `status` names the reason."""
    refusal = HubSpotError(400, message)
    refusal.body |= {"status": status, "error": error, "error_description": message}
    return refusal


def batch_errors(message: str, sub_category: str, contexts: Sequence[Mapping[str, Sequence[str]]]) -> list[JSON]:
    """The failures that a 207 lists."""
    return [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": sub_category,
            "message": message,
            "context": context,
        }
        for context in contexts
    ]
