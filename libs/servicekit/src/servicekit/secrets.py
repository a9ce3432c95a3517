"""Keys derived from the one secret, and a key ring that seals what must not be read at rest."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


def derive(lead_secret: str, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return `length` bytes that depend on the secret and the purpose alone (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode()).derive(lead_secret.encode())


def derive_text(lead_secret: str, purpose: str) -> str:
    """Derive the same as `derive`, as text that needs no escaping in an address."""
    return base64.urlsafe_b64encode(derive(lead_secret, purpose)).decode().rstrip("=")


class SealBroken(Exception):
    """A sealed text does not open: an unknown key, other associated data, or a changed text."""


class KeyRing:
    """AES-256-GCM with named keys: the first seals, all of them open.

    A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, each part in URL-safe base64 but the first two. What is
    sealed is bound to its `associated` data: it opens beside no other.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES or "." in key_id for key_id, key in keys.items()):
            raise ValueError("a key ring needs named keys of 32 bytes")
        self._sealers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `id:base64,id:base64`, the newest first. Raises `ValueError`."""
        pairs = (item.strip().partition(":") for item in text.split(",") if item.strip())
        return cls({key_id: base64.b64decode(key, validate=True) for key_id, _, key in pairs})

    def seal(self, plaintext: bytes, associated: bytes) -> str:
        """Encrypt with the newest key and a random nonce."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._sealers[self._current].encrypt(nonce, plaintext, associated)
        return f"v1.{self._current}.{_text(nonce)}.{_text(sealed)}"

    def open(self, text: str, associated: bytes) -> bytes:
        """Decrypt. Raises `SealBroken`."""
        try:
            version, key_id, nonce, sealed = text.split(".")
            if version != "v1":
                raise SealBroken("unknown version of a sealed text")
            return self._sealers[key_id].decrypt(_bytes(nonce), _bytes(sealed), associated)
        except (ValueError, KeyError, InvalidTag) as error:
            raise SealBroken("a sealed text does not open") from error

    @property
    def current_prefix(self) -> str:
        """How every text begins that the newest key sealed; what begins otherwise is due to be sealed again."""
        return f"v1.{self._current}."


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
