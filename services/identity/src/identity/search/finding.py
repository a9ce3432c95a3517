"""Finding golden records: what somebody typed and filtered by becomes a list in some order, at a bounded cost."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec
import psycopg
from contracts.sources import SOURCE_NAMES
from servicekit.errors import BadRequest, Unavailable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.search import filters, finding_queries, spelling_queries, words
from identity.search.conditions import needed
from identity.search.filters import Condition, FilterRefused, Group
from identity.search.finding_queries import COUNTED, FEW, LONG_STRETCH, MANY, STRETCH, Page, Place, Wanted
from identity.search.words import Asked

STATEMENT_SECONDS = 5.0


class FilterInvalid(BadRequest):
    """A filter that means nothing; `pointer` leads to the place in it."""

    slug = "filter-invalid"
    title = "This filter cannot be understood"


class ProviderUnknown(BadRequest):
    """A provider that there is none of: nothing would be found, and it would look as if nobody came from there."""

    slug = "provider-unknown"
    title = "There is no such provider"


class SearchTooSlow(Unavailable):
    """A search that was given up because it took too long."""

    slug = "search-too-slow"
    title = "This search takes too long; narrow it down"


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for."""

    workspace_id: UUID
    q: str = ""
    rule: Group | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.q.strip() and not (self.rule and self.rule.rules)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `near` are the words that stood in for what nobody has.

    `total` is counted on a first page; there are `more` than that where counting ended at `COUNTED`.
    """

    places: list[Place]
    total: int | None = None
    more: bool = False
    near: tuple[str, ...] = ()


def narrowed(filter_: str | None, provider: str | None = None, needs_review: bool | None = None) -> Group | None:
    """Read a filter, narrowed to one provider, and to what is to be reviewed or not.

    Raises `FilterInvalid`, `ProviderUnknown`.
    """
    try:
        group = filters.read_filter(filter_) if filter_ else None
    except FilterRefused as refused:
        raise FilterInvalid(str(refused), pointer=refused.pointer) from None
    only: list[Condition] = []
    if provider is not None:
        known_provider(provider)
        only.append(Condition("provider", "eq", provider))
    if needs_review is not None:
        only.append(Condition("needs_review", "eq", needs_review))
    return Group("and", (*only, group) if group else tuple(only)) if only else group


def known_provider(name: str) -> None:
    """Expect a provider that there is. Raises `ProviderUnknown`."""
    if name not in SOURCE_NAMES:
        raise ProviderUnknown(f"There are {', '.join(SOURCE_NAMES)}.", known=SOURCE_NAMES)


async def find(conn: AsyncConnection, search: Search, page: Page, *, nearly: bool = False) -> Found:
    """List what is found from a place on; `nearly` where the place is in a list of words that are only near.

    What begins with the words is found; where there is nothing at all, what begins with words near them. Raises
    `SearchTooSlow`.
    """
    async with _patience(conn):
        typed = await _typed(conn, search)
        if not nearly:
            found = await _list(conn, search, typed, page)
            if found.places or page.after or not typed:
                return found
        meant, near = await _meant(conn, search, typed)
        if not near:
            return Found(places=[], total=0)
        return msgspec.structs.replace(await _list(conn, search, meant, page), near=near)


async def count(conn: AsyncConnection, search: Search) -> int:
    """Count what is found, all of it. Raises `SearchTooSlow`."""
    async with _patience(conn):
        typed = await _typed(conn, search)
        counted = await finding_queries.count_matches(conn, await _wanted(conn, search, typed), at_most=None)
        if counted or not typed:
            return counted
        meant, near = await _meant(conn, search, typed)
        return (
            await finding_queries.count_matches(conn, await _wanted(conn, search, meant), at_most=None) if near else 0
        )


async def wanted(conn: AsyncConnection, search: Search) -> Wanted:
    """Make of a search what to ask documents for, words near those typed left out."""
    return await _wanted(conn, search, await _typed(conn, search))


@asynccontextmanager
async def _patience(conn: AsyncConnection) -> AsyncIterator[None]:
    await finding_queries.bound_statements(conn, STATEMENT_SECONDS)
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise SearchTooSlow from error
        raise


async def _typed(conn: AsyncConnection, search: Search) -> list[Asked]:
    """Read the words that were typed, each as a whole where anything begins with it, else by its parts."""
    typed = words.asked(search.q)
    doubtful = [word for word in typed if word.parts]
    counts = await finding_queries.count_tokens(conn, search.workspace_id, doubtful)
    nobody_has = {word for word, tokens in zip(doubtful, counts, strict=True) if not tokens}
    return [part for word in typed for part in (_parts(word) if word in nobody_has else [word])]


def _parts(word: Asked) -> list[Asked]:
    return [Asked((part,)) for part in word.parts]


async def _wanted(conn: AsyncConnection, search: Search, typed: Sequence[Asked]) -> Wanted:
    musts = [*typed, *(needed(search.rule) if search.rule else ())]
    counts = await finding_queries.count_tokens(conn, search.workspace_id, musts)
    few = tuple(word for word, tokens in zip(musts, counts, strict=True) if tokens <= MANY)
    return Wanted(search.workspace_id, tuple(typed), search.rule, few, min(counts, default=MANY) <= FEW)


async def _meant(conn: AsyncConnection, search: Search, typed: Sequence[Asked]) -> tuple[list[Asked], tuple[str, ...]]:
    """Put beside each word those near it; also tell which these are."""
    looked_for = [word.begins[0] for word in typed if words.is_spelled(word.begins[0])]
    known = await spelling_queries.list_words_spelt(conn, search.workspace_id, looked_for)
    meant, near = [], list[str]()
    for word in typed:
        begin = word.begins[0]
        others = words.beginnings([begin, *words.nearest(begin, known.get(begin, ()))])[1:]
        meant.append(Asked((*word.begins, *others)))
        near += others
    return meant, tuple(dict.fromkeys(near))


async def _list(conn: AsyncConnection, search: Search, typed: Sequence[Asked], page: Page) -> Found:
    wanted = await _wanted(conn, search, typed)
    documents = 0 if wanted.at_once else STRETCH
    while documents:
        places = await finding_queries.list_stretch(conn, wanted, page, documents)
        if len(places) == page.at_most:
            return await _counted(conn, wanted, page, places)
        documents = 0 if wanted.few or documents > STRETCH else _longer(len(places), page)
    places, total = await finding_queries.list_some(conn, wanted, page)
    return Found(places=places, total=None if page.after else total)


def _longer(found: int, page: Page) -> int:
    """Tell how much of a list to read after so few were found in a stretch of it; nothing where that is too much."""
    documents = STRETCH * 2 * page.at_most // found if found else 0
    return documents if documents <= LONG_STRETCH else 0


async def _counted(conn: AsyncConnection, wanted: Wanted, page: Page, places: list[Place]) -> Found:
    if page.after:
        return Found(places=places)
    total = await finding_queries.count_matches(conn, wanted, at_most=COUNTED + 1)
    return Found(places=places, total=min(total, COUNTED), more=total > COUNTED)
