"""The review queue over HTTP: what is asked, in which order, and what is asked later."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from identity import tables
from identity.decisions import deciding
from identity.erasure import erasing
from identity.resolution.suggestions import Suggestion
from identity.review import answering, queue
from identity.search import indexing
from identity.store import queries, suggestion_queries
from servicekit.database import Database
from sqlalchemy import event, text, update

NOBODY = UUID("01a206d6-3b4b-7bbf-b401-142231ddbe19")
ADA = {"first_name": "Ada", "last_name": "Lovelace", "city": "London", "postal_code": "SW1Y 4LE"}


async def two_alike(workspace: Any) -> dict[str, Any]:
    """Let two records come that are alike, but not enough to join; return the question."""
    await workspace.weighs(
        workspace.fetched(1, "ada@one.org", **ADA),
        workspace.fetched(2, "countess@two.org", connection_id=workspace.zendesk, company="Engines", **ADA),
    )
    (asked,) = await questions(workspace)
    return asked


async def questions(workspace: Any, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await workspace.get("/suggestions", **query))["items"]
    return items


async def say(conn: Any, workspace: Any, verdict: Any, sides: Any) -> int:
    await deciding.decide(conn, workspace.id, [(verdict, sides)], by=None)
    return (await conn.execute(text("SELECT max(number) FROM decision"))).scalar_one()


async def decide(workspace: Any, verdict: str, asked: dict[str, Any]) -> int:
    async with workspace.db.transaction(workspace.id) as conn:
        sides = (await answering.load_sides(conn, workspace.id, [UUID(asked["id"])]))[UUID(asked["id"])]
        return await say(conn, workspace, verdict, sides)


async def test_two_who_are_alike_are_asked_about_with_both_sides_and_what_would_result(workspace: Any) -> None:
    asked = await two_alike(workspace)

    older, younger = asked["sides"]
    contacts = await workspace.contacts(sort="created_at")
    assert [older["contact"], younger["contact"]] == contacts
    assert (older["record"]["provider_id"], younger["record"]["provider"]) == ("1", "zendesk")
    assert asked["preview"]["id"] == contacts[0]["id"]
    assert asked["preview"]["fields"]["company"] == "Engines"
    assert set(asked["preview"]["emails"]) == {"ada@one.org", "countess@two.org"}
    fields = asked["reason"]["fields"]
    assert sum(share["strength"] for share in fields) == asked["strength"]
    assert "same last name: +7.6 bits" in [share["sentence"] for share in fields]
    assert await workspace.get("/suggestions/count") == {"count": 1, "is_exact": True}


async def test_a_key_that_was_refused_is_asked_about_first(workspace: Any) -> None:
    await two_alike(workspace)

    await workspace.weighs(
        workspace.fetched(3, "twins@x.org", birth_date="1990-01-01"),
        workspace.fetched(4, "twins@x.org", birth_date="1961-05-17"),
    )

    first, second = await questions(workspace)
    assert (first["reason"]["rule"], first["reason"]["value"]) == ("same_email", "email:twins@x.org")
    assert [guard["kind"] for guard in first["reason"]["guards"]] == ["birth_dates_conflict"]
    assert "contradict" in first["sentence"]
    assert second["reason"]["rule"] == "alike"


async def test_of_two_golden_records_there_is_one_question_however_many_are_alike(workspace: Any) -> None:
    await workspace.weighs(
        *(workspace.fetched(n, "ada@one.org", **ADA) for n in range(3)),
        *(workspace.fetched(n, "countess@two.org", **ADA) for n in range(3, 6)),
    )

    (asked,) = await questions(workspace)
    assert [len(side["members"]) for side in asked["sides"]] == [3, 3]


async def test_a_question_goes_along_when_its_golden_record_joins_an_older_one(workspace: Any) -> None:
    await workspace.weighs(workspace.fetched(5, "ada@one.org", **ADA), workspace.fetched(6, "c@two.org", **ADA))
    (before,) = await questions(workspace)

    await workspace.hears(workspace.fetched(1, "ada@one.org"))

    (asked,) = await questions(workspace)
    older, younger = asked["sides"]
    assert [member["provider_id"] for member in older["members"]] == ["1", "5"]
    assert (older["record"], younger["record"]) == tuple(side["record"] for side in before["sides"])
    assert asked["strength"] == before["strength"]


@pytest.mark.parametrize(("verdict", "contacts"), [("same", 1), ("different", 2)])
async def test_who_decided_is_asked_no_longer_until_the_decision_is_withdrawn(
    workspace: Any, verdict: str, contacts: int
) -> None:
    asked = await two_alike(workspace)

    number = await decide(workspace, verdict, asked)

    assert await questions(workspace) == []
    assert len(await workspace.contacts()) == contacts
    async with workspace.db.transaction(workspace.id) as conn:
        await deciding.withdraw(conn, workspace.id, [number], by=None)
    assert await questions(workspace) == [asked]


async def test_who_is_deleted_is_not_asked_about_until_they_come_back(workspace: Any) -> None:
    asked = await two_alike(workspace)

    await workspace.weighs(workspace.gone(1))
    gone = await questions(workspace)
    await workspace.weighs(workspace.fetched(1, "ada@one.org", revision=3, **ADA))

    assert gone == []
    assert await questions(workspace) == [asked]


async def test_who_was_erased_is_asked_about_no_more_and_nothing_is_kept_of_the_question(workspace: Any) -> None:
    await workspace.weighs(
        workspace.fetched(1, "twins@x.org", birth_date="1990-01-01"),
        workspace.fetched(2, "twins@x.org", birth_date="1961-05-17", connection_id=workspace.zendesk),
    )
    asked = await questions(workspace)

    async with workspace.db.transaction(workspace.id) as conn:
        await erasing.erase_connection(
            conn, workspace_id=workspace.id, connection_id=workspace.zendesk, removed_at=None
        )

    assert len(asked) == 1
    async with workspace.db.transaction(workspace.id) as conn:
        assert (await conn.execute(text("SELECT count(*) FROM suggestion"))).scalar_one() == 0


async def flagged(workspace: Any, **query: Any) -> list[tuple[str, bool]]:
    """Whose review is needed, as lists show it; what is indexed is waited for."""
    await workspace.derives()
    return [(each["email"], each["needs_review"]) for each in await workspace.contacts(sort="email", **query)]


async def test_who_needs_review_is_marked_and_found_until_it_is_decided_or_put_off(workspace: Any) -> None:
    asked = await two_alike(workspace)
    await workspace.hears(workspace.fetched(3, "grace@three.org", first_name="Grace", last_name="Hopper"))
    ada, countess, grace = "ada@one.org", "countess@two.org", "grace@three.org"

    assert await flagged(workspace) == [(ada, True), (countess, True), (grace, False)]
    assert await flagged(workspace, needs_review="true") == [(ada, True), (countess, True)]
    assert await flagged(workspace, needs_review="false") == [(grace, False)]
    assert (await workspace.get("/contacts/count", needs_review="true"))["count"] == 2

    await workspace.asks("POST", f"/suggestions/{asked['id']}/later", json={})
    assert await flagged(workspace, needs_review="true") == []
    await workspace.asks("DELETE", f"/suggestions/{asked['id']}/later")
    assert len(await flagged(workspace, needs_review="true")) == 2

    await workspace.send("POST", f"/suggestions/{asked['id']}/decision", {"decision": "different"})
    assert await flagged(workspace) == [(ada, False), (countess, False), (grace, False)]
    assert await flagged(workspace, needs_review="true") == []


async def index_of(workspace: Any) -> tuple[list[Any], list[Any]]:
    async with workspace.db.transaction(workspace.id) as conn:
        documents = (await conn.execute(text("SELECT * FROM search_document ORDER BY golden_id"))).all()
        tokens = (await conn.execute(text("SELECT * FROM search_token ORDER BY token, golden_id"))).all()
    return list(documents), list(tokens)


async def rebuilt(workspace: Any) -> tuple[list[Any], list[Any]]:
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text("INSERT INTO search_rebuild (workspace_id) VALUES (:id)"), {"id": workspace.id})
    while await indexing.rebuild_slice(workspace.db, workspace.id):
        pass
    return await index_of(workspace)


async def test_what_is_asked_is_marked_as_if_all_were_indexed_anew_and_nothing_else_is_touched(
    workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await two_alike(workspace)
    await workspace.derives()
    reindexed: list[Any] = []
    reindex = indexing.reindex

    async def note(conn: Any, names: Any, **how: Any) -> None:
        reindexed.extend(names)
        await reindex(conn, names, **how)

    monkeypatch.setattr(indexing, "reindex", note)
    marked = await index_of(workspace)
    for method, what, body in (
        ("POST", "later", {}),
        ("DELETE", "later", {}),
        ("POST", "decision", {"decision": "different"}),
    ):
        await workspace.asks(method, f"/suggestions/{asked['id']}/{what}", json=body)
        await workspace.derives()
        before, marked = marked, await index_of(workspace)

        assert reindexed == []
        assert marked != before
        assert marked == await rebuilt(workspace)
        reindexed.clear()


async def test_an_answer_is_taken_as_shown_previewed_and_undone(workspace: Any) -> None:
    asked = await two_alike(workspace)
    path = f"/suggestions/{asked['id']}/decision"
    before = await workspace.contacts()
    same = {"decision": "same", "version": asked["version"]}

    foreseen = await workspace.send("POST", path, {**same, "dry_run": True})
    assert [each["id"] for each in foreseen["contacts"]] == [asked["preview"]["id"]]
    assert await workspace.contacts() == before

    told = await workspace.send("POST", path, same)
    assert len(await workspace.contacts()) == 1
    assert (await workspace.send("POST", path, same, status=409))["type"] == "suggestions-changed"

    (entry,) = told["entries"]
    await workspace.send("POST", f"/history/{entry['number']}/undo", {})
    assert await workspace.contacts() == before
    assert await questions(workspace) == [asked]


async def test_several_are_answered_at_once_or_none(workspace: Any) -> None:
    asked = await two_alike(workspace)
    await workspace.hears(workspace.fetched(9, "ada@one.org", first_name="Ada", last_name="Lovelace"))
    stale = {"id": asked["id"], "decision": "same", "version": asked["version"]}

    refused = await workspace.send("POST", "/suggestions/decisions", {"answers": [stale]}, status=409)
    assert (refused["type"], refused["ids"]) == ("suggestions-changed", [asked["id"]])
    assert len(await workspace.contacts()) == 2

    (now,) = await questions(workspace)
    answer = {"id": now["id"], "decision": "same", "version": now["version"]}
    await workspace.send("POST", "/suggestions/decisions", {"answers": [answer]})
    assert len(await workspace.contacts()) == 1


async def test_a_question_put_off_is_asked_again_when_one_says_so(workspace: Any) -> None:
    asked = await two_alike(workspace)
    path = f"/suggestions/{asked['id']}/later"

    put_off = await workspace.asks("POST", path, json={})

    assert put_off["ids"] == [asked["id"]]
    assert await questions(workspace) == []
    assert await workspace.get("/suggestions/count") == {"count": 0, "is_exact": True}
    (later,) = await questions(workspace, put_off="true")
    assert later == asked | {"put_off_until": put_off["put_off_until"]}
    await workspace.asks("DELETE", path)
    assert await questions(workspace) == [asked]


async def test_a_question_is_shown_by_its_id_as_the_queue_shows_it_also_when_it_is_put_off(workspace: Any) -> None:
    asked = await two_alike(workspace)

    assert await workspace.get(f"/suggestions/{asked['id']}") == asked
    put_off = await workspace.asks("POST", f"/suggestions/{asked['id']}/later", json={})
    later = await workspace.get(f"/suggestions/{asked['id']}")

    assert later == asked | {"put_off_until": put_off["put_off_until"]}


async def test_a_question_put_off_is_asked_again_when_its_time_is_over(workspace: Any) -> None:
    asked = await two_alike(workspace)
    await workspace.asks("POST", f"/suggestions/{asked['id']}/later", json={"days": 1})

    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(update(tables.suggestion).values(put_off_until=text("now() - interval '1 second'")))

    (again,) = await questions(workspace)
    assert again["id"] == asked["id"]


async def test_other_evidence_brings_a_question_back_and_the_same_does_not(workspace: Any) -> None:
    asked = await two_alike(workspace)
    await workspace.asks("POST", f"/suggestions/{asked['id']}/later", json={})

    await workspace.weighs(workspace.fetched(1, "ada@one.org", revision=2, job_title="Countess", **ADA))
    unmoved = await questions(workspace)
    await workspace.weighs(workspace.fetched(1, "ada@one.org", revision=3, company="Engines", **ADA))

    assert unmoved == []
    (again,) = await questions(workspace)
    assert again["id"] == asked["id"]
    assert again["strength"] > asked["strength"]


async def test_several_are_put_off_at_once_and_it_is_said_which_are_no_questions(workspace: Any) -> None:
    asked, nothing = await two_alike(workspace), str(uuid4())

    put_off = await workspace.asks("POST", "/suggestions/later", json={"ids": [asked["id"], nothing], "days": 30})
    back = await workspace.asks("POST", "/suggestions/ask-again", json={"ids": [asked["id"]]})

    assert (put_off["ids"], put_off["missing"]) == ([asked["id"]], [nothing])
    assert (back["ids"], back["put_off_until"]) == ([asked["id"]], None)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "slug"),
    [
        ("POST", f"/suggestions/{NOBODY}/later", {}, 404, "suggestion-not-found"),
        ("DELETE", f"/suggestions/{NOBODY}/later", None, 404, "suggestion-not-found"),
        ("GET", f"/suggestions/{NOBODY}", None, 404, "suggestion-not-found"),
        ("POST", f"/suggestions/{NOBODY}/later", {"days": 0}, 400, "invalid-input"),
        ("POST", "/suggestions/later", {"ids": [str(NOBODY)] * 201}, 400, "invalid-input"),
        ("POST", "/suggestions/later", {"ids": []}, 400, "invalid-input"),
        ("GET", "/suggestions?cursor=nonsense", None, 400, "cursor-invalid"),
        ("GET", "/suggestions?limit=0", None, 400, "invalid-input"),
    ],
)
async def test_what_cannot_be_done_is_said(
    workspace: Any, method: str, path: str, body: Any, status: int, slug: str
) -> None:
    answer = await workspace.asks(method, path, status=status, json=body)

    assert answer["type"].endswith(slug)


async def test_the_queue_goes_on_from_its_cursor_strongest_first(workspace: Any) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await queries.lock_workspaces(conn, {workspace.id})
    await workspace.hears(*(workspace.fetched(n, f"{n}@x.org", last_name=f"Name{n}") for n in range(9)))
    await ask(workspace.db, workspace.id, [c["id"] for c in await workspace.contacts()])

    whole = await questions(workspace, limit=200)
    paged, cursor = [], {}
    while cursor is not None:
        page = await workspace.get("/suggestions", limit=7, **cursor)
        paged += page["items"]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    assert len(whole) == 36
    assert paged == whole
    assert [each["strength"] for each in whole] == sorted((each["strength"] for each in whole), reverse=True)
    assert {each["id"] for each in whole if each["strength"] >= 2} == {
        each["id"] for each in await questions(workspace, limit=200, min_strength=2)
    }


async def ask(db: Database, workspace_id: UUID, contacts: list[str]) -> None:
    """Ask about every two of these, each two as strongly as some others."""
    ids = sorted(map(UUID, contacts))
    pairs = [(one, other) for place, one in enumerate(ids) for other in ids[place + 1 :]]
    asked = [
        Suggestion(
            workspace_id=workspace_id,
            suggestion_id=uuid4(),
            older_id=one,
            younger_id=other,
            left_id=one,
            right_id=other,
            rule="alike",
            value="",
            strength=number % 5,
        )
        for number, (one, other) in enumerate(pairs)
    ]
    async with db.transaction(workspace_id) as conn:
        await suggestion_queries.save_questions(conn, asked)


async def test_a_page_of_contacts_is_told_what_to_review_in_one_statement(workspace: Any) -> None:
    asked = await two_alike(workspace)
    await workspace.hears(workspace.fetched(3, "cy@x.org"))
    ids = [UUID(contact["id"]) for contact in await workspace.contacts()]
    statements: list[str] = []

    @event.listens_for(workspace.db.engine.sync_engine, "before_cursor_execute")
    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    async with workspace.db.transaction(workspace.id) as conn:
        statements.clear()
        counted = await queue.count_of_contacts(conn, workspace.id, ids)
        assert len(statements) == 1

    assert counted == {UUID(side["contact"]["id"]): 1 for side in asked["sides"]}


async def test_no_question_is_seen_or_put_off_from_another_workspace(workspace: Any) -> None:
    asked, other = await two_alike(workspace), uuid4()

    assert (await workspace.get("/suggestions", workspace_id=other))["items"] == []
    assert (await workspace.get("/suggestions/count", workspace_id=other))["count"] == 0
    await workspace.asks("GET", f"/suggestions/{asked['id']}", status=404, workspace_id=other)
    await workspace.asks("POST", f"/suggestions/{asked['id']}/later", status=404, workspace_id=other, json={})
    async with workspace.db.transaction(workspace.id, other) as conn:
        assert await answering.load_sides(conn, other, [UUID(asked["id"])]) == {}
        ids = [UUID(side["contact"]["id"]) for side in asked["sides"]]
        assert await queue.count_of_contacts(conn, other, ids) == {}


@pytest.mark.parametrize("put_off", [False, True])
async def test_a_page_of_the_queue_reads_what_it_shows_however_long_the_queue_is(workspace: Any, put_off: bool) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await queries.lock_workspaces(conn, {workspace.id})
        await conn.execute(FILL, {"workspace_id": workspace.id, "until": LATER if put_off else None})

    place = (50, UUID(int=2**127))
    async with workspace.db.transaction(workspace.id) as conn:
        shown = await suggestion_queries.list_questions(
            conn, workspace.id, now=NOW, min_strength=0, put_off=put_off, after=place, at_most=20
        )
        read = (await conn.execute(READ)).one()

    assert [each.strength for each, _ in shown] == [50] * 20
    assert (read.by_scan, read.by_index <= 25) == (0, True)


NOW, LATER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)

FILL = text("""
INSERT INTO suggestion (workspace_id, suggestion_id, older_id, younger_id, left_id, right_id, rule, value, strength,
                        put_off_until)
SELECT :workspace_id, u.id, u.id, 'ffffffff-ffff-ffff-ffff-ffffffffffff', u.id, u.id, 'alike', '', n % 70,
       CAST(:until AS timestamptz)
FROM generate_series(1, 5000) AS n, LATERAL (SELECT gen_random_uuid() AS id WHERE n > 0) AS u
""")

READ = text("""
SELECT sum(seq_tup_read) AS by_scan, sum(idx_tup_fetch) AS by_index
FROM pg_stat_xact_user_tables WHERE relname = 'suggestion'
""")
