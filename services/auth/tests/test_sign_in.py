"""Registering, signing in, being signed in."""

from aiohttp import ClientSession
from servicekit.testing import bearer

ADA = {
    "email": "Ada@Example.com",
    "password": "analytical engine",
    "first_name": " Ada ",
    "last_name": "Lovelace",
}
CREDENTIALS = {"email": "ada@example.com", "password": "analytical engine"}


async def test_who_registers_is_signed_in_to_a_workspace_of_their_own(auth: ClientSession) -> None:
    answer = await auth.post("/auth/register", json=ADA)
    session = await answer.json()

    assert answer.status == 201, session
    me = await (await auth.get("/auth/me", headers=bearer(session["token"]))).json()

    assert answer.status == 201, session
    assert me == session["user"]
    assert me["email"] == "ada@example.com"
    assert (me["first_name"], me["role"]) == ("Ada", "owner")
