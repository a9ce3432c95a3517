from typing import Annotated

import msgspec
import pytest
from connections.forms import FormField, fields_of, plain_pattern
from msgspec import Meta
from providers.registry import PROVIDERS


class Asked(msgspec.Struct):
    address: Annotated[
        str,
        Meta(
            title="Where it is",
            description="As in your browser.",
            pattern=r"^[a-z]+$(?!\n)",
            max_length=20,
            examples=["acme", "other"],
            extra={"suffix": ".example.com", "is_account_id": True},
        ),
    ]
    api_key: Annotated[str, Meta(extra={"kind": "secret"})] = ""


def test_a_struct_of_texts_is_read_field_by_field() -> None:
    assert fields_of(Asked) == [
        FormField(
            name="address",
            title="Where it is",
            description="As in your browser.",
            kind="text",
            required=True,
            pattern="[a-z]+",
            max_length=20,
            example="acme",
            suffix=".example.com",
            is_account_id=True,
        ),
        FormField(name="api_key", title="Api key", description="", kind="secret", required=False),
    ]


def test_what_a_form_would_not_understand_is_refused() -> None:
    class Misspelt(msgspec.Struct):
        key: Annotated[str, Meta(extra={"knid": "secret"})]

    with pytest.raises(msgspec.ValidationError, match="knid"):
        fields_of(Misspelt)


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (None, None),
        (r"^[a-z]{1,20}$(?!\n)", "[a-z]{1,20}"),
        (r"^[a-z]+\Z", "[a-z]+"),
        (r"^(?:a|b)$", "(?:a|b)"),
        (r"[a-z]+", None),
        (r"^a(?!b)c$", None),
        (r"^(?P<name>a)$", None),
        (r"^\w+$", None),
    ],
)
def test_only_a_pattern_that_browsers_read_as_we_do_is_told(pattern: str | None, plain: str | None) -> None:
    assert plain_pattern(pattern) == plain


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_field_of_a_known_provider_says_in_words_what_belongs_there(name: str) -> None:
    provider = PROVIDERS[name]
    asked = [*fields_of(provider.asks), *(fields_of(provider.credentials) if provider.credentials else [])]

    assert all(field.description for field in asked)
    assert all(field.pattern or field.max_length for field in asked)
