"""What the search keeps of a golden record: what lists are filtered and sorted by, and the tokens it is found by.

A document is a function of the golden record, its living members and its last interaction. Its texts are folded, and
what is absent is empty, so that every condition is a plain comparison. Several values of one field are written into one
text, each between two line ends: then "is one of them", "one of them begins with" and "one of them contains" are one
search for a text each.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from identity.resolution import golden
from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.search.words import digits_of, fold, tokens_of

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When something happened that never did, or whose time nobody knows."""

NO_REVIEW = datetime(9999, 12, 31, tzinfo=UTC)
"""From when on a golden record is to be reviewed of which nothing is asked."""
ASKED = "#asked"
"""The token of those of which something is asked; no word of anybody's begins like it."""

LONGEST_KEY = 200


class Document(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A golden record as the search knows it."""

    workspace_id: UUID
    golden_id: UUID
    name_key: str
    email_key: str
    emails: str
    phones: str
    company_key: str
    job_title_key: str
    city_key: str
    country_key: str
    owner_key: str
    providers: str
    connections: str
    sources: int
    updated_at: datetime
    last_interaction_at: datetime
    review_from: datetime
    tokens: str


class Mark(msgspec.Struct, frozen=True, gc=False):
    """What a document says of the questions about its golden record."""

    review_from: datetime
    tokens: str


def mark_of(tokens: str, review_from: datetime | None) -> Mark:
    """Put the mark right among a document's tokens; None where nothing is asked."""
    others = [token for token in values_in(tokens) if token != ASKED]
    return Mark(review_from or NO_REVIEW, _tokens(others, review_from))


def document_of(
    row: GoldenRow,
    living: Sequence[SourceRecord],
    happened_at: datetime | None,
    values: Mapping[str, str],
    review_from: datetime | None = None,
) -> Document:
    """Make the document of a golden record with these living members, newest first, that shows these `values`."""
    names = [name for name in (row.first_name, row.last_name) if name]
    contacts = [member.contact for member in living]
    texts = [*names, row.company, *(text for c in contacts for text in (c.first_name, c.last_name, c.company))]
    emails, phones = golden.all_emails(living), golden.all_phones(living)
    tokens = tokens_of(texts=filter(None, texts), emails=emails, phones=phones)
    return Document(
        workspace_id=row.workspace_id,
        golden_id=row.golden_id,
        name_key=_key(" ".join(names) or row.email),
        email_key=_key(row.email),
        emails=between_line_ends(map(email_key, emails)),
        phones=between_line_ends(digits for phone in phones for digits in digits_of(phone)),
        company_key=_key(row.company),
        job_title_key=_key(row.job_title),
        city_key=_key(values.get("city")),
        country_key=_key(values.get("country")),
        owner_key=_key(values.get("owner")),
        providers=between_line_ends(row.providers),
        connections=between_line_ends(sorted({str(member.connection_id) for member in living})),
        sources=len(living),
        updated_at=row.updated_at,
        last_interaction_at=happened_at or NEVER,
        review_from=review_from or NO_REVIEW,
        tokens=_tokens(tokens, review_from),
    )


def _tokens(tokens: Iterable[str], review_from: datetime | None) -> str:
    return between_line_ends([*([ASKED] if review_from else ()), *tokens])


def _key(value: str | None) -> str:
    return fold(value)[:LONGEST_KEY] if value else ""


def email_key(email: str) -> str:
    """Fold an email as documents keep it."""
    return fold(email)[:LONGEST_KEY]


def between_line_ends(values: Iterable[str]) -> str:
    """Write values into one text, each once and between two line ends; none are the empty text."""
    once = dict.fromkeys(value for value in values if value)
    return "\n".join(("", *once, "")) if once else ""


def values_in(text: str) -> list[str]:
    """Read them back."""
    return text[1:-1].split("\n") if text else []
