"""HTTP in: have something done at a provider, see what came of it, and undo it."""

from typing import Annotated
from uuid import UUID

from contracts.actions import ActionView, ActionWish, PossibleActions
from contracts.pages import ItemPage
from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromHeader, FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from servicekit.principal import PERSON, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import actions
from sync_worker.actions import KeyMissing, Sources

Limit = FromQuery[Annotated[int, QueryParameter(ge=1, le=100)]]
Ids = Annotated[list[UUID] | None, QueryParameter(max_items=100)]
Key = FromHeader[
    Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            max_length=200,
            description="A text of your own: what is asked for again under it is done once.",
        ),
    ]
]


def routes(sources: Sources) -> list[HTTPRouteHandler]:
    """Make the routes; what can be done is the sources' to say."""

    # Programs propose, at the agent; what is written at a provider is a person's word.
    @post("/actions", status_code=202, opt={"scope": PERSON})
    async def request_action(
        data: JSONBody[ActionWish],
        principal: NamedDependency[Principal],
        conn: NamedDependency[AsyncConnection],
        idempotency_key: Key = None,
    ) -> ActionView:
        """Have something done at a provider: it is queued, and `GET /actions/{id}` tells what came of it."""
        if not idempotency_key or not idempotency_key.isprintable():
            raise KeyMissing
        workspace_id, person = principal.workspace_id, principal.user_id
        assert person is not None, "who has a workspace is a person"
        return await actions.request_action(
            conn, workspace_id, data, key=idempotency_key, created_by=person, sources=sources
        )

    # Whoever proposes learns here what would be refused, before a person is asked.
    @post("/actions/check", status_code=200)
    async def check_action(
        data: JSONBody[ActionWish], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
    ) -> ActionWish:
        """Show what would be done at a provider, if it could be; nothing is done."""
        return await actions.check_action(conn, principal.workspace_id, data, sources)

    @post("/actions/{action_id:uuid}/undo", status_code=202, opt={"scope": PERSON})
    async def undo_action(
        action_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
    ) -> ActionView:
        """Have an action undone, by another action; while one is under way it is that one."""
        workspace_id, person = principal.workspace_id, principal.user_id
        assert person is not None, "who has a workspace is a person"
        return await actions.undo_action(conn, workspace_id, action_id, created_by=person, sources=sources)

    @get("/connections/{connection_id:uuid}/actions")
    async def list_possible_actions(
        connection_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
    ) -> PossibleActions:
        """Tell what a connection can do, what really happens then, and why it cannot do the rest."""
        return await actions.list_possible(conn, principal.workspace_id, connection_id, sources)

    return [request_action, check_action, undo_action, list_possible_actions, list_actions, get_action]


@get("/actions")
async def list_actions(
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    connection_id: FromQuery[UUID | None] = None,
    ids: Ids = None,
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> ItemPage[ActionView]:
    """List what was done, or is to be, the newest first: all of it, or at one connection, or by these ids."""
    return await actions.list_actions(
        conn, principal.workspace_id, connection_id=connection_id, ids=ids, cursor=cursor, limit=limit
    )


@get("/actions/{action_id:uuid}")
async def get_action(
    action_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> ActionView:
    """Look at an action."""
    return await actions.get_action(conn, principal.workspace_id, action_id)
