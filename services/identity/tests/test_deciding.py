"""What people decide: merging, splitting, pinning, seeing beforehand what it leads to, and undoing it."""

from typing import Any
from uuid import uuid4

import pytest
from identity.decisions import undoing
from servicekit.testing import bearer, user_token

ADA, LOVE = "ada@example.com", "lovelace@example.com"


async def ids_of(workspace: Any) -> dict[str, str]:
    """The golden record of each source, by its provider's id."""
    return {source["provider_id"]: each["id"] for each in await workspace.contacts() for source in each["sources"]}


async def groups_of(workspace: Any) -> set[frozenset[str]]:
    return {frozenset(source["provider_id"] for source in each["sources"]) for each in await workspace.contacts()}


def key(workspace: Any, number: int) -> dict[str, str]:
    return {"connection_id": str(workspace.hubspot), "provider_id": str(number)}


async def history(workspace: Any, golden_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await workspace.get(f"/contacts/{golden_id}/history"))["items"]
    return items


@pytest.fixture
async def two(workspace: Any) -> Any:
    """Two contacts that no rule joins."""
    await workspace.hears(workspace.fetched(1, ADA, first_name="Ada"), workspace.fetched(2, LOVE, last_name="Lovelace"))
    return workspace


async def test_a_merge_is_seen_beforehand_and_nothing_happens_until_it_is_meant(two: Any) -> None:
    ids = await ids_of(two)
    wish = {"ids": [ids["1"], ids["2"]]}

    preview = await two.send("POST", "/contacts/merge", {**wish, "dry_run": True})
    assert await groups_of(two) == {frozenset("1"), frozenset("2")}
    outcome = await two.send("POST", "/contacts/merge", wish)

    assert await groups_of(two) == {frozenset("12")}
    (contact,) = outcome["contacts"]
    assert (contact["id"], contact["first_name"], contact["last_name"]) == (ids["1"], "Ada", "Lovelace")
    assert len(contact["sources"]) == 2
    assert outcome["gone"] == [ids["2"]]
    assert (preview["contacts"], preview["gone"], preview["dry_run"]) == (outcome["contacts"], outcome["gone"], True)
    (entry,) = await history(two, ids["1"])
    assert (entry["kind"], entry["verdict"], entry["number"]) == ("joined", "same", outcome["entries"][0]["number"])
    assert entry["by"] is not None


async def test_an_undone_merge_gives_back_groups_ids_and_values(two: Any) -> None:
    ids, before = await ids_of(two), await two.contacts()
    outcome = await two.send("POST", "/contacts/merge", {"ids": list(ids.values())})
    number = outcome["entries"][0]["number"]

    preview = await two.send("POST", f"/history/{number}/undo", {"dry_run": True})
    assert len(await two.contacts()) == 1
    await two.send("POST", f"/history/{number}/undo", {})

    assert await two.contacts() == before
    assert {each["id"] for each in preview["contacts"]} == set(ids.values())
    newest, oldest = await history(two, ids["1"])
    assert (newest["kind"], newest["undoes"], oldest["undone_by"]) == ("parted", [number], newest["number"])
    again = await two.send("POST", f"/history/{number}/undo", {}, status=409)
    assert again["type"] == "nothing-to-undo"


async def test_an_undoing_can_be_undone(two: Any) -> None:
    ids = await ids_of(two)
    number = (await two.send("POST", "/contacts/merge", {"ids": list(ids.values())}))["entries"][0]["number"]
    undoing = (await two.send("POST", f"/history/{number}/undo", {}))["entries"][0]["number"]

    await two.send("POST", f"/history/{undoing}/undo", {})

    assert await groups_of(two) == {frozenset("12")}


async def test_a_split_holds_against_the_rules_and_is_undone(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(number, ADA) for number in (1, 2, 3)))
    (whole,) = await workspace.contacts()

    wish = {"sources": [key(workspace, 3)]}
    outcome = await workspace.send("POST", f"/contacts/{whole['id']}/split", wish)
    await workspace.hears(workspace.fetched(3, ADA, revision=2, first_name="Another"))

    assert await groups_of(workspace) == {frozenset("12"), frozenset("3")}
    await workspace.send("POST", f"/history/{outcome['entries'][0]['number']}/undo", {})
    assert await groups_of(workspace) == {frozenset("123")}


@pytest.mark.parametrize(("numbers", "status"), [((1, 2, 3), 400), ((9,), 400)])
async def test_a_split_takes_some_of_the_sources_and_not_all(workspace: Any, numbers: Any, status: int) -> None:
    await workspace.hears(*(workspace.fetched(number, ADA) for number in (1, 2, 3)))
    (whole,) = await workspace.contacts()

    wish = {"sources": [key(workspace, number) for number in numbers]}
    problem = await workspace.send("POST", f"/contacts/{whole['id']}/split", wish, status=status)

    assert problem["type"] == "sources-not-here"


async def test_what_a_rule_joined_is_undone_for_good_and_later_changes_stay(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA), workspace.fetched(2, LOVE))
    await workspace.hears(workspace.fetched(2, ADA, revision=2))
    (whole,) = await workspace.contacts()
    (joined,) = await history(workspace, whole["id"])
    await workspace.hears(workspace.fetched(3, ADA), workspace.fetched(2, ADA, revision=3, company="Engines"))

    outcome = await workspace.send("POST", f"/history/{joined['number']}/undo", {})

    # The third came by the same key, and stays with one of them.
    assert await groups_of(workspace) in ({frozenset("13"), frozenset("2")}, {frozenset("1"), frozenset("23")})
    assert {each["company"] for each in await workspace.contacts()} == {None, "Engines"}
    assert outcome["entries"][0]["undoes"] == [joined["number"]]
    await workspace.hears(workspace.fetched(2, ADA, revision=4))
    assert len(await workspace.contacts()) == 2


async def test_all_that_rules_joined_since_is_undone_at_once(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, ADA), workspace.fetched(2, LOVE), workspace.fetched(3), workspace.fetched(4)
    )
    await workspace.hears(workspace.fetched(3, ADA, revision=2))
    await workspace.hears(workspace.fetched(4, LOVE, revision=2))
    since = "2026-01-01T00:00:00Z"

    preview = await workspace.send("POST", "/history/undo-joins", {"since": since, "dry_run": True})
    assert len(await workspace.contacts()) == 2
    undone = await workspace.send("POST", "/history/undo-joins", {"since": since})

    assert len(await workspace.contacts()) == 4
    assert (len(preview["outcome"]["contacts"]), undone["more"]) == (4, False)


async def test_joins_of_rules_are_undone_some_at_a_time(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "UNDONE_AT_ONCE", 1)
    await workspace.hears(*(workspace.fetched(number, f"{number}@example.com") for number in (1, 2, 3, 4)))
    await workspace.hears(workspace.fetched(2, "1@example.com", revision=2))
    await workspace.hears(workspace.fetched(4, "3@example.com", revision=2))
    wish = {"since": "2026-01-01T00:00:00Z"}

    more = [(await workspace.send("POST", "/history/undo-joins", wish))["more"] for _ in range(3)]

    assert more == [True, False, False]
    assert len(await workspace.contacts()) == 4


async def test_each_of_several_decisions_is_undone_by_itself(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(number, f"{number}@example.com") for number in (1, 2, 3, 4)))
    said = [
        {"verdict": "same", "left": [key(workspace, left)], "right": [key(workspace, right)]}
        for left, right in ((1, 2), (3, 4))
    ]
    outcome = await workspace.send("POST", "/decisions", {"decisions": said})

    await workspace.send("POST", f"/history/{outcome['entries'][0]['number']}/undo", {})

    groups = await groups_of(workspace)
    assert len(groups) == 3
    assert groups & {frozenset("12"), frozenset("34")}


async def test_with_a_merge_that_overrode_a_word_that_word_comes_back(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA), workspace.fetched(2, ADA))
    (whole,) = await workspace.contacts()
    await workspace.send("POST", f"/contacts/{whole['id']}/split", {"sources": [key(workspace, 2)]})
    before, ids = await workspace.contacts(), await ids_of(workspace)
    merged = await workspace.send("POST", "/contacts/merge", {"ids": list(ids.values()), "override": True})
    assert len(await workspace.contacts()) == 1

    await workspace.send("POST", f"/history/{merged['entries'][0]['number']}/undo", {})

    assert await workspace.contacts() == before


async def test_an_undoing_of_a_pin_is_seen_beforehand_too(two: Any) -> None:
    ids = await ids_of(two)
    await two.send("PUT", f"/contacts/{ids['1']}/pins/company", {"value": "Engines"})
    await two.send("DELETE", f"/contacts/{ids['1']}/pins/company")
    number = (await history(two, ids["1"]))[0]["number"]

    preview = await two.send("POST", f"/history/{number}/undo", {"dry_run": True})

    assert [each["company"] for each in preview["contacts"]] == ["Engines"]
    assert "company" not in (await two.get(f"/contacts/{ids['1']}"))["fields"]


async def test_an_earlier_different_stands_against_a_merge_until_it_is_overridden(two: Any) -> None:
    ids = await ids_of(two)
    said = {"verdict": "different", "left": [key(two, 1)], "right": [key(two, 2)]}
    outcome = await two.send("POST", "/decisions", {"decisions": [said]})
    assert [entry["kind"] for entry in outcome["entries"]] == ["decided"]

    wish = {"ids": list(ids.values())}
    problem = await two.send("POST", "/contacts/merge", wish, status=409)
    assert (problem["type"], problem["decisions"]) == ("decided-otherwise", [1])
    await two.send("POST", "/contacts/merge", {**wish, "override": True})

    assert await groups_of(two) == {frozenset("12")}


async def test_a_word_on_contacts_that_are_others_than_were_shown_does_nothing(two: Any) -> None:
    await two.hears(two.fetched(3, "cat@example.com"), two.fetched(4, ADA))
    await two.hears(two.gone(4))
    ids = await ids_of(two)
    merge = {"ids": [ids["1"], ids["2"]], "expected": [key(two, 1), key(two, 2)]}
    assert (await two.send("POST", "/contacts/merge", {**merge, "dry_run": True}))["gone"] == [ids["2"]]
    await two.send("POST", "/contacts/merge", {"ids": [ids["2"], ids["3"]]})
    split = {"sources": [key(two, 3)], "expected": [key(two, 2), key(two, 3)]}

    refused = await two.send("POST", "/contacts/merge", merge, status=409)
    assert refused["type"].endswith("contacts-changed")
    assert await groups_of(two) == {frozenset("1"), frozenset("23")}
    await two.send("POST", "/contacts/merge", {"ids": [ids["1"], ids["2"]]})
    refused = await two.send("POST", f"/contacts/{ids['1']}/split", split, status=409)

    assert refused["type"].endswith("contacts-changed")
    assert await groups_of(two) == {frozenset("123")}
    split["expected"].append(key(two, 1))
    await two.send("POST", f"/contacts/{ids['1']}/split", split)
    assert await groups_of(two) == {frozenset("12"), frozenset("3")}


async def test_several_decisions_are_taken_together_or_not_at_all(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(number, f"{number}@example.com") for number in (1, 2, 3, 4)))
    same = [
        {"verdict": "same", "left": [key(workspace, left)], "right": [key(workspace, right)]}
        for left, right in ((1, 2), (3, 4))
    ]
    unknown = {"verdict": "same", "left": [key(workspace, 1)], "right": [key(workspace, 9)]}

    await workspace.send("POST", "/decisions", {"decisions": [*same, unknown]}, status=400)
    assert len(await workspace.contacts()) == 4
    await workspace.send("POST", "/decisions", {"decisions": same})

    assert await groups_of(workspace) == {frozenset("12"), frozenset("34")}


async def test_a_pinned_value_is_shown_whatever_the_sources_say(two: Any) -> None:
    ids = await ids_of(two)
    await two.send("PUT", f"/contacts/{ids['1']}/pins/first_name", {"value": "Augusta"})
    await two.hears(two.fetched(1, ADA, revision=2, first_name="Countess"))

    shown = await two.get(f"/contacts/{ids['1']}")
    assert shown["fields"]["first_name"] == "Augusta"
    told = shown["lineage"]["first_name"]
    assert (told["rule"], [each["value"] for each in told["losers"]]) == ("pinned", ["Countess"])
    assert "Augusta" in {each["first_name"] for each in await two.contacts()}
    (entry,) = await history(two, ids["1"])
    assert (entry["kind"], entry["field"], entry["value"]) == ("pinned", "first_name", "Augusta")


async def test_a_pin_goes_where_its_record_goes_and_is_taken_off(two: Any) -> None:
    ids = await ids_of(two)
    await two.send("PUT", f"/contacts/{ids['2']}/pins/company", {"value": "Engines"})
    merged = await two.send("POST", "/contacts/merge", {"ids": list(ids.values())})
    assert (await two.get(f"/contacts/{ids['1']}"))["fields"]["company"] == "Engines"

    await two.send("POST", f"/history/{merged['entries'][0]['number']}/undo", {})
    assert "company" not in (await two.get(f"/contacts/{ids['1']}"))["fields"]
    await two.send("DELETE", f"/contacts/{ids['2']}/pins/company")

    assert "company" not in (await two.get(f"/contacts/{ids['2']}"))["fields"]
    newest = (await history(two, ids["2"]))[0]
    assert newest["kind"] == "unpinned"
    await two.send("POST", f"/history/{newest['number']}/undo", {})
    assert (await two.get(f"/contacts/{ids['2']}"))["fields"]["company"] == "Engines"


async def test_bad_wishes_are_refused(two: Any) -> None:
    ids = await ids_of(two)
    one = ids["1"]
    await two.send("POST", "/contacts/merge", {"ids": [one]}, status=400)
    await two.send("POST", "/contacts/merge", {"ids": [one, one]}, status=400)
    await two.send("POST", "/contacts/merge", {"ids": [one, str(uuid4())]}, status=404)
    await two.send("PUT", f"/contacts/{one}/pins/colour", {"value": "red"}, status=400)
    await two.send("PUT", f"/contacts/{one}/pins/company", {"value": ""}, status=400)
    for field, value in (("phone", "garbage"), ("phone", "+"), ("email", "not an email"), ("email", "@")):
        refused = await two.send("PUT", f"/contacts/{one}/pins/{field}", {"value": value}, status=400)
        assert refused["type"] == "value-unfit"
    await two.send("PUT", f"/contacts/{one}/pins/phone", {"value": "ext. 110"})
    await two.send("POST", "/history/99/undo", {}, status=404)


async def test_nobody_decides_in_another_workspace(two: Any, other: Any, db: Any) -> None:
    ids = await ids_of(two)
    stranger = type(two)(db, two.publisher, two.http)

    await stranger.send("POST", "/contacts/merge", {"ids": list(ids.values())}, status=404)
    await stranger.send("PUT", f"/contacts/{ids['1']}/pins/company", {"value": "Mine"}, status=404)
    merged = await two.send("POST", "/contacts/merge", {"ids": list(ids.values())})
    await stranger.send("POST", f"/history/{merged['entries'][0]['number']}/undo", {}, status=404)


async def test_what_is_said_again_under_its_key_is_taken_once(two: Any) -> None:
    ids = await ids_of(two)
    merge, headers = {"ids": [ids["1"], ids["2"]]}, {"Idempotency-Key": "merge 1"}

    async def says(path: str, wish: Any, more: dict[str, str], status: int = 200) -> Any:
        whole = bearer(user_token(workspace_id=two.id)) | more
        async with two.http.post(path, json=wish, headers=whole) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    previewed = await says("/contacts/merge", {**merge, "dry_run": True}, {"Idempotency-Key": "a look"})
    said = await says("/contacts/merge", merge, headers)
    again = await says("/contacts/merge", merge, headers)

    assert previewed["dry_run"]
    assert [each["number"] for each in again["entries"]] == [each["number"] for each in said["entries"]]
    assert len(await history(two, ids["1"])) == 1
    await two.send("POST", f"/history/{said['entries'][0]['number']}/undo", {})
    (entry,) = (await says("/contacts/merge", merge, headers))["entries"]
    assert entry["undone_by"], "it was said once, and taken back since"
    assert await groups_of(two) == {frozenset("1"), frozenset("2")}

    (problem, odd) = (await says("/contacts/merge", {**merge, "override": True}, headers, 422), "x" * 201)
    assert problem["type"] == "idempotency-key-reused"
    await says("/contacts/merge", merge, {"Idempotency-Key": odd}, 400)


async def test_a_split_is_taken_once_too(two: Any) -> None:
    ids = await ids_of(two)
    await two.send("POST", "/contacts/merge", {"ids": list(ids.values())})
    wish, headers = {"sources": [key(two, 2)]}, bearer(user_token(workspace_id=two.id)) | {"Idempotency-Key": "s"}
    numbers = []

    for _ in range(2):
        async with two.http.post(f"/contacts/{ids['1']}/split", json=wish, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            numbers.append([each["number"] for each in (await answer.json())["entries"]])

    assert numbers[0] == numbers[1] != []
    assert await groups_of(two) == {frozenset("1"), frozenset("2")}
