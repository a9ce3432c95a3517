"""The tools as programs see them over MCP: those that read as in a chat, those that write as `propose_…`."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from mcp_types import Tool as ToolView
from servicekit.database import Database
from servicekit.principal import WRITE, Principal

from agent import proposal_queries
from agent.settings import Settings
from agent.tools.api import Api, ToolFailed
from agent.tools.registry import TOOLS
from agent.tools.running import run
from agent.tools.tool import Plan, Reading, Result, Source, Step, Tool, described, fitted, read_input, written

log = structlog.get_logger()

PROPOSE = "propose_"
PROPOSALS = "/app/proposals"

NAMED: Mapping[str, Tool] = {
    tool.name if isinstance(tool, Reading) else f"{PROPOSE}{tool.name}": tool for tool in TOOLS.values()
}
"""The tools by the names that programs know them by."""


def may_propose(principal: Principal) -> bool:
    """Whether whoever asks may propose: a signed-in person, or a personal token that was made for it."""
    return principal.scopes is None or WRITE in principal.scopes


def _view(name: str, tool: Tool) -> ToolView:
    told, reads = described(tool), isinstance(tool, Reading)
    after = "" if reads else " Nothing is done: the person decides on the page that the result names."
    return ToolView(
        name=name,
        title=tool.title if reads else f"Propose: {tool.title}",
        description=told["description"] + after,
        input_schema=told["input_schema"],
        annotations=ToolAnnotations(
            read_only_hint=reads, destructive_hint=False, idempotent_hint=reads, open_world_hint=False
        ),
    )


_VIEWS = {name: _view(name, tool) for name, tool in NAMED.items()}


def list_tools(principal: Principal) -> list[ToolView]:
    """List what may be called, always in one order."""
    return [view for name, view in _VIEWS.items() if isinstance(NAMED[name], Reading) or may_propose(principal)]


async def call_tool(
    db: Database, settings: Settings, api: Api, principal: Principal, name: str, given: dict[str, Any]
) -> CallToolResult:
    """Call a tool by a name that is there; what goes wrong is told to the model."""
    tool = NAMED[name]
    try:
        if not isinstance(tool, Reading):
            _check_may_propose(principal)
        found = await run(api, tool, read_input(tool, given), door="mcp")
        if isinstance(found, Result):
            return _told(written(found.content), *_cited((*found.sources, *found.mentions), settings.public_url))
        return _told(written(fitted(await _propose(db, settings, principal, tool, given, found))))
    except ToolFailed as failed:
        return CallToolResult(content=[TextContent(text=str(failed))], is_error=True)


def _told(*texts: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text) for text in texts])


def _cited(sources: tuple[Source, ...], public_url: str) -> list[str]:
    """Name the records that a result rests on, with where people see them."""
    distinct = {each.id: each for each in sources}.values()
    records = [{"record": each.label, "url": f"{public_url}{each.page}"} for each in distinct]
    return [written({"rests_on": records})] if records else []


def _check_may_propose(principal: Principal) -> None:
    if not may_propose(principal):
        raise ToolFailed(f"This token is for reading. To propose, the person makes one for {WRITE} as well.")


async def _propose(
    db: Database, settings: Settings, principal: Principal, tool: Tool, given: dict[str, Any], plan: Plan
) -> dict[str, Any]:
    """Keep a proposal for the person whose token it is."""
    assert principal.user_id is not None, "the edge lets people in, and no services"
    workspace_id, proposal_id, where = principal.workspace_id, uuid4(), f"{settings.public_url}{PROPOSALS}"
    async with db.transaction(workspace_id) as conn:
        waiting = await proposal_queries.count_open_by_program(conn, workspace_id, principal.user_id)
        if waiting >= settings.mcp_open_proposals:
            raise ToolFailed(f"{waiting} proposals wait already; the person must decide some first, at {where}")
        await proposal_queries.add_proposal(
            conn,
            workspace_id,
            principal.user_id,
            proposal_id,
            asked=None,
            tool=tool.name,
            given=given,
            plan=plan,
            seconds=settings.proposal_hours * 3600,
        )
    log.info("proposal_made", via="mcp", workspace_id=str(workspace_id), proposal_id=str(proposal_id), tool=tool.name)
    return {
        "status": "Proposed, not done. The person approves or refuses it.",
        "decide_at": where,
        "proposal_id": str(proposal_id),
        "title": plan.title,
        "steps": [_shown(step) for step in plan.steps],
        "expires_in_hours": settings.proposal_hours,
    }


def _shown(step: Step) -> dict[str, Any]:
    really = {"what_really_happens": step.effect} if step.effect else {}
    return {"says": step.says, **really, "before": step.before, "after": step.after}
