"""HTTP in: chatting, conversations, proposals, usage."""

from typing import Annotated
from uuid import UUID

from contracts.chats import Approval, ChatDetail, ChatHeadView, ProposalState, ProposalView, Refusal, UsageView
from contracts.pages import ItemPage
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream
from servicekit.database import Database
from servicekit.errors import Forbidden
from servicekit.principal import PERSON, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import chats, cursors, proposals
from agent.chunks import HEADERS
from agent.keys import ChatKey
from agent.proposal_queries import Proposal
from agent.queries import Message
from agent.requests import LONGEST_REQUEST, ChatRequest, decisions_in, question_in
from agent.settings import Settings
from agent.turns import Turn, Turns
from agent.working import Workshop

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]

# A program that proposes must not be the one that says yes, nor speak in its person's name: a question refuses what
# waits, and what people asked the assistant is theirs.
_BY_PEOPLE = {"scope": PERSON}


def _person(principal: Principal) -> UUID:
    if principal.user_id is None:
        raise Forbidden("this needs a signed-in person")
    return principal.user_id


def _key(principal: Principal, chat_id: str) -> ChatKey:
    return ChatKey(principal.workspace_id, _person(principal), chat_id)


def _streamed(turn: Turn) -> Stream:
    return Stream(turn.follow(), media_type="text/event-stream", headers=HEADERS, status_code=200)


@post(
    "/chat",
    status_code=200,
    media_type="text/event-stream",
    request_max_body_size=LONGEST_REQUEST,
    opt=_BY_PEOPLE,
)
async def chat(
    data: JSONBody[ChatRequest],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    turns: NamedDependency[Turns],
    workshop: NamedDependency[Workshop],
) -> Stream:
    """Ask the assistant, or decide what it proposed; it answers in the AI SDK's UI message stream."""
    chats.check_model(settings)
    key = _key(principal, data.id)
    decided: list[Proposal] = []
    with turns.room(key):
        async with db.transaction(key.workspace_id) as conn:
            text = question_in(data)
            if text is not None:
                message_id = data.messages[-1].get("id")
                turn_id, message = await chats.ask(
                    conn,
                    key,
                    text,
                    settings,
                    contact_id=data.contact_id,
                    message_id=message_id if isinstance(message_id, str) and len(message_id) <= 100 else None,
                )
            else:
                turn_id, message, decided = await chats.decide(conn, key, decisions_in(data))
        return _streamed(_begin(turns, workshop, key, turn_id, message, decided, principal.token))


def _begin(
    turns: Turns,
    workshop: Workshop,
    key: ChatKey,
    turn_id: UUID,
    message: Message,
    decided: list[Proposal],
    token: str,
) -> Turn:
    return turns.begin(key, turn_id, lambda turn: workshop.work(key, turn, message, decided, token))


@get("/chat/{chat_id:str}/stream", opt=_BY_PEOPLE)
async def follow_turn(
    chat_id: FromPath[str], principal: NamedDependency[Principal], turns: NamedDependency[Turns]
) -> Stream | Response[None]:
    """Follow the turn that is under way, from its beginning; 204 where there is none."""
    turn = turns.find(_key(principal, chat_id))
    return _streamed(turn) if turn else Response(None, status_code=204)


@delete("/chat/{chat_id:str}/stream", opt=_BY_PEOPLE)
async def stop_turn(
    chat_id: FromPath[str], principal: NamedDependency[Principal], turns: NamedDependency[Turns]
) -> None:
    """Stop the turn that is under way, if there is one."""
    if turn := turns.find(_key(principal, chat_id)):
        turn.stop()


@get("/chat", opt=_BY_PEOPLE)
async def list_chats(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 30,
) -> ItemPage[ChatHeadView]:
    """List your conversations, the latest first."""
    before = cursors.read(cursor, str)
    return await chats.list_chats(conn, principal.workspace_id, _person(principal), before=before, limit=limit)


@get("/chat/{chat_id:str}", opt=_BY_PEOPLE)
async def show_chat(
    chat_id: FromPath[str], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> ChatDetail | None:
    """Show a conversation, with proposals that are still open; null where nothing was asked in it yet."""
    return await chats.show_chat(conn, _key(principal, chat_id))


@delete("/chat/{chat_id:str}", opt=_BY_PEOPLE)
async def delete_chat(
    chat_id: FromPath[str], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> None:
    """Forget a conversation, and what waits in it; what was decided stays among the proposals."""
    await chats.delete_chat(conn, _key(principal, chat_id))


@get("/proposals", opt=_BY_PEOPLE)
async def list_proposals(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    proposal_state: Annotated[ProposalState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 30,
) -> ItemPage[ProposalView]:
    """List what the assistant proposed to you, the latest first."""
    before = cursors.read(cursor, UUID)
    return await proposals.list_proposals(
        conn, principal.workspace_id, _person(principal), state=proposal_state, before=before, limit=limit
    )


@get("/proposals/{proposal_id:uuid}", opt=_BY_PEOPLE)
async def show_proposal(
    proposal_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> ProposalView:
    """Show a proposal."""
    return proposals.view_of(await proposals.show(conn, principal.workspace_id, _person(principal), proposal_id))


@post("/proposals/{proposal_id:uuid}/approve", status_code=200, opt=_BY_PEOPLE)
async def approve_proposal(
    proposal_id: FromPath[UUID],
    data: JSONBody[Approval],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    workshop: NamedDependency[Workshop],
) -> ProposalView:
    """Have a proposal carried out, once: as it stands, or as you edited it."""
    return await proposals.approve(
        db,
        workshop.api(principal.token),
        principal.workspace_id,
        _person(principal),
        proposal_id,
        edited=data.input,
    )


@post("/proposals/{proposal_id:uuid}/refuse", status_code=200, opt=_BY_PEOPLE)
async def refuse_proposal(
    proposal_id: FromPath[UUID],
    data: JSONBody[Refusal],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> ProposalView:
    """Refuse a proposal; nothing is done."""
    return await proposals.refuse(db, principal.workspace_id, _person(principal), proposal_id, reason=data.reason)


@get("/usage")
async def show_usage(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
) -> UsageView:
    """Show what the workspace uses of the model."""
    return await chats.show_usage(conn, principal.workspace_id, settings)


ROUTES = [
    chat,
    follow_turn,
    stop_turn,
    list_chats,
    show_chat,
    delete_chat,
    list_proposals,
    show_proposal,
    approve_proposal,
    refuse_proposal,
    show_usage,
]
