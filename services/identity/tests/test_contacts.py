"""What people see of contacts over HTTP, when providers have told of them."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from identity.app import create_app
from identity.decisions import deciding
from identity.settings import Settings
from servicekit.testing import FreshDatabase, TestKeys, served

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

UNKNOWN = UUID("01a206d6-3b4b-7bbf-b401-142231ddbe19")


async def test_two_contacts_with_one_email_become_one_golden_record(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", first_name="Ada"),
        workspace.fetched(2, " Ada@Example.COM", connection_id=workspace.zendesk, last_name="Lovelace"),
        workspace.fetched(3, "grace@example.com"),
    )

    contacts = await workspace.contacts(sort="created_at")

    assert [(c["first_name"], c["last_name"], len(c["sources"])) for c in contacts] == [
        ("Ada", "Lovelace", 2),
        (None, None, 1),
    ]
    assert (await workspace.get("/contacts/count")) == {"count": 2}


async def test_a_source_record_leads_to_the_golden_record_it_is_part_of(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com"),
        workspace.fetched(2, "ada@example.com", connection_id=workspace.zendesk),
    )
    (contact,) = await workspace.contacts()
    path = f"/contacts/of-source?connection_id={workspace.zendesk}&provider_id="

    assert (await workspace.get(f"{path}2"))["id"] == contact["id"]
    await workspace.get(f"{path}3", status=404)
    await workspace.hears(workspace.gone(1), workspace.gone(2, connection_id=workspace.zendesk))
    await workspace.get(f"{path}2", status=404)


async def test_a_role_mailbox_joins_nobody(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, "Info+de@example.com") for n in range(3)))

    assert len(await workspace.contacts()) == 3


async def test_the_last_write_wins_field_by_field_and_tells_what_lost(workspace: Any) -> None:
    older = {"updated_at": NOON, "first_name": "Ada", "company": "Engines"}
    newer = {"updated_at": NOON + timedelta(hours=1), "first_name": "Augusta"}
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", **older),
        workspace.fetched(2, "ada@example.com", connection_id=workspace.zendesk, **newer),
    )
    (contact,) = await workspace.contacts()

    shown = await workspace.get(f"/contacts/{contact['id']}")

    assert shown["fields"] == {"email": "ada@example.com", "first_name": "Augusta", "company": "Engines"}
    first_name = shown["lineage"]["first_name"]
    assert first_name["chosen"]["provider"] == "zendesk"
    assert first_name["rule"] == "latest"
    assert [loser["value"] for loser in first_name["losers"]] == ["Ada"]
    assert shown["emails"] == ["ada@example.com"]
    assert shown["updated_at"] == "2026-03-01T13:00:00Z"


async def test_when_two_golden_records_join_the_older_id_stays_and_the_other_leads_to_it(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "al@example.com"))
    older, younger = [contact["id"] for contact in await workspace.contacts(sort="created_at")]

    await workspace.hears(workspace.fetched(2, "al@example.com", "ada@example.com", revision=2))

    (contact,) = await workspace.contacts()
    by_old_id = await workspace.get(f"/contacts/{younger}")
    assert contact["id"] == by_old_id["id"] == older
    assert by_old_id["previous_ids"] == [younger]


async def test_when_they_part_again_each_gets_its_own_id_back_and_the_history_tells_of_both(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "al@example.com"))
    before = [contact["id"] for contact in await workspace.contacts(sort="created_at")]
    await workspace.hears(workspace.fetched(2, "al@example.com", "ada@example.com", revision=2))

    await workspace.hears(workspace.fetched(2, "al@example.com", revision=3))

    assert [contact["id"] for contact in await workspace.contacts(sort="created_at")] == before
    for golden_id in before:
        parted, joined = (await workspace.get(f"/contacts/{golden_id}/history"))["items"]
        assert (parted["kind"], joined["kind"]) == ("parted", "joined")
        assert [side["id"] for side in joined["sides"]] == before
        (edge,) = joined["edges"]
        assert (edge["rule"], edge["value"]) == ("same_email", "email:ada@example.com")
        assert {source["provider_id"] for source in edge["between"]} == {"1", "2"}


async def test_a_deleted_contact_keeps_its_place_and_comes_back_under_its_id(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))
    (contact,) = await workspace.contacts()

    await workspace.hears(workspace.gone(1))
    none = await workspace.contacts()
    await workspace.get(f"/contacts/{contact['id']}", status=404)
    await workspace.hears(workspace.fetched(1, "ada@example.com", revision=3))

    assert none == []
    assert [again["id"] for again in await workspace.contacts()] == [contact["id"]]


async def test_a_deleted_contact_holds_nobody_together(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", "al@example.com"),
        workspace.fetched(2, "ada@example.com"),
        workspace.fetched(3, "al@example.com"),
    )
    together = await workspace.contacts()

    await workspace.hears(workspace.gone(1))

    assert len(together) == 1
    assert len(await workspace.contacts()) == 2


async def test_who_was_kept_from_a_golden_record_from_the_start_joins_it_when_that_comes_apart(workspace: Any) -> None:
    # All come at once: whoever is refused is new and alone, and edges reach them all the same.
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", "al@example.com"),
        workspace.fetched(2, "ada@example.com", birth_date="1990-01-01"),
        workspace.fetched(3, "al@example.com", birth_date="1961-05-17"),
    )
    apart, together = sorted(await workspace.contacts(), key=lambda contact: len(contact["sources"]))
    shown = await workspace.get(f"/contacts/{together['id']}")
    sides = [{UUID(shown["id"])}, {UUID(id_) for id_ in shown["previous_ids"]}]

    async with workspace.db.transaction(workspace.id) as conn:
        await deciding.decide(conn, workspace.id, [("different", tuple(map(frozenset, sides)))], by=None)

    alone, again = sorted(await workspace.contacts(), key=lambda contact: len(contact["sources"]))
    assert [len(alone["sources"]), len(again["sources"])] == [1, 2]
    assert apart["sources"][0] in again["sources"]


async def test_a_deletion_may_overtake_its_contact_in_the_other_lane(workspace: Any) -> None:
    await workspace.hears(workspace.gone(1, revision=2), lane="live")
    await workspace.hears(workspace.fetched(1, "ada@example.com", revision=1), lane="backfill")

    assert await workspace.contacts() == []


async def test_a_cursor_says_nothing_of_anybody_and_is_good_for_its_own_list_alone(workspace: Any, other: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, first_name=f"Ada{n}") for n in range(3)))
    (first, _) = await workspace.contacts(sort="name", limit=2)
    cursor = (await workspace.get("/contacts", sort="name", limit=2))["next_cursor"]

    for part in (cursor, *cursor.split(".")):
        plain = urlsafe_b64decode(part.encode() + b"=" * (-len(part) % 4))
        assert b"ada" not in (part.encode() + plain).lower()
    refused = {"cursor": cursor, "status": 400}
    for path, query in [
        ("/contacts", {"sort": "-name"}),
        ("/contacts", {"sort": "name", "workspace_id": other.id}),
        (f"/contacts/{first['id']}/timeline", {}),
        (f"/contacts/{first['id']}/history", {}),
    ]:
        assert (await workspace.get(path, **query, **refused))["type"] == "cursor-invalid"
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert (await workspace.get("/contacts", sort="name", cursor=changed, status=400))["type"] == "cursor-invalid"


async def test_a_list_goes_on_from_its_cursor_in_every_order(workspace: Any) -> None:
    names = ["Cy", "Ada", "Bob", "ada", "Dee"]
    await workspace.hears(
        *(
            workspace.fetched(n, first_name=name, updated_at=NOON + timedelta(minutes=n % 3))
            for n, name in enumerate(names)
        )
    )

    for sort in ("updated_at", "-updated_at", "created_at", "-created_at", "name", "-name"):
        whole = [contact["id"] for contact in await workspace.contacts(sort=sort)]
        paged, cursor = [], {}
        while cursor is not None:
            page = await workspace.get("/contacts", sort=sort, limit=2, **cursor)
            paged += [contact["id"] for contact in page["items"]]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert paged == whole
        assert len(set(whole)) == 5
    assert [c["first_name"] for c in await workspace.contacts(sort="name")][:2] == ["Ada", "ada"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ada", ["1"]),
        ("LOVE", ["1"]),
        ("ada lov", ["1"]),
        ("lov ada", ["1"]),
        ("second@", ["1"]),
        ("b", ["2"]),
        ("ada bob", []),
        ("da", []),
        ("%", []),
        ("\U0010ffff", []),
    ],
)
async def test_words_find_the_beginnings_of_names_and_of_every_email(workspace: Any, q: str, found: list[str]) -> None:
    await workspace.hears(
        workspace.fetched(1, "first@x.org", "second@x.org", first_name="Ada", last_name="Lovelace"),
        workspace.fetched(2, first_name="Bob"),
    )

    contacts = await workspace.contacts(q=q)

    assert [source["provider_id"] for contact in contacts for source in contact["sources"]] == found


async def test_a_list_can_be_of_one_provider(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1), workspace.fetched(2, connection_id=workspace.zendesk))

    (contact,) = await workspace.contacts(source="zendesk")

    assert contact["sources"][0]["provider_id"] == "2"


async def test_a_deal_may_come_before_its_contact_and_is_in_the_timeline_of_the_golden_record(workspace: Any) -> None:
    await workspace.hears(
        workspace.deal(7, 1, 2, title="Engine", amount="10.00", occurred_at=NOON),
        workspace.deal(8, 2, title="Loom", occurred_at=NOON + timedelta(days=1)),
        workspace.deal(9, 3, title="Of another"),
    )
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "ada@example.com"))
    (contact,) = await workspace.contacts()

    page = await workspace.get(f"/contacts/{contact['id']}/timeline", limit=1)
    rest = await workspace.get(f"/contacts/{contact['id']}/timeline", cursor=page["next_cursor"])
    shown = await workspace.get(f"/contacts/{contact['id']}")

    assert [deal["title"] for deal in page["items"] + rest["items"]] == ["Loom", "Engine"]
    assert rest["next_cursor"] is None
    assert [deal["title"] for deal in shown["interactions"]] == ["Loom", "Engine"]


async def test_a_timeline_is_narrowed_to_a_kind_or_a_source_page_by_page(workspace: Any) -> None:
    help_desk = uuid4()
    told = workspace.deal(1, 1, title="Rain", connection_id=help_desk, occurred_at=NOON)
    ticket = msgspec.structs.replace(told, interaction=msgspec.structs.replace(told.interaction, kind="ticket"))
    await workspace.hears(
        workspace.fetched(1, "ada@example.com"),
        workspace.fetched(1, "ada@example.com", connection_id=help_desk),
        *(workspace.deal(n, 1, title=f"Deal {n}", occurred_at=NOON + timedelta(days=n)) for n in range(2, 5)),
        ticket,
    )
    (contact,) = await workspace.contacts()

    async def titles(**query: Any) -> list[str]:
        page = await workspace.get(f"/contacts/{contact['id']}/timeline", limit=2, **query)
        shown = [each["title"] for each in page["items"]]
        return shown + (await titles(**query | {"cursor": page["next_cursor"]}) if page["next_cursor"] else [])

    assert await titles() == ["Deal 4", "Deal 3", "Deal 2", "Rain"]
    assert await titles(kind="deal") == ["Deal 4", "Deal 3", "Deal 2"]
    assert await titles(kind="ticket") == ["Rain"]
    assert await titles(source="zendesk") == ["Rain"]
    assert await titles(source="zendesk", kind="deal") == []
    assert await titles(source="pipedrive") == []
    await workspace.get(f"/contacts/{contact['id']}/timeline", source="nope", status=400)


async def test_a_deal_that_moves_to_another_contact_leaves_the_first_ones_timeline(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1), workspace.fetched(2), workspace.deal(7, 1, title="Engine"))
    first, second = [contact["id"] for contact in await workspace.contacts(sort="created_at")]

    await workspace.hears(workspace.deal(7, 2, title="Engine", revision=3), workspace.deal(7, 1, revision=2))

    assert (await workspace.get(f"/contacts/{first}/timeline"))["items"] == []
    assert [deal["title"] for deal in (await workspace.get(f"/contacts/{second}/timeline"))["items"]] == ["Engine"]


@pytest.mark.parametrize("path", ["", "/timeline", "/history"])
async def test_what_is_not_there_or_anothers_is_not_found(workspace: Any, other: Any, path: str) -> None:
    await workspace.hears(workspace.fetched(1))
    (contact,) = await workspace.contacts()

    for workspace_id, golden_id in ((workspace.id, uuid4()), (other.id, contact["id"])):
        problem = await workspace.get(f"/contacts/{golden_id}{path}", status=404, workspace_id=workspace_id)
        assert problem["type"].endswith("contact-not-found")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/contacts", {"limit": 0}),
        ("/contacts", {"limit": 201}),
        ("/contacts", {"limit": "many"}),
        ("/contacts", {"sort": "shoe_size"}),
        ("/contacts", {"cursor": "nonsense"}),
        ("/contacts", {"cursor": "WzEsMiwzXQ"}),
        ("/contacts", {"cursor": "\u00fc"}),
        ("/contacts", {"shoe_size": "44"}),
        ("/contacts", {"q": "a" * 201}),
        ("/contacts/count", {"shoe_size": "44"}),
        ("/contacts/not-an-id", {}),
        (f"/contacts/{UNKNOWN}/timeline", {"cursor": "nonsense"}),
        (f"/contacts/{UNKNOWN}/timeline", {"kind": "shoe"}),
        (f"/contacts/{UNKNOWN}/history", {"cursor": "LTE"}),
    ],
)
async def test_what_cannot_be_understood_is_a_bad_request(workspace: Any, path: str, query: dict[str, Any]) -> None:
    problem = await workspace.get(path, status=400, **query)

    assert problem["status"] == 400


async def test_impossible_times_and_endless_emails_spoil_nothing(workspace: Any) -> None:
    before_all, after_all = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    times = (datetime(1, 1, 1, tzinfo=before_all), datetime(9999, 12, 31, 23, tzinfo=after_all))
    await workspace.hears(
        *(workspace.fetched(n, "ü" * 900 + "@x.org", updated_at=time) for n, time in enumerate(times)),
        *(workspace.deal(n, n, occurred_at=time) for n, time in enumerate(times)),
    )

    for contact in await workspace.contacts(sort="updated_at"):
        assert len((await workspace.get(f"/contacts/{contact['id']}"))["interactions"]) == 1
    assert (await workspace.get("/contacts/count")) == {"count": 2}


async def test_the_service_as_it_is_wired_is_alive_and_asks_who_is_there(fresh: FreshDatabase) -> None:
    async with served(create_app(Settings(**fresh.settings()), TestKeys())) as http:
        alive, nobody = await http.get("/health/live"), await http.get("/contacts")

        assert (alive.status, nobody.status) == (200, 401)
