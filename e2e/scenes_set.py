"""The stage of the pictures: who lives there, and what has to have happened before some of them are taken."""

from typing import Any
from uuid import uuid4

import msgspec
from contracts.golden_records import ContactSummary
from lead.client import Gateway

from e2e.chatting import script
from e2e.house import House
from e2e.journey import PASSWORD, connect, settled, synced, until
from e2e.scenes import Stage

ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
SLOW_CONTACTS = 20_000
"""So many that a picture can be taken while they are read."""


async def begin(house: House, session: Gateway) -> Stage:
    """Have somebody with three accounts, and somebody with nothing yet."""
    ids = {"ada": "ada@example.com", "newcomer": "nora@example.com"}
    async with Gateway(house.gateway_url) as newcomer:
        await newcomer.sign_in(ids["newcomer"], PASSWORD)
    await session.sign_in(ids["ada"], PASSWORD)
    await call(session, "PATCH", "/auth/me", {"first_name": "Ada", "last_name": "Lovelace"})
    me = await call(session, "GET", "/auth/me")
    await call(session, "PATCH", f"/workspaces/{me['workspace_id']}", {"name": "Acme"})
    for account in ACCOUNTS:
        await synced(session, (await connect(session, account)).id)
    everybody = await settled(session, house, *ACCOUNTS, seconds=180)
    ids["joined"] = str(max(everybody, key=fullness).id)
    return Stage(house, session, ids, {})


def fullness(record: ContactSummary) -> tuple[object, ...]:
    """How much there is to see of a contact."""
    providers = {source.provider for source in record.sources}
    return (
        record.job_title is not None,
        len(providers),
        -abs(len(record.sources) - 4),
        record.phone is not None,
        record.id,
    )


async def prepared(stage: Stage, scene: str) -> None:
    """Let happen what a scene shows."""
    match scene:
        case "review":
            await be_asked(stage.session)
        case "chat":
            have_the_assistant_speak(stage)
        case "proposals":
            await refuse_all_but_one(stage.session)
        case "written-back":
            await write_back(stage)
        case "settings-preview":
            wish = {"join": 450, "survivorship": {"company": "longest", "job_title": "longest"}}
            await call(stage.session, "PUT", "/rules/preview", wish)
        case "settings":
            wish = {"name": "Nightly report", "scopes": ["contacts:read"], "expires_in_days": 30}
            await call(stage.session, "POST", "/auth/tokens", wish)
        case "connections-first":
            account = {"provider": "hubspot", "account_id": "333333", "name": "Acme Archive", "contacts": SLOW_CONTACTS}
            stage.house.control("accounts", account)
            stage.ids["slow"] = str((await connect(stage.session, "hubspot:333333")).id)


async def be_asked(session: Gateway) -> None:
    """Have questions that wait."""

    async def some_wait() -> bool:
        return bool((await call(session, "GET", "/suggestions/count"))["count"])

    await until(some_wait, what="questions")


async def refuse_all_but_one(session: Gateway) -> None:
    """Leave one proposal open of those that the pictures of the chat made, which are all alike."""
    found = (await call(session, "GET", "/proposals?state=open"))["items"]
    for why, proposal in zip(("She has another title now", "Sales asks her first"), found[1:], strict=False):
        await call(session, "POST", f"/proposals/{proposal['id']}/refuse", {"reason": why})


def have_the_assistant_speak(stage: Stage) -> None:
    """Have the model's stand-in look somebody up, tell what it found, and propose something."""
    joined = stage.ids["joined"]
    look = {"name": "getContactDetails", "input": {"contact_id": joined}}
    title = {"contact_id": joined, "provider": "hubspot", "changes": {"job_title": "Head of Engines"}}
    words = (
        "This person is known in **several of your tools**, and all of them agree on the name and the email.\n\n"
        "| Source | What it adds |\n|---|---|\n| HubSpot | title, company, owner |\n| Zendesk | tickets |\n\n"
        "I can correct the title where it lives:"
    )
    answers = [
        {"tools": [look]},
        {"text": words, "tools": [{"name": "updateContact", "input": title}]},
    ]
    script(stage.house, {"answers": answers})


async def write_back(stage: Stage) -> None:
    """Write a title to HubSpot, and wait until it is there."""
    detail = await call(stage.session, "GET", f"/contacts/{stage.ids['joined']}")
    source = next(one for one in detail["sources"] if one["provider"] == "hubspot")
    told = detail["lineage"].get("job_title", {"losers": []})
    values = [*told["losers"], *([told["chosen"]] if "chosen" in told else [])]
    seen = next((one["value"] for one in values if one["provider_id"] == source["provider_id"]), None)
    action = {
        "kind": "update_contact",
        "contact_id": source["provider_id"],
        "changes": {"job_title": "Head of Engines"},
        "expected": {"job_title": seen},
    }
    await call(stage.session, "POST", "/actions", {"connection_id": source["connection_id"], "action": action})


async def call(session: Gateway, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Call a route that answers with an object; raise for what is no success."""
    headers = {"Idempotency-Key": uuid4().hex} if path == "/actions" else {}
    status, answer = await session.call(method, path, body, headers=headers)
    assert status < 300, answer
    found: dict[str, Any] = msgspec.json.decode(answer)
    return found
