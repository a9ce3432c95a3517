"""A request's body on its way through: bounded in length and in patience."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar.types import Receive
from servicekit.errors import Problem


class BodyTooLarge(Problem):
    """The request's body is longer than we take."""

    status = 413
    slug = "body-too-large"
    title = "Body too large"


class BodyTooSlow(Problem):
    """The request's body stopped coming."""

    status = 408
    slug = "body-too-slow"
    title = "The body did not come in time"


class Body:
    """A request's body as it comes; keeps what became of it, because who reads it wraps its errors."""

    def __init__(self, receive: Receive, *, at_most: int, idle_seconds: float) -> None:
        self._receive = receive
        self.at_most = at_most
        self._idle_seconds = idle_seconds
        self.problem: Problem | None = None
        self.over = asyncio.Event()
        self.left = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what came. Raises `BodyTooLarge`, `BodyTooSlow`, and `ConnectionError` when the client left."""
        length, more = 0, True
        try:
            while more:
                message = await self._next()
                chunk, more = message["body"], message["more_body"]
                length += len(chunk)
                if length > self.at_most:
                    raise BodyTooLarge(f"at most {self.at_most} bytes are taken")
                if chunk:
                    yield chunk
        except Problem as problem:
            self.problem = problem
            raise
        finally:
            self.over.set()

    async def _next(self) -> Any:
        try:
            async with asyncio.timeout(self._idle_seconds):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] == "http.disconnect":
            self.left = True
            raise ConnectionError("the client left")
        return message

    async def wait_until_left(self) -> None:
        """Return when the client is gone."""
        await self.over.wait()
        while not self.left:
            self.left = (await self._receive())["type"] == "http.disconnect"
