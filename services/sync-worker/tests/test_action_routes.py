"""Actions over HTTP, and on HubSpot's stand-in."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from contracts.actions import ActionEnded
from contracts.connections import ConnectionAuthorized
from contracts.contacts import ContactFetched
from processes import process
from providers.hubspot import HubSpot
from servicekit.doorbell import listen
from servicekit.testing import FreshDatabase, TestKeys, bearer, served, user_token
from shop_world import Neighbours, World
from sync_worker.app import create_app
from test_actions import done
from test_sync_killed import PORTAL, READY, grant

NOTE = {"kind": "add_note", "contact_id": "1", "body": "Called back"}
KEY = {"Idempotency-Key": "a key of mine"}


@pytest.fixture
async def client(world: World) -> AsyncIterator[ClientSession]:
    app = create_app(world.settings, sources={"shop": world.shop}, keys=TestKeys())
    async with served(app) as session:
        session.headers.update(bearer(user_token(workspace_id=world.workspace_id)))
        yield session


async def ended(world: World, client: ClientSession, action_id: str) -> dict[str, object]:
    async with asyncio.timeout(30):
        async for _ in listen(world.db.conninfo, [ActionEnded.TOPIC]):
            async with client.get(f"/actions/{action_id}") as answer:
                shown: dict[str, object] = await answer.json()
            if shown["ended_at"]:
                return shown
    raise AssertionError("the doorbell fell silent")


async def test_an_action_is_taken_carried_out_listed_and_shown(world: World, client: ClientSession) -> None:
    world.shop.done = done("7")
    wish = {"connection_id": str(world.connection_id), "action": NOTE}

    async with client.post("/actions", json=wish, headers=KEY) as answer:
        assert answer.status == 202
        asked = await answer.json()
    shown = await ended(world, client, asked["id"])
    async with client.post("/actions", json=wish, headers=KEY) as answer:
        assert (answer.status, await answer.json()) == (202, shown)
    async with client.get("/actions", params={"connection_id": str(world.connection_id)}) as answer:
        assert await answer.json() == {"items": [shown], "next_cursor": None}
    async with client.get("/actions", params={"connection_id": str(uuid4())}) as answer:
        assert (await answer.json())["items"] == []

    assert (shown["state"], shown["action"]) == ("succeeded", NOTE)
    assert shown["records"] == [{"provider_id": "7"}]


async def note_thrice(world: World, client: ClientSession) -> list[str]:
    """Have three notes written; return the actions' ids, the oldest first."""
    world.shop.done = done("7")
    wish = {"connection_id": str(world.connection_id), "action": NOTE}
    ids = []
    for _ in range(3):
        async with client.post("/actions", json=wish, headers={"Idempotency-Key": str(uuid4())}) as answer:
            ids.append((await answer.json())["id"])
    return ids


async def test_lists_of_actions_go_on(world: World, client: ClientSession) -> None:
    ids = await note_thrice(world, client)

    async with client.get("/actions", params={"limit": 2}) as answer:
        first = await answer.json()
    async with client.get("/actions", params={"limit": 2, "cursor": first["next_cursor"]}) as answer:
        second = await answer.json()

    assert [each["id"] for each in (*first["items"], *second["items"])] == ids[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("action", "headers", "status", "slug"),
    [
        (NOTE, {}, 400, "idempotency-key-missing"),
        (NOTE, {"Idempotency-Key": "x" * 201}, 400, "invalid-input"),
        ({"kind": "delete_everything"}, KEY, 400, "invalid-input"),
        ({**NOTE, "contact_id": "../1"}, KEY, 400, "invalid-input"),
        ({**NOTE, "body": " "}, KEY, 400, "invalid-input"),
        ({**NOTE, "body": "NUL\0"}, KEY, 400, "invalid-input"),
        ({**NOTE, "colour": "red"}, KEY, 400, "invalid-input"),
        ({**NOTE, "ticket_id": "5"}, KEY, 422, "action-unfit"),
        ({"kind": "send_email", "contact_id": "1", "subject": "A", "body": "B"}, KEY, 409, "action-not-possible"),
        ({"kind": "create_contact", "contact": {"email": "x@"}}, KEY, 422, "action-unfit"),
        ({"kind": "create_contact", "contact": {"phone": "garbage"}}, KEY, 422, "action-unfit"),
        ({"kind": "create_contact", "contact": {"email": "a@b.c\nBcc: d"}}, KEY, 400, "invalid-input"),
    ],
)
async def test_what_cannot_be_is_refused(
    world: World, client: ClientSession, action: dict[str, object], headers: dict[str, str], status: int, slug: str
) -> None:
    wish = {"connection_id": str(world.connection_id), "action": action}

    async with client.post("/actions", json=wish, headers=headers) as answer:
        problem = await answer.json()

    assert (answer.status, problem["type"]) == (status, slug), problem


async def test_what_would_be_refused_is_told_before_anything_is_done(world: World, client: ClientSession) -> None:
    contact = {"email": "Ada@Example.COM"}
    told = {}
    for name, fields in (("fit", contact), ("unfit", {"email": "x@", "phone": "garbage"})):
        action = {"kind": "create_contact", "contact": fields}
        wish = {"connection_id": str(world.connection_id), "action": action}
        async with client.post("/actions/check", json=wish) as answer:
            told[name] = answer.status, await answer.json()
    async with client.get("/actions") as answer:
        done = (await answer.json())["items"]

    assert done == []
    assert told["fit"][0] == 200
    assert told["fit"][1]["action"]["contact"] == {"email": "Ada@example.com"}
    assert (told["unfit"][0], told["unfit"][1]["type"]) == (422, "action-unfit")
    said = [(each["field"], each["message"]) for each in told["unfit"][1]["errors"]]
    assert ("action.contact.phone", "This is no phone number.") in said
    assert "phone: This is no phone number; " in told["unfit"][1]["detail"]
    assert any(message.startswith("This is no email address: ") for _, message in said)


async def test_actions_are_found_by_their_ids_in_one_request(world: World, client: ClientSession) -> None:
    ids = await note_thrice(world, client)

    wanted = [("ids", ids[0]), ("ids", ids[2]), ("ids", str(uuid4()))]
    async with client.get("/actions", params=wanted) as answer:
        found = await answer.json()
    async with client.get("/actions", params=[("ids", ids[1])]) as answer:
        one = await answer.json()
    async with client.get("/actions", params=[("ids", str(uuid4())) for _ in range(101)]) as answer:
        assert answer.status == 400

    assert [each["id"] for each in found["items"]] == [ids[2], ids[0]]
    assert [each["id"] for each in one["items"]] == [ids[1]]


async def test_what_a_connection_can_do_is_told(world: World, client: ClientSession) -> None:
    async with client.get(f"/connections/{world.connection_id}/actions") as answer:
        told = await answer.json()
    async with client.get(f"/connections/{uuid4()}/actions") as answer:
        assert answer.status == 404

    assert [each["kind"] for each in told["items"]] == ["create_contact", "update_contact", "add_note"]
    assert told["items"][0]["says"] == "The shop knows another customer."
    assert told["not_possible"]["send_email"] == "A shop sends no mail."


async def test_another_workspace_sees_nothing_of_it(world: World, client: ClientSession) -> None:
    wish = {"connection_id": str(world.connection_id), "action": NOTE}
    async with client.post("/actions", json=wish, headers=KEY) as answer:
        asked = await answer.json()
    stranger = bearer(user_token(workspace_id=uuid4()))

    async with client.get(f"/actions/{asked['id']}", headers=stranger) as answer:
        assert answer.status == 404
    async with client.post(f"/actions/{asked['id']}/undo", headers=stranger) as answer:
        assert answer.status == 404
    async with client.post("/actions", json=wish, headers={**stranger, **KEY}) as answer:
        assert answer.status == 404


@pytest.fixture
async def sandbox_url() -> AsyncIterator[str]:
    told = {"SANDBOX_PORT": "0", "SANDBOX_ACCOUNTS": f"hubspot:{PORTAL}:Acme:3", "SANDBOX_RATE_LIMITS": "off"}
    async with process("sandbox", **told) as sandbox:
        assert sandbox.stderr
        async with asyncio.timeout(60):
            async for line in sandbox.stderr:
                if found := READY.search(line):
                    break
        yield found[1].decode()


async def test_a_contact_of_hubspots_is_made_changed_and_changed_back(fresh: FreshDatabase, sandbox_url: str) -> None:
    neighbours = Neighbours()
    async with neighbours.server, ClientSession() as http:
        world = World(fresh, http, neighbours)
        neighbours.token, neighbours.api_url = await grant(http, sandbox_url), sandbox_url
        neighbours.provider, neighbours.account_id = "hubspot", PORTAL
        app = create_app(world.settings, sources={"hubspot": HubSpot()}, keys=TestKeys())
        event = ConnectionAuthorized(
            workspace_id=world.workspace_id,
            connection_id=world.connection_id,
            provider="hubspot",
            account_id=PORTAL,
            account_name="Acme",
        )
        await world.tell(event)
        async with served(app) as client:
            client.headers.update(bearer(user_token(workspace_id=world.workspace_id)))

            async def act(action: dict[str, object]) -> dict[str, object]:
                wish = {"connection_id": str(world.connection_id), "action": action}
                async with client.post("/actions", json=wish, headers={"Idempotency-Key": str(uuid4())}) as answer:
                    assert answer.status == 202, await answer.text()
                    return await ended(world, client, (await answer.json())["id"])

            made = await act({"kind": "create_contact", "contact": {"email": "Ada@EXAMPLE.com", "first_name": "Ada"}})
            taken = await act({"kind": "create_contact", "contact": {"email": "ada@example.com"}})
            contact_id = made["records"][0]["provider_id"]  # type: ignore[index]
            update = {
                "kind": "update_contact",
                "contact_id": contact_id,
                "changes": {"first_name": "Augusta", "company": "Analytical Engines"},
                "expected": {"first_name": "Ada", "company": None},
            }
            changed = await act(update)
            late = await act({**update, "changes": {"first_name": "Lady Ada", "company": "None"}})
            async with client.post(f"/actions/{changed['id']}/undo") as answer:
                undone = await ended(world, client, (await answer.json())["id"])

    assert (made["state"], taken["state"], changed["state"], late["state"], undone["state"]) == (
        *("succeeded", "conflict", "succeeded", "conflict", "succeeded"),
    )
    assert taken["conflicts"] == {"existing": {"provider_id": contact_id}}
    assert late["conflicts"] == {
        "fields": {
            "first_name": {"expected": "Ada", "found": "Augusta"},
            "company": {"expected": None, "found": "Analytical Engines"},
        }
    }
    told = [
        (each.contact.first_name, each.contact.company)
        for each in await world.published(ContactFetched, "live")
        if isinstance(each, ContactFetched) and each.provider_id == contact_id
    ]
    assert told == [("Ada", None), ("Augusta", "Analytical Engines"), ("Ada", None)]
