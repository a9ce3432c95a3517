"""The tokens auth signs: EdDSA (RFC 8037) over who it is, for whom, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import jwt
import msgspec
from contracts.people import UserView
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from servicekit.principal import ALGORITHM, AUDIENCE, ISSUER

SERVICE_TOKEN_LIVES = timedelta(minutes=5)
PERSONAL_TOKEN_STANDS = timedelta(minutes=5)
"""How long what stands for a personal token is believed, and so how long one that was revoked may go on."""


class SigningKey(msgspec.Struct, frozen=True):
    """A private key and the id its public half is published under."""

    id: str
    private_key: Ed25519PrivateKey


def for_person(key: SigningKey, user: UserView, *, now: datetime, lives: timedelta) -> str:
    """Sign what every service believes of a person until it ends."""
    who: dict[str, str] = {"email": user.email, "workspace": str(user.workspace_id), "role": user.role}
    return _sign(key, str(user.id), AUDIENCE, who, now=now, lives=lives)


def for_personal_token(key: SigningKey, user: UserView, *, scopes: Sequence[str], now: datetime) -> str:
    """Sign what every service believes of whoever shows a person's token: the person's rights, within its scopes."""
    who = {"email": user.email, "workspace": str(user.workspace_id), "role": user.role, "scope": " ".join(scopes)}
    return _sign(key, str(user.id), AUDIENCE, who, now=now, lives=PERSONAL_TOKEN_STANDS)


def for_service(key: SigningKey, *, service: str, audience: str, now: datetime) -> str:
    """Sign what one service shows to one other."""
    return _sign(key, f"service:{service}", audience, {}, now=now, lives=SERVICE_TOKEN_LIVES)


def _sign(
    key: SigningKey, subject: str, audience: str, claims: dict[str, str], *, now: datetime, lives: timedelta
) -> str:
    whole = {**claims, "iss": ISSUER, "sub": subject, "aud": audience, "iat": now, "exp": now + lives}
    return jwt.encode(whole, key.private_key, algorithm=ALGORITHM, headers={"kid": key.id})
