"""What a filter's conditions mean to a document: each is a comparison with columns of its own row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Uuid, and_, case, false, func, literal, not_, or_, true

from identity.resolution.ids import first_id
from identity.search.documents import ASKED, NEVER, email_key
from identity.search.filters import Condition, Rule
from identity.search.words import LONGEST_TOKEN, Asked, digits_of, fold, words_of

Document = FromClause
"""The documents, or some rows of them: anything with their columns."""

_SEVERAL = {"email": "emails", "phone": "phones", "provider": "providers", "connection": "connections"}
"""Fields of several values, which are written between line ends."""


def holds(rule: Rule, of: Document) -> ColumnElement[bool]:
    """Ask a document whether a rule holds."""
    if isinstance(rule, Condition):
        return _condition(rule, of)
    parts = [holds(each, of) for each in rule.rules]
    if not parts:
        return true()
    return and_(*parts) if rule.combinator == "and" else or_(*parts)


def has_word(word: Asked, of: Document) -> ColumnElement[bool]:
    """Ask a document whether any of its tokens begins like this."""
    return or_(false(), *(_within(of.c.tokens, f"\n{begin}") for begin in word.begins))


def _condition(condition: Condition, of: Document) -> ColumnElement[bool]:
    value = condition.value
    if isinstance(value, bool):
        return _absence(condition, of, absent=value)
    if isinstance(value, datetime):
        return _moment(condition, value, of)
    if isinstance(value, int):
        return _number(condition, value, of)
    values = [value] if isinstance(value, str) else value
    plain = condition.operator.removeprefix("not_")
    if condition.field == "id":
        found: ColumnElement[bool] = of.c.golden_id.in_([UUID(each) for each in values])
    else:
        found = or_(false(), *(_text(condition.field, plain, each, of) for each in values))
    return not_(found) if plain != condition.operator else found


def _absence(condition: Condition, of: Document, *, absent: bool) -> ColumnElement[bool]:
    field = condition.field
    if field == "needs_review":
        asked = of.c.review_from <= func.now()
        return asked if absent else not_(asked)
    if field in ("has_email", "has_phone"):
        field, absent = ("email", not absent) if field == "has_email" else ("phone", not absent)
    empty: ColumnElement[bool]
    if field in ("created_at", "updated_at"):
        empty = false()
    elif field == "last_interaction_at":
        empty = of.c.last_interaction_at == NEVER
    else:
        empty = _column(field, of) == ""
    return empty if absent else not_(empty)


def _moment(condition: Condition, moment: datetime, of: Document) -> ColumnElement[bool]:
    before = condition.operator == "before"
    if condition.field == "created_at":
        begin = literal(first_id(moment), Uuid)
        return of.c.golden_id < begin if before else of.c.golden_id >= begin
    column = of.c[condition.field]
    known = column > NEVER if condition.field == "last_interaction_at" else true()
    return and_(known, column < moment if before else column >= moment)


def _number(condition: Condition, number: int, of: Document) -> ColumnElement[bool]:
    column = of.c.sources
    if condition.operator == "at_least":
        return column >= number
    if condition.operator == "at_most":
        return column <= number
    return column != number if condition.operator == "not_eq" else column == number


def _text(field: str, operator: str, value: str, of: Document) -> ColumnElement[bool]:
    key, column = _folded(field, value, whole=operator != "contains"), _column(field, of)
    if operator == "contains":
        return _within(column, key)
    if field in _SEVERAL:
        return _within(column, f"\n{key}" if operator == "starts_with" else f"\n{key}\n")
    return func.starts_with(column, key) if operator == "starts_with" else column == key


def _column(field: str, of: Document) -> ColumnElement[Any]:
    """Name the column of a field. Who has no name is sorted by the email, and still has no name."""
    if field == "name":
        return case((of.c.name_key == of.c.email_key, ""), else_=of.c.name_key)
    return of.c[_SEVERAL.get(field, f"{field}_key")]


def _within(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    return func.strpos(column, part) > 0


def _folded(field: str, value: str, *, whole: bool) -> str:
    if field == "phone":
        return digits_of(value)[0] if whole else "".join(filter(str.isdigit, value))
    if field in ("provider", "connection"):
        return value
    return email_key(value) if field == "email" else fold(value)


def needed(rule: Rule) -> list[Asked]:
    """List the words without which a rule cannot hold: what there are few of is looked for by them alone."""
    if not isinstance(rule, Condition):
        return [each for part in rule.rules for each in needed(part)] if rule.combinator == "and" else []
    if rule.field == "needs_review":
        return [Asked((ASKED,))] if rule.value is True else []
    values = [rule.value] if isinstance(rule.value, str) else rule.value
    if rule.operator not in ("eq", "starts_with", "in") or not isinstance(values, Sequence):
        return []
    if rule.field in ("email", "phone"):
        return [Asked(tuple(_folded(rule.field, str(each), whole=True)[:LONGEST_TOKEN] for each in values))]
    if rule.field in ("name", "company") and len(values) == 1:
        return [Asked((word,)) for word in words_of(str(values[0]))]
    return []


def in_workspace(workspace_id: UUID, of: Document) -> ColumnElement[bool]:
    """Ask for documents of one workspace."""
    return of.c.workspace_id == workspace_id
