"""Views that people keep: a filter, an order and columns under a name, for everybody in the workspace."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from contracts.views import SavedView
from msgspec import UNSET, Meta, UnsetType
from servicekit.errors import Conflict, NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.search import filters, view_queries
from identity.search.columns import Column
from identity.search.filters import FilterRefused
from identity.search.finding import FilterInvalid
from identity.search.finding_queries import Order

MOST_VIEWS = 200

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=200)]
Columns = Annotated[tuple[Column, ...], Meta(max_length=50)]


class ViewNotFound(NotFound):
    """No such view, or none of this workspace."""

    slug = "view-not-found"
    title = "View not found"


class ViewsFull(Conflict):
    """A workspace that keeps as many views as it may."""

    slug = "views-full"
    title = "This workspace keeps as many views as it can"


class NewView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view to keep."""

    name: Name
    q: Words | None = None
    filter: dict[str, Any] | None = None
    sort: Order = "-updated_at"
    columns: Columns = ()


class ViewChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a view; what is left out stays."""

    name: Name | UnsetType = UNSET
    q: Words | UnsetType | None = UNSET
    filter: dict[str, Any] | UnsetType | None = UNSET
    sort: Order | UnsetType = UNSET
    columns: Columns | UnsetType = UNSET


async def save_view(conn: AsyncConnection, workspace_id: UUID, view: NewView, *, made_by: UUID) -> SavedView:
    """Keep a view. Raises `FilterInvalid`, `ViewsFull`."""
    _check(view.filter)
    saved = await view_queries.save_view(
        conn, workspace_id, uuid4(), view.name.strip(), _contents(view), made_by=made_by, most=MOST_VIEWS
    )
    if saved is None:
        raise ViewsFull(f"at most {MOST_VIEWS} are kept; delete one first")
    return saved


async def change_view(conn: AsyncConnection, workspace_id: UUID, view_id: UUID, change: ViewChange) -> SavedView:
    """Change a view. Raises `FilterInvalid`, `ViewNotFound`."""
    known = await view_queries.find_view(conn, workspace_id, view_id)
    if known is None:
        raise ViewNotFound
    told = {field: value for field in change.__struct_fields__ if (value := getattr(change, field)) is not UNSET}
    _check(told.get("filter"))
    now = msgspec.structs.replace(known, **told)
    return await view_queries.change_view(conn, workspace_id, view_id, now.name.strip(), _contents(now))


def _check(filter_: dict[str, Any] | None) -> None:
    if filter_ is None:
        return
    try:
        filters.check_filter(filter_)
    except FilterRefused as refused:
        raise FilterInvalid(str(refused), pointer=f"/filter{refused.pointer}") from None


def _contents(view: NewView | SavedView) -> view_queries.Contents:
    return view_queries.Contents(q=view.q, filter=view.filter, sort=view.sort, columns=view.columns)


async def delete_view(conn: AsyncConnection, workspace_id: UUID, view_id: UUID) -> None:
    """Keep a view no longer. Raises `ViewNotFound`."""
    if not await view_queries.delete_view(conn, workspace_id, view_id):
        raise ViewNotFound
