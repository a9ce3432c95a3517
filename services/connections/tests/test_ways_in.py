"""Accounts that a person names before they are sent away, and accounts that credentials of their own open."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from aiohttp import ClientSession
from connections.app import create_app
from connections.settings import Settings
from providers.registry import FILES
from providers.source import AccountUnfit, ProviderUnavailable
from servicekit.testing import TestKeys, bearer, served, service_token, user_token

COOKIE = "lead_oauth_4321"
SYNC_WORKER = bearer(service_token("sync-worker", audience="connections"))


async def begin(client: ClientSession, workspace: UUID, query: str) -> tuple[int, dict[str, Any], str | None]:
    headers = bearer(user_token(workspace_id=workspace))
    async with client.get(f"/connections/mall/auth?{query}", headers=headers) as answer:
        cookie = answer.cookies.get(COOKIE)
        return answer.status, await answer.json(content_type=None), cookie.value if cookie else None


async def sign_in(client: ClientSession, workspace: UUID, **given: object) -> tuple[int, dict[str, Any]]:
    headers = bearer(user_token(workspace_id=workspace))
    async with client.post("/connections/mall", json=given, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def token_of(client: ClientSession, connection_id: str) -> dict[str, Any]:
    path = f"/internal/connections/{connection_id}/token"
    async with client.post(path, json={}, headers=SYNC_WORKER) as answer:
        return await answer.json()


async def test_a_person_is_sent_to_the_account_they_named_and_its_code_is_exchanged_there(
    client, workspace, mall
) -> None:
    _, begun, cookie = await begin(client, workspace, "shop=acme&return_to=/")
    back = mall.consent(begun["url"], "acme")
    async with client.get(
        "/connections/mall/callback", params=back, headers={"Cookie": f"{COOKIE}={cookie}"}, allow_redirects=False
    ) as answer:
        assert answer.status == 303

    assert urlsplit(begun["url"]).netloc == "acme.mall.example"
    async with client.get("/connections", headers=bearer(user_token(workspace_id=workspace))) as answer:
        [connection] = (await answer.json())["items"]
    token = await token_of(client, connection["id"])
    assert (token["api_url"], token["token_type"]) == ("https://acme.mall.example", "Bearer")
    assert connection["ends_at"] is None


UNUSABLE = [
    ("", "shop"),
    ("shop=", "shop"),
    ("shop=acme.evil", "shop"),
    ("shop=evil.example%23", "shop"),
    ("shop=evil%2F", "shop"),
    ("shop=acme%0A", "shop"),
    ("shop=ACME", "shop"),
    ("shop=%C3%A4", "shop"),
    (f"shop={'a' * 21}", "shop"),
    ("shop=acme&port=80", "port"),
]


@pytest.mark.parametrize(("query", "field"), UNUSABLE)
async def test_what_names_no_account_leads_nowhere_and_the_answer_says_why(client, workspace, query, field) -> None:
    status, problem, cookie = await begin(client, workspace, query)

    assert (status, problem["type"], cookie) == (400, "invalid-input", None)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["message"]


@pytest.mark.parametrize("query", ["", "shop=acme.evil", "shop=acme%0A"])
async def test_who_mistypes_an_account_reads_what_is_asked_for_and_no_pattern(client, workspace, query) -> None:
    _, problem, _ = await begin(client, workspace, query)

    assert problem["errors"] == [{"field": "shop", "message": "What your shop is called."}]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"shop": "A b", "key": "k"}, {"field": "shop", "message": "What your shop is called."}),
        ({"shop": "acme", "key": "k k"}, {"field": "key", "message": "The key, without blanks."}),
    ],
)
async def test_who_mistypes_credentials_reads_what_is_asked_for_and_no_pattern(client, workspace, given, error) -> None:
    status, problem = await sign_in(client, workspace, **given)

    assert (status, problem["type"], problem["errors"]) == (400, "invalid-input", [error])


async def test_an_account_named_twice_is_refused(client, workspace) -> None:
    status, problem, _ = await begin(client, workspace, "shop=a&shop=b")

    assert (status, problem["type"]) == (400, "bad-request")


async def test_credentials_connect_an_account_and_say_when_this_way_in_ends(client, workspace, heard) -> None:
    status, connection = await sign_in(client, workspace, shop="acme", key="k-1")

    assert status == 201
    assert (connection["provider"], connection["account_id"], connection["state"]) == ("mall", "acme", "active")
    assert (connection["ends_at"], connection["expires_at"]) == ("2027-04-30T00:00:00Z", None)
    token = await token_of(client, connection["id"])
    assert (token["token_type"], token["access_token"]) == ("Basic", "k-1")
    assert (token["api_url"], token["expires_at"]) == ("https://acme.mall.example", None)
    assert [event.name for event in await heard()] == ["connection.authorized"]


async def test_credentials_lie_in_the_database_under_seal_only(client, workspace, fresh) -> None:
    import psycopg

    await sign_in(client, workspace, shop="acme", key="very-secret")

    async with await psycopg.AsyncConnection.connect(fresh.admin_url.replace("+psycopg", "")) as admin:
        dump = str(await (await admin.execute("SELECT c::text FROM connections.connection c")).fetchall())
    assert "acme" in dump
    assert "very-secret" not in dump


async def test_an_account_connected_anew_with_a_consent_no_longer_ends(client, workspace, mall) -> None:
    _, before = await sign_in(client, workspace, shop="acme", key="k-1")
    _, begun, cookie = await begin(client, workspace, "shop=acme")
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with client.get(
        "/connections/mall/callback", params=mall.consent(begun["url"], "acme"), headers=headers
    ) as answer:
        assert answer.status == 200

    async with client.get(f"/connections/{before['id']}", headers=bearer(user_token(workspace_id=workspace))) as answer:
        after = await answer.json()
    assert after["ends_at"] is None
    assert (await token_of(client, before["id"]))["token_type"] == "Bearer"


async def test_what_is_given_back_is_given_back_as_what_it_is(client, workspace, mall) -> None:
    _, connection = await sign_in(client, workspace, shop="acme", key="k-1")
    person = bearer(user_token(workspace_id=workspace))

    async with client.delete(f"/connections/{connection['id']}", headers=person) as answer:
        assert answer.status == 204

    assert mall.live == set()
    async with client.get("/connections", params={"removed": "true"}, headers=person) as answer:
        [removed] = (await answer.json())["items"]
    assert (removed["state"], removed["broken_reason"], removed["ends_at"]) == ("removed", None, None)


async def test_credentials_that_are_not_taken_connect_nothing(client, workspace, mall, heard) -> None:
    refused = await sign_in(client, workspace, shop="acme", key="wrong")
    mall.fault = AccountUnfit("Only the owner may.")
    unfit = await sign_in(client, workspace, shop="acme", key="k-1")
    mall.fault = ProviderUnavailable("The mall is closed.")
    away = await sign_in(client, workspace, shop="acme", key="k-1")

    assert [(status, answer["type"], answer["detail"]) for status, answer in (refused, unfit, away)] == [
        (400, "credentials-refused", "The mall does not take this key."),
        (409, "account-not-usable", "Only the owner may."),
        (503, "provider-away", "The mall is closed."),
    ]
    assert await heard() == []


BODIES = [
    {},
    {"shop": "acme"},
    {"shop": "acme", "key": ""},
    {"shop": "acme", "key": 1},
    {"shop": "acme", "key": None},
    {"shop": "evil.example/", "key": "k"},
    {"shop": "acme\n", "key": "k"},
    {"shop": "acme", "key": "k" * 51},
    {"shop": "acme", "key": "k", "api_url": "https://evil.example"},
    [],
    "acme",
]


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_of_another_shape_is_refused_and_not_repeated(client, workspace, mall, body) -> None:
    headers = bearer(user_token(workspace_id=workspace))

    async with client.post("/connections/mall", json=body, headers=headers) as answer:
        said = await answer.text()

    assert (answer.status, answer.content_type) == (400, "application/problem+json"), said
    assert "evil" not in said
    assert mall.live == set()


async def test_only_people_who_are_signed_in_hand_credentials_over(client) -> None:
    for headers, status in [({}, 401), (SYNC_WORKER, 403)]:
        async with client.post("/connections/mall", json={"shop": "a", "key": "k"}, headers=headers) as answer:
            assert answer.status == status


async def test_a_provider_without_such_a_way_in_has_no_such_route(client, workspace) -> None:
    headers = bearer(user_token(workspace_id=workspace))

    async with client.post("/connections/acme", json={"shop": "a", "key": "k"}, headers=headers) as answer:
        assert answer.status == 405


async def test_credentials_need_no_registration_of_ours_and_a_consent_does(settings, workspace, mall) -> None:
    providers = {"mall": mall}

    async with served(create_app(settings, environ={}, providers=providers, keys=TestKeys())) as client:
        begun = await begin(client, workspace, "shop=acme")
        signed_in = await sign_in(client, workspace, shop="acme", key="k-1")

    assert (begun[0], begun[1]["type"]) == (503, "provider-not-set-up")
    assert signed_in[0] == 201


async def test_the_description_tells_what_each_provider_asks_for_and_takes(client) -> None:
    async with client.get("/schema/openapi.json") as answer:
        told = await answer.json()

    parameters = told["paths"]["/connections/{provider}/auth"]["get"]["parameters"]
    [shop] = [each for each in parameters if each["name"] == "shop"]
    assert (shop["in"], shop["required"]) == ("query", False)
    assert "What your shop is called." in shop["description"]
    assert shop["schema"]["pattern"].startswith("^[a-z]")
    body = told["paths"]["/connections/mall"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = told["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert set(described["required"]) == {"shop", "key"}
    assert "/connections/acme" not in told["paths"]


async def providers_of(client: ClientSession, workspace: UUID) -> dict[str, dict[str, Any]]:
    async with client.get("/connections/providers", headers=bearer(user_token(workspace_id=workspace))) as answer:
        assert answer.status == 200
        return {provider["name"]: provider for provider in (await answer.json())["items"] if not provider.get("file")}


async def test_people_see_which_providers_they_can_connect_and_what_each_asks_for(client, workspace) -> None:
    told = await providers_of(client, workspace)

    assert {name: provider["consent"] for name, provider in told.items()} == {"acme": True, "shy": False, "mall": True}
    assert (told["acme"]["asks"], told["acme"]["credentials"], told["acme"]["credentials_note"]) == ([], [], None)
    [shop] = told["mall"]["asks"]
    assert (shop["name"], shop["description"]) == ("shop", "What your shop is called.")
    assert (shop["pattern"], shop["required"], shop["is_account_id"]) == ("[a-z]{1,20}", True, True)
    assert [(field["name"], field["kind"]) for field in told["mall"]["credentials"]] == [
        ("shop", "text"),
        ("key", "secret"),
    ]
    assert told["mall"]["credentials_note"] == "A shop and its key."


async def test_people_see_which_files_they_can_hand_over_and_how(client, workspace) -> None:
    async with client.get("/connections/providers", headers=bearer(user_token(workspace_id=workspace))) as answer:
        told = {each["name"]: each for each in (await answer.json())["items"]}

    shown = {name: told[name] for name in FILES}
    assert {name: (each["label"], each["says"]) for name, each in shown.items()} == {
        name: (kind.label, kind.says) for name, kind in FILES.items()
    }
    assert shown["csv_file"]["file"]["path"] == "/connections/csv"
    assert ".csv" in shown["csv_file"]["file"]["endings"]
    assert shown["csv_file"]["file"]["options"].keys() == {"mapping", "key"}
    assert [told["acme"].get(said) for said in ("label", "says", "file")] == ["Acme", "People and deals", None]


async def test_a_provider_that_is_not_set_up_offers_only_what_needs_no_registration(
    settings, workspace, mall, aloof
) -> None:
    providers = {"mall": mall, "aloof": aloof}

    async with served(create_app(settings, environ={}, providers=providers, keys=TestKeys())) as client:
        told = await providers_of(client, workspace)

    ways = {name: (provider["consent"], len(provider["credentials"])) for name, provider in told.items()}
    assert ways == {"mall": (False, 2), "aloof": (False, 0)}


async def test_where_a_sandbox_has_sample_data_its_accounts_are_named(fresh, workspace, acme, mall, aloof) -> None:
    sampled = Settings(**fresh.settings(sample_accounts="acme:1, mall:corner,aloof:2"))
    providers = {"acme": acme, "mall": mall, "aloof": aloof}
    environ = {"ACME_CLIENT_ID": "ours", "ACME_CLIENT_SECRET": "secret", "MALL_CLIENT_ID": "ours"}

    async with served(create_app(sampled, environ=environ, providers=providers, keys=TestKeys())) as client:
        told = await providers_of(client, workspace)

    assert {name: told[name]["sample"] for name in providers} == {
        "acme": {},
        "mall": {"shop": "corner"},
        "aloof": None,
    }


def test_sample_accounts_that_cannot_be_read_are_refused(fresh) -> None:
    with pytest.raises(ValueError, match="SAMPLE_ACCOUNTS"):
        Settings(**fresh.settings(sample_accounts="acme"))


async def test_only_people_who_are_signed_in_see_the_providers(client) -> None:
    for headers, status in [({}, 401), (SYNC_WORKER, 403)]:
        async with client.get("/connections/providers", headers=headers) as answer:
            assert answer.status == status
