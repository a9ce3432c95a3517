"""The services as clients: each proves itself by a secret derived for it, and is given a token for one other."""

import base64
import binascii
import hmac
from typing import ClassVar

from servicekit.errors import BadRequest, Unauthorized
from servicekit.house import SERVICES
from servicekit.service_tokens import client_secret

from auth.requests import TokenRequest


class InvalidClient(Unauthorized):
    """The service did not prove itself."""

    slug: ClassVar[str] = "invalid-client"
    title: ClassVar[str] = "The client is not known"

    def __init__(self) -> None:
        super().__init__(error="invalid_client")
        self.headers["WWW-Authenticate"] = 'Basic realm="services"'


class InvalidGrant(BadRequest):
    """The request is not one for a service's token."""

    slug: ClassVar[str] = "invalid-grant"
    title: ClassVar[str] = "This grant is not given"


def recognise(authorization: str | None, lead_secret: str) -> str:
    """Name the service that these credentials are of (HTTP Basic). Raises `InvalidClient`."""
    scheme, _, encoded = (authorization or "").partition(" ")
    try:
        service, _, shown = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise InvalidClient from None
    # An unknown name is compared too, with a secret that nobody has been given.
    expected = client_secret(lead_secret, service if service in SERVICES else "nobody")
    if not hmac.compare_digest(shown.encode(), expected.encode()) or scheme.lower() != "basic":
        raise InvalidClient
    if service not in SERVICES:
        raise InvalidClient
    return service


def check_grant(asked: TokenRequest) -> None:
    """Refuse what is not a service's request for another service. Raises `InvalidGrant`."""
    if asked.grant_type != "client_credentials":
        raise InvalidGrant("only client_credentials is given here", error="unsupported_grant_type")
    if asked.audience not in SERVICES:
        raise InvalidGrant("the audience is one of the services", error="invalid_target")
