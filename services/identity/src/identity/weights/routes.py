"""HTTP in: the rules of a workspace, tried out, changed, learned and had back."""

from typing import Annotated

from contracts.pages import ItemPage
from contracts.rules import (
    PreviewedChange,
    PreviewKind,
    PreviewWish,
    RulesPreview,
    RulesVersion,
    RulesView,
    RulesWish,
)
from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from servicekit.database import Database
from servicekit.principal import PERSON, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.cursors import Cursors
from identity.weights import previewing, ruling

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Cursor = Annotated[str | None, QueryParameter(max_length=2_000)]

# A rule moves every record of a workspace at once: no program changes one.
_BY_PEOPLE = {"scope": PERSON}


@get("/rules")
async def show_rules(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> RulesView:
    """Show the rules by which records are joined and values chosen."""
    return await ruling.show_rules(conn, principal.workspace_id)


@patch("/rules", opt=_BY_PEOPLE)
async def set_rules(
    data: JSONBody[RulesWish], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> RulesView:
    """Change rules; what follows for the records that are there is settled in the background."""
    return await ruling.set_rules(conn, principal.workspace_id, data, by=principal.user_id)


@post("/rules/relearn", status_code=200, opt=_BY_PEOPLE)
async def relearn(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> RulesView:
    """Learn from the records what evidence is worth; what follows is settled in the background."""
    return await ruling.relearn(db, principal.workspace_id, by=principal.user_id)


@get("/rules/versions")
async def list_versions(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[RulesVersion]:
    """List the rules that held, the last first."""
    return await ruling.list_versions(conn, principal.workspace_id, cursors=cursors, cursor=cursor, limit=limit)


@post("/rules/versions/{version:int}/restore", status_code=200, opt=_BY_PEOPLE)
async def restore_version(
    version: FromPath[int], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> RulesView:
    """Have rules that held before hold again; version 0 are the defaults."""
    return await ruling.restore(conn, principal.workspace_id, version, by=principal.user_id)


@put("/rules/preview", status_code=202, opt=_BY_PEOPLE)
async def begin_preview(
    data: JSONBody[PreviewWish], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> RulesPreview:
    """Try other rules out on every record, in the background; nothing changes by it."""
    return await previewing.begin(conn, principal.workspace_id, data, by=principal.user_id)


@get("/rules/preview")
async def show_preview(
    conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> RulesPreview | None:
    """Show how many golden records would join, part or show other values by the rules that are tried out.

    Where none are, it is null.
    """
    return await previewing.show(conn, principal.workspace_id)


@get("/rules/preview/changes")
async def list_previewed(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    kind: FromQuery[PreviewKind],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[PreviewedChange]:
    """List which golden records these are."""
    return await previewing.list_changes(
        conn, principal.workspace_id, kind, cursors=cursors, cursor=cursor, limit=limit
    )


@post("/rules/preview/apply", status_code=200, opt=_BY_PEOPLE)
async def apply_preview(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> RulesView:
    """Have the rules that were tried out hold; what follows is settled in the background."""
    return await previewing.apply(conn, principal.workspace_id, by=principal.user_id)


@delete("/rules/preview", opt=_BY_PEOPLE)
async def drop_preview(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> None:
    """Drop the rules that were tried out."""
    await previewing.drop(conn, principal.workspace_id)


ROUTES = [
    show_rules,
    set_rules,
    relearn,
    list_versions,
    restore_version,
    begin_preview,
    show_preview,
    list_previewed,
    apply_preview,
    drop_preview,
]
