"""Handing files over, as a person's program would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import msgspec
from aiohttp import ClientSession, FormData
from providers.registry import FILES
from servicekit.testing import TestKeys, bearer, served, user_token
from shop_world import World
from sync_worker.app import create_app


class FileDesk:
    """A served sync-worker, and what the tests hand it."""

    def __init__(self, world: World, client: ClientSession) -> None:
        self.world = world
        self.client = client

    async def post(self, data: Any, *, path: str = "/connections/csv", filename: str = "people.csv", **fields: Any):
        form = FormData()
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        form.add_field("file", BytesIO(data.encode() if isinstance(data, str) else data), filename=filename)
        async with self.client.post(path, data=form) as answer:
            return answer.status, await answer.json()

    async def hand_over(self, data: Any, **fields: Any):
        """Hand a file over, wait until it is read, and return the run."""
        status, taken = await self.post(data, **fields)
        assert status == 202, taken
        self.world.connection_id = msgspec.convert(taken["connection_id"], type(self.world.connection_id))
        run = await self.world.ended("succeeded")
        assert str(run.id) == taken["sync_id"]
        return run

    async def get(self, path: str) -> Any:
        async with self.client.get(path.format(id=self.world.connection_id)) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else await answer.read()

    async def living(self) -> list[dict[str, Any]]:
        """The rows that are there, as they were kept."""
        rows = await self.world.rows(
            "SELECT raw::text FROM source_contact WHERE connection_id = :id AND gone_at IS NULL ORDER BY first_seen_at",
            id=self.world.connection_id,
        )
        return [msgspec.json.decode(str(row["raw"])) for row in rows]


@asynccontextmanager
async def file_desk(world: World, **settings: Any) -> AsyncIterator[FileDesk]:
    """Serve sync-worker with files as its sources."""
    settings = msgspec.structs.replace(world.settings, **settings)
    app = create_app(settings, sources={"shop": world.shop, **FILES}, keys=TestKeys())
    async with served(app) as client:
        client.headers.update(bearer(user_token(workspace_id=world.workspace_id)))
        yield FileDesk(world, client)
