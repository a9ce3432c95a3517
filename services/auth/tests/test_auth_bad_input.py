"""Whatever is sent, the answer is a problem of the sender's: never a 500."""

from typing import Any

import pytest
from aiohttp import ClientSession

ADA = {"email": "eve@example.com", "password": "analytical engine", "first_name": "Eve", "last_name": "Ning"}


BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "half": (b"{", 400),
    "list": (b"[]", 400),
    "null": (b"null", 400),
    "text": (b'"email"', 400),
    "nothing": (b"{}", 400),
    "no utf-8": (b'{"email": "\xff\xfe"}', 400),
    "half a letter": (b'{"email": "\\ud800"}', 400),
    "nul": (b"\x00", 400),
    "deep": (b"[" * 10_000, 400),
    "a number": (b'{"email": ' + b"9" * 10_000 + b"}", 400),
    "huge": (b"x" * 1_000_000, 413),
}


async def test_a_body_that_is_no_json_object_of_ours_is_refused(auth: ClientSession, subtests: pytest.Subtests) -> None:
    for name, (body, status) in BODIES.items():
        for path in ("/auth/register", "/auth/login"):
            with subtests.test(name, path=path):
                async with auth.post(path, data=body, headers={"Content-Type": "application/json"}) as answer:
                    problem = await answer.json()
                assert (answer.status, problem["status"]) == (status, status)
                assert answer.content_type == "application/problem+json"


BAD_REGISTRATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"role": "owner"}, "invalid-input"),
    "email is a number": ({"email": 7}, "invalid-input"),
    "email is null": ({"email": None}, "invalid-input"),
    "email is a list": ({"email": ["eve@example.com"]}, "invalid-input"),
    "email is too long": ({"email": "e" * 330 + "@example.com"}, "invalid-input"),
    "email without a domain": ({"email": "eve"}, "email-invalid"),
    "email with a name": ({"email": "Eve <eve@example.com>"}, "email-invalid"),
    "email with NUL": ({"email": "e\x00ve@example.com"}, "email-invalid"),
    "email with a line": ({"email": "eve@example.com\r\nBcc: all@example.com"}, "email-invalid"),
    "two emails": ({"email": "eve@example.com,ada@example.com"}, "email-invalid"),
    "email at an address": ({"email": "eve@[127.0.0.1]"}, "email-invalid"),
    "no first name": ({"first_name": " "}, "name-invalid"),
    "NUL in a name": ({"first_name": "E\x00ve"}, "name-invalid"),
    "line in a name": ({"last_name": "Ning\nBcc: all"}, "name-invalid"),
    "a name of a million": ({"last_name": "x" * 15_000}, "invalid-input"),
    "a short password": ({"password": "engine"}, "password-refused"),
    "NUL in a password": ({"password": "analytical\x00engine"}, "password-refused"),
    "a password too long": ({"password": "ab1" * 100}, "invalid-input"),
}


async def test_a_registration_that_cannot_be_is_refused(auth: ClientSession, subtests: pytest.Subtests) -> None:
    for name, (changed, slug) in BAD_REGISTRATIONS.items():
        with subtests.test(name):
            async with auth.post("/auth/register", json=ADA | changed) as answer:
                problem = await answer.json()
            assert (answer.status, problem["type"]) == (400, slug)
    for missing in ADA:
        with subtests.test(missing=missing):
            body = {name: value for name, value in ADA.items() if name != missing}
            async with auth.post("/auth/register", json=body) as answer:
                problem = await answer.json()
            assert (answer.status, problem["type"]) == (400, "invalid-input")


ODD_EMAILS = ("e\x00ve@example.com", "", "@", "\u0130@example.com", "eve@\u2603.example")


async def test_odd_credentials_are_merely_wrong(serve: Any, subtests: pytest.Subtests) -> None:
    async with serve(sign_in_attempts_per_account=100) as client:
        for email in ODD_EMAILS:
            for password in ("", "\x00", "wrong"):
                with subtests.test(email=email, password=password):
                    async with client.post("/auth/login", json={"email": email, "password": password}) as answer:
                        assert answer.status == 401, await answer.text()


BAD_CHANGES: tuple[tuple[str, str, object], ...] = (
    ("PATCH", "/auth/me", {"email": "ada@example.com"}),
    ("PATCH", "/auth/me", {"first_name": ""}),
    ("PATCH", "/auth/me", {"first_name": "\x00"}),
    ("PATCH", "/auth/me", {"password": "new"}),
    ("PATCH", "/auth/me", {"password": {"current": "analytical engine"}}),
    ("PATCH", "/auth/me", {"password": {"current": "analytical engine", "new": "short"}}),
    ("PATCH", "/workspaces/{workspace}", {"name": "\x00"}),
    ("PATCH", "/workspaces/{workspace}", {"name": ["x"]}),
    ("PATCH", "/workspaces/{workspace}", {"name": "x" * 10_000}),
    ("DELETE", "/workspaces/{workspace}", None),
    ("DELETE", "/workspaces/{workspace}", {}),
    ("GET", "/auth/sessions?limit=1", None),
)


async def test_a_change_that_cannot_be_is_refused(auth: ClientSession, ada: Any, subtests: pytest.Subtests) -> None:
    for method, path, body in BAD_CHANGES:
        with subtests.test(f"{method} {path}", body=body):
            address = path.format(workspace=ada.user["workspace_id"])
            async with auth.request(method, address, json=body, headers=ada.bearer) as answer:
                assert (answer.status, answer.content_type) == (400, "application/problem+json")


ODD_ADDRESSES = ("", ",", "unknown", "1.2.3.4, ", "::1, nonsense", "\xe9", "1" * 5_000)


async def test_a_strange_address_is_just_an_address(auth: ClientSession, ada: Any, subtests: pytest.Subtests) -> None:
    credentials = {"email": "ada@example.com", "password": "analytical engine"}
    for forwarded in ODD_ADDRESSES:
        with subtests.test(forwarded=forwarded[:20]):
            async with auth.post("/auth/login", json=credentials, headers={"X-Forwarded-For": forwarded}) as answer:
                assert answer.status == 200
