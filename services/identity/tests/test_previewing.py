"""Rules that are tried out: what they would lead to is what they lead to, and nothing of it stays."""

from typing import Any
from uuid import UUID

import pytest
from identity.weights import previewing, ruling
from identity.weights.preview_queries import Change

ADA = {"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1815-12-10", "phones": ("+44 20 7946 0001",)}
MARY = {"first_name": "Mary", "last_name": "Somerville", "birth_date": "1780-12-26", "phones": ("+44 20 7946 0002",)}


async def try_out(workspace: Any, wish: dict[str, Any], *, at_most: int = 1_000) -> dict[str, Any]:
    """Ask for a preview, and do what the worker does."""
    await workspace.send("PUT", "/rules/preview", wish, status=202)
    while await previewing.preview_slice(workspace.db, workspace.id, at_most=at_most):
        pass
    shown: dict[str, Any] = await workspace.get("/rules/preview")
    return shown


async def reweigh(workspace: Any) -> None:
    while await ruling.reweigh_slice(workspace.db, workspace.id):
        pass


async def changes(workspace: Any, kind: str) -> list[list[str]]:
    items = (await workspace.get("/rules/preview/changes", kind=kind))["items"]
    return [[contact["id"] for contact in each["contacts"]] for each in items]


@pytest.mark.parametrize("at_most", [1, 1_000])
async def test_a_preview_counts_what_would_part_and_nothing_does(workspace: Any, at_most: int) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    await workspace.hears(workspace.fetched(3, "m@example.com", **MARY), workspace.fetched(4, "s@example.org", **MARY))
    before = await workspace.contacts()

    shown = await try_out(workspace, {"join": 1000}, at_most=at_most)

    assert (shown["state"], shown["done"], shown["total"]) == ("done", 4, 4)
    assert (shown["joined"], shown["parted"], shown["changed"]) == (0, 2, 0)
    assert shown["rules"]["join"] == 1000
    assert sorted(await changes(workspace, "parted")) == sorted([each["id"]] for each in before)
    assert await workspace.contacts() == before
    assert (await workspace.get("/rules"))["version"] == 0


async def test_what_is_previewed_is_what_comes(workspace: Any) -> None:
    await workspace.send("PATCH", "/rules", {"join": 1000})
    await reweigh(workspace)
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    older, younger = sorted(each["id"] for each in await workspace.contacts())

    shown = await try_out(workspace, {"join": 30})
    assert (shown["joined"], shown["parted"]) == (1, 0)
    assert await changes(workspace, "joined") == [[younger, older]]

    told = await workspace.send("POST", "/rules/preview/apply")
    await reweigh(workspace)

    assert (told["join"], told["version"]) == (30, 2)
    assert [each["id"] for each in await workspace.contacts()] == [older]
    assert await workspace.get("/rules/preview") is None


async def test_values_that_would_be_others_are_counted(workspace: Any) -> None:
    first = workspace.fetched(1, "ada@example.com", city="London upon Thames", updated_at=workspace.at(1))
    await workspace.hears(first, workspace.fetched(2, "ada@example.com", city="London", updated_at=workspace.at(2)))
    await workspace.hears(workspace.fetched(3, "bob@example.com", city="Leeds"))
    (whole,) = [each for each in await workspace.contacts() if len(each["sources"]) == 2]

    shown = await try_out(workspace, {"survivorship": {"city": "longest"}})

    assert (shown["joined"], shown["parted"], shown["changed"]) == (0, 0, 1)
    assert await changes(workspace, "changed") == [[whole["id"]]]
    (change,) = (await workspace.get("/rules/preview/changes", kind="changed"))["items"]
    assert change["values"] == [{"field": "city", "before": "London", "after": "London upon Thames"}]


async def test_learning_is_tried_out_like_any_change(workspace: Any) -> None:
    people = [workspace.fetched(n, f"{n}@example.com", first_name=f"G{n % 60}", last_name=f"F{n}") for n in range(120)]
    await workspace.hears(*people)

    shown = await try_out(workspace, {"relearn": True})

    assert (shown["state"], shown["rules"]["learned"]) == ("done", True)
    assert (await workspace.get("/rules"))["learned"] is False
    assert (await workspace.send("POST", "/rules/preview/apply"))["learned"] is True


async def test_a_preview_of_rules_that_were_changed_since_is_not_applied(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))
    await try_out(workspace, {"join": 1000})
    await workspace.send("PATCH", "/rules", {"join": 100})

    assert (await workspace.send("POST", "/rules/preview/apply", status=409))["type"] == "preview-outdated"
    await workspace.send("DELETE", "/rules/preview", status=204)
    unfit = {"join": 0, "suggest": 9}
    assert (await workspace.send("POST", "/rules/preview/apply", status=404))["type"] == "no-preview"
    assert (await workspace.send("PUT", "/rules/preview", unfit, status=400))["type"] == "rules-unfit"


async def test_a_preview_waits_until_everything_is_settled_by_the_rules_that_hold(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))
    await workspace.send("PATCH", "/rules", {"join": 100})

    assert (await try_out(workspace, {"join": 1000}))["state"] == "waiting"
    await reweigh(workspace)
    while await previewing.preview_slice(workspace.db, workspace.id):
        pass

    assert (await workspace.get("/rules/preview"))["state"] == "done"


def test_moves_tell_who_joins_and_who_comes_out() -> None:
    a, b, c, d = (UUID(int=n) for n in range(1, 5))

    assert previewing.moves({a: a, b: b}, {a: a, b: a}) == {Change("joined", b, a)}
    assert previewing.moves({a: a, b: a, c: a}, {a: a, b: b, c: c}) == {Change("parted", b, a), Change("parted", c, a)}
    assert previewing.moves({a: a, b: a, d: d}, {a: a, b: d, d: d}) == {Change("parted", d, a)}
    assert previewing.moves({a: a, b: b}, {a: a, b: b}) == set()
