"""All SQL of spellings: which words there are, each under what is left of it when a letter is missing."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from servicekit.arrays import Kind, columns, texts, uuids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.search.words import head_of, spellings


class Word(msgspec.Struct, frozen=True, gc=False):
    """A word that records of a workspace are found by."""

    workspace_id: UUID
    word: str

    @property
    def head(self) -> str:
        """Its first letters, which are one of its spellings."""
        return head_of(self.word)


_WORD: dict[str, Kind] = {"workspace_id": uuids, "word": texts, "head": texts}

# A word's own beginning is among its spellings, so one look tells whether it is known. It is made here: what Postgres
# computes of a value (`left(word, 6)`) may not look into an index behind the tenants' wall.
_LIST_UNKNOWN = """
SELECT n.workspace_id, n.word FROM unnest(%(workspace_id)s, %(word)s, %(head)s) AS n (workspace_id, word, head)
WHERE NOT EXISTS (SELECT FROM search_spelling s
                  WHERE s.workspace_id = n.workspace_id AND s.spelling = n.head AND s.word = n.word)
"""

_LIST_UNUSED = """
SELECT n.workspace_id, n.word FROM unnest(%(workspace_id)s, %(word)s, %(head)s) AS n (workspace_id, word, head)
WHERE NOT EXISTS (SELECT FROM search_token t WHERE t.workspace_id = n.workspace_id AND t.token = n.word)
"""

_ADD_SPELLINGS = """
INSERT INTO search_spelling (workspace_id, spelling, word)
SELECT * FROM unnest(%(workspace_id)s, %(spelling)s, %(word)s)
"""

_DELETE_SPELLINGS = """
DELETE FROM search_spelling WHERE ctid = ANY (ARRAY(
    SELECT s.ctid FROM unnest(%(workspace_id)s, %(spelling)s, %(word)s) AS n (workspace_id, spelling, word)
    JOIN search_spelling s USING (workspace_id, spelling, word)
))
"""


async def learn_words(conn: AsyncConnection, used: Collection[Word]) -> None:
    """Let words that records are found by now be found when they are spelt wrong."""
    await _respell(conn, _LIST_UNKNOWN, _ADD_SPELLINGS, used)


async def forget_words(conn: AsyncConnection, dropped: Collection[Word]) -> None:
    """Forget those of these words that no record is found by any more."""
    await _respell(conn, _LIST_UNUSED, _DELETE_SPELLINGS, dropped)


async def _respell(conn: AsyncConnection, which: str, statement: str, words: Collection[Word]) -> None:
    if not words:
        return
    found = [Word(row.workspace_id, row.word) for row in await conn.exec_driver_sql(which, columns(words, _WORD))]
    rows = [(word.workspace_id, spelling, word.word) for word in found for spelling in spellings(word.word)]
    if rows:
        workspaces, spelt, meant = zip(*sorted(rows), strict=True)
        given = {"workspace_id": uuids(workspaces), "spelling": texts(spelt), "word": texts(meant)}
        await conn.exec_driver_sql(statement, given)


MOST_SPELT_ALIKE = 2_000

_LIST_SPELT = text("""
SELECT spelling, word FROM search_spelling
WHERE workspace_id = :workspace_id AND spelling = ANY (CAST(:spellings AS text[]))
LIMIT :at_most
""")


async def list_words_spelt(
    conn: AsyncConnection, workspace_id: UUID, typed: Collection[str]
) -> Mapping[str, Collection[str]]:
    """List for each word that was typed those of the workspace that share a spelling of their first letters."""
    meant: dict[str, set[str]] = defaultdict(set)
    for each in typed:
        named = {"workspace_id": workspace_id, "spellings": sorted(spellings(each)), "at_most": MOST_SPELT_ALIKE}
        meant[each].update(row.word for row in await conn.execute(_LIST_SPELT, named))
    return meant
