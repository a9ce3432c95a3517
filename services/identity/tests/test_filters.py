"""Filters as they travel: what is taken, and what is refused and where."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from identity.search.filters import (
    DEEPEST,
    FIELDS,
    MOST_CONDITIONS,
    Condition,
    FilterRefused,
    Group,
    in_words,
    read_filter,
)


def rule(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def group(*rules: Any, combinator: str = "and") -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules)}


def nested(depth: int) -> dict[str, Any]:
    return group(nested(depth - 1)) if depth > 1 else group(rule("name", "eq", "Ada"))


def test_a_filter_is_groups_of_conditions_and_of_groups() -> None:
    told = group(
        rule("company", "contains", " Acme "),
        group(rule("email", "in", ["a@x.org", "b@x.org"]), rule("sources", "at_least", 2), combinator="or"),
        rule("updated_at", "after", "2026-01-31"),
        rule("has_phone", "eq", True),
        rule("city", "is_empty"),
    )

    assert read_filter(json.dumps(told)) == Group(
        "and",
        (
            Condition("company", "contains", "Acme"),
            Group(
                "or", (Condition("email", "in", ("a@x.org", "b@x.org")), Condition("sources", "at_least", 2))
            ),
            Condition("updated_at", "after", datetime(2026, 1, 31, tzinfo=UTC)),
            Condition("has_phone", "eq", True),
            Condition("city", "is_empty", True),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ("{", ""),
        ("[" * 100_000, ""),
        ("[]", ""),
        (json.dumps({"combinator": "xor", "rules": []}), "/combinator"),
        (json.dumps({"rules": []}), ""),
        (json.dumps(group(rule("shoe_size", "eq", "44"))), "/rules/0/field"),
        (json.dumps(group(rule("name", "eq", "Ada"), rule("name", "like", "Ada"))), "/rules/1/operator"),
        (json.dumps(group(rule("name", "before", "Ada"))), "/rules/0/operator"),
        (json.dumps(group(group(rule("name", "eq", 7)))), "/rules/0/rules/0/value"),
        (json.dumps(group(rule("name", "eq", "  "))), "/rules/0/value"),
        (json.dumps(group(rule("name", "eq", "a" * 201))), "/rules/0/value"),
        (json.dumps(group(rule("phone", "eq", "none"))), "/rules/0/value"),
        (json.dumps(group(rule("email", "in", []))), "/rules/0/value"),
        (json.dumps(group(rule("email", "in", ["a@x.org", None]))), "/rules/0/value/1"),
        (json.dumps(group(rule("connection", "eq", "hubspot"))), "/rules/0/value"),
        (json.dumps(group(rule("id", "in", ["1"]))), "/rules/0/value/0"),
        (json.dumps(group(rule("created_at", "after", "yesterday"))), "/rules/0/value"),
        (json.dumps(group(rule("created_at", "after", "2026-01-31T12:00:00"))), "/rules/0/value"),
        (json.dumps(group(rule("sources", "eq", -1))), "/rules/0/value"),
        (json.dumps(group(rule("has_email", "eq", "yes"))), "/rules/0/value"),
        (json.dumps(group({"field": "name", "operator": "eq", "value": "Ada", "not": True})), "/rules/0"),
        (json.dumps(group(*[rule("name", "eq", "Ada")] * (MOST_CONDITIONS + 1))), ""),
        (json.dumps(nested(DEEPEST + 1)), "/rules/0" * DEEPEST),
        (json.dumps(group(rule("name", "eq", "a" * 10_001))), ""),
    ],
)
def test_what_means_nothing_is_refused_with_its_place(told: str, pointer: str) -> None:
    with pytest.raises(FilterRefused) as refused:
        read_filter(told)

    assert refused.value.pointer == pointer
    assert refused.value.reason


@pytest.mark.parametrize(
    ("told", "pointer", "reason"),
    [
        (rule("nope", "eq", "Ada"), "/rules/0/field", "there is no such field; there are name, email, phone, company"),
        (rule("name", "is", "Ada"), "/rules/0/operator", "there is no such operator; there are eq, not_eq, contains"),
        (rule("sources", "in", 1), "/rules/0/operator", "asked for by in, but by eq, not_eq, at_least, at_most"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(told: dict[str, Any], pointer: str, reason: str) -> None:
    with pytest.raises(FilterRefused) as refused:
        read_filter(json.dumps(group(told)))

    assert refused.value.pointer == pointer
    assert reason in refused.value.reason


def test_it_says_how_each_field_can_be_asked_for() -> None:
    told = in_words()

    assert "- `sources`: `eq`, `not_eq`, `at_least`, `at_most`" in told.splitlines()
    assert all(f"`{field}`" in told for field in FIELDS)
