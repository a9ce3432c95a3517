"""What programs are offered over MCP, by which names they may come, and what becomes of what they propose."""

from uuid import UUID, uuid4

import pytest
from agent import proposal_queries, proposals
from agent.handlers import on_contacts_erased, on_workspaces_erased
from agent.mcp_routes import security
from agent.mcp_tools import NAMED, list_tools
from agent.settings import Settings
from agent.tools.registry import DESCRIBED, TOOLS
from agent.tools.tool import Plan, Step
from contracts.golden_records import ContactErased
from contracts.workspaces import WorkspaceErased
from mcp.server.transport_security import TransportSecurityMiddleware
from servicekit.database import Database
from servicekit.principal import READ, WRITE, Principal
from servicekit.testing import FreshDatabase
from starlette.requests import Request


def person(*scopes: str) -> Principal:
    return Principal(
        token="t", user_id=uuid4(), workspace=uuid4(), role="owner", scopes=frozenset(scopes) if scopes else None
    )


def test_a_tool_is_described_once_for_chats_and_programs() -> None:
    described = {each["name"]: each for each in DESCRIBED}

    for view in list_tools(person()):
        told = described[NAMED[view.name].name]
        assert view.input_schema == told["input_schema"]
        assert view.description is not None
        assert view.description.startswith(told["description"])
    assert len(NAMED) == len(TOOLS)


def test_what_proposes_is_offered_to_whom_it_is_for() -> None:
    everything = [view.name for view in list_tools(person())]

    assert [view.name for view in list_tools(person(READ, WRITE))] == everything
    reading = [view.name for view in list_tools(person(READ))]
    assert [name for name in everything if name not in reading] == [
        name for name in everything if name.startswith("propose_")
    ]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "crm.example.com"}, None),
        ({"host": "crm.example.com", "origin": "https://crm.example.com"}, None),
        ({"host": "crm.example.com", "origin": "https://tool.example.com"}, None),
        ({"host": "inner.example.com:8443"}, None),
        ({"host": "localhost:4000"}, None),
        ({"host": "127.0.0.1:4000", "origin": "http://localhost:6274"}, None),
        ({"host": "localhost.evil.example"}, 421),
        ({"host": "crm.example.com.evil.example"}, 421),
        ({"host": "crm.example.com", "origin": "https://evil.example"}, 403),
        ({"host": "crm.example.com", "origin": "http://crm.example.com"}, 403),
        ({"host": "crm.example.com", "origin": "null"}, 403),
        ({}, 421),
    ],
)
async def test_programs_come_by_our_own_names(
    fresh: FreshDatabase, headers: dict[str, str], status: int | None
) -> None:
    settings = Settings(
        **fresh.settings(public_url="https://crm.example.com"),
        mcp_hosts="inner.example.com:8443",
        cors_origins="https://tool.example.com",
    )
    scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}

    answer = await TransportSecurityMiddleware(security(settings)).validate_request(Request(scope))

    assert (answer.status_code if answer else None) == status


async def propose(db: Database, workspace_id: UUID, user_id: UUID, contact_id: UUID) -> UUID:
    """A program's proposal of which nothing has to be done."""
    proposal_id = uuid4()
    plan = Plan(contact_id=str(contact_id), title="A note", steps=())
    async with db.transaction(workspace_id) as conn:
        await proposal_queries.add_proposal(
            conn, workspace_id, user_id, proposal_id, asked=None, tool="addNote", given={}, plan=plan, seconds=60
        )
    return proposal_id


async def propose_email(db: Database, workspace_id: UUID, user_id: UUID, connection_id: UUID, provider_id: str) -> UUID:
    """A program's proposal to write to a contact of a connection."""
    proposal_id = uuid4()
    step = Step(says="Send", record=f"{connection_id}/{provider_id}", after={"to": "ada@example.com"})
    plan = Plan(contact_id=str(uuid4()), title="Email to Ada", steps=(Step(says="Note"), step))
    async with db.transaction(workspace_id) as conn:
        await proposal_queries.add_proposal(
            conn, workspace_id, user_id, proposal_id, asked=None, tool="sendEmail", given={}, plan=plan, seconds=60
        )
    return proposal_id


async def left(db: Database, workspace_id: UUID, user_id: UUID) -> list[UUID]:
    async with db.transaction(workspace_id) as conn:
        found = await proposal_queries.list_proposals(conn, workspace_id, user_id, state=None, before=None, at_most=9)
    return [each.proposal_id for each in found]


async def test_what_programs_proposed_about_an_erased_contact_goes(db: Database) -> None:
    workspace_id, user_id, contact = uuid4(), uuid4(), uuid4()
    await propose(db, workspace_id, user_id, contact)
    other = await propose(db, workspace_id, user_id, uuid4())

    async with db.transaction(workspace_id) as conn:
        await on_contacts_erased(conn, [ContactErased(workspace_id=workspace_id, golden_id=contact, sources=())])

    assert await left(db, workspace_id, user_id) == [other]
    async with db.transaction(workspace_id) as conn:
        await on_workspaces_erased(conn, [WorkspaceErased(workspace_id=workspace_id)])
    assert await left(db, workspace_id, user_id) == []


async def test_what_programs_proposed_goes_by_the_record_and_by_every_id_that_led_to_the_erased(db: Database) -> None:
    workspace_id, user_id, connection, absorbed = uuid4(), uuid4(), uuid4(), uuid4()
    await propose(db, workspace_id, user_id, absorbed)
    await propose_email(db, workspace_id, user_id, connection, "501")
    kept = [
        await propose_email(db, workspace_id, user_id, connection, "50"),
        await propose_email(db, workspace_id, user_id, uuid4(), "501"),
    ]
    event = ContactErased(
        workspace_id=workspace_id, golden_id=uuid4(), sources=((connection, "501"),), previous_ids=(absorbed,)
    )

    async with db.transaction(workspace_id) as conn:
        await on_contacts_erased(conn, [event])

    assert sorted(await left(db, workspace_id, user_id)) == sorted(kept)


async def test_what_a_dead_process_left_half_done_is_taken_up_after_a_while_by_one(db: Database) -> None:
    workspace_id, user_id = uuid4(), uuid4()
    proposal_id = await propose(db, workspace_id, user_id, uuid4())

    async def goes_on(seconds: float) -> bool:
        async with db.transaction(workspace_id) as conn:
            return await proposal_queries.go_on(conn, workspace_id, user_id, proposal_id, seconds=seconds)

    assert not await goes_on(0), "nobody approved it"
    async with db.transaction(workspace_id) as conn:
        await proposal_queries.claim(conn, workspace_id, user_id, proposal_id, state="running")
    assert not await goes_on(60), "somebody may be at it"
    assert await goes_on(0)


async def test_a_proposal_that_is_being_done_is_not_begun_again(db: Database) -> None:
    workspace_id, user_id = uuid4(), uuid4()
    proposal_id = await propose(db, workspace_id, user_id, uuid4())
    async with db.transaction(workspace_id) as conn:
        await proposal_queries.claim(conn, workspace_id, user_id, proposal_id, state="running")

    with pytest.raises(proposals.ProposalBusy):
        await proposals.approve(db, None, workspace_id, user_id, proposal_id, edited=None)  # type: ignore[arg-type]
    with pytest.raises(proposals.ProposalNotOpen):
        await proposals.refuse(db, workspace_id, user_id, proposal_id, reason=None)
