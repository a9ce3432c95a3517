"""All that is held of one person, as one document."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from contracts.exports import ContactExport
from identity.erasure import export

ADA, LOVE = "ada@example.com", "love@example.com"


async def exported(workspace: Any, id_: str) -> ContactExport:
    """The document, which must be what its contract says, with nothing beside it."""
    body = await workspace.get(f"/contacts/{id_}/export")
    document = msgspec.convert(body, ContactExport, strict=False)
    assert body.keys() == set(ContactExport.__struct_fields__)
    return document


async def fill(workspace: Any, deals: int = 3) -> str:
    await workspace.hears(
        workspace.fetched(
            1, ADA, "al@example.com", first_name="Ada", phones=("+442071234567",), birth_date="1815-12-10"
        ),
        workspace.fetched(2, ADA, LOVE, connection_id=workspace.zendesk, first_name="Augusta"),
        workspace.fetched(3, LOVE),
        workspace.fetched(9, "bob@example.com"),
        *(workspace.deal(number, 1, 9, title=f"Deal {number}", body="Every word") for number in range(deals)),
        workspace.deal(100, 9, title="Bob's own"),
    )
    await workspace.hears(workspace.gone(3))
    (ada,) = [each["id"] for each in await workspace.contacts() if each["first_name"]]
    key = {"connection_id": str(workspace.hubspot)}
    decided = {"verdict": "different", "left": [{**key, "provider_id": "1"}], "right": [{**key, "provider_id": "9"}]}
    await workspace.send("POST", "/decisions", {"decisions": [decided]})
    await workspace.send("PUT", f"/contacts/{ada}/pins/company", {"value": "Old Ltd"})
    await workspace.send("DELETE", f"/contacts/{ada}/pins/company")
    await workspace.send("PUT", f"/contacts/{ada}/pins/company", {"value": "Analytical Ltd"})
    return str(ada)


async def test_a_person_is_handed_out_whole(workspace: Any) -> None:
    ada = await fill(workspace)

    document = await exported(workspace, ada)

    shown = await workspace.get(f"/contacts/{ada}")
    assert document.fields == shown["fields"] | {"company": "Analytical Ltd"}
    assert set(document.lineage) == set(shown["lineage"])
    assert list(document.emails) == shown["emails"]
    assert list(document.phones) == shown["phones"]
    assert {str(each) for each in document.previous_ids} == set(shown["previous_ids"])
    assert [(each.provider_id, each.is_gone) for each in document.sources] == [("1", False), ("2", False), ("3", True)]
    assert document.sources[0].contact.birth_date == "1815-12-10"
    assert any(key.endswith(ADA) for key in document.sources[0].keys)
    assert {each.interaction.body for each in document.timeline} == {"Every word"}
    assert len(document.timeline) == 3
    history = (await workspace.get(f"/contacts/{ada}/history"))["items"]
    assert [each.number for each in document.history] == [each["number"] for each in history]
    assert [(each.value, each.withdrawn_at is None) for each in document.pins] == [
        ("Old Ltd", False),
        ("Analytical Ltd", True),
    ]
    (decision,) = document.decisions
    assert [[each.provider_id for each in side] for side in decision.sides] == [["1"], ["9"]]


async def test_nothing_of_somebody_elses_is_among_it(workspace: Any) -> None:
    ada = await fill(workspace)

    body = await workspace.get(f"/contacts/{ada}/export")

    assert "bob" not in str(body).lower()


async def test_a_long_document_is_written_page_by_page(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    ada = await fill(workspace, deals=7)

    document = await exported(workspace, ada)

    assert {each.interaction.title for each in document.timeline} == {f"Deal {number}" for number in range(7)}
    assert len(document.timeline) == 7
    numbers = [each.number for each in document.history]
    assert len(numbers) > 2
    assert numbers == sorted(set(numbers), reverse=True)


async def test_the_raw_records_address_holds_whatever_a_provider_calls_it(workspace: Any) -> None:
    odd = msgspec.structs.replace(workspace.fetched(1, ADA), provider_id="a b/c?d")
    await workspace.hears(odd)
    (ada,) = await workspace.contacts()

    (source,) = (await exported(workspace, ada["id"])).sources

    assert source.raw == f"/sources/{workspace.hubspot}/a%20b%2Fc%3Fd"


async def test_who_is_gone_everywhere_is_handed_out_as_long_as_anything_is_held(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA))
    (ada,) = await workspace.contacts()
    await workspace.hears(workspace.gone(1))

    document = await exported(workspace, ada["id"])

    assert document.fields == {}
    assert document.sources[0].contact.emails == (ADA,)


async def test_nobody_is_handed_out_after_they_were_erased_or_to_another_workspace(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, ADA))
    (ada,) = await workspace.contacts()
    path = f"/contacts/{ada['id']}/export"
    await workspace.get(path, status=404, workspace_id=uuid4())
    await workspace.send("POST", f"/contacts/{ada['id']}/erase", {})

    await workspace.get(path, status=404)
