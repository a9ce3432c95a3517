"""Filters: what a list is narrowed to, as people build them and as they travel, in JSON.

A filter is a group, `{"combinator": "and", "rules": [...]}` (or `"or"`), and a rule is a group again or a condition,
`{"field": "company", "operator": "contains", "value": "acme"}`: the form in which the query builders of web pages keep
theirs. A condition is about the golden record; of several emails, phones and providers one is enough.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args
from uuid import UUID

import msgspec
from contracts.sources import SOURCE_NAMES

from identity.search.words import digits_of, fold

Field = Literal[
    "name", "email", "phone", "company", "job_title", "city", "country", "owner", "provider", "connection",
    "created_at", "updated_at", "last_interaction_at", "sources", "has_email", "has_phone", "id", "needs_review",
]  # fmt: skip
Operator = Literal[
    "eq", "not_eq", "contains", "not_contains", "starts_with", "in", "not_in", "is_empty", "before", "after",
    "at_least", "at_most",
]  # fmt: skip
Combinator = Literal["and", "or"]

FIELDS: tuple[Field, ...] = get_args(Field)
OPERATORS: tuple[Operator, ...] = get_args(Operator)

TEXTS: frozenset[Field] = frozenset(("name", "email", "phone", "company", "job_title", "city", "country", "owner"))
MOMENTS: frozenset[Field] = frozenset(("created_at", "updated_at", "last_interaction_at"))
FLAGS: frozenset[Field] = frozenset(("has_email", "has_phone", "needs_review"))

_TEXT_OPERATORS: frozenset[Operator] = frozenset(
    ("eq", "not_eq", "contains", "not_contains", "starts_with", "in", "not_in", "is_empty")
)
_NAME_OPERATORS: frozenset[Operator] = frozenset(("eq", "not_eq", "in", "not_in"))
_MOMENT_OPERATORS: frozenset[Operator] = frozenset(("before", "after", "is_empty"))
_NUMBER_OPERATORS: frozenset[Operator] = frozenset(("eq", "not_eq", "at_least", "at_most"))

MOST_CONDITIONS = 20
MOST_VALUES = 100
DEEPEST = 4
LONGEST_VALUE = 200
LONGEST_FILTER = 10_000
_MOST_SOURCES = 1_000_000

T = TypeVar("T")

Value = str | tuple[str, ...] | datetime | int | bool


class FilterRefused(ValueError):
    """A filter that means nothing; `pointer` (RFC 6901) leads to the place, `reason` is for people."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"{pointer or '/'}: {reason}")
        self.pointer = pointer
        self.reason = reason


class Condition(msgspec.Struct, frozen=True):
    """What one field must be like."""

    field: Field
    operator: Operator
    value: Value


class Group(msgspec.Struct, frozen=True):
    """All of these, or any of them; none narrow nothing."""

    combinator: Combinator
    rules: tuple["Condition | Group", ...]


Rule = Condition | Group


class _RawGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    combinator: Combinator
    rules: list[dict[str, Any]]


class _RawCondition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: Field
    operator: Operator
    value: Any = None


def in_words() -> str:
    """Say which fields there are, and how each can be asked for."""
    kinds: dict[frozenset[Operator], list[Field]] = {}
    for field in FIELDS:
        kinds.setdefault(_operators_of(field), []).append(field)
    lines = [f"- {_list(fields)}: {_list(each for each in OPERATORS if each in can)}" for can, fields in kinds.items()]
    return "\n".join(lines)


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def read_filter(text: str) -> Group:
    """Read a filter. Raises `FilterRefused`."""
    if len(text) > LONGEST_FILTER:
        raise FilterRefused("", f"at most {LONGEST_FILTER} characters are taken")
    try:
        told = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise FilterRefused("", "this is no JSON") from None
    return check_filter(told)


def check_filter(told: object) -> Group:
    """Check a filter that was read from JSON. Raises `FilterRefused`."""
    group = _group(told, "", depth=1)
    if sum(1 for _ in conditions_of(group)) > MOST_CONDITIONS:
        raise FilterRefused("", f"at most {MOST_CONDITIONS} conditions are taken")
    return group


def conditions_of(rule: Rule) -> list[Condition]:
    """List all conditions of a rule."""
    if isinstance(rule, Condition):
        return [rule]
    return [condition for each in rule.rules for condition in conditions_of(each)]


def _group(told: object, pointer: str, *, depth: int) -> Group:
    if depth > DEEPEST:
        raise FilterRefused(pointer, f"groups are taken {DEEPEST} deep")
    raw = _converted(told, _RawGroup, pointer)
    rules = tuple(_rule(rule, f"{pointer}/rules/{at}", depth=depth) for at, rule in enumerate(raw.rules))
    return Group(raw.combinator, rules)


def _rule(told: dict[str, Any], pointer: str, *, depth: int) -> Rule:
    if "combinator" in told or "rules" in told:
        return _group(told, pointer, depth=depth + 1)
    _check_known(told, "field", FIELDS, pointer)
    _check_known(told, "operator", OPERATORS, pointer)
    raw = _converted(told, _RawCondition, pointer)
    if raw.operator not in (can := _operators_of(raw.field)):
        by = ", ".join(each for each in OPERATORS if each in can)
        raise FilterRefused(f"{pointer}/operator", f"{raw.field} cannot be asked for by {raw.operator}, but by {by}")
    return Condition(raw.field, raw.operator, _value(raw, f"{pointer}/value"))


def _check_known(told: dict[str, Any], name: str, known: Sequence[str], pointer: str) -> None:
    if isinstance(value := told.get(name), str) and value not in known:
        raise FilterRefused(f"{pointer}/{name}", f"there is no such {name}; there are {', '.join(known)}")


def _operators_of(field: Field) -> frozenset[Operator]:
    if field in TEXTS:
        return _TEXT_OPERATORS
    if field in MOMENTS:
        return _MOMENT_OPERATORS
    if field in FLAGS:
        return frozenset(("eq",))
    return _NUMBER_OPERATORS if field == "sources" else _NAME_OPERATORS


def _value(raw: _RawCondition, pointer: str) -> Value:
    if raw.operator == "is_empty":
        return _converted(True if raw.value is None else raw.value, bool, pointer)
    if raw.field in MOMENTS:
        return _moment(raw.value, pointer)
    if raw.field in FLAGS:
        return _converted(raw.value, bool, pointer)
    if raw.field == "sources":
        number = _converted(raw.value, int, pointer)
        if not 0 <= number <= _MOST_SOURCES:
            raise FilterRefused(pointer, f"a number up to {_MOST_SOURCES} is taken")
        return number
    if raw.operator not in ("in", "not_in"):
        return _text(raw.field, raw.value, pointer)
    values = _converted(raw.value, list[Any], pointer)
    if not 1 <= len(values) <= MOST_VALUES:
        raise FilterRefused(pointer, f"1 to {MOST_VALUES} values are taken")
    return tuple(_text(raw.field, value, f"{pointer}/{at}") for at, value in enumerate(values))


def _text(field: Field, told: object, pointer: str) -> str:
    value = _converted(told, str, pointer).strip()
    if not fold(value) or len(value) > LONGEST_VALUE:
        raise FilterRefused(pointer, f"a text of 1 to {LONGEST_VALUE} characters is taken; is_empty asks for none")
    if field == "phone" and not digits_of(value):
        raise FilterRefused(pointer, "a phone has digits")
    if field == "provider" and value not in SOURCE_NAMES:
        raise FilterRefused(pointer, f"there are {', '.join(SOURCE_NAMES)}")
    if field in ("connection", "id"):
        return str(_converted(value, UUID, pointer))
    return value


def _moment(told: object, pointer: str) -> datetime:
    """Read a time with its zone, or a date, which begins at midnight UTC."""
    text = _converted(told, str, pointer)
    moment = _converted(f"{text}T00:00:00Z" if len(text) == len("2026-01-31") else text, datetime, pointer)
    if moment.tzinfo is None:
        raise FilterRefused(pointer, "a time needs its zone, as in 2026-01-31T12:00:00Z")
    return moment


def _converted(told: object, kind: type[T], pointer: str) -> T:
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$")
        raise FilterRefused(pointer + _pointer(where.rstrip("`")), reason) from None


def _pointer(path: str) -> str:
    """Write msgspec's `.rules[0]` as the pointer `/rules/0`."""
    return path.replace("[", "/").replace("]", "").replace(".", "/")
