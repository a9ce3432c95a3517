"""HTTP in: why contacts are one or are not, and what people are asked about them."""

from typing import Annotated
from uuid import UUID

from contracts.decisions import Outcome
from contracts.explanations import ContactExplanation, PairExplanation
from contracts.pages import ItemPage
from contracts.suggestions import (
    Answer,
    AnswerOne,
    Answers,
    AskAgain,
    PutOff,
    PutOffAnswer,
    PutOffSeveral,
    SuggestionCount,
    SuggestionView,
)
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.cursors import Cursors
from identity.explain import explaining, explaining_pairs
from identity.review import answering, queue

Items = Annotated[int, QueryParameter(ge=1, le=200, description="How many items of each kind at most.")]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Cursor = Annotated[str | None, QueryParameter(max_length=2_000)]
Strength = Annotated[
    int | None, QueryParameter(ge=-1_000_000, le=1_000_000, description="In tenths of a bit; weaker ones are left out.")
]
Reference = Annotated[
    str, QueryParameter(max_length=500, description="A golden record's id, or a source as connection_id/provider_id.")
]


@get("/contacts/{golden_id:str}/explain")
async def explain_contact(
    golden_id: FromPath[UUID],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    limit: Items = 50,
) -> ContactExplanation:
    """Tell why the source records of a golden record are one: edges, guards, decisions, near misses."""
    return await explaining.explain_contact(conn, principal.workspace_id, golden_id, limit=limit)


@get("/explain")
async def explain_pair(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    left: Reference,
    right: Reference,
    limit: Items = 50,
) -> PairExplanation:
    """Tell why two are one golden record, or are not."""
    return await explaining_pairs.explain_pair(conn, principal.workspace_id, left, right, limit=limit)


@get("/suggestions")
async def list_suggestions(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    min_strength: Strength = None,
    put_off: FromQuery[bool] = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ItemPage[SuggestionView]:
    """List which golden records may be one person, the strongest first; `put_off` lists those to be asked later."""
    return await queue.list_suggestions(
        conn,
        principal.workspace_id,
        min_strength=min_strength,
        put_off=put_off,
        cursors=cursors,
        cursor=cursor,
        limit=limit,
    )


@get("/suggestions/count")
async def count_suggestions(
    conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal], min_strength: Strength = None
) -> SuggestionCount:
    """Tell how many suggestions wait."""
    return await queue.count_suggestions(conn, principal.workspace_id, min_strength=min_strength)


@get("/suggestions/{suggestion_id:str}")
async def get_suggestion(
    suggestion_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> SuggestionView:
    """Show one suggestion, also one that is put off."""
    return await queue.get_suggestion(conn, principal.workspace_id, suggestion_id)


@post("/suggestions/later", status_code=200)
async def put_off_several(
    data: JSONBody[PutOffSeveral], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> PutOffAnswer:
    """Put suggestions off."""
    return await queue.put_off(conn, principal.workspace_id, data.ids, days=data.days, put_off_by=principal.user_id)


@post("/suggestions/ask-again", status_code=200)
async def ask_several_again(
    data: JSONBody[AskAgain], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> PutOffAnswer:
    """Bring suggestions back that were put off."""
    return await queue.ask_again(conn, principal.workspace_id, data.ids)


@post("/suggestions/{suggestion_id:str}/later", status_code=200)
async def put_off_one(
    suggestion_id: FromPath[UUID],
    data: JSONBody[PutOff],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> PutOffAnswer:
    """Put a suggestion off, for a week unless told otherwise; other evidence brings it back before."""
    return await queue.put_off_one(
        conn, principal.workspace_id, suggestion_id, days=data.days, put_off_by=principal.user_id
    )


@delete("/suggestions/{suggestion_id:str}/later", status_code=200)
async def ask_one_again(
    suggestion_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> PutOffAnswer:
    """Bring a suggestion back that was put off."""
    return await queue.ask_one_again(conn, principal.workspace_id, suggestion_id)


@post("/suggestions/decisions", status_code=200)
async def answer_several(
    data: JSONBody[Answers], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> Outcome:
    """Say of several questions whether they are the same person, all at once; with `dry_run`, see what follows."""
    return await answering.answer(
        conn, principal.workspace_id, data.answers, by=principal.user_id, dry_run=data.dry_run
    )


@post("/suggestions/{suggestion_id:str}/decision", status_code=200)
async def answer_one(
    suggestion_id: FromPath[UUID],
    data: JSONBody[AnswerOne],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> Outcome:
    """Say of a question whether the two are the same person; the entry that comes of it can be undone."""
    said = Answer(id=suggestion_id, decision=data.decision, version=data.version)
    return await answering.answer(conn, principal.workspace_id, [said], by=principal.user_id, dry_run=data.dry_run)


ROUTES = [
    answer_several,
    answer_one,
    explain_contact,
    explain_pair,
    list_suggestions,
    count_suggestions,
    get_suggestion,
    put_off_several,
    ask_several_again,
    put_off_one,
    ask_one_again,
]
