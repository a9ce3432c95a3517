"""Sealing: what lies in the database opens as its own connection's only, and outlives a change of keys."""

import base64
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from connections.grants import (
    SealedGrant,
    TokensUnreadable,
    connection_id_of,
    fingerprint,
    is_usable,
    key_ring,
    open_grant,
    seal_grant,
)
from connections.settings import Settings
from providers.source import Grant
from servicekit.settings import SettingsInvalid, load
from servicekit.testing import TEST_SECRET

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKSPACE = UUID(int=1)
RING = key_ring(None, TEST_SECRET)
GRANT = Grant(
    access_token="access-ä",
    refresh_token="refresh",
    expires_at=NOW + timedelta(minutes=30),
    scopes=("a", "b"),
    account_id="42",
    account_name="Acme",
    api_url="https://eu.acme.example",
    token_type="Basic",
    ends_at=NOW + timedelta(days=150),
)
SEALED = seal_grant(RING, WORKSPACE, "acme", GRANT)


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def test_a_grant_comes_out_as_it_went_in() -> None:
    assert open_grant(RING, SEALED) == GRANT


def test_a_grant_without_a_refresh_token_has_none_to_seal() -> None:
    grant = msgspec.structs.replace(GRANT, refresh_token=None)

    sealed = seal_grant(RING, WORKSPACE, "acme", grant)

    assert sealed.refresh_sealed is None
    assert open_grant(RING, sealed) == grant


def test_no_two_seals_are_alike() -> None:
    assert seal_grant(RING, WORKSPACE, "acme", GRANT).access_sealed != SEALED.access_sealed


def _flipped(text: str) -> str:
    return text[:-3] + ("A" if text[-3] != "A" else "B") + text[-2:]


@pytest.mark.parametrize(
    "moved",
    [
        msgspec.structs.replace(SEALED, connection_id=uuid4()),
        msgspec.structs.replace(SEALED, workspace_id=uuid4()),
        msgspec.structs.replace(SEALED, access_sealed=SEALED.refresh_sealed),
        msgspec.structs.replace(SEALED, refresh_sealed=SEALED.access_sealed),
        msgspec.structs.replace(SEALED, access_sealed=_flipped(SEALED.access_sealed)),
        msgspec.structs.replace(SEALED, access_sealed=SEALED.access_sealed.replace("v1.k1.", "v1.k2.")),
        msgspec.structs.replace(SEALED, access_sealed="access"),
    ],
    ids=range(7),
)
def test_a_seal_opens_nowhere_else(moved: SealedGrant) -> None:
    with pytest.raises(TokensUnreadable):
        open_grant(RING, moved)


def test_another_secret_opens_nothing() -> None:
    with pytest.raises(TokensUnreadable):
        open_grant(key_ring(None, TEST_SECRET[::-1]), SEALED)


def test_a_new_key_seals_and_the_old_ones_open() -> None:
    first, second = key("a"), key("b")
    old = seal_grant(key_ring(first, TEST_SECRET), WORKSPACE, "acme", GRANT)
    ring = key_ring(f"{second}, {first}", TEST_SECRET)

    assert open_grant(ring, old) == open_grant(ring, SEALED) == GRANT
    assert seal_grant(ring, WORKSPACE, "acme", GRANT).access_sealed.startswith("v1.b.")


@pytest.mark.parametrize(
    "keys",
    ["a", "a:", "a:AAAA", "a:!!!!", key("k1"), key("a.b"), f"{key('a')},{key('k1')}"],
    ids=range(7),  # keys are random, and every worker of a parallel run must name a test alike
)
def test_a_service_with_bad_keys_does_not_start_and_does_not_tell_them(keys: str) -> None:
    environ = {"PORT": "1", "SERVICE_DATABASE_URL": "postgresql://x/y", "LEAD_SECRET": TEST_SECRET, "TOKEN_KEYS": keys}

    with pytest.raises(SettingsInvalid) as refused:
        load(Settings, environ)

    assert "TOKEN_KEYS" in str(refused.value)
    assert keys.partition(":")[2] == "" or keys.partition(":")[2] not in str(refused.value)


def test_a_connection_id_is_that_of_its_account_in_its_workspace() -> None:
    assert connection_id_of(WORKSPACE, "acme", "42") == SEALED.connection_id
    others = [(uuid4(), "acme", "42"), (WORKSPACE, "other", "42"), (WORKSPACE, "acme", "43")]
    assert SEALED.connection_id not in {connection_id_of(*other) for other in others}


@pytest.mark.parametrize(
    ("lives", "rejected", "usable"),
    [
        (timedelta(minutes=30), None, True),
        (timedelta(seconds=61), None, True),
        (timedelta(seconds=60), None, False),
        (timedelta(seconds=-1), None, False),
        (None, None, True),
        (timedelta(minutes=30), fingerprint(GRANT.access_token), False),
        (None, fingerprint(GRANT.access_token), False),
        (timedelta(minutes=30), fingerprint("an older one"), True),
    ],
)
def test_what_is_handed_out(lives: timedelta | None, rejected: str | None, usable: bool) -> None:
    grant = msgspec.structs.replace(GRANT, expires_at=None if lives is None else NOW + lives)

    assert is_usable(grant, now=NOW, rejected=rejected) is usable
