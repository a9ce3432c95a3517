"""Changing the key that seals, while everything goes on."""

import base64
import os
from uuid import uuid4

import msgspec
from connections.grants import key_ring
from connections.renewal import access_token
from connections.rotation import reseal
from servicekit.testing import TEST_SECRET
from sqlalchemy import text


def new_ring():
    return key_ring(f"new:{base64.b64encode(os.urandom(32)).decode()}", TEST_SECRET)


async def sealed_by(db, *workspaces) -> list[str]:
    async with db.transaction(*workspaces) as conn:
        rows = await conn.execute(text("SELECT access_sealed || ' ' || refresh_sealed FROM connection"))
        return sorted(text.split(".")[1] for row in rows.scalars() for text in row.split())


async def test_everything_is_sealed_again_with_the_newest_key(db, vault, connect) -> None:
    workspaces = [uuid4() for _ in range(3)]
    ids = [await connect(workspace) for workspace in workspaces]
    before = [await access_token(vault, connection_id, rejected=None) for connection_id in ids]
    rotated = msgspec.structs.replace(vault, ring=new_ring())

    assert await reseal(rotated) == 3
    assert await reseal(rotated) == 0

    assert await sealed_by(db, *workspaces) == ["new"] * 6
    assert [await access_token(rotated, connection_id, rejected=None) for connection_id in ids] == before


async def test_what_no_key_opens_is_left_as_it_is_and_keeps_nobody(db, vault, connect, alter) -> None:
    lost, good = uuid4(), uuid4()
    for workspace in (lost, good):
        await connect(workspace)
    await alter(lost, "UPDATE connection SET access_sealed = replace(access_sealed, '.k1.', '.lost.')")

    assert await reseal(msgspec.structs.replace(vault, ring=new_ring())) == 1

    assert await sealed_by(db, lost) == ["k1", "lost"]
    assert await sealed_by(db, good) == ["new", "new"]
