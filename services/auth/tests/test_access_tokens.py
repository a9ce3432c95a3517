"""Whom auth believes: nobody whose token it did not sign, for this use, for now."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from aiohttp import ClientSession
from auth.access_tokens import SigningKey
from auth.keys import Keys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from servicekit.database import Database
from servicekit.principal import PublishedKeys, check_token


@pytest.fixture
async def signing(db: Database, auth_settings: Any, auth: ClientSession) -> SigningKey:
    """The very key the served auth signs with."""
    return await Keys(db, auth_settings()).signing()


def claims(**changed: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    person = {"sub": str(uuid4()), "email": "eve@example.com", "workspace": str(uuid4()), "role": "owner"}
    whole = person | {"aud": "lead-manager", "iss": "lead-manager", "iat": now, "exp": now + timedelta(hours=1)}
    return {name: value for name, value in (whole | changed).items() if value is not None}


def signed(key: SigningKey, **changed: object) -> str:
    return jwt.encode(claims(**changed), key.private_key, algorithm="EdDSA", headers={"kid": key.id})


def unsigned(key: SigningKey) -> str:
    return jwt.encode(claims(), None, algorithm="none", headers={"kid": key.id})


def signed_with_the_public_key_as_a_password(key: SigningKey) -> str:
    public = key.private_key.public_key().public_bytes_raw().ljust(64, b"\0")
    return jwt.encode(claims(), public, algorithm="HS256", headers={"kid": key.id})


def signed_by_another_key_under_the_same_name(key: SigningKey) -> str:
    return jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": key.id})


def signed_by_an_unknown_key(key: SigningKey) -> str:
    return jwt.encode(claims(), key.private_key, algorithm="EdDSA", headers={"kid": "made-up"})


def signed_without_naming_a_key(key: SigningKey) -> str:
    return jwt.encode(claims(), key.private_key, algorithm="EdDSA")


def bringing_its_own_key(key: SigningKey) -> str:
    own = Ed25519PrivateKey.generate()
    public = jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key(), as_dict=True)
    return jwt.encode(claims(), own, algorithm="EdDSA", headers={"kid": key.id, "jwk": public})


FORGERIES = (
    unsigned,
    signed_with_the_public_key_as_a_password,
    signed_by_another_key_under_the_same_name,
    signed_by_an_unknown_key,
    signed_without_naming_a_key,
    bringing_its_own_key,
)


async def test_a_forged_token_is_refused(auth: ClientSession, signing: SigningKey, subtests: pytest.Subtests) -> None:
    # The same claims, signed as they should be, are taken: only their person is not there.
    assert await problem_of(auth, signed(signing)) == (401, "account-gone")
    for forge in FORGERIES:
        with subtests.test(forge.__name__):
            assert await problem_of(auth, forge(signing)) == (401, "unauthorized")


YESTERDAY = datetime.now(UTC) - timedelta(days=1)
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": YESTERDAY},
    "never ends": {"exp": None},
    "not begun": {"nbf": datetime.now(UTC) + timedelta(hours=1)},
    "for a service": {"aud": "identity"},
    "for nobody": {"aud": None},
    "from elsewhere": {"iss": "somebody"},
    "of nobody": {"sub": None},
    "no uuid": {"sub": "ada"},
    "a service that says it is a person": {"sub": "service:identity"},
    "no workspace": {"workspace": None},
    "a workspace that is no uuid": {"workspace": "*"},
    "no email": {"email": None},
    "no role": {"role": None},
}


async def test_even_our_signature_does_not_make_wrong_claims_right(
    auth: ClientSession, signing: SigningKey, subtests: pytest.Subtests
) -> None:
    for name, changed in WRONG_CLAIMS.items():
        with subtests.test(name):
            assert await problem_of(auth, signed(signing, **changed)) == (401, "unauthorized")


NO_TOKENS = ("", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer " + "x" * 5_000, "Bearer \xe9.\xe9.\xe9")


async def test_what_is_no_token_is_refused(auth: ClientSession, subtests: pytest.Subtests) -> None:
    for header in NO_TOKENS:
        with subtests.test(header=header[:20]):
            async with auth.get("/auth/me", headers={"Authorization": header}) as answer:
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                assert answer.content_type == "application/problem+json"


async def test_a_token_changed_anywhere_is_refused(auth: ClientSession, ada: Any) -> None:
    # The last letter of base64 carries bits that mean nothing, so it alone may change.
    places = range(0, len(ada.token) - 1, 7)
    changed = [
        ada.token[:n] + letter + ada.token[n + 1 :] for n in places for letter in "Aw_" if ada.token[n] != letter
    ]

    assert {await problem_of(auth, token) for token in changed} == {(401, "unauthorized")}


async def test_other_services_check_tokens_by_the_published_keys(ada: Any, address: str) -> None:
    principal = await check_token(ada.token, PublishedKeys(address), service="identity")

    assert (str(principal.user_id), str(principal.workspace_id)) == (ada.user["id"], ada.user["workspace_id"])


async def test_requests_that_come_together_wait_for_the_keys(ada: Any, address: str) -> None:
    keys = PublishedKeys(address)

    principals = await asyncio.gather(*(check_token(ada.token, keys, service="identity") for _ in range(4)))

    assert {str(principal.user_id) for principal in principals} == {ada.user["id"]}


async def test_a_token_says_who_it_is_for_a_day(auth: ClientSession, ada: Any) -> None:
    header, body, _ = (json.loads(_decoded(part)) if n < 2 else None for n, part in enumerate(ada.token.split(".")))

    assert header is not None
    assert body is not None
    assert header["alg"] == "EdDSA"
    assert {name: body[name] for name in ("sub", "email", "workspace", "role", "aud", "iss")} == {
        "sub": ada.user["id"],
        "email": "ada@example.com",
        "workspace": ada.user["workspace_id"],
        "role": "owner",
        "aud": "lead-manager",
        "iss": "lead-manager",
    }
    assert body["exp"] - body["iat"] == 24 * 3600


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def problem_of(client: ClientSession, token: str) -> tuple[int, str]:
    async with client.get("/auth/me", headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status, (await answer.json())["type"]
