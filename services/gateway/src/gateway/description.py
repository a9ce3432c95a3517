"""The description of the whole, kept and made again when a service's changes."""

import asyncio
import time

import msgspec

from gateway.openapi import Document, merge
from gateway.services import Services


class Description:
    """One OpenAPI document of all services, each asked again after `fresh_seconds`.

    What a service that is away last said of itself stays in it.
    """

    def __init__(self, services: Services, *, fresh_seconds: float = 5.0) -> None:
        self._services = services
        self._fresh_seconds = fresh_seconds
        self._documents: dict[str, Document] = {}
        self._asked_at = -fresh_seconds
        self._asking = asyncio.Lock()
        self._merged = b""

    async def get(self, own: Document) -> bytes:
        """Return the document as JSON; `own` describes the gateway's own routes."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= self._fresh_seconds:
                documents = self._documents | await self._services.ask_descriptions()
                if documents != self._documents or not self._merged:
                    self._merged = msgspec.json.encode(merge(documents, own=own))
                self._documents = documents
                self._asked_at = time.monotonic()
        return self._merged
