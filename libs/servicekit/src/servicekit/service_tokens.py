"""Calling another service: a short token from auth for one audience, by OAuth client credentials."""

import time

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth

from servicekit.errors import Unavailable
from servicekit.secrets import derive_text
from servicekit.settings import ServiceSettings
from servicekit.telemetry import trace_headers

SPARE_SECONDS = 30.0


def client_secret(lead_secret: str, service: str) -> str:
    """Derive the secret a service shows to auth."""
    return derive_text(lead_secret, f"client:{service}")


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: int


class ServiceTokens:
    """Tokens of this service for others, kept until shortly before they end."""

    def __init__(self, http: ClientSession, settings: ServiceSettings, service: str) -> None:
        self._http = http
        self._url = f"{settings.auth_url}/auth/token"
        self._credentials = encode_basic_auth(service, client_secret(settings.lead_secret, service))
        self._tokens: dict[str, tuple[str, float]] = {}

    async def headers(self, audience: str) -> dict[str, str]:
        """Return the headers of a call to another service, the trace included. Raises `Unavailable`."""
        token, ends_at = self._tokens.get(audience, ("", 0.0))
        if time.monotonic() > ends_at - SPARE_SECONDS:
            token, ends_at = self._tokens[audience] = await self._ask(audience)
        return {"Authorization": f"Bearer {token}", **trace_headers()}

    async def _ask(self, audience: str) -> tuple[str, float]:
        asked_at = time.monotonic()
        form = {"grant_type": "client_credentials", "audience": audience}
        try:
            async with self._http.post(
                self._url,
                data=form,
                headers={"Authorization": self._credentials},
                raise_for_status=True,
                timeout=ClientTimeout(total=5),
            ) as answer:
                granted = msgspec.json.decode(await answer.read(), type=_Answer)
        except (ClientError, TimeoutError, msgspec.DecodeError) as error:
            raise Unavailable("auth does not answer just now") from error
        return granted.access_token, asked_at + granted.expires_in
