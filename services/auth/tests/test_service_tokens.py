"""Tokens between services: given to who proves itself, for one other, for five minutes."""

from typing import Any

import jwt
import pytest
from aiohttp import ClientSession, encode_basic_auth
from servicekit.principal import PublishedKeys, check_token
from servicekit.service_tokens import ServiceTokens, client_secret
from servicekit.testing import TEST_SECRET

GRANT = {"grant_type": "client_credentials", "audience": "connections"}


def basic(service: str, secret: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(service, secret)}


SYNC_WORKER = basic("sync-worker", client_secret(TEST_SECRET, "sync-worker"))


async def test_a_service_is_given_a_token_that_its_audience_takes(
    auth: ClientSession, auth_settings: Any, address: str
) -> None:
    tokens = ServiceTokens(auth, auth_settings(auth_url=address), "sync-worker")

    token = (await tokens.headers("connections"))["Authorization"].removeprefix("Bearer ")

    principal = await check_token(token, PublishedKeys(address), service="connections")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (principal.service, principal.user_id) == ("sync-worker", None)
    assert claims["exp"] - claims["iat"] == 300


@pytest.mark.parametrize(
    ("audience", "status"), [("auth", 403), ("identity", 401)], ids=["for auth", "for another service"]
)
async def test_a_services_token_opens_nothing_that_is_a_persons(
    auth: ClientSession, audience: str, status: int
) -> None:
    async with auth.post("/auth/token", data=GRANT | {"audience": audience}, headers=SYNC_WORKER) as answer:
        token = (await answer.json())["access_token"]

    async with auth.get("/auth/me", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == status


STRANGERS = {
    "nobody": {},
    "wrong secret": basic("sync-worker", "guessed"),
    "anothers secret": basic("identity", client_secret(TEST_SECRET, "sync-worker")),
    "no such service": basic("billing", client_secret(TEST_SECRET, "billing")),
    "the secret of nobody": basic("billing", client_secret(TEST_SECRET, "nobody")),
    "no base64": {"Authorization": "Basic !!!"},
    "no text": {"Authorization": "Basic /w=="},
    "nothing after the scheme": {"Authorization": "Basic"},
    "another scheme": {"Authorization": SYNC_WORKER["Authorization"].replace("Basic", "Bearer")},
    "letters from afar": basic("sync-worker", "g\u00e4ttet"),
}


async def test_who_does_not_prove_itself_is_given_nothing(auth: ClientSession, subtests: pytest.Subtests) -> None:
    for name, headers in STRANGERS.items():
        with subtests.test(name):
            async with auth.post("/auth/token", data=GRANT, headers=headers) as answer:
                problem = await answer.json()
            assert (answer.status, problem["type"], problem["error"]) == (401, "invalid-client", "invalid_client")
            assert answer.headers["WWW-Authenticate"].startswith("Basic")


WRONG_GRANTS: list[dict[str, str]] = [
    GRANT | {"grant_type": "password"},
    GRANT | {"audience": "lead-manager"},
    GRANT | {"audience": "billing"},
    GRANT | {"scope": "everything"},
    {"grant_type": "client_credentials"},
    {},
]


async def test_a_grant_that_is_not_ours_is_refused(auth: ClientSession, subtests: pytest.Subtests) -> None:
    for grant in WRONG_GRANTS:
        with subtests.test(grant=grant):
            async with auth.post("/auth/token", data=grant, headers=SYNC_WORKER) as answer:
                assert answer.status == 400, await answer.text()
