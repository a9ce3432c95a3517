"""The shapes of Pipedrive's answers that a connector relies on; whatever may be null there may be null here."""

import re
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

Stamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
OldStamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Clock = Annotated[str, Meta(pattern=r"^\d\d:\d\d(:\d\d)?$")]
Code = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}$")]


class Value(msgspec.Struct, forbid_unknown_fields=True):
    value: str
    primary: bool
    label: str | None


class Address(msgspec.Struct):
    value: str | None
    country: str | None
    admin_area_level_1: str | None
    locality: str | None
    route: str | None
    street_number: str | None
    postal_code: str | None


class Person(msgspec.Struct):
    id: int
    name: str | None
    first_name: str | None
    last_name: str | None
    owner_id: int | None
    org_id: int | None
    add_time: Stamp
    update_time: Stamp
    emails: list[Value]
    phones: list[Value]
    is_deleted: bool
    label_ids: list[int]
    custom_fields: dict[Code, Any] | None
    birthday: Day | None
    job_title: str | None
    postal_address: Address | None


class Deal(msgspec.Struct):
    id: int
    title: str | None
    value: float | None
    currency: str | None
    status: str
    stage_id: int | None
    pipeline_id: int | None
    person_id: int | None
    owner_id: int | None
    add_time: Stamp
    update_time: Stamp
    is_deleted: bool
    is_archived: bool
    archive_time: Stamp | None
    close_time: Stamp | None
    won_time: Stamp | None
    lost_time: Stamp | None
    expected_close_date: Day | None
    custom_fields: dict[str, Any] | None


class Participant(msgspec.Struct, forbid_unknown_fields=True):
    person_id: int
    primary: bool


class Activity(msgspec.Struct):
    id: int
    subject: str | None
    type: str | None
    owner_id: int | None
    deal_id: int | None
    person_id: int | None
    org_id: int | None
    due_date: Day | None
    due_time: Clock | None
    duration: Clock | None
    done: bool
    participants: list[Participant] | None
    attendees: list[Any] | None
    note: str | None
    priority: int | None
    add_time: Stamp
    update_time: Stamp
    is_deleted: bool


class Organization(msgspec.Struct):
    id: int
    name: str
    owner_id: int | None
    add_time: Stamp
    update_time: Stamp
    is_deleted: bool
    address: Address | None
    custom_fields: dict[str, Any] | None


class Field(msgspec.Struct):
    field_code: str
    field_name: str
    field_type: str
    options: list[dict[str, Any]] | None
    is_custom_field: bool


class Named(msgspec.Struct):
    id: int
    name: str
    is_deleted: bool


class User(msgspec.Struct):
    id: int
    name: str
    email: str
    active_flag: bool


class NamedUser(msgspec.Struct):
    name: str
    email: str
    icon_url: str | None
    is_you: bool


class Note(msgspec.Struct):
    id: int
    content: str
    user_id: int
    user: NamedUser
    person_id: int | None
    deal_id: int | None
    org_id: int | None
    lead_id: str | None
    add_time: OldStamp
    update_time: OldStamp
    active_flag: bool
    last_update_user_id: int | None


class Recent(msgspec.Struct):
    item: str
    id: int
    data: dict[str, Any] | None


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v2/persons", Person),
        ("/api/v2/deals", Deal),
        ("/api/v2/deals/archived", Deal),
        ("/api/v2/activities?include_fields=attendees", Activity),
        ("/api/v2/organizations", Organization),
        ("/api/v2/personFields", Field),
        ("/api/v2/stages", Named),
        ("/api/v2/pipelines", Named),
        ("/api/v1/users", User),
        ("/api/v1/notes", Note),
        ("/api/v1/recents?since_timestamp=2020-01-01 00:00:00", Recent),
    ],
)
async def test_a_list_has_the_shape_of_its_records(sandbox, company, path, shape):
    for kind in ("persons", "deals", "activities", "notes"):
        await sandbox.order("accounts/pipedrive/7/edit", kind=kind)

    answer = await company.get(path, limit=500)

    assert answer["success"] is True
    assert msgspec.convert(answer["data"], list[shape])
    if "/v2/" in path:
        assert answer["additional_data"] == {"next_cursor": None}


async def test_own_fields_have_codes_and_their_options_names_when_asked_for(company):
    known = {each["field_code"]: each for each in (await company.get("/api/v2/personFields"))["data"]}
    own = {code for code, field in known.items() if field["is_custom_field"]}
    plain = await company.listed(limit=500)
    labelled = await company.listed(limit=500, include_option_labels="true")

    assert all(re.fullmatch("[0-9a-f]{40}", code) for code in own)
    assert {code for person in plain for code in person["custom_fields"]} == own
    [chosen] = [code for code in own if known[code]["options"]]
    labels = {each["id"]: each["label"] for each in known[chosen]["options"]}
    pairs = [
        (one["custom_fields"][chosen], two["custom_fields"][chosen]) for one, two in zip(plain, labelled, strict=True)
    ]
    assert any(number for number, _ in pairs)
    assert all(told == (number and {"id": number, "label": labels[number]}) for number, told in pairs)
