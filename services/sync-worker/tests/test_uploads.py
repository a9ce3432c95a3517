"""Files that people hand over, from the form to the source rows, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientError
from contracts.connections import ConnectionRemoved
from contracts.contacts import ContactFetched, ContactGone
from contracts.syncs import SyncCounts
from file_desk import FileDesk, file_desk
from providers.registry import SOURCES
from servicekit.testing import bearer, user_token
from shop_world import World
from sync_worker import files
from sync_worker.rebuild import republish

PEOPLE = "Nr;Vorname;E-Mail;Schuhe\n1;Ada;ada@example.com;38\n2;Bea;bea@example.com;39\n3;Cleo;cleo@example.com;40\n"


@pytest.fixture
async def desk(world: World) -> AsyncIterator[FileDesk]:
    async with file_desk(world) as desk:
        yield desk


async def test_a_file_becomes_source_rows_and_events_like_any_source(desk: FileDesk) -> None:
    run = await desk.hand_over(PEOPLE)

    assert (run.mode, run.counts) == ("first", {"contacts": SyncCounts(fetched=3, added=3)})
    events = await desk.world.published(ContactFetched, "backfill")
    assert [(event.provider, event.contact.first_name, event.contact.emails) for event in events] == [
        ("csv_file", "Ada", ("ada@example.com",)),
        ("csv_file", "Bea", ("bea@example.com",)),
        ("csv_file", "Cleo", ("cleo@example.com",)),
    ]
    assert (await desk.living())[0] == {"Nr": "1", "Vorname": "Ada", "E-Mail": "ada@example.com", "Schuhe": "38"}
    (connected,) = desk.world.neighbours.connected
    assert connected.account_name == "people.csv"
    assert await desk.get(f"/sources/{{id}}/{events[0].provider_id}") == (await desk.living())[0]


async def test_the_same_file_again_changes_nothing(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE)

    run = await desk.hand_over(PEOPLE)

    assert (run.mode, run.counts) == ("full", {"contacts": SyncCounts(fetched=3, unchanged=3)})
    assert len(await desk.world.published(ContactFetched)) == 3
    assert await desk.world.published(ContactGone) == []


async def test_a_newer_version_adds_updates_and_takes_away_by_its_key(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE, key="Nr")

    run = await desk.hand_over(
        "Nr;Vorname;E-Mail;Schuhe\n2;Beatrice;bea@example.com;39\n3;Cleo;cleo@example.com;40\n4;Dee;d@example.com;41\n",
        key="Nr",
    )

    assert run.counts == {"contacts": SyncCounts(fetched=3, added=1, updated=1, unchanged=1, gone=1)}
    (went,) = await desk.world.published(ContactGone)
    assert (went.provider_id, went.reason) == ("1", "absent")
    assert [row["Vorname"] for row in await desk.living()] == ["Beatrice", "Cleo", "Dee"]


async def test_another_name_is_another_connection(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE)
    first = desk.world.connection_id

    await desk.hand_over(PEOPLE, name="Other people")

    assert desk.world.connection_id != first
    assert len(await desk.world.published(ContactFetched)) == 6
    assert await desk.world.published(ContactGone) == []


async def test_a_person_says_what_the_columns_are(desk: FileDesk) -> None:
    data = "a,b,c,d\nx@example.com,y@example.com,030 1234567,Ada Lovelace\n"

    await desk.hand_over(data, mapping={"a": "emails", "b": "email", "c": "phones", "d": "full_name"})

    (event,) = await desk.world.published(ContactFetched)
    assert event.contact.emails == ("x@example.com", "y@example.com")
    assert (event.contact.phones, event.contact.last_name) == (("030 1234567",), "Lovelace")


async def test_rows_that_cannot_be_read_are_told_and_can_be_downloaded(desk: FileDesk) -> None:
    bad = "Nr,E-Mail\n1,a@example.com\n2\n1,again@example.com\n=2+5\n,none@example.com\n"

    run = await desk.hand_over(bad, key="Nr")
    listed = (await desk.get("/connections/{id}/skipped"))["items"]
    downloaded = (await desk.get("/connections/{id}/skipped.csv")).decode("utf-8-sig").splitlines()

    assert run.counts == {"contacts": SyncCounts(fetched=5, added=1, skipped=4)}
    assert sorted((each["line"], each["provider_id"], each["reason"]) for each in listed) == [
        (3, "2", "It has 1 cells, and the file 2 columns"),
        (4, "1", "Line 2 has the same id already"),
        (5, "=2+5", "It has 1 cells, and the file 2 columns"),
        (6, None, "The column Nr is empty, or longer than 500 characters"),
    ]
    assert downloaded[0] == "line,id,reason,record,skipped_at"
    formula = next(line for line in downloaded if line.startswith("5,"))
    assert formula.startswith("5,'=2+5,\"It has 1 cells, and the file 2 columns\",'=2+5,")

    run = await desk.hand_over("Nr,E-Mail\n1,a@example.com\n2,b@example.com\n", key="Nr")

    assert run.counts["contacts"].skipped == 0
    assert (await desk.get("/connections/{id}/skipped"))["items"] == []


async def test_a_file_longer_than_a_chunk_is_kept_in_chunks_and_read_whole(desk: FileDesk) -> None:
    count = 20_000
    data = "Nr,Vorname,E-Mail\n" + "".join(f"{n},Ünal {n},p{n}@example.com\n" for n in range(count))
    assert len(data.encode()) > 2 * files.CHUNK_BYTES

    run = await desk.hand_over(data.encode("utf-16"), key="Nr")

    assert run.counts["contacts"].added == count
    assert len(await desk.living()) == count


async def test_when_it_is_read_the_file_goes_and_its_layout_stays(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE)

    await files.delete_spent(desk.world.db)

    assert await desk.world.rows("SELECT 1 FROM file_chunk") == []
    assert await desk.world.rows("SELECT state, is_kept FROM stored_file") == [{"state": "read", "is_kept": False}]
    before = await desk.world.published(ContactFetched)
    await republish(desk.world.db, {"shop": desk.world.shop, **SOURCES}, desk.world.workspace_id)
    again = (await desk.world.published(ContactFetched))[len(before) :]
    assert {event.provider_id: event.contact for event in again} == {
        event.provider_id: event.contact for event in before
    }


async def test_a_file_that_was_read_cannot_be_synced_again_and_is_not_due(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE)

    async with desk.client.post(f"/connections/{desk.world.connection_id}/sync") as answer:
        assert (answer.status, (await answer.json())["type"]) == (409, "nothing-to-read")
    assert await desk.world.value(
        "SELECT next_sync_at IS NULL FROM connection WHERE connection_id = :id", id=desk.world.connection_id
    )


async def test_a_removed_file_keeps_or_erases_its_rows(world: World) -> None:
    async with file_desk(world) as desk:
        await desk.hand_over(PEOPLE)
        removed = ConnectionRemoved(
            workspace_id=world.workspace_id, connection_id=world.connection_id, provider="csv_file", data="keep"
        )
        await world.tell(removed)
        assert len(await desk.living()) == 3

        run = await desk.hand_over(PEOPLE)
        assert run.counts["contacts"].unchanged == 3

    await world.tell(ConnectionRemoved(**{**_as_dict(removed), "data": "erase"}))
    await world.work_off("upkeep")

    for table in ("source_contact", "sighting", "skipped_record", "stored_file", "file_chunk"):
        assert await world.value(f"SELECT count(*) FROM {table}") == 0, table


def _as_dict(event: ConnectionRemoved) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


REFUSED = {
    "an unknown column": ({"mapping": {"Z": "emails"}}, "options-unfit", "mapping.Z"),
    "an unknown field": ({"mapping": {"Nr": "shoe_size"}}, "options-unfit", "mapping.Nr"),
    "a field twice": ({"mapping": {"Nr": "city", "Vorname": "city"}}, "options-unfit", "mapping.Vorname"),
    "nobody": ({"mapping": {"Nr": "city"}}, "options-unfit", "mapping"),
    "an unknown key": ({"key": "Id"}, "options-unfit", "key"),
    "no JSON": ({"mapping": "{"}, "options-unfit", "mapping"),
    "no object": ({"mapping": [1]}, "options-unfit", "mapping"),
    "a field nobody reads": ({"colour": "red"}, "invalid-input", "colour"),
    "a name too long": ({"name": "x" * 201}, "invalid-input", "name"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_does_not_fit_is_refused_by_name_and_nothing_is_kept(desk: FileDesk, what: str) -> None:
    fields, problem, where = REFUSED[what]

    status, said = await desk.post(PEOPLE, **fields)

    assert (status, said["type"]) == (400, problem), said
    assert [error["field"] for error in said["errors"]] == [where]
    await _nothing_is_kept(desk)


async def test_what_is_no_table_is_refused_and_nothing_is_kept(desk: FileDesk) -> None:
    for data in ("", "\n\n", "Vorname,E-Mail\n"):
        status, said = await desk.post(data)
        assert (status, said["type"]) == (400, "file-unclear"), said
    status, said = await desk.post("Shoe size,Colour\n42,red\n")
    assert (status, said["type"]) == (400, "options-unfit")
    await _nothing_is_kept(desk)


async def _nothing_is_kept(desk: FileDesk) -> None:
    await files.delete_spent(desk.world.db)
    assert await desk.world.rows("SELECT 1 FROM stored_file") == await desk.world.rows("SELECT 1 FROM file_chunk") == []
    assert desk.world.neighbours.connected == []


async def test_what_is_no_form_with_one_file_is_refused(desk: FileDesk) -> None:
    for data, kind in (
        (b"Vorname\nAda\n", "text/csv"),
        (b"{}", "application/json"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\ncut", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nNr\r\n--x--', "multipart/form-data; boundary=x"),
    ):
        async with desk.client.post("/connections/csv", data=data, headers={"Content-Type": kind}) as answer:
            assert (answer.status, (await answer.json())["type"]) == (400, "invalid-input"), data
    await _nothing_is_kept(desk)


async def test_a_file_too_large_is_refused_whether_or_not_it_says_so(world: World) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nE-Mail\n'
        for _ in range(200):
            yield b"a@example.com\n" * 500

    async with file_desk(world, max_upload_bytes=1_000_000) as desk:
        status, said = await desk.post("E-Mail\n" + "a@example.com\n" * 100_000)
        assert (status, said["type"]) == (413, "file-too-large")
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        try:
            async with desk.client.post("/connections/csv", data=unannounced(), headers=headers) as answer:
                assert (answer.status, (await answer.json())["type"]) == (413, "file-too-large")
        except ClientError:
            pass  # it was refused while we were still sending
        await _nothing_is_kept(desk)


async def test_who_leaves_in_the_middle_leaves_nothing_behind(desk: FileDesk) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nE-Mail\n'
        yield b"a@example.com\n" * 30_000
        await asyncio.Event().wait()

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    sending = asyncio.create_task(desk.client.post("/connections/csv", data=stuck(), headers=headers))
    await _until(desk, "SELECT count(*) > 0 FROM file_chunk")

    sending.cancel()

    await _until(desk, "SELECT count(*) > 0 FROM stored_file WHERE state = 'dropped'")
    await _nothing_is_kept(desk)


async def _until(desk: FileDesk, question: str) -> None:
    async with asyncio.timeout(30):
        while not await desk.world.value(question):  # noqa: ASYNC110 - nothing rings when a chunk is written
            await asyncio.sleep(0.02)


async def test_of_two_versions_at_once_one_is_the_later(desk: FileDesk) -> None:
    versions = [PEOPLE, PEOPLE.replace("Ada", "Adele")]

    answers = await asyncio.gather(*(desk.post(data, key="Nr") for data in versions * 3))
    desk.world.connection_id = UUID(answers[0][1]["connection_id"])
    await desk.world.ended("succeeded")

    assert {status for status, _ in answers} == {202}
    assert len({said["sync_id"] for _, said in answers}) == len(answers)
    assert len(await desk.living()) == 3
    states = await desk.world.rows("SELECT state, count(*) FROM stored_file WHERE state <> 'dropped' GROUP BY state")
    assert [tuple(row.values()) for row in states] == [("read", 1)]


async def test_while_connections_is_away_nothing_is_taken(desk: FileDesk) -> None:
    desk.world.neighbours.status = 503

    status, said = await desk.post(PEOPLE)

    assert (status, said["type"]) == (503, "unavailable")
    await _nothing_is_kept(desk)


async def test_another_workspace_sees_nothing_of_it(desk: FileDesk) -> None:
    await desk.hand_over(PEOPLE)
    foreign = bearer(user_token(workspace_id=uuid4()))

    for path in ("skipped.csv", "skipped", "syncs"):
        async with desk.client.get(f"/connections/{desk.world.connection_id}/{path}", headers=foreign) as answer:
            assert answer.status == 404


async def test_a_preview_tells_what_a_file_would_become_and_keeps_nothing(desk: FileDesk) -> None:
    data = PEOPLE.replace("Ada", "Ädda").encode("cp1252") + b"4;short\n"

    status, shown = await desk.post(data, path="/connections/csv/preview")

    assert status == 200
    assert (shown["encoding"], shown["delimiter"], shown["has_header"]) == ("cp1252", ";", True)
    assert shown["columns"] == ["Nr", "Vorname", "E-Mail", "Schuhe"]
    assert shown["mapping"] == {"Nr": None, "Vorname": "first_name", "E-Mail": "emails", "Schuhe": None}
    assert shown["contacts"][0] == {"first_name": "Ädda", "emails": ["ada@example.com"]}
    assert shown["rows"][0]["Schuhe"] == "38"
    assert shown["problems"] == [{"line": 5, "reason": "It has 2 cells, and the file 4 columns"}]
    await _nothing_is_kept(desk)


async def test_a_preview_of_columns_that_say_of_nobody_says_so(desk: FileDesk) -> None:
    status, shown = await desk.post("Size,Colour\n42,red\n", path="/connections/csv/preview")

    assert (status, shown["mapping"]) == (200, {"Size": None, "Colour": None})
    assert "no column says who a row is" in shown["problems"][0]["reason"]
    status, said = await desk.post("Size,Colour\n42,red\n", path="/connections/csv/preview", mapping={"Hue": "emails"})
    assert (status, said["type"]) == (400, "options-unfit")


async def test_of_a_large_file_a_preview_looks_at_the_beginning(desk: FileDesk) -> None:
    status, shown = await desk.post(PEOPLE + "9;Zoe;z@example.com;38\n" * 200_000, path="/connections/csv/preview")

    assert (status, len(shown["contacts"]), shown["problems"]) == (200, 20, [])
