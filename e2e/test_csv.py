"""A file beside an account: its rows join who is known, follow its newer versions, and go when it is erased."""

import csv
import io
from collections.abc import Iterable
from uuid import UUID

import msgspec
import pytest
from aiohttp import FormData
from contracts.files import FilePreview, FileTaken
from contracts.golden_records import ContactSummary
from contracts.syncs import SyncView
from lead.client import Gateway

from e2e.house import House
from e2e.journey import connect, golden_records, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ACCOUNT = "hubspot:111111"
HEADER = ("Kundennummer", "Vorname", "Nachname", "E-Mail", "Lieblingsfarbe")
NEWCOMER = ("N-1", "Nora", "Newcomer", "nora.newcomer@example.net", "blau")


def written(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEADER, *rows])
    return text.getvalue().encode("cp1252")


async def post_file(gateway: Gateway, path: str, data: bytes, **fields: str) -> tuple[int, bytes]:
    form = FormData()
    form.add_field("file", io.BytesIO(data), filename="kunden.csv")
    for name, value in fields.items():
        form.add_field(name, value)
    return await gateway.call("POST", path, form=form)


async def hand_over(gateway: Gateway, data: bytes, *, runs: int) -> tuple[UUID, SyncView]:
    status, body = await post_file(gateway, "/connections/csv", data, key="Kundennummer", name="Kunden")
    assert status == 202, body
    taken = msgspec.json.decode(body, type=FileTaken)
    run = await synced(gateway, taken.connection_id, runs=runs)
    assert (run.id, run.state) == (taken.sync_id, "succeeded"), run
    return taken.connection_id, run


async def test_a_file_joins_who_is_known_follows_its_versions_and_goes(house: House, gateway: Gateway) -> None:
    account = await connect(gateway, ACCOUNT)
    await synced(gateway, account.id)
    known = [each for each in await settled(gateway, house, ACCOUNT) if each.email][:3]
    rows = [(f"K-{n}", "Ümit", "Überall", str(each.email).upper(), "rot") for n, each in enumerate(known)]

    status, body = await post_file(gateway, "/connections/csv/preview", written([*rows, NEWCOMER]))
    assert status == 200, body
    preview = msgspec.json.decode(body, type=FilePreview)
    assert (preview.encoding, preview.delimiter, preview.mapping["E-Mail"]) == ("cp1252", ";", "emails")
    assert preview.contacts[0].first_name == "Ümit"

    file, run = await hand_over(gateway, written([*rows, NEWCOMER]), runs=1)
    assert run.counts["contacts"].added == 4
    people = await _people(gateway, file, 4)
    joined = [each for each in people if {source.connection_id for source in each.sources} >= {account.id, file}]
    assert {each.id for each in joined} == {each.id for each in known}
    assert [each.email for each in people if each not in joined] == [NEWCOMER[3]]
    (listed,) = [each for each in await gateway.connections() if each.id == file]
    assert (listed.provider, listed.account_name, listed.state) == ("csv_file", "Kunden", "active")

    status, raw = await gateway.call("GET", f"/sources/{file}/K-0")
    assert (status, msgspec.json.decode(raw)["Lieblingsfarbe"]) == (200, "rot")

    changed = [("K-0", "Ümit", "Anders", *rows[0][3:]), rows[1], NEWCOMER]
    _, run = await hand_over(gateway, written(changed), runs=2)
    counts = run.counts["contacts"]
    assert (counts.added, counts.updated, counts.unchanged, counts.gone) == (0, 1, 2, 1)
    assert len(await _people(gateway, file, 3)) == 3

    status, _ = await gateway.call("DELETE", f"/connections/{file}?data=erase")
    assert status == 204
    await _people(gateway, file, 0)

    async def as_before() -> bool:
        return {each.id for each in await golden_records(gateway)} == {
            each.id for each in await settled(gateway, house, ACCOUNT)
        }

    await until(as_before, what="only the account's people")

    async def is_erased() -> bool:
        status, _ = await gateway.call("GET", f"/sources/{file}/K-0")
        return status == 404

    await until(is_erased, what="the rows erased")
    assert await _of_file(gateway, file) == []


async def _of_file(gateway: Gateway, file: UUID) -> list[ContactSummary]:
    return [each for each in await golden_records(gateway) if file in {source.connection_id for source in each.sources}]


async def _people(gateway: Gateway, file: UUID, count: int) -> list[ContactSummary]:
    """Wait until so many golden records have a source in the file."""

    async def as_many() -> bool:
        return len(await _of_file(gateway, file)) == count

    await until(as_many, what=f"{count} people of the file")
    return await _of_file(gateway, file)
