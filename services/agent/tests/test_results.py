"""What a tool found is told as far as it fits, and the records it rests on as far as they can be listed."""

from typing import Any

import msgspec
import pytest
from agent.tools import showing
from agent.tools.tool import LEFT_OUT, LONGEST_RESULT, fitted, written


@pytest.mark.parametrize(
    "content",
    [
        {"total": 90, "items": [{"body": "x" * 3_000} for _ in range(50)]},
        {"total": 90, "items": [{"deep": [{"body": "ü" * 30_000}]} for _ in range(3)]},
        {"total": 90, "text": "x" * 100_000},
        {"total": 90, "items": [[f"{number} {other}" for other in range(200)] for number in range(200)]},
    ],
)
def test_of_what_is_too_long_parts_are_left_out_and_it_says_so(content: dict[str, Any]) -> None:
    told = msgspec.json.decode(written(fitted(content)))

    assert len(written(told)) <= LONGEST_RESULT
    assert (next(iter(told)), told["left_out"], told["total"]) == ("left_out", LEFT_OUT, 90)
    assert "more" in written({name: each for name, each in told.items() if name != "left_out"})


def test_what_fits_stays_and_what_cannot_be_cut_is_said_to_be_too_long() -> None:
    short = {"items": ["x" * 19_000]}

    assert fitted(short) == short
    assert fitted({f"field_{number}": number for number in range(5_000)}).keys() == {"left_out"}


def contact(id_: str, records: int) -> dict[str, Any]:
    sources = [{"connection_id": "c", "provider": "hubspot", "provider_id": str(number)} for number in range(records)]
    return {"id": id_, "first_name": "Ada", "sources": sources}


def test_a_contact_is_cited_by_its_records_and_of_many_is_said_how_many_more() -> None:
    few, many = showing.sources(contact("g1", 12)), showing.sources(contact("g2", 20))

    assert [each.id for each in few] == [f"c/{number}" for number in range(12)]
    assert (len(many), many[-1].label) == (13, "Ada · 8 more records")
    assert (many[-1].id, many[-1].page) == ("g2/more", "/app/contacts/g2")


def test_of_a_list_each_contact_is_mentioned_once() -> None:
    listed = showing.mentions([contact(f"g{number}", 3) for number in range(30)])

    assert [each.contact_id for each in listed] == [f"g{number}" for number in range(10)]
    assert showing.mentions([contact("g", 0)]) == ()
