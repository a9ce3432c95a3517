"""What Zendesk's stand-in answers has the shapes that Zendesk's own has, nulls included."""

from typing import Any

import msgspec
import pytest

Stamp = str
Id = int


class User(msgspec.Struct, forbid_unknown_fields=True):
    """Every key, always; null wherever nothing is known."""

    id: Id
    url: str
    name: str
    email: str | None
    created_at: Stamp
    updated_at: Stamp
    time_zone: str
    iana_time_zone: str
    phone: str | None
    shared_phone_number: bool | None
    photo: None
    locale_id: int
    locale: str
    organization_id: Id | None
    role: str
    verified: bool
    external_id: str | None
    tags: list[str]
    alias: str | None
    active: bool
    shared: bool
    shared_agent: bool
    last_login_at: Stamp | None
    two_factor_auth_enabled: bool | None
    signature: str | None
    details: str | None
    notes: str | None
    role_type: int | None
    custom_role_id: Id | None
    is_billing_admin: bool | None
    moderator: bool
    ticket_restriction: str | None
    only_private_comments: bool
    restricted_agent: bool
    suspended: bool
    default_group_id: Id | None
    report_csv: bool
    user_fields: dict[str, Any]
    suspension_details: None


class Identity(msgspec.Struct):
    """One of a user's addresses."""

    id: Id
    url: str
    user_id: Id
    type: str
    value: str
    verified: bool
    primary: bool
    deliverable_state: str | None
    created_at: Stamp
    updated_at: Stamp


class Organization(msgspec.Struct, forbid_unknown_fields=True):
    """Where users belong."""

    id: Id
    url: str
    name: str
    shared_tickets: bool
    shared_comments: bool
    external_id: str | None
    created_at: Stamp
    updated_at: Stamp
    domain_names: list[str]
    details: str | None
    notes: str | None
    group_id: Id | None
    tags: list[str]
    organization_fields: dict[str, Any]
    deleted_at: Stamp | None


class Ticket(msgspec.Struct):
    """A ticket, as far as anybody reads it."""

    id: Id
    url: str
    created_at: Stamp
    updated_at: Stamp
    generated_timestamp: int
    type: str | None
    subject: str
    description: str
    priority: str | None
    status: str
    recipient: str | None
    requester_id: Id
    submitter_id: Id
    assignee_id: Id | None
    organization_id: Id | None
    collaborator_ids: list[Id]
    follower_ids: list[Id]
    email_cc_ids: list[Id]
    custom_fields: list[dict[str, Any]]
    tags: list[str]


class Comment(msgspec.Struct):
    """Something that was said about a ticket."""

    id: Id
    type: str
    author_id: Id
    body: str
    html_body: str
    plain_body: str
    public: bool
    attachments: list[Any]
    audit_id: Id
    via: dict[str, Any]
    created_at: Stamp
    metadata: dict[str, Any]


class More(msgspec.Struct):
    """What stands beside a list by cursor."""

    has_more: bool
    after_cursor: str | None
    before_cursor: str | None


class Listed(msgspec.Struct):
    """A list by cursor."""

    meta: More
    links: dict[str, str | None]


class Exported(msgspec.Struct):
    """An export by cursor."""

    after_url: str | None
    after_cursor: str | None
    before_url: None
    before_cursor: None
    end_of_stream: bool


class ExportedByTime(msgspec.Struct):
    """An export by time."""

    count: int
    end_of_stream: bool
    end_time: int
    next_page: str | None


class TicketEvent(msgspec.Struct, forbid_unknown_fields=True):
    """An update of a ticket; of its children each sort has keys of its own."""

    id: Id
    ticket_id: Id
    timestamp: int
    created_at: Stamp
    updater_id: Id
    via: str
    system: dict[str, Any]
    metadata: dict[str, Any]
    event_type: str
    child_events: list[dict[str, Any]]


class DeletedTicket(msgspec.Struct):
    """What is told of a ticket that was deleted."""

    id: Id
    subject: str
    actor: dict[str, Any]
    deleted_at: Stamp
    previous_state: str


@pytest.mark.parametrize(
    ("path", "around", "members"),
    [
        ("/users?page[size]=100", Listed, {"users": User}),
        (
            "/incremental/users/cursor?start_time=0&include=identities,organizations",
            Exported,
            {"users": User, "identities": Identity, "organizations": Organization},
        ),
        ("/incremental/tickets/cursor?start_time=0", Exported, {"tickets": Ticket}),
        ("/incremental/organizations?start_time=0", ExportedByTime, {"organizations": Organization}),
        ("/incremental/ticket_events?start_time=0", ExportedByTime, {"ticket_events": TicketEvent}),
        ("/organizations?page[size]=100", Listed, {"organizations": Organization}),
        ("/tickets/3/comments?page[size]=100&include=users", Listed, {"comments": Comment, "users": User}),
        ("/deleted_users?page[size]=100", Listed, {"deleted_users": User}),
        ("/deleted_tickets?page[size]=100", Listed, {"deleted_tickets": DeletedTicket}),
    ],
)
async def test_answers_have_zendesks_shapes(desk, path, around, members):
    await desk.act("archive")
    await desk.act("archive", kind="tickets", id="7")

    answer = (await desk.get(path)).body

    msgspec.convert({name: value for name, value in answer.items() if name not in members}, around)
    for name, shape in members.items():
        assert answer[name], name
        msgspec.convert(answer[name], list[shape])


async def test_a_deleted_ticket_is_listed_and_comes_back_with_all_that_was_said(desk):
    said = (await desk.get("/tickets/7/comments")).body
    await desk.call("DELETE", "/tickets/7")
    listed = (await desk.get("/deleted_tickets"))["deleted_tickets"]

    restored = await desk.put("/deleted_tickets/7/restore", {})

    assert [each["id"] for each in listed] == [7]
    assert (restored.status, restored.body) == (200, "")
    assert (await desk.get("/tickets/7/comments")).body == said
    assert (await desk.get("/deleted_tickets"))["deleted_tickets"] == []
    assert (await desk.put("/deleted_tickets/7/restore", {})).status == 404


async def test_a_deleted_user_is_shown_until_deleted_for_good(desk):
    user = await desk.create(email="ada@example.com")
    path = f"/deleted_users/{user['id']}"
    living = await desk.get(path)
    await desk.call("DELETE", f"/users/{user['id']}")

    deleted = await desk.get(path)
    await desk.call("DELETE", path)

    assert (living.status, (await desk.get(path)).status) == (404, 404)
    assert (deleted["deleted_user"]["name"], deleted["deleted_user"]["email"]) == ("Ada Lovelace", None)
