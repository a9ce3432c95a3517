"""What a provider wants to be told by a person, so that a form can be drawn from it."""

import re
from typing import Literal

import msgspec
from msgspec import inspect

FieldKind = Literal["text", "email", "secret"]

# Python and a browser read these alike; the browser ties both ends by itself.
_TIED = re.compile(r"\^(?P<body>.+?)(?:\$\(\?!\\n\)|\\Z|\$)")
_OURS_ALONE = re.compile(r"\(\?[^:]|\\[AZbBdDwW]")


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a person types; a `secret` one is shown to nobody.

    `pattern` is for the whole text, as an input of HTML takes it. `suffix` is what stands after the text where people
    know it from, and may be pasted along. `is_account_id` says that the text is the `account_id` of the connection.
    """

    name: str
    title: str
    description: str
    kind: FieldKind
    required: bool
    pattern: str | None = None
    max_length: int | None = None
    example: str | None = None
    suffix: str | None = None
    is_account_id: bool = False


class _Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: FieldKind = "text"
    suffix: str | None = None
    is_account_id: bool = False


def fields_of(asked: type[msgspec.Struct]) -> list[FormField]:
    """Read a struct of texts field by field; what `Meta` does not say goes by the field's name."""
    described = inspect.type_info(asked)
    assert isinstance(described, inspect.StructType)
    return [_field(field) for field in described.fields]


def _field(field: inspect.Field) -> FormField:
    told, text = (field.type, field.type.type) if isinstance(field.type, inspect.Metadata) else (None, field.type)
    assert isinstance(text, inspect.StrType), "every field is a text"
    shown = (told.extra_json_schema if told else None) or {}
    extra = msgspec.convert((told.extra if told else None) or {}, _Extra)
    examples = shown.get("examples") or [None]
    return FormField(
        name=field.encode_name,
        title=shown.get("title") or field.encode_name.replace("_", " ").capitalize(),
        description=shown.get("description", ""),
        kind=extra.kind,
        required=field.required,
        pattern=plain_pattern(text.pattern),
        max_length=text.max_length,
        example=examples[0],
        suffix=extra.suffix,
        is_account_id=extra.is_account_id,
    )


def plain_pattern(pattern: str | None) -> str | None:
    """Take the middle of a pattern that is tied to both ends; None where a browser might read it in another way."""
    tied = _TIED.fullmatch(pattern or "")
    return tied["body"] if tied and not _OURS_ALONE.search(tied["body"]) else None
