"""A life of trouble ends with all held as it is, and nothing left over."""

from pathlib import Path

import pytest

from e2e.accounts import true_records
from e2e.house import embedded
from e2e.journey import PASSWORD, PatientGateway, act, connect, synced, until
from e2e.life import ACCOUNTS
from e2e.soak import SETTINGS, show, soak
from e2e.truth import compare, unequal

CHANGES: list[tuple[str, dict[str, object]]] = [
    ("notes", {"hs_note_body": "<p>Unheard</p>"}),
    ("activities", {"subject": "Unheard"}),
    ("tickets", {"status": "unheard"}),
]
"""What is written to something of each account."""


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.embedded
@pytest.mark.timeout(1800, func_only=True)
async def test_after_a_life_of_trouble_all_is_held_as_it_is(tmp_path: Path) -> None:
    with embedded(tmp_path, SETTINGS) as house:
        report = await soak(house, seconds=60, seed=7)

    assert report.differences == [], show(report)


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.embedded
@pytest.mark.timeout(600, func_only=True)
async def test_what_did_not_arrive_is_a_difference(tmp_path: Path) -> None:
    with embedded(tmp_path, SETTINGS | {"SYNC_EVERY_SECONDS": "3600"}) as house:
        async with PatientGateway(house.gateway_url) as gateway:
            await gateway.sign_in("soak@example.com", PASSWORD)
            connections = [await connect(gateway, account) for account in ACCOUNTS]
            for connection in connections:
                await synced(gateway, connection.id)

            async def all_arrived() -> bool:
                return not (await compare(house, gateway, connections)).differences

            await until(all_arrived, what="all to have arrived")
            house.control("webhooks", {"lost": 1.0})
            for connection, (kind, properties) in zip(connections, CHANGES, strict=True):
                changed = next(each for each in true_records(house, connection, kind) if each.contacts)
                order: dict[str, object] = {"kind": kind, "id": changed.id, "properties": properties}
                act(house, f"{connection.provider}:{connection.account_id}", "edit", order)
            contact = true_records(house, connections[0])[0]
            act(house, ACCOUNTS[0], "edit", {"id": contact.id, "properties": {"lastname": "Unheard"}})

            found = "\n".join((await compare(house, gateway, connections)).differences)

    for expected in (".properties.lastname is", "last_name is", ": body is", ": title is", ": status is"):
        assert expected in found


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ({"a": 1, "b": {"c": "x"}}, {"a": 1, "b": {"c": "x"}, "d": 2}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": {"b": None}}, {"a": {"b": ""}}, 1),
        ([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], 0),
        ([{"id": 1}], [{"id": 1}, {"id": 2}], 1),
    ],
)
def test_records_are_compared_field_by_field_as_far_as_both_tell(ours: object, theirs: object, found: int) -> None:
    assert len(list(unequal(ours, theirs))) == found
