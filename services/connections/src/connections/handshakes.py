"""The handshake of OAuth: a secret for the provider's way back, one for the browser, one for PKCE."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import msgspec
from servicekit.errors import BadRequest
from servicekit.secrets import KeyRing

LIFETIME = timedelta(minutes=10)

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
# One slash and then no second one, nor a backslash that browsers take for one: else it names a host.
_LOCAL_PATH = re.compile(r"/(?!/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*")
_MAX_PATH_CHARS = 500


class ReturnToInvalid(BadRequest):
    """The address to return to is not a path of ours."""

    slug = "return-to-invalid"
    title = "return_to must be a path on this site"


class Handshake(msgspec.Struct, frozen=True, kw_only=True):
    """One person's way to the provider and back; only hashes of what travels are kept.

    `asked` is what they said beforehand, in the provider's own words.
    """

    workspace_id: UUID
    user_id: UUID
    provider: str
    state_hash: bytes
    browser_hash: bytes
    verifier_sealed: str
    return_to: str | None
    asked: dict[str, str]


class TakenHandshake(msgspec.Struct, frozen=True, kw_only=True):
    """A handshake on its way back; it was used up by being read."""

    workspace_id: UUID
    state_hash: bytes
    user_id: UUID
    provider: str
    browser_hash: bytes
    verifier_sealed: str
    return_to: str | None
    asked: dict[str, str]
    expired: bool


def new_secret() -> str:
    """Make 256 random bits, as text that needs no escaping (43 characters, which PKCE takes for a verifier)."""
    return secrets.token_urlsafe(32)


def browser_secret(cookie: str | None) -> str:
    """Keep the secret a browser already has, so that two handshakes may be on their way at once; else make one."""
    return cookie if cookie and _SECRET.fullmatch(cookie) else new_secret()


def cookie_name(public_url: str) -> str:
    """Name the cookie by port: browsers share cookies between all ports of a host."""
    address = urlsplit(public_url)
    return f"lead_oauth_{address.port or (443 if address.scheme == 'https' else 80)}"


def challenge_of(verifier: str) -> str:
    """Tell the PKCE challenge of a verifier, by S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hash_of(verifier)).decode().rstrip("=")


def hash_of(text: str) -> bytes:
    """Hash a secret of full strength: no salt is needed, for there is nothing to guess."""
    return hashlib.sha256(text.encode()).digest()


def came_from(taken: TakenHandshake, cookie: str | None) -> bool:
    """Whether the browser that came back is the one that left."""
    return cookie is not None and hmac.compare_digest(hash_of(cookie), taken.browser_hash)


def seal_verifier(ring: KeyRing, state_hash: bytes, verifier: str) -> str:
    """Seal the PKCE verifier for this handshake alone."""
    return ring.seal(verifier.encode(), _bound_to(state_hash))


def open_verifier(ring: KeyRing, taken: TakenHandshake) -> str:
    """Take the PKCE verifier out again. Raises `SealBroken`."""
    return ring.open(taken.verifier_sealed, _bound_to(taken.state_hash)).decode()


def local_path(return_to: str | None) -> str | None:
    """Check that an address to return to is a path of ours. Raises `ReturnToInvalid`."""
    if return_to is None:
        return None
    if len(return_to) > _MAX_PATH_CHARS or not _LOCAL_PATH.fullmatch(return_to):
        raise ReturnToInvalid
    return return_to


def with_words(return_to: str, told: Mapping[str, str]) -> str:
    """Tell the page that is returned to what came of it."""
    return f"{return_to}{'&' if '?' in return_to else '?'}{urlencode(told)}"


def _bound_to(state_hash: bytes) -> bytes:
    return b"verifier/" + state_hash
