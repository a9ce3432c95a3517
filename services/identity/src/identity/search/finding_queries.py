"""All SQL that finds golden records by words and filters.

Every condition is a plain comparison with a document's own columns, so it can be asked of any row. The tokens only
narrow down which rows are asked: where some condition needs a token that few records have, those few; else a stretch
of the list in its order, which suffices wherever matches are frequent; and where they are not, one pass over all. So
what it costs at most is known, and depends on no estimate of the planner's.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    and_,
    any_,
    func,
    intersect,
    literal,
    null,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.cursors import CursorInvalid
from identity.search.conditions import has_word, holds
from identity.search.documents import NEVER
from identity.search.filters import Group
from identity.search.words import Asked
from identity.tables import search_document, search_token

Order = Literal[
    "updated_at", "-updated_at", "created_at", "-created_at", "name", "-name", "email", "-email", "company", "-company",
    "last_interaction_at", "-last_interaction_at",
]  # fmt: skip

FEW = 5_000
"""So many records are looked up one by one; of more, a part of the list may do."""

MANY = 20_000
"""So many are looked up one by one where it does not; of more, it is quicker to read the list."""

STRETCH = 2_000
"""So much of a list is read in its order, before all of it is read in any order."""

LONG_STRETCH = 20_000
"""And so much at most, where what was found in the first lets expect that it suffices."""

COUNTED = 1_000
"""How many matches a list counts beside what it shows."""

_AFTER_ALL = "\U0010ffff"

_KEYS = {"name": "name_key", "email": "email_key", "company": "company_key"}

_ABSENT: dict[str, Any] = {"name": "", "email": "", "company": "", "last_interaction_at": NEVER}
"""What has none of these comes last, whichever way a list is sorted."""


class Place(msgspec.Struct, frozen=True):
    """Where a golden record stands in a list: by what it is sorted, and its id."""

    golden_id: UUID
    sorted_by: str | datetime | None


class Page(msgspec.Struct, frozen=True):
    """Which part of a list is asked for."""

    order: Order
    after: Place | None
    at_most: int


class Wanted(msgspec.Struct, frozen=True):
    """What golden records are looked for: those that have every word, and of which the filter holds."""

    workspace_id: UUID
    words: tuple[Asked, ...] = ()
    rule: Group | None = None
    few: tuple[Asked, ...] = ()
    """Of the words they cannot be without, those that not too many records have."""
    at_once: bool = False
    """Whether one of these has so few that they are looked up before anything else."""


_BOUND = text("SELECT set_config('statement_timeout', :milliseconds, true)")


async def bound_statements(conn: AsyncConnection, seconds: float) -> None:
    """Let no statement of this transaction take longer."""
    await conn.execute(_BOUND, {"milliseconds": str(int(seconds * 1000))})


async def count_tokens(conn: AsyncConnection, workspace_id: UUID, words: Sequence[Asked]) -> list[int]:
    """Count for each of these words how many tokens begin with it, up to more than `MANY`."""
    if not words:
        return []
    counts = [
        select(literal(at).label("at"), func.count().label("tokens")).select_from(
            select(literal(1)).where(_beginning(workspace_id, begin)).limit(MANY + 1).subquery()
        )
        for at, word in enumerate(words)
        for begin in word.begins
    ]
    found = [0] * len(words)
    for row in await conn.execute(union_all(*counts)):
        found[row.at] += row.tokens
    return found


def _beginning(workspace_id: UUID, begin: str) -> ColumnElement[bool]:
    """Ranges instead of LIKE: only operators that keep secrets may look into an index behind the tenants' wall."""
    token = search_token.c
    return and_(token.workspace_id == workspace_id, token.token >= begin, token.token < begin + _AFTER_ALL)


async def list_some(conn: AsyncConnection, wanted: Wanted, page: Page) -> tuple[list[Place], int]:
    """List matches, and count them all: there are few of them, or all documents are asked, once."""
    # The offset keeps the planner from following an index in the list's order, row by row, in the hope of a quick end.
    some = _matching(wanted, page.order).offset(0).subquery()
    counted = select(some, func.count().over().label("total")).subquery()
    rows = (await conn.execute(_listed(counted, page).add_columns(counted.c.total))).all()
    return [Place(row.golden_id, row.sorted_by) for row in rows], rows[0].total if rows else 0


async def list_stretch(conn: AsyncConnection, wanted: Wanted, page: Page, documents: int) -> list[Place]:
    """List the matches among so many of the next documents; there may be more behind them."""
    order, after, here = page.order, page.after, _keys_of(search_document, page.order)
    ahead = select(search_document, _sorted_by(order)).where(search_document.c.workspace_id == wanted.workspace_id)
    if order in _ABSENT:
        at_the_end = after is not None and after.sorted_by == _ABSENT[order]
        ahead = ahead.where(here[0] == _ABSENT[order] if at_the_end else here[0] > _ABSENT[order])
    if after:
        ahead = ahead.where(_compared(here, order, after))
    walked = ahead.order_by(*_one_way(here, order)).limit(documents).subquery()
    matched = select(walked.c.golden_id, walked.c.sorted_by).where(*_conditions(wanted, walked))
    found = await conn.execute(matched.order_by(*_order_by(walked, order)).limit(page.at_most))
    return [Place(row.golden_id, row.sorted_by) for row in found]


async def list_by_id(conn: AsyncConnection, wanted: Wanted, page: Page) -> list[Place]:
    """List the next matches in the order of their ids, by which the documents are stored."""
    here = search_document.c.golden_id
    matched = _matching(wanted, page.order)
    if page.after:
        matched = matched.where(here > page.after.golden_id)
    found = await conn.execute(matched.order_by(here).limit(page.at_most))
    return [Place(row.golden_id, None) for row in found]


async def count_matches(conn: AsyncConnection, wanted: Wanted, *, at_most: int | None) -> int:
    """Count matches, not further than told."""
    matched = _matching(wanted, "created_at").limit(at_most).subquery()
    return (await conn.execute(select(func.count()).select_from(matched))).scalar_one()


def _matching(wanted: Wanted, order: Order) -> Select[Any]:
    here = search_document.c
    matched = select(here.golden_id, _sorted_by(order)).where(here.workspace_id == wanted.workspace_id)
    if wanted.few:
        # An array, because by a set the planner might look all documents up to join them.
        having = func.array(_having(wanted.workspace_id, wanted.few), type_=ARRAY(Uuid))
        matched = matched.where(here.golden_id == any_(having))
    return matched.where(*_conditions(wanted, search_document))


def _having(workspace_id: UUID, words: Collection[Asked]) -> Any:
    """Ask for the ids of golden records that have all of these words."""
    sets = [
        select(search_token.c.golden_id).where(or_(*(_beginning(workspace_id, begin) for begin in word.begins)))
        for word in words
    ]
    return intersect(*sets).scalar_subquery() if len(sets) > 1 else sets[0].distinct().scalar_subquery()


def _conditions(wanted: Wanted, of: FromClause) -> list[ColumnElement[bool]]:
    return [*(has_word(word, of) for word in wanted.words), holds(wanted.rule, of) if wanted.rule else true()]


def _sorted_by(order: Order) -> ColumnElement[Any]:
    name = _column_of(order)
    return (null() if name is None else search_document.c[name]).label("sorted_by")


def _column_of(order: Order) -> str | None:
    """Name the column a list is sorted by; by `created_at` it is sorted by its ids, which begin with that time."""
    key = order.removeprefix("-")
    return None if key == "created_at" else _KEYS.get(key, key)


def _keys_of(of: FromClause, order: Order, column: str | None = None) -> list[ColumnElement[Any]]:
    name = column or _column_of(order)
    return [of.c.golden_id] if _column_of(order) is None or name is None else [of.c[name], of.c.golden_id]


def _listed(matched: FromClause, page: Page) -> Select[Any]:
    listed = select(matched.c.golden_id, matched.c.sorted_by)
    if page.after:
        listed = listed.where(_behind(matched, page.order, page.after))
    return listed.order_by(*_order_by(matched, page.order)).limit(page.at_most)


def _order_by(of: FromClause, order: Order) -> list[ColumnElement[Any]]:
    """Sort so that what is absent comes last; the other way round it does by itself."""
    last = [of.c.sorted_by == _ABSENT[order]] if order in _ABSENT else []
    return [*last, *_one_way(_keys_of(of, order, "sorted_by"), order)]


def _one_way(keys: Sequence[ColumnElement[Any]], order: Order) -> list[ColumnElement[Any]]:
    return [key.desc() if order.startswith("-") else key for key in keys]


def _behind(of: FromClause, order: Order, after: Place) -> ColumnElement[bool]:
    behind = _compared(_keys_of(of, order, "sorted_by"), order, after)
    if order not in _ABSENT:
        return behind
    absent = of.c.sorted_by == _ABSENT[order]
    return and_(absent, behind) if after.sorted_by == _ABSENT[order] else or_(absent, behind)


def _compared(here: Sequence[ColumnElement[Any]], order: Order, after: Place) -> ColumnElement[bool]:
    there = [after.golden_id] if len(here) == 1 else [after.sorted_by, after.golden_id]
    return tuple_(*here) < tuple_(*there) if order.startswith("-") else tuple_(*here) > tuple_(*there)


def checked_key(order: Order, moment: datetime | None, words: str | None) -> str | datetime | None:
    """Tell which of the two is what a list of this order is sorted by. Raises `CursorInvalid`."""
    if _column_of(order) is None:
        return None
    key = moment if order.endswith("_at") else words
    if key is None:
        raise CursorInvalid
    return key
