"""One person as a whole: forgotten for good, with everything that concerns nobody else."""

from typing import Any
from uuid import uuid4

import pytest
from contracts.golden_records import ContactErased, GoldenRecordGone
from contracts.interactions import InteractionGone
from sqlalchemy import text

ADA, LOVE, BOB = "ada@secret.example", "love@secret.example", "bob@example.com"


async def ids_of(workspace: Any) -> dict[str, str]:
    """The golden record of each source, by its provider's id."""
    return {source["provider_id"]: each["id"] for each in await workspace.contacts() for source in each["sources"]}


def key(workspace: Any, number: int) -> dict[str, str]:
    return {"connection_id": str(workspace.hubspot), "provider_id": str(number)}


async def erase(workspace: Any, golden_id: str, *, dry_run: bool = False, status: int = 200) -> Any:
    return await workspace.send("POST", f"/contacts/{golden_id}/erase", {"dry_run": dry_run}, status=status)


async def fill(workspace: Any) -> str:
    """Ada of three records, with all that can be known of her, and Bob; return her golden record."""
    await workspace.hears(
        workspace.fetched(1, ADA, first_name="Ada", last_name="Secret", birth_date="1815-12-10"),
        workspace.fetched(2, ADA, LOVE, connection_id=workspace.zendesk, last_name="Secret"),
        workspace.fetched(3, LOVE, first_name="Ada", last_name="Secret", birth_date="1815-12-10"),
        workspace.fetched(4, "ada2@secret.example", first_name="Ada", last_name="Secret", birth_date="1815-12-10"),
        workspace.fetched(9, BOB, first_name="Bob"),
        workspace.deal(7, 1, 3, title="Secret engine"),
        workspace.deal(8, 1, 9, title="Common cause"),
        workspace.deal(9, 9, title="Bob's own"),
    )
    ids = await ids_of(workspace)
    ada, bob = ids["1"], ids["9"]
    if ids["4"] != ada:
        await workspace.send("POST", "/contacts/merge", {"ids": [ada, ids["4"]]})
    decisions = [{"verdict": "different", "left": [key(workspace, 1)], "right": [key(workspace, 9)]}]
    await workspace.send("POST", "/decisions", {"decisions": decisions})
    await workspace.send("PUT", f"/contacts/{ada}/pins/company", {"value": "Secret Ltd"})
    assert bob != ada
    return ada


async def test_nothing_of_an_erased_person_is_left_in_any_table_and_others_stay(workspace: Any) -> None:
    ada = await fill(workspace)
    held = {"source_identity", "match_key", "golden_record", "history", "pin", "interaction", "weighed_record"}
    assert held <= set(await workspace.mentions("ecret"))

    outcome = await erase(workspace, ada)

    await workspace.hears()  # what is derived follows by its own events
    assert await workspace.mentions("ecret") == []
    assert await workspace.mentions("1815") == []
    (bob,) = await workspace.contacts()
    timeline = (await workspace.get(f"/contacts/{bob['id']}/timeline"))["items"]
    assert {each["title"] for each in timeline} == {"Common cause", "Bob's own"}
    assert (await workspace.get("/contacts/count"))["count"] == 1
    assert (outcome["interactions"], outcome["mentions"]) == (1, 1)


async def test_every_service_is_told_whose_records_must_go(workspace: Any) -> None:
    ada = await fill(workspace)
    previous = (await workspace.get(f"/contacts/{ada}"))["previous_ids"]

    await erase(workspace, ada)

    (told,) = await workspace.published(ContactErased)
    assert len(previous) == 3
    assert set(map(str, told.previous_ids)) == set(previous)
    ours, theirs = workspace.hubspot, workspace.zendesk
    assert str(told.golden_id) == ada
    assert set(told.sources) == {(ours, "1"), (theirs, "2"), (ours, "3"), (ours, "4")}
    assert ada in {str(each.golden_id) for each in await workspace.published(GoldenRecordGone)}


async def test_a_dry_run_counts_what_would_go_and_leaves_it(workspace: Any) -> None:
    ada = await fill(workspace)
    before = await rows(workspace)

    foretold = await erase(workspace, ada, dry_run=True)

    assert await rows(workspace) == before
    assert await workspace.published(ContactErased) == []
    done = await erase(workspace, ada)
    assert {**foretold, "dry_run": False} == done
    after = await rows(workspace)
    lost = {table: before[table] - after[table] for table in before}
    assert len(done["sources"]) == 4
    assert done["keys"] == lost["match_key"]
    assert done["pairs"] == lost["alike"] > 0
    assert done["pins"] == lost["pin"] == 1
    assert done["history"] >= lost["history"] > 0
    assert done["previous_ids"] == 3
    assert done["decisions"] == lost["decision"] + 1, "a word that names Bob too holds its half of him"
    assert lost["source_identity"] == 0, "what keeps them from coming back stays"


async def rows(workspace: Any) -> dict[str, int]:
    async with workspace.db.transaction(workspace.id) as conn:
        return {
            table: (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("source_identity", "match_key", "alike", "pin", "history", "decision", "interaction")
        }


async def test_what_comes_late_of_an_erased_person_brings_nothing_back(workspace: Any) -> None:
    ada = await fill(workspace)
    await erase(workspace, ada)

    await workspace.hears(workspace.fetched(1, ADA, revision=2, first_name="Ada"), workspace.deal(7, 1, title="Secret"))

    assert await workspace.mentions("ecret") == []
    await workspace.hears(
        workspace.fetched(2, ADA, revision=5, connection_id=workspace.zendesk),
        *(workspace.gone(number, revision=3, reason="erased") for number in (1, 3, 4)),
        workspace.gone(2, revision=6, reason="erased", connection_id=workspace.zendesk),
        workspace.fetched(3, LOVE, revision=2),
        lane="backfill",
    )
    assert await workspace.mentions("ecret") == []
    assert len(await workspace.contacts()) == 1


async def test_an_interaction_that_was_under_way_goes_with_the_answer_of_who_holds_it(workspace: Any) -> None:
    ada = await fill(workspace)
    await erase(workspace, ada)
    late = workspace.deal(7, 1, revision=2, title="Secret engine")

    await workspace.hears(late)
    await workspace.hears(
        InteractionGone(
            workspace_id=workspace.id,
            connection_id=workspace.hubspot,
            provider="hubspot",
            kind="deal",
            provider_id="7",
            revision=3,
            reason="erased",
        )
    )

    assert await workspace.mentions("ecret") == []


async def test_who_was_erased_is_not_found_by_any_id(workspace: Any) -> None:
    ada = await fill(workspace)
    known = [ada, *(await workspace.get(f"/contacts/{ada}"))["previous_ids"]]
    await erase(workspace, ada)

    for id_ in known:
        await workspace.get(f"/contacts/{id_}", status=404)
        await workspace.get(f"/contacts/{id_}/timeline", status=404)
        assert (await workspace.get(f"/contacts/{id_}/history"))["items"] == []
        await erase(workspace, id_, status=404)


async def test_somebody_new_with_the_address_of_an_erased_person_is_taken_in(workspace: Any) -> None:
    ada = await fill(workspace)
    await erase(workspace, ada)

    await workspace.hears(workspace.fetched(20, ADA))

    assert "20" in await ids_of(workspace)


async def test_no_log_line_says_who_was_erased(workspace: Any, capfd: pytest.CaptureFixture[str]) -> None:
    ada = await fill(workspace)
    await workspace.get(f"/contacts/{ada}/export")
    await erase(workspace, ada)
    await workspace.hears(workspace.fetched(1, ADA, revision=2))

    said = "".join(capfd.readouterr())
    assert "contact_erased" in said
    assert "ecret" not in said


async def test_a_person_who_is_gone_everywhere_can_be_erased(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA))
    ada = (await ids_of(workspace))["1"]
    await workspace.hears(workspace.gone(1))

    await erase(workspace, ada)

    assert await workspace.mentions("ecret") == []


async def test_an_erasure_that_another_workspace_asks_for_finds_nobody(workspace: Any, other: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA))
    await other.hears(other.fetched(1, ADA))
    async with other.db.transaction(other.id) as conn:
        theirs = (await conn.execute(text("SELECT golden_id FROM golden_record"))).scalar_one()

    await erase(workspace, theirs, status=404)
    await erase(workspace, uuid4(), status=404)

    assert await other.mentions("ecret")


@pytest.mark.parametrize("body", [{"dry_run": "perhaps"}, {"force": True}, []])
async def test_a_wish_that_is_not_understood_erases_nobody(workspace: Any, body: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA))
    ada = (await ids_of(workspace))["1"]

    await workspace.send("POST", f"/contacts/{ada}/erase", body, status=400)

    assert await workspace.contacts()
