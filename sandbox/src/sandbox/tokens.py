"""Codes and tokens that carry what they stand for, signed, so that they outlive a restart and need no table."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Literal

import msgspec

_SIGNATURE = 32


class TokenInvalid(Exception):
    """Nobody here made this token."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What an app was granted: by whom, for which account, how far, and until when."""

    use: Literal["code", "access", "refresh"]
    grant: str
    client_id: str
    account: str
    user_id: int
    scopes: tuple[str, ...]
    made: int
    ends: int | None = None
    redirect_uri: str | None = None
    code_challenge: str | None = None


class Mint:
    """Makes and reads a provider's tokens; the same secret reads what an earlier process made."""

    def __init__(self, provider: str, secret: str) -> None:
        self._key = sha256(f"sandbox tokens:{provider}:{secret}".encode()).digest()
        self.read = lru_cache(maxsize=1024)(self._read)
        """The token behind a text. Raises `TokenInvalid`."""

    def write(self, token: Token) -> str:
        """The text of a token, some 300 characters and more, as the providers' are."""
        body = msgspec.json.encode(token)
        return urlsafe_b64encode(self._sign(body) + body).decode().rstrip("=")

    def _read(self, text: str) -> Token:
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            if not hmac.compare_digest(raw[:_SIGNATURE], self._sign(raw[_SIGNATURE:])):
                raise TokenInvalid
            return msgspec.json.decode(raw[_SIGNATURE:], type=Token)
        except ValueError as error:
            raise TokenInvalid from error

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")
