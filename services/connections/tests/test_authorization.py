"""Connecting an account over HTTP, and every way in which it must not be connected."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse, ClientSession
from providers.source import ProviderRefused, ProviderUnavailable
from servicekit.testing import bearer, service_token, user_token
from sqlalchemy import text

COOKIE = "lead_oauth_4321"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def begin(client: ClientSession, workspace: UUID, **query: str) -> tuple[str, str]:
    """Begin to connect; return where the person is sent, and their browser's cookie."""
    headers = bearer(user_token(workspace_id=workspace))
    async with client.get("/connections/acme/auth", headers=headers, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.json())["url"], answer.cookies[COOKIE].value


async def come_back(
    client: ClientSession,
    query: dict[str, str],
    cookie: str | None,
    *,
    accept: dict[str, str] = BROWSER,
    to: str = "acme",
) -> ClientResponse:
    headers = accept | ({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})
    answer = await client.get(f"/connections/{to}/callback", params=query, headers=headers, allow_redirects=False)
    await answer.read()
    return answer


async def listed(client: ClientSession, workspace: UUID, **query: str) -> list[dict[str, Any]]:
    headers = bearer(user_token(workspace_id=workspace))
    async with client.get("/connections", headers=headers, params=query) as answer:
        assert answer.status == 200
        return (await answer.json())["items"]


async def slug_of(answer: ClientResponse) -> str:
    assert answer.content_type == "application/problem+json"
    return str((await answer.json())["type"])


PROGRAM = {"Accept": "*/*"}


async def test_a_person_connects_an_account_and_is_told_so(client: ClientSession, workspace: UUID, acme, heard) -> None:
    url, cookie = await begin(client, workspace)

    answer = await come_back(client, acme.consent(url), cookie)

    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "Acme &lt;42&gt; is connected" in await answer.text()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    [connection] = await listed(client, workspace)
    assert connection["state"] == "active"
    assert (connection["provider"], connection["account_id"]) == ("acme", "42")
    assert connection["scopes"] == ["people:read"]
    [event] = await heard()
    assert event.name == "connection.authorized"
    assert event.payload["scopes"] == ["people:read"]
    assert event.payload["connection_id"] == connection["id"]
    assert event.payload["workspace_id"] == str(workspace)


async def test_the_tokens_lie_in_the_database_under_seal_only(client, workspace, acme, fresh) -> None:
    url, cookie = await begin(client, workspace)
    await come_back(client, acme.consent(url), cookie)

    import psycopg

    async with await psycopg.AsyncConnection.connect(fresh.admin_url.replace("+psycopg", "")) as admin:
        dump = str(await (await admin.execute("SELECT c::text FROM connections.connection c")).fetchall())
    assert "access-" not in dump
    assert "refresh-" not in dump
    assert dump.count("v1.k1.") == 2


async def test_the_cookie_is_for_this_browser_and_these_routes_alone(client: ClientSession, workspace: UUID) -> None:
    headers = bearer(user_token(workspace_id=workspace))
    async with client.get("/connections/acme/auth", headers=headers) as answer:
        cookie = answer.headers["Set-Cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/connections;" in cookie
    assert "max-age=600" in cookie


async def test_the_provider_hears_a_challenge_and_never_the_verifier(client: ClientSession, workspace: UUID) -> None:
    url, _ = await begin(client, workspace)

    query = parse_qs(urlsplit(url).query)
    assert query["redirect_uri"] == ["http://localhost:4321/connections/acme/callback"]
    assert len(query["code_challenge"][0]) == 43


async def test_who_said_where_to_return_to_goes_there(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace, return_to="/settings?tab=sources")

    answer = await come_back(client, acme.consent(url), cookie)

    [connection] = await listed(client, workspace)
    assert answer.status == 303
    assert answer.headers["Location"] == (f"http://localhost:4321/settings?tab=sources&connected={connection['id']}")


async def test_nobody_is_returned_to_another_site(client: ClientSession, workspace: UUID) -> None:
    headers = bearer(user_token(workspace_id=workspace))

    async with client.get("/connections/acme/auth", headers=headers, params={"return_to": "//evil.example"}) as answer:
        assert (answer.status, await slug_of(answer)) == (400, "return-to-invalid")


async def test_a_state_is_good_for_one_return(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)
    back = acme.consent(url)
    await come_back(client, back, cookie)

    answer = await come_back(client, back, cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (400, "handshake-unknown")
    assert acme.exchanges == 1


async def test_of_two_returns_at_once_one_is_good(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)
    back = acme.consent(url)

    answers = await asyncio.gather(*(come_back(client, back, cookie) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400, 400]
    assert acme.exchanges == 1


async def test_another_browser_cannot_finish_and_uses_the_state_up(client, workspace, acme) -> None:
    for cookie in (None, "A" * 43, "", "x"):
        url, own = await begin(client, workspace)
        back = acme.consent(url)

        answer = await come_back(client, back, cookie, accept=PROGRAM)
        again = await come_back(client, back, own, accept=PROGRAM)

        assert (answer.status, await slug_of(answer)) == (400, "handshake-foreign")
        assert await slug_of(again) == "handshake-unknown"
    assert acme.exchanges == 0


async def test_ten_minutes_are_the_limit(client: ClientSession, workspace: UUID, acme, alter) -> None:
    url, cookie = await begin(client, workspace)
    await alter(workspace, "UPDATE handshake SET expires_at = expires_at - interval '10 minutes'")

    answer = await come_back(client, acme.consent(url), cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (400, "handshake-expired")
    assert await listed(client, workspace) == []


async def test_a_state_that_is_not_ours_is_refused(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)
    back = acme.consent(url)
    first = back["state"][0]
    tampered = back | {"state": ("B" if first == "A" else "A") + back["state"][1:]}

    answer = await come_back(client, tampered, cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (400, "handshake-unknown")


async def test_a_state_is_good_for_its_own_provider_only(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)

    answer = await come_back(client, acme.consent(url), cookie, accept=PROGRAM, to="shy")

    assert await slug_of(answer) == "handshake-unknown"


async def test_a_code_from_another_handshake_fails_for_its_challenge(client, workspace, acme) -> None:
    theirs, _ = await begin(client, uuid4())
    ours, cookie = await begin(client, workspace)
    injected = {"code": acme.consent(theirs)["code"], "state": acme.consent(ours)["state"]}

    answer = await come_back(client, injected, cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (400, "code-refused")
    assert await listed(client, workspace) == []


async def test_one_browser_may_have_two_handshakes_on_their_way(client: ClientSession, workspace: UUID, acme) -> None:
    first, cookie = await begin(client, workspace)
    headers = bearer(user_token(workspace_id=workspace)) | {"Cookie": f"{COOKIE}={cookie}"}
    async with client.get("/connections/acme/auth", headers=headers) as answer:
        second = (await answer.json())["url"]

    await come_back(client, acme.consent(first, "1"), cookie)
    await come_back(client, acme.consent(second, "2"), cookie)

    assert {each["account_id"] for each in await listed(client, workspace)} == {"1", "2"}


async def test_who_says_no_reads_a_friendly_page(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)
    refusal = {"error": "access_denied", "error_description": "<b>no</b>", "state": acme.consent(url)["state"]}

    answer = await come_back(client, refusal, cookie)

    assert (answer.status, answer.content_type) == (409, "text/html")
    assert "You did not allow the access" in await answer.text()
    assert "<b>" not in await answer.text()


async def test_who_says_no_comes_back_to_where_they_were(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace, return_to="/app/connections")

    answer = await come_back(client, {"error": "access_denied", "state": acme.consent(url)["state"]}, cookie)

    assert answer.status == 303
    assert answer.headers["Location"].endswith("/app/connections?problem=consent-refused&provider=acme")
    assert await listed(client, workspace) == []


async def test_a_callback_that_means_nothing_is_a_problem(client: ClientSession) -> None:
    meaningless = [
        "",
        "state=",
        "code=x",
        "state=x&code=y",
        "state=%ff&code=y",
        "error=access_denied",
        "state=a&state=b",
    ]

    for query in [*meaningless, f"state={'x' * 5000}&code=y"]:
        async with client.get(f"/connections/acme/callback?{query}") as answer:
            assert (answer.status, await slug_of(answer)) == (400, "handshake-unknown"), query


async def test_a_callback_without_a_code_connects_nothing(client: ClientSession, workspace: UUID, acme) -> None:
    url, cookie = await begin(client, workspace)

    answer = await come_back(client, {"state": acme.consent(url)["state"]}, cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (400, "code-refused")


@pytest.mark.parametrize("fault", [ProviderUnavailable("Acme sleeps."), ProviderRefused("Acme refuses our secret.")])
async def test_a_provider_in_trouble_connects_nothing(client, workspace, acme, fault, heard) -> None:
    url, cookie = await begin(client, workspace)
    acme.fault = fault

    answer = await come_back(client, acme.consent(url), cookie, accept=PROGRAM)

    assert (answer.status, await slug_of(answer)) == (503, "provider-away")
    assert (await answer.json())["detail"] == str(fault)
    assert await heard() == []


async def test_an_unknown_provider_is_not_found_and_one_not_set_up_says_what_is_missing(client, workspace) -> None:
    headers = bearer(user_token(workspace_id=workspace))

    async with client.get("/connections/nobody/auth", headers=headers) as answer:
        assert (answer.status, await slug_of(answer)) == (404, "provider-unknown")
    async with client.get("/connections/shy/auth", headers=headers) as answer:
        assert (answer.status, await slug_of(answer)) == (503, "provider-not-set-up")
        assert "SHY_CLIENT_ID and SHY_CLIENT_SECRET" in (await answer.json())["detail"]


@pytest.mark.parametrize("end", ["active", "broken", "keep", "erase"])
async def test_connecting_the_same_account_again_revives_its_connection(
    client, workspace, acme, connect, vault, end, heard
) -> None:
    from connections.disconnection import disconnect
    from connections.renewal import report_broken

    before = await connect(workspace)
    match end:
        case "broken":
            await report_broken(vault, before, "Acme refuses.")
        case "keep" | "erase":
            await disconnect(vault, workspace, before, end)

    after = await connect(workspace)

    assert after == before
    [connection] = await listed(client, workspace)
    assert (connection["state"], connection["broken_reason"]) == ("active", None)
    assert (await heard())[-1].name == "connection.authorized"


async def test_two_workspaces_connect_one_account_and_know_nothing_of_each_other(client, workspace, connect) -> None:
    other = uuid4()

    ours, theirs = await connect(workspace), await connect(other)

    assert ours != theirs
    assert [each["id"] for each in await listed(client, workspace)] == [str(ours)]
    async with client.get(f"/connections/{theirs}", headers=bearer(user_token(workspace_id=workspace))) as answer:
        assert (answer.status, await slug_of(answer)) == (404, "connection-not-found")


async def test_a_connection_is_shown_to_its_workspace(client, workspace, connect) -> None:
    connection_id = await connect(workspace)

    async with client.get(
        f"/connections/{connection_id}", headers=bearer(user_token(workspace_id=workspace))
    ) as answer:
        shown = await answer.json()

    assert shown["id"] == str(connection_id)
    assert not {key for key in shown if "token" in key or "sealed" in key}


async def test_only_people_who_are_signed_in_connect(client: ClientSession, workspace: UUID) -> None:
    service = bearer(service_token("sync-worker", audience="connections"))

    async with client.get("/connections/acme/auth") as answer:
        assert answer.status == 401
    async with client.get("/connections/acme/auth", headers=service) as answer:
        assert answer.status == 403
    async with client.get("/connections", headers=service) as answer:
        assert answer.status == 403


UNREAD = [
    "/connections?removed=perhaps",
    "/connections?unknown=1",
    "/connections/acme/auth?redirect=/",
    "/connections/acme/auth?return_to=%00",
    "/connections/acme/callback?state=%00",
]


async def test_what_nobody_reads_is_refused(client: ClientSession, workspace: UUID) -> None:
    for path in UNREAD:
        async with client.get(path, headers=bearer(user_token(workspace_id=workspace))) as answer:
            assert (answer.status, answer.content_type) == (400, "application/problem+json"), path


async def test_forgotten_handshakes_are_forgotten_by_us_too(client, workspace, vault, alter, db) -> None:
    from connections.queries import delete_expired_handshakes

    await begin(client, workspace)
    await alter(workspace, "UPDATE handshake SET expires_at = now()")
    await begin(client, workspace)

    async with db.transaction() as conn:
        await delete_expired_handshakes(conn)

    async with db.transaction(workspace) as conn:
        assert (await conn.execute(text("SELECT count(*) FROM handshake"))).scalar_one() == 1
