"""How passwords are kept: Argon2id (RFC 9106), in its usual text form that names its cost."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar, TypeVarTuple, Unpack

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from servicekit.errors import RetryLater

from auth.passwords import normalise

A = TypeVarTuple("A")
T = TypeVar("T")

WAITING_AT_MOST = 100


class Hasher:
    """Hashes passwords beside the event loop, a few at a time, so that a storm of sign-ins eats neither."""

    def __init__(self, *, memory_kib: int, iterations: int, lanes: int, at_once: int) -> None:
        self._argon2 = partial(Argon2id, length=32, memory_cost=memory_kib, iterations=iterations, lanes=lanes)
        self._prefix = f"$argon2id$v=19$m={memory_kib},t={iterations},p={lanes}$"
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._nobody = self._hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """Hash a password with a salt of its own. Raises `RetryLater` when too many wait."""
        return await self._in_turn(self._hash, password)

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; `None`, for nobody's, takes the same time. Raises `RetryLater`."""
        found = await self._in_turn(_verify, password, kept or self._nobody)
        return found and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a password was hashed at another cost than today's."""
        return not kept.startswith(self._prefix)

    def _hash(self, password: str) -> str:
        return self._argon2(salt=os.urandom(16)).derive_phc_encoded(normalise(password).encode())

    async def _in_turn(self, work: Callable[[Unpack[A]], T], *args: *A) -> T:
        if self._waiting >= WAITING_AT_MOST:
            raise RetryLater("too many people sign in just now", after=timedelta(seconds=2))
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work, *args)
        finally:
            self._waiting -= 1


def _verify(password: str, kept: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(normalise(password).encode(), kept)
    except InvalidKey:
        return False
    return True
