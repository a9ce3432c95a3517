"""Contacts are found, filtered and sorted by what they show: people's pins and the workspace's rules included."""

import json
from typing import Any

from identity.weights import ruling


async def found(workspace: Any, field: str, value: str) -> int:
    rule = {"combinator": "and", "rules": [{"field": field, "operator": "eq", "value": value}]}
    count: int = (await workspace.get("/contacts/count", filter=json.dumps(rule)))["count"]
    return count


async def only_id(workspace: Any) -> str:
    (one,) = await workspace.contacts()
    id_: str = one["id"]
    return id_


async def test_a_contact_is_found_by_what_is_pinned_until_it_is_not(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", city="London", company="Engines"))
    path = f"/contacts/{await only_id(workspace)}/pins"
    for field, value in (("city", "Zürich"), ("company", "Looms"), ("first_name", "Augusta")):
        await workspace.send("PUT", f"{path}/{field}", {"value": value})
    await workspace.derives()

    assert (await found(workspace, "city", "zurich"), await found(workspace, "city", "London")) == (1, 0)
    assert (await found(workspace, "company", "Looms"), await found(workspace, "company", "Engines")) == (1, 0)
    assert len(await workspace.contacts(q="augu")) == 1
    # What another source says finds it too, as every source's words do.
    assert len(await workspace.contacts(q="engines")) == 1

    for field in ("city", "company", "first_name"):
        await workspace.send("DELETE", f"{path}/{field}")
    await workspace.derives()

    assert (await found(workspace, "city", "zurich"), await found(workspace, "city", "London")) == (0, 1)
    assert (await found(workspace, "company", "Looms"), await found(workspace, "company", "Engines")) == (0, 1)
    assert await workspace.contacts(q="augu") == []


async def test_an_undone_pin_is_found_no_more(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", city="London"))
    path = f"/contacts/{await only_id(workspace)}/pins/city"
    told = await workspace.send("PUT", path, {"value": "Paris"})
    await workspace.send("POST", f"/history/{told['entries'][0]['number']}/undo", {})
    await workspace.derives()

    assert (await found(workspace, "city", "Paris"), await found(workspace, "city", "London")) == (0, 1)


async def test_contacts_are_found_by_what_other_rules_choose(workspace: Any) -> None:
    older = workspace.fetched(
        1, "ada@example.com", city="Kingston upon Thames", owner="Babbage", updated_at=workspace.at(1)
    )
    newer = workspace.fetched(2, "ada@example.com", city="London", owner="Ada", updated_at=workspace.at(2))
    await workspace.hears(older, newer)
    assert (await found(workspace, "city", "London"), await found(workspace, "owner", "Ada")) == (1, 1)

    await workspace.send("PATCH", "/rules", {"survivorship": {"city": "longest"}})
    while await ruling.reweigh_slice(workspace.db, workspace.id):
        pass
    await workspace.derives()

    assert (await found(workspace, "city", "London"), await found(workspace, "city", "Kingston upon Thames")) == (0, 1)
    assert await found(workspace, "owner", "Ada") == 1
