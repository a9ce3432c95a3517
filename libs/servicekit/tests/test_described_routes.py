"""What a document says of a route beside its shapes."""

import pytest
from litestar import Litestar, get, post
from servicekit.description import Described, summary_of
from servicekit.principal import PERSON


@get("/things")
async def list_things() -> None:
    """List things, with `q` those
    that fit. More is said here."""


@post("/things", opt={"scope": PERSON}, description="Make a thing.")
async def make_thing() -> None: ...


@get("/keys", opt={"public": True})
async def get_keys() -> None:
    """Show keys."""


def described(service: str) -> dict[str, dict[str, object]]:
    app = Litestar([list_things, make_thing, get_keys], plugins=[Described(service)])
    paths = app.openapi_schema.to_schema()["paths"]
    return {told["operationId"]: told for operations in paths.values() for told in operations.values()}


def test_a_route_is_summed_up_by_its_first_sentence() -> None:
    summaries = {told["summary"] for told in described("identity").values()}

    assert summaries == {"List things, with `q` those that fit", "Make a thing", "Show keys"}


@pytest.mark.parametrize(
    ("service", "ways"),
    [
        ("identity", [{"signed_in": []}, {"personal_token": ["contacts:read"]}]),
        ("auth", [{"signed_in": []}]),
    ],
)
def test_it_is_told_who_may_call(service: str, ways: list[dict[str, list[str]]]) -> None:
    told = {each["summary"]: each.get("security") for each in described(service).values()}

    assert told["List things, with `q` those that fit"] == ways
    assert told["Make a thing"] == [{"signed_in": []}]
    assert not told["Show keys"]


def test_what_says_nothing_has_no_summary() -> None:
    assert summary_of(None) is None
    assert summary_of("Without a full stop") == "Without a full stop"
