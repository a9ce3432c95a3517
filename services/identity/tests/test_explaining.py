"""Why contacts are one or are not, as it is told over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from identity.decisions import deciding
from identity.explain import wording
from identity.explain.explain_queries import find_source
from identity.path import operations
from identity.resolution.records import told_by
from identity.rules.comparison import LEVELS
from identity.rules.ruleset import DEFAULT
from identity.store import queries, rules_queries

NOBODY = UUID("01a206d6-3b4b-7bbf-b401-142231ddbe19")
ADA = {"first_name": "Ada", "last_name": "Lovelace", "city": "London", "postal_code": "SW1Y 4LE"}
BORN = {"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1985-12-10"}


async def explain(workspace: Any, number: int, **query: Any) -> Any:
    ids = {source["provider_id"]: c["id"] for c in await workspace.contacts() for source in c["sources"]}
    return await workspace.get(f"/contacts/{ids[str(number)]}/explain", **query)


def named(workspace: Any, number: int) -> str:
    return f"{workspace.hubspot}/{number}"


async def pair(workspace: Any, left: int, right: int, **query: Any) -> Any:
    """Explain a pair, which must say the same whichever is left."""
    told = await workspace.get("/explain", left=named(workspace, left), right=named(workspace, right), **query)
    turned = await workspace.get("/explain", left=named(workspace, right), right=named(workspace, left), **query)
    assert (turned["verdict"], turned["sentence"]) == (told["verdict"], told["sentence"])
    assert (turned["left"], turned["right"]) == (told["right"], told["left"])
    return told


async def decide(workspace: Any, verdict: str, *numbers: int, by: UUID | None = None) -> None:
    told = await workspace.get("/contacts", limit=200)
    ids = {s["provider_id"]: s for contact in told["items"] for s in contact["sources"]}
    async with workspace.db.transaction(workspace.id) as conn:
        sides = [
            {await find_source(conn, workspace.id, UUID(ids[str(number)]["connection_id"]), str(number))}
            for number in numbers
        ]
        await deciding.decide(conn, workspace.id, [(verdict, tuple(map(frozenset, sides)))], by=by)


async def test_keys_and_likeness_that_hold_are_told_with_what_each_field_adds(workspace: Any) -> None:
    await workspace.weighs(
        workspace.fetched(1, "ada@one.org", **BORN),
        workspace.fetched(2, "ada@one.org"),
        workspace.fetched(3, "countess@two.org", **BORN),
    )

    told = await explain(workspace, 1)

    key, alike = told["edges"]
    assert (key["rule"], key["sentence"], key["joined"]) == ("same_email", "same email: ada@one.org", True)
    assert [source["provider_id"] for source in key["records"]] == ["1", "2"]
    assert (alike["rule"], alike["joined"]) == ("alike", True)
    assert sum(share["strength"] for share in alike["fields"]) == alike["strength"] >= DEFAULT.join
    assert "same birth date: +13.0 bits" in [share["sentence"] for share in alike["fields"]]
    assert told["sentence"] == "3 source records, joined by keys they carry and what they have in common"
    assert told["near_misses"] == told["guards"] == told["decisions"] == []


async def test_how_common_a_name_is_is_told(workspace: Any) -> None:
    common = msgspec.structs.replace(DEFAULT, values={"family": {"lovelace": 30}, "given": {"john": 10}})
    async with workspace.db.transaction(workspace.id) as conn:
        await queries.lock_workspaces(conn, {workspace.id})
        await rules_queries.save_rules(conn, workspace.id, common, None)
    await workspace.weighs(workspace.fetched(1, "ada@one.org", **BORN), workspace.fetched(2, "c@two.org", **BORN))

    told = await pair(workspace, 1, 2)

    said = {share["field"]: share["sentence"] for share in told["weighed"]["fields"]}
    assert said["family"] == "same last name, which is common here: +3.0 bits"
    assert said["given"] == "same first name, which is rare here: +5.9 bits"


async def test_keys_that_are_nobodys_own_are_told(workspace: Any) -> None:
    people = [
        workspace.fetched(n, "desk@x.org", "info@x.org", last_name=name)
        for n, name in enumerate(("Lee", "Moss", "Nash", "Orr"), 1)
    ]
    await workspace.weighs(*people)

    told = await explain(workspace, 1)

    shared, desk = told["guards"]
    assert (shared["kind"], shared["value"], shared["people"]) == ("shared", "email:desk@x.org", 4)
    assert shared["sentence"].startswith("desk@x.org is carried by 4 differently named people")
    assert (desk["kind"], desk["value"]) == ("desk", "email:info@x.org")
    between = await pair(workspace, 1, 2)
    assert [guard["kind"] for guard in between["guards"]] == ["shared", "desk"]
    assert between["verdict"] == "not_compared"


async def test_a_key_that_was_refused_is_told_on_either_side(workspace: Any) -> None:
    await workspace.weighs(
        workspace.fetched(1, "twins@x.org", birth_date="1990-01-01"),
        workspace.fetched(2, "twins@x.org", birth_date="1961-05-17"),
    )

    for number in (1, 2):
        told = await explain(workspace, number)
        (guard,) = told["guards"]
        assert (guard["kind"], guard["value"]) == ("birth_dates_conflict", "email:twins@x.org")
        assert {source["provider_id"] for source in guard["records"]} == {"1", "2"}
        (near,) = told["near_misses"]
        assert near["sentence"] == "same email: twins@x.org"
    between = await pair(workspace, 1, 2)
    assert between["verdict"] == "refused"
    assert between["sentence"].endswith("because their birth dates contradict each other.")
    assert between["suggestion_id"] == near["suggestion_id"]


async def test_decisions_are_told_with_who_and_when(workspace: Any) -> None:
    who = uuid4()
    await workspace.weighs(workspace.fetched(1, "ada@one.org"), workspace.fetched(2, "ada@one.org"))
    await decide(workspace, "different", 1, 2, by=who)

    told = await explain(workspace, 1)
    between = await pair(workspace, 1, 2)

    (decision,) = told["decisions"]
    assert (decision["verdict"], decision["decided_by"], decision["holds"]) == ("different", str(who), True)
    assert decision["decided_at"]
    assert [[source["provider_id"] for source in side] for side in decision["sides"]] == [["1"], ["2"]]
    assert between["verdict"] == "decided_different"
    assert between["decisions"] == [decision]
    assert told["near_misses"] == []


async def test_a_decision_that_cannot_hold_says_so(workspace: Any) -> None:
    await workspace.weighs(workspace.fetched(1, "ada@one.org"), workspace.fetched(2, "al@one.org"))
    await decide(workspace, "different", 1, 2)
    await decide(workspace, "same", 1, 2)

    told = await explain(workspace, 1)

    assert {each["verdict"]: each["holds"] for each in told["decisions"]} == {"different": True, "same": False}


async def test_two_of_one_golden_record_are_told_the_way_from_one_to_the_other(workspace: Any) -> None:
    await workspace.weighs(
        workspace.fetched(1, "a@x.org"),
        workspace.fetched(2, "a@x.org", "b@x.org"),
        workspace.fetched(3, "b@x.org"),
        workspace.fetched(4, "a@x.org"),
    )

    told = await pair(workspace, 1, 3)

    assert told["verdict"] == "together"
    assert {edge["value"] for edge in told["edges"]} == {"email:a@x.org", "email:b@x.org"}
    assert told["weighed"]["strength"] < 0


async def test_a_suggested_pair_is_told_field_by_field(workspace: Any) -> None:
    await workspace.weighs(workspace.fetched(1, "ada@one.org", **ADA), workspace.fetched(2, "c@two.org", **ADA))

    told = await pair(workspace, 1, 2)

    assert told["verdict"] == "suggested"
    assert [guard["kind"] for guard in told["weighed"]["guards"]] == ["only_names", "namesakes"]
    assert "name:ada|lovelace" in [block["value"] for block in told["blocks"]]
    (asked,) = (await workspace.get("/suggestions"))["items"]
    assert told["suggestion_id"] == asked["id"]
    assert told["weighed"]["strength"] == asked["strength"]


@pytest.mark.parametrize(
    ("other", "verdict", "is_in_blocks"),
    [
        ({"first_name": "Grace", "last_name": "Hopper"}, "not_compared", False),
        ({"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1990-07-07"}, "below_threshold", True),
        ({"first_name": "Ada", "last_name": "Lovelace", "phones": ("+442079460009",)}, "below_threshold", True),
    ],
)
async def test_who_has_too_little_in_common_is_told_so(
    workspace: Any, other: dict[str, Any], verdict: str, is_in_blocks: bool
) -> None:
    one = {"first_name": "Ada", "last_name": "Lovelace", "phones": ("+442079460001",), "birth_date": "1985-12-10"}
    await workspace.weighs(workspace.fetched(1, "ada@one.org", **one), workspace.fetched(2, "g@two.org", **other))

    told = await pair(workspace, 1, 2)

    assert (told["verdict"], bool(told["blocks"])) == (verdict, is_in_blocks)


async def test_a_block_that_is_too_full_is_told(workspace: Any) -> None:
    many = [workspace.fetched(n, first_name="Jo", last_name="Lee") for n in range(1, DEFAULT.block_limit + 2)]
    await workspace.weighs(*many)
    (first, *_) = await workspace.contacts(sort="created_at")

    told = await workspace.get(f"/contacts/{first['id']}/explain")
    between = await pair(workspace, 1, 2)

    assert "block_too_full" in [guard["kind"] for guard in told["guards"]]
    assert between["verdict"] == "not_compared"
    assert all(block["is_too_full"] for block in between["blocks"])


async def test_who_was_not_weighed_yet_is_told_so(workspace: Any) -> None:
    told = workspace.fetched(1, "ada@one.org", **ADA), workspace.fetched(2, "c@two.org", **ADA)
    async with workspace.db.transaction(workspace.id) as conn:
        await operations.resolve_contacts(conn, list(map(told_by, told)))

    assert (await pair(workspace, 1, 2))["verdict"] == "not_yet_weighed"


async def test_a_deleted_record_holds_nobody_together_and_that_is_told(workspace: Any) -> None:
    await workspace.weighs(
        workspace.fetched(1, "a@x.org", "b@x.org"), workspace.fetched(2, "a@x.org"), workspace.fetched(3, "b@x.org")
    )
    await workspace.weighs(workspace.gone(1))

    told = await pair(workspace, 2, 3)

    assert told["verdict"] == "refused"
    assert told["guards"][0]["kind"] == "gone"


async def test_what_is_too_much_is_cut_and_counted(workspace: Any) -> None:
    await workspace.weighs(*(workspace.fetched(n, "a@x.org", f"z{n // 2}@x.org", **BORN) for n in range(1, 30)))

    told = await explain(workspace, 1, limit=3)

    assert [len(told[kind]) for kind in ("sources", "edges")] == [3, 3]
    assert told["left_off"]["sources"] == 26
    assert told["left_off"]["edges"] > 10
    everyone = next(edge for edge in told["edges"] if edge["value"] == "email:a@x.org")
    assert (len(everyone["records"]), everyone["left_off"]) == (20, 9)


async def test_a_golden_record_is_asked_about_by_any_of_its_ids(workspace: Any) -> None:
    await workspace.weighs(workspace.fetched(1, "ada@one.org"), workspace.fetched(2, "al@one.org"))
    older, younger = [contact["id"] for contact in await workspace.contacts(sort="created_at")]
    await workspace.weighs(workspace.fetched(2, "al@one.org", "ada@one.org", revision=2))

    by_old_id = await workspace.get(f"/contacts/{younger}/explain")
    between = await workspace.get("/explain", left=older, right=younger)

    assert by_old_id == await workspace.get(f"/contacts/{older}/explain")
    assert by_old_id["id"] == older
    assert (between["verdict"], len(between["edges"])) == ("together", 1)


async def test_nothing_is_explained_to_another_workspace(workspace: Any) -> None:
    await workspace.weighs(workspace.fetched(1, "ada@one.org", **ADA), workspace.fetched(2, "c@two.org", **ADA))
    one, two = [contact["id"] for contact in await workspace.contacts()]
    other = uuid4()

    await workspace.get(f"/contacts/{one}/explain", status=404, workspace_id=other)
    await workspace.get("/explain", status=404, workspace_id=other, left=one, right=two)
    await workspace.get("/explain", status=404, workspace_id=other, left=named(workspace, 1), right=one)


@pytest.mark.parametrize(
    ("left", "status", "slug"),
    [
        ("nobody", 400, "reference-invalid"),
        ("x/1", 400, "reference-invalid"),
        (f"{NOBODY}/1", 404, "contact-not-found"),
    ],
)
async def test_what_names_nobody_is_refused(workspace: Any, left: str, status: int, slug: str) -> None:
    answer = await workspace.get("/explain", status=status, left=left, right=str(uuid4()))

    assert answer["type"].endswith(slug)


def test_there_are_words_for_every_level_of_every_field() -> None:
    said = [wording.share(field, level, 0, DEFAULT) for field, levels in LEVELS.items() for level in levels]

    assert not [words for words in said if words.partition(":")[0] in LEVELS]
