"""Files that people hand over: connections like any other, but without a grant."""

from uuid import UUID, uuid4

import pytest
from servicekit.testing import bearer, service_token, user_token

OURS = bearer(service_token("sync-worker", audience="connections"))


@pytest.fixture
def hand_over(client, workspace):
    async def handed_over(name: str = "people.csv", *, expect: int = 200, workspace_id: UUID = workspace, **more):
        offer = {"provider": "csv_file", "name": name, "token": user_token(workspace_id=workspace_id)} | more
        async with client.post("/internal/connections/files", json=offer, headers=OURS) as answer:
            assert answer.status == expect, await answer.text()
            return await answer.json()

    return handed_over


@pytest.fixture
def listed(client, workspace):
    async def connections(path: str = "/connections"):
        async with client.get(path, headers=bearer(user_token(workspace_id=workspace))) as answer:
            return (await answer.json())["items"]

    return connections


async def test_a_file_becomes_a_connection_that_is_listed_and_announced(hand_over, listed, heard, workspace) -> None:
    made = await hand_over()

    (connection,) = await listed()
    assert (connection["id"], connection["provider"], connection["state"]) == (
        made["connection_id"],
        "csv_file",
        "active",
    )
    assert (connection["account_name"], connection["scopes"], connection["expires_at"]) == ("people.csv", [], None)
    (event,) = await heard()
    assert (event.name, event.payload["connection_id"]) == ("connection.authorized", made["connection_id"])
    assert event.payload["authorized_at"] == made["authorized_at"]


async def test_the_same_name_is_the_same_connection_and_another_name_or_workspace_another(hand_over) -> None:
    made = [await hand_over(), await hand_over(), await hand_over("other"), await hand_over(workspace_id=uuid4())]

    assert len({one["connection_id"] for one in made}) == 3
    assert made[0]["connection_id"] == made[1]["connection_id"]
    assert made[0]["authorized_at"] < made[1]["authorized_at"]


async def test_a_removed_file_gives_nothing_back_and_comes_back_when_it_is_handed_over_again(
    hand_over, listed, heard, client, db, workspace
) -> None:
    made = await hand_over()
    headers = bearer(user_token(workspace_id=workspace))

    async with client.delete(f"/connections/{made['connection_id']}?data=keep", headers=headers) as answer:
        assert answer.status == 204
    assert await listed() == []
    assert [one["id"] for one in await listed("/connections?removed=true")] == [made["connection_id"]]
    await hand_over()

    assert [one["state"] for one in await listed()] == ["active"]
    assert [event.name for event in await heard()] == [
        "connection.authorized",
        "connection.removed",
        "connection.authorized",
    ]


async def test_there_is_no_token_for_a_file(hand_over, client) -> None:
    made = await hand_over()

    async with client.post(f"/internal/connections/{made['connection_id']}/token", json={}, headers=OURS) as answer:
        assert answer.status == 404


async def test_nobody_can_be_sent_to_a_files_consent(client, workspace) -> None:
    async with client.get("/connections/csv_file/auth", headers=bearer(user_token(workspace_id=workspace))) as answer:
        assert (answer.status, (await answer.json())["type"]) == (404, "provider-unknown")


async def test_only_files_and_only_for_the_person_who_hands_them_over(hand_over) -> None:
    await hand_over(provider="acme", expect=404)
    await hand_over(name="", expect=400)
    await hand_over(name="x" * 201, expect=400)
    await hand_over(token="nobody's", expect=401)
    await hand_over(token=service_token("sync-worker", audience="connections"), expect=403)


@pytest.mark.parametrize(
    "caller", [user_token(workspace_id=uuid4()), service_token("identity", audience="connections")]
)
async def test_nobody_but_sync_worker_may_say_so(client, caller) -> None:
    offer = {"provider": "csv_file", "name": "x", "token": user_token(workspace_id=uuid4())}
    async with client.post("/internal/connections/files", json=offer, headers=bearer(caller)) as answer:
        assert answer.status == 403
