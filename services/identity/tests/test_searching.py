"""What people find over HTTP: by words, by what is near them, by filters, in every order, and nobody else's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def numbers(page: Any) -> list[str]:
    """The provider's ids of what was found."""
    return [source["provider_id"] for contact in page["items"] for source in contact["sources"]]


def one(field: str, operator: str, value: Any = None) -> str:
    """Write a filter of one condition."""
    return any_of({"field": field, "operator": operator, "value": value})


def any_of(*rules: Any) -> str:
    """Write a filter."""
    return json.dumps({"combinator": "or", "rules": rules})


async def people(workspace: Any) -> None:
    """Let four contacts be known: Ada in two sources, Grace, José and one of whom only a phone is known."""
    await workspace.hears(
        workspace.fetched(
            1, "ada.king@example.com", first_name="Ada", last_name="Lovelace", company="Analytical Engines",
            city="London", country="GB", owner="Mary", job_title="Countess", phones=("+44 20 7946 0018",),
            updated_at=NOON,
        ),
        workspace.fetched(
            2, "ada.king@example.com", "countess@engines.org", connection_id=workspace.zendesk, last_name="Byron",
            updated_at=NOON - timedelta(days=9),
        ),
        workspace.fetched(
            3, "grace@navy.mil", first_name="Grace", last_name="Hopper", company="Navy", city="Arlington",
            country="US", updated_at=NOON + timedelta(days=1),
        ),
        workspace.fetched(
            4, "jose@nunez.es", first_name="José", last_name="Núñez O'Brien", company="Engine Works",
            updated_at=NOON + timedelta(days=2),
        ),
        workspace.fetched(5, phones=("0171 5550199",), updated_at=NOON + timedelta(days=3)),
        workspace.deal(7, 3, title="Ship", occurred_at=NOON - timedelta(days=30)),
    )  # fmt: skip


WORDS = [
    ("lovelace", ["1", "2"]),
    ("BYR ada", ["1", "2"]),
    ("nunez", ["4"]),
    ("NÚÑ", ["4"]),
    ("obrien", ["4"]),
    ("o'b jos", ["4"]),
    ("engine", ["4", "1", "2"]),
    ("engine works", ["4"]),
    ("countess@", ["1", "2"]),
    ("@engines.org", ["1", "2"]),
    ("king", ["1", "2"]),
    ("ada.king", ["1", "2"]),
    ("j.nunez", ["4"]),
    ("navy.mil", ["3"]),
    ("020 7946", ["1", "2"]),
    ("+44 (20) 7946", ["1", "2"]),
    ("02079460018", ["1", "2"]),
    ("171555", ["5"]),
    ("velace", []),
    ("navy lovelace", []),
    ("_", []),
]


async def test_words_find_what_begins_with_them(workspace: Any) -> None:
    await people(workspace)

    for q, found in WORDS:
        page = await workspace.get("/contacts", q=q)

        assert (q, numbers(page), page["near"], page["total_is_exact"]) == (q, found, [], True)
        assert page["total"] == len(page["items"]) == (await workspace.get("/contacts/count", q=q))["count"]


MISSPELT = [
    ("lovelcae", ["1", "2"], ["lovelace"]),
    ("loevlac ada", ["1", "2"], ["lovelace"]),
    ("hoper", ["3"], ["hopper"]),
    ("grase", ["3"], ["grace"]),
    ("analitycal", [], []),
    ("adb", [], []),
]


async def test_where_nothing_is_found_what_is_near_is_and_the_answer_says_so(workspace: Any) -> None:
    await people(workspace)

    for q, found, near in MISSPELT:
        page = await workspace.get("/contacts", q=q)

        assert (q, numbers(page), page["near"]) == (q, found, near)
        assert (await workspace.get("/contacts/count", q=q))["count"] == len(page["items"])


FILTERS = [
    (one("name", "eq", "ada LOVELACE"), ["1"]),
    (one("name", "starts_with", "jose nu"), ["4"]),
    (one("name", "contains", "opp"), ["3"]),
    (one("name", "is_empty"), ["5"]),
    (one("email", "eq", "Countess@Engines.org"), ["1"]),
    (one("email", "contains", "@engines"), ["1"]),
    (one("email", "starts_with", "grace@"), ["3"]),
    (one("email", "in", ["grace@navy.mil", "jose@nunez.es"]), ["4", "3"]),
    (one("email", "not_contains", "@"), ["5"]),
    (one("phone", "eq", "+44 20 79460018"), ["1"]),
    (one("phone", "starts_with", "0171"), ["5"]),
    (one("phone", "contains", "7946"), ["1"]),
    (one("company", "eq", "navy"), ["3"]),
    (one("company", "contains", "ENGINE"), ["4", "1"]),
    (one("company", "starts_with", "engine w"), ["4"]),
    (one("company", "not_eq", "navy"), ["5", "4", "1"]),
    (one("company", "is_empty", value=False), ["4", "3", "1"]),
    (one("job_title", "eq", "Countess"), ["1"]),
    (one("city", "in", ["London", "Arlington"]), ["3", "1"]),
    (one("country", "not_in", ["GB", "US"]), ["5", "4"]),
    (one("owner", "eq", "mary"), ["1"]),
    (one("provider", "eq", "zendesk"), ["1"]),
    (one("provider", "in", ["zendesk", "pipedrive"]), ["1"]),
    (one("sources", "at_least", 2), ["1"]),
    (one("sources", "not_eq", 2), ["5", "4", "3"]),
    (one("has_email", "eq", value=False), ["5"]),
    (one("has_phone", "eq", value=True), ["5", "1"]),
    (one("updated_at", "before", "2026-03-02T12:00:00Z"), ["1"]),
    (one("updated_at", "after", "2026-03-03"), ["5", "4"]),
    (one("created_at", "before", "2026-01-01T00:00:03Z"), ["1"]),
    (one("created_at", "after", "2026-01-01T00:00:04Z"), ["5", "4"]),
    (one("last_interaction_at", "after", "2026-01-01"), ["3"]),
    (one("last_interaction_at", "before", "2026-01-01"), []),
    (one("last_interaction_at", "is_empty"), ["5", "4", "1"]),
    (any_of(), ["5", "4", "3", "1"]),
    (
        any_of(
            {
                "combinator": "and",
                "rules": [
                    {"field": "country", "operator": "eq", "value": "GB"},
                    {"field": "sources", "operator": "eq", "value": 2},
                ],
            },
            {"field": "city", "operator": "eq", "value": "Arlington"},
        ),
        ["3", "1"],
    ),
]


async def test_filters_leave_what_holds(workspace: Any) -> None:
    await people(workspace)

    for filter_, found in FILTERS:
        page = await workspace.get("/contacts", filter=filter_)

        assert (filter_, [contact["sources"][0]["provider_id"] for contact in page["items"]]) == (filter_, found)
        assert (await workspace.get("/contacts/count", filter=filter_))["count"] == len(found)


async def test_a_filter_can_be_of_one_connection_and_stands_beside_words_and_a_provider(workspace: Any) -> None:
    await people(workspace)
    by_connection = one("connection", "eq", str(workspace.zendesk))

    assert len((await workspace.get("/contacts", filter=by_connection))["items"]) == 1
    assert numbers(await workspace.get("/contacts", q="engine", filter=one("country", "eq", "GB"))) == ["1", "2"]
    assert numbers(await workspace.get("/contacts", q="engine", source="zendesk")) == ["1", "2"]
    assert numbers(await workspace.get("/contacts", source="zendesk", filter=one("city", "eq", "Arlington"))) == []


async def test_a_provider_that_there_is_none_of_is_refused_and_not_counted_as_nobody(workspace: Any) -> None:
    for path, query in (
        ("/contacts", {"source": "nope"}),
        ("/contacts/count", {"source": "Zendesk"}),
        ("/contacts/count", {"filter": one("provider", "in", ["zendesk", "nope"])}),
    ):
        refused = await workspace.get(path, **query, status=400)
        assert "hubspot, pipedrive, zendesk, csv_file, vcard_file" in refused["detail"], refused


async def test_a_filter_can_name_contacts_one_by_one(workspace: Any) -> None:
    await people(workspace)
    everybody = (await workspace.get("/contacts", sort="name"))["items"]
    some = [everybody[0]["id"], everybody[2]["id"].upper(), str(uuid4())]

    found = (await workspace.get("/contacts", sort="name", filter=one("id", "in", some)))["items"]
    others = await workspace.get("/contacts/count", filter=one("id", "not_in", some))

    assert [contact["id"] for contact in found] == [everybody[0]["id"], everybody[2]["id"]]
    assert others["count"] == len(everybody) - 2


async def test_a_filter_that_means_nothing_is_refused_with_its_place(workspace: Any) -> None:
    problem = await workspace.get("/contacts", status=400, filter=one("name", "like", "Ada"))

    assert problem["type"] == "filter-invalid"
    assert problem["pointer"] == "/rules/0/operator"


SORTED = {
    "name": ["1", "3", "4", "5"],
    "email": ["1", "3", "4", "5"],
    "company": ["1", "4", "3", "5"],
    "last_interaction_at": ["3", "1", "4", "5"],
    "created_at": ["1", "3", "4", "5"],
    "updated_at": ["1", "3", "4", "5"],
}
ABSENT = {"name": 1, "email": 1, "company": 1, "last_interaction_at": 3}


async def test_lists_go_both_ways_and_what_is_absent_comes_last(workspace: Any) -> None:
    await people(workspace)
    all_of_them = one("sources", "at_least", 1)

    for sort, up in SORTED.items():
        there = len(up) - ABSENT.get(sort, 0)
        down = [*reversed(up[:there]), *reversed(up[there:])]

        assert (sort, await paged(workspace, sort=sort)) == (sort, up)
        assert (sort, await paged(workspace, sort=f"-{sort}")) == (sort, down)
        assert (sort, await paged(workspace, sort=sort, filter=all_of_them)) == (sort, up)
        assert (sort, await paged(workspace, sort=f"-{sort}", filter=all_of_them)) == (sort, down)


async def paged(workspace: Any, **query: Any) -> list[str]:
    """Read a list one by one to its end."""
    found, cursor = [], {}
    while cursor is not None:
        page = await workspace.get("/contacts", limit=1, **query, **cursor)
        found += [contact["sources"][0]["provider_id"] for contact in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    return found


async def test_a_list_goes_on_where_it_was_while_records_come_and_go(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, first_name=f"Ada {n}") for n in range(1, 6)))
    query = {"q": "ada", "sort": "name", "limit": 2}
    first = await workspace.get("/contacts", **query)

    await workspace.hears(
        workspace.gone(1), workspace.gone(2), workspace.gone(4), workspace.fetched(0, first_name="Ada 0")
    )
    await workspace.hears(workspace.fetched(9, first_name="Ada 3a"))
    rest = await workspace.get("/contacts", cursor=first["next_cursor"], **query)
    last = await workspace.get("/contacts", cursor=rest["next_cursor"], **query)

    assert (first["total"], numbers(first)) == (5, ["1", "2"])
    assert (rest["total"], numbers(rest), numbers(last)) == (None, ["3", "9"], ["5"])
    assert last["next_cursor"] is None


async def test_a_list_of_near_words_goes_on_with_them(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, first_name=f"Hopper {n}") for n in range(3)))

    assert await paged(workspace, q="hoper", sort="created_at") == ["0", "1", "2"]


async def test_a_list_shows_when_something_happened_last_also_after_it_was_called_off(workspace: Any) -> None:
    await workspace.hears(workspace.deal(7, 1, occurred_at=NOON), workspace.deal(8, 1, occurred_at=NOON.replace(day=9)))
    await workspace.hears(workspace.fetched(1, "ada@example.com"))
    (contact,) = await workspace.contacts()

    await workspace.hears(workspace.deal(8, revision=2, occurred_at=NOON.replace(day=9)))

    (later,) = await workspace.contacts()
    assert contact["last_interaction_at"] == "2026-03-09T12:00:00Z"
    assert later["last_interaction_at"] == "2026-03-01T12:00:00Z"


async def test_what_changed_joined_or_went_is_found_by_what_it_is_now(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", first_name="Augusta"),
        workspace.fetched(2, "king@example.com", first_name="Annabella"),
        workspace.fetched(3, "clara@example.com", first_name="Clara"),
    )
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", first_name="Adelheid", revision=2),
        workspace.fetched(2, "king@example.com", "ada@example.com", first_name="Annabella", revision=2),
        workspace.gone(3),
    )

    assert numbers(await workspace.get("/contacts", q="augusta")) == []
    assert sorted(numbers(await workspace.get("/contacts", q="adelheid annabella"))) == ["1", "2"]
    for q in ("clara", "augsta", "clars"):
        assert (await workspace.get("/contacts", q=q))["items"] == []


async def test_nothing_is_found_in_another_workspace(workspace: Any, other: Any) -> None:
    await people(workspace)

    for query in (
        {"q": "lovelace"},
        {"q": "lovelcae"},
        {"filter": one("has_email", "eq", value=True)},
        {"sort": "email"},
    ):
        page = await workspace.get("/contacts", workspace_id=other.id, **query)
        assert (page["items"], page["total"], page["near"]) == ([], 0, [])
    assert (await workspace.get("/contacts/count", workspace_id=uuid4(), q="ada")) == {"count": 0}


async def test_a_search_that_takes_too_long_is_given_up(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await people(workspace)
    monkeypatch.setattr("identity.search.finding.STATEMENT_SECONDS", 0.2)

    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text("LOCK TABLE search_document IN ACCESS EXCLUSIVE MODE"))
        problem = await workspace.get("/contacts", status=503, q="ada")

    assert problem["type"] == "search-too-slow"
