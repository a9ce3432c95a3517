"""The shapes that connectors of HubSpot rely on, as documented and as seen in its answers: no key more, none less."""

from typing import Any, Literal

import msgspec
import pytest

KINDS = ("contacts", "companies", "deals", "tickets", "notes", "emails", "meetings", "calls", "tasks")


class Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An object of exactly these keys; those with a default may be missing, those with `None` in their type be null."""


class Next(Shape):
    after: str
    link: str | msgspec.UnsetType = msgspec.UNSET


class Paging(Shape):
    next: Next


class Record(Shape):
    id: str
    properties: dict[str, str | None]
    created_at: str
    updated_at: str
    archived: bool
    url: str
    archived_at: str | msgspec.UnsetType = msgspec.UNSET


class Listed(Shape):
    results: list[Record]
    paging: Paging | msgspec.UnsetType = msgspec.UNSET


class Found(Shape):
    total: int
    results: list[Record]
    paging: Paging | msgspec.UnsetType = msgspec.UNSET


class Failure(Shape):
    status: Literal["error"]
    category: str
    sub_category: str
    message: str
    context: dict[str, list[str]]


class Batch(Shape):
    status: Literal["COMPLETE"]
    results: list[Record]
    started_at: str
    completed_at: str
    num_errors: int | msgspec.UnsetType = msgspec.UNSET
    errors: list[Failure] | msgspec.UnsetType = msgspec.UNSET


class LinkType(Shape):
    category: Literal["HUBSPOT_DEFINED"]
    type_id: int
    label: str | None


class End(Shape):
    to_object_id: int
    association_types: list[LinkType]


class Start(Shape):
    id: str


class Link(Shape):
    from_: Start = msgspec.field(name="from")
    to: list[End]


class Links(Shape):
    status: Literal["COMPLETE"]
    results: list[Link]
    started_at: str
    completed_at: str
    num_errors: int | msgspec.UnsetType = msgspec.UNSET
    errors: list[Failure] | msgspec.UnsetType = msgspec.UNSET


class Owner(Shape):
    id: str
    email: str
    type: Literal["PERSON"]
    first_name: str
    last_name: str
    user_id_including_inactive: int
    created_at: str
    updated_at: str
    archived: bool
    user_id: int | msgspec.UnsetType = msgspec.UNSET


class Owners(Shape):
    results: list[Owner]
    paging: Paging | msgspec.UnsetType = msgspec.UNSET


class Stage(Shape):
    id: str
    label: str
    display_order: int
    metadata: dict[str, str]
    created_at: str
    updated_at: str
    write_permissions: str
    archived: bool


class Pipeline(Shape):
    id: str
    label: str
    display_order: int
    stages: list[Stage]
    created_at: str
    updated_at: str
    archived: bool


class Pipelines(Shape):
    results: list[Pipeline]


class Property(msgspec.Struct, rename="camel"):
    name: str
    label: str
    type: Literal["string", "number", "datetime", "enumeration"]
    field_type: str
    group_name: str
    options: list[dict[str, Any]]
    calculated: bool
    hidden: bool
    hubspot_defined: bool
    modification_metadata: dict[str, bool]
    data_sensitivity: str


class Properties(Shape):
    results: list[Property]


async def properties_of(account, kind: str) -> list[str]:
    listed = await account.get(f"/crm/properties/2026-03/{kind}")
    return [each.name for each in msgspec.convert(listed.body, Properties).results]


@pytest.mark.parametrize("kind", KINDS)
async def test_records_of_every_kind_have_one_shape_however_they_are_read(account, kind):
    names = await properties_of(account, kind)
    path = f"/crm/objects/2026-03/{kind}"

    answer = await account.get(path, limit=10, properties=",".join(names))
    listed = msgspec.convert(answer.body, Listed)
    ids = [each.id for each in listed.results]
    found = await account.post(f"{path}/search", {"properties": names, "limit": 10})
    batch = await account.post(
        f"{path}/batch/read", {"properties": names, "inputs": [{"id": each} for each in (*ids, "1")]}
    )

    assert len(ids) == 10
    assert all(each.properties.keys() == {*names} for each in listed.results)
    assert msgspec.convert(found.body, Found).results == listed.results
    assert msgspec.convert(batch.body, Batch).results == listed.results
    assert batch.status == 207


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "contacts"])
async def test_associations_go_both_ways_in_one_shape(account, kind):
    listed = await account.get(f"/crm/objects/2026-03/{kind}", limit=20)
    inputs = [{"id": each["id"]} for each in listed["results"]]

    answer = await account.post(f"/crm/associations/2026-09/{kind}/contacts/batch/read", {"inputs": inputs})
    links = msgspec.convert(answer.body, Links)
    back = [{"id": str(end.to_object_id)} for link in links.results for end in link.to]
    answer = await account.post(f"/crm/associations/2026-09/contacts/{kind}/batch/read", {"inputs": back})
    there = {(link.from_.id, str(end.to_object_id)) for link in links.results for end in link.to}

    assert there
    assert there <= {
        (str(end.to_object_id), link.from_.id)
        for link in msgspec.convert(answer.body, Links).results
        for end in link.to
    }


async def test_owners_pipelines_and_properties_are_told_in_their_shapes(account):
    owners = [await account.get("/crm/owners/2026-03", archived=archived) for archived in ("false", "true")]
    pipelines = [await account.get(f"/crm/pipelines/2026-03/{kind}") for kind in ("deals", "tickets")]

    assert all(msgspec.convert(each.body, Owners).results for each in owners)
    assert all(msgspec.convert(each.body, Pipelines).results for each in pipelines)
    for kind in KINDS:
        assert "hs_object_id" in await properties_of(account, kind)


async def test_an_archived_record_says_since_when(account):
    identity = await account.create(firstname="Ada")
    await account.call("DELETE", f"/crm/objects/2026-03/contacts/{identity}")

    answer = await account.get("/crm/objects/2026-03/contacts", archived="true")

    (archived,) = msgspec.convert(answer.body, Listed).results
    assert archived.archived
    assert isinstance(archived.archived_at, str)


async def test_stages_of_seeded_records_are_stages_of_the_pipelines(account):
    for kind, pipeline, stage in (
        ("deals", "pipeline", "dealstage"),
        ("tickets", "hs_pipeline", "hs_pipeline_stage"),
    ):
        told = msgspec.convert((await account.get(f"/crm/pipelines/2026-03/{kind}")).body, Pipelines).results
        known = {(each.id, one.id) for each in told for one in each.stages}

        records = await account.listed(kind, properties=f"{pipeline},{stage}")

        assert {(each["properties"][pipeline], each["properties"][stage]) for each in records} <= known
