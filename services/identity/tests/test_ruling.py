"""Rules of a workspace: changed by people, and everything settled by them."""

from typing import Any

import pytest
from identity.store import rules_queries
from identity.weights import ruling
from sqlalchemy import text

ADA = {"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1815-12-10", "phones": ("+44 20 7946 0001",)}


async def reweigh(workspace: Any) -> None:
    """Do what the worker does."""
    while await ruling.reweigh_slice(workspace.db, workspace.id, at_most=2):
        pass


async def groups_of(workspace: Any) -> set[frozenset[str]]:
    return {frozenset(source["provider_id"] for source in each["sources"]) for each in await workspace.contacts()}


async def test_those_who_are_alike_are_one_without_a_common_email(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    await workspace.hears(workspace.fetched(3, "bob@example.com", first_name="Bob", last_name="Lovelace"))

    assert await groups_of(workspace) == {frozenset("12"), frozenset("3")}
    (whole,) = [each for each in await workspace.contacts() if len(each["sources"]) == 2]
    (entry,) = (await workspace.get(f"/contacts/{whole['id']}/history"))["items"]
    assert [edge["rule"] for edge in entry["edges"]] == ["alike"]


async def test_at_a_higher_threshold_they_part_and_below_it_they_join_again(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    before = await workspace.contacts()

    told = await workspace.send("PATCH", "/rules", {"join": 1000})
    assert (told["version"], told["join"], told["reweighing"]) == (1, 1000, {"done": 0, "total": 2})
    await reweigh(workspace)
    assert await groups_of(workspace) == {frozenset("1"), frozenset("2")}
    assert (await workspace.get("/rules"))["reweighing"] is None

    await workspace.send("PATCH", "/rules", {"join": 30})
    await reweigh(workspace)
    assert await workspace.contacts() == before


async def test_a_blocked_email_joins_nobody_until_it_is_not(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(number, "team@example.com") for number in (1, 2, 3)))
    await workspace.hears(*(workspace.fetched(number, "ada@example.com") for number in (4, 5, 6)))

    await workspace.send("PATCH", "/rules", {"blocked": ["Ada@example.com"]})
    await reweigh(workspace)
    assert len(await workspace.contacts()) == 6
    await workspace.send("PATCH", "/rules", {"blocked": []})
    await reweigh(workspace)

    assert await groups_of(workspace) == {frozenset("1"), frozenset("2"), frozenset("3"), frozenset("456")}


async def test_what_other_normalisers_weighed_is_weighed_anew(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text("UPDATE workspace SET weighed_by = 'an earlier release'"))
        for table in ("weighed_record", "block", "alike"):
            await conn.execute(text(f"DELETE FROM {table}"))

    await ruling.take_up(workspace.db)
    assert (await workspace.get("/rules"))["reweighing"] == {"done": 0, "total": 2}
    await reweigh(workspace)

    assert await groups_of(workspace) == {frozenset("12")}
    async with workspace.db.transaction(workspace.id) as conn:
        assert (await conn.execute(text("SELECT count(*) FROM alike"))).scalar_one() == 1
    await ruling.take_up(workspace.db)
    assert (await workspace.get("/rules"))["reweighing"] is None


async def test_values_are_chosen_anew_by_another_rule(workspace: Any) -> None:
    first = workspace.fetched(1, "ada@example.com", company="Analytical Engines", updated_at=workspace.at(1))
    await workspace.hears(first, workspace.fetched(2, "ada@example.com", company="Engines", updated_at=workspace.at(2)))
    (whole,) = await workspace.contacts()
    assert whole["company"] == "Engines"

    await workspace.send("PATCH", "/rules", {"survivorship": {"company": "longest"}})
    await reweigh(workspace)

    (whole,) = await workspace.contacts()
    assert whole["company"] == "Analytical Engines"
    lineage = (await workspace.get(f"/contacts/{whole['id']}"))["lineage"]["company"]
    assert (lineage["rule"], lineage["losers"][0]["value"]) == ("longest", "Engines")


async def test_a_mailbox_is_one_however_it_is_written_also_where_keys_were_made_otherwise(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "Ada.King@googlemail.com"), workspace.fetched(2, "adaking+a@gmail.com"))
    await workspace.hears(workspace.fetched(3, "ada.king@example.com"), workspace.fetched(4, "adaking@example.com"))
    assert await groups_of(workspace) == {frozenset("12"), frozenset("3"), frozenset("4")}
    settled = await workspace.contacts()
    (whole,) = [each for each in settled if len(each["sources"]) == 2]
    shown = await workspace.get(f"/contacts/{whole['id']}")
    assert sorted(shown["emails"]) == ["Ada.King@googlemail.com", "adaking+a@gmail.com"]

    async with workspace.db.transaction(workspace.id) as conn:
        await conn.exec_driver_sql(
            "UPDATE source_identity SET keys = ARRAY['email:' || provider_id] WHERE provider_id IN ('1', '2')"
        )
        await conn.exec_driver_sql(
            "UPDATE match_key m SET key = s.keys[1] FROM source_identity s"
            " WHERE s.source_id = m.source_id AND s.provider_id IN ('1', '2')"
        )
        await rules_queries.begin_reweighing(conn, workspace.id)
    await reweigh(workspace)

    assert await workspace.contacts() == settled


async def test_rules_that_held_are_listed_and_can_be_had_back(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com", **ADA), workspace.fetched(2, "al@example.org", **ADA))
    before = await workspace.contacts()
    await workspace.send("PATCH", "/rules", {"join": 1000})
    await workspace.send("PATCH", "/rules", {"join": 200})
    await reweigh(workspace)

    told = await workspace.send("POST", "/rules/versions/0/restore")
    await reweigh(workspace)

    assert (told["version"], told["join"]) == (3, 30)
    assert await workspace.contacts() == before
    listed = (await workspace.get("/rules/versions", limit=2))["items"]
    assert [(each["version"], each["join"], each["restores"]) for each in listed] == [(3, 30, 0), (2, 200, None)]
    page = await workspace.get("/rules/versions", limit=2)
    rest = await workspace.get("/rules/versions", limit=2, cursor=page["next_cursor"])
    assert [each["version"] for each in rest["items"]] == [1]
    assert (await workspace.send("POST", "/rules/versions/9/restore", status=404))["type"] == "no-such-version"


@pytest.mark.parametrize(
    ("wish", "slug"),
    [
        ({"survivorship": {"colour": "latest"}}, "rules-unfit"),
        ({"blocked": ["nobody"]}, "rules-unfit"),
        ({"join": 0, "suggest": 50}, "rules-unfit"),
        ({"join": 5000}, "invalid-input"),
        ({"region": "Germany"}, "invalid-input"),
        ({"colour": 1}, "invalid-input"),
    ],
)
async def test_rules_that_do_not_fit_are_refused(workspace: Any, wish: dict[str, Any], slug: str) -> None:
    assert (await workspace.send("PATCH", "/rules", wish, status=400))["type"] == slug


async def test_of_few_records_nothing_is_learned(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))

    assert (await workspace.send("POST", "/rules/relearn", status=409))["type"] == "too-few-records"


async def test_what_is_learned_holds_for_all(workspace: Any) -> None:
    people = [
        workspace.fetched(
            number, f"{number}@example.com", first_name=f"Given{number % 60}", last_name=f"Family{number}"
        )
        for number in range(1, 121)
    ]
    await workspace.hears(*people)

    told = await workspace.send("POST", "/rules/relearn")
    await reweigh(workspace)

    assert (told["version"], told["learned"]) == (1, True)
    assert len(await workspace.contacts(limit=200)) == 120
