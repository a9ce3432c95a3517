"""What an answer costs, and what a day did."""

from uuid import uuid4

import pytest
from agent import chats, queries
from agent.costs import Used, cost_micros
from agent.settings import Settings
from servicekit.database import Database
from servicekit.testing import FreshDatabase


@pytest.mark.parametrize(
    ("used", "micros"),
    [
        (Used(), 0),
        (Used(input=1_000_000), 3_000_000),
        (Used(output=1_000_000), 15_000_000),
        (Used(cache_write=1_000), 3_750),
        (Used(cache_read=1_000), 300),
        (Used(input=1, cache_write=4, cache_read=10, output=2), 51),
    ],
)
def test_tokens_cost_what_they_are_said_to(used: Used, micros: int) -> None:
    assert cost_micros(used, input_price=3, output_price=15) == micros


async def test_a_day_costs_what_its_answers_did(db: Database, fresh: FreshDatabase) -> None:
    workspace_id = uuid4()
    priced = Settings(**fresh.settings(), agent_input_price=3.0)

    async with db.transaction(workspace_id) as conn:
        assert (await chats.show_usage(conn, workspace_id, priced)).days == []
        await queries.note_usage(conn, workspace_id, turns=1)
        (free,) = (await chats.show_usage(conn, workspace_id, Settings(**fresh.settings()))).days
        for _ in range(2):
            await queries.note_usage(
                conn, workspace_id, used=Used(input=5, cache_write=2, cache_read=9, output=1), cost_micros=250_000
            )
        told = await chats.show_usage(conn, workspace_id, priced)

    assert (told.model, told.is_stand_in) == (None, False)
    (day,) = told.days
    assert (day.turns, day.input_tokens, day.output_tokens, day.cache_read_tokens) == (1, 14, 2, 18)
    assert (day.cost_dollars, free.cost_dollars) == (0.5, None)
    assert told.used_today == 17  # what was read from the cache counts a tenth


async def test_a_stand_in_is_named_as_one_and_costs_nothing(db: Database, fresh: FreshDatabase) -> None:
    workspace_id = uuid4()
    settings = Settings(
        **fresh.settings(), anthropic_base_url="http://localhost:1", agent_is_stand_in=True, agent_input_price=3.0
    )

    async with db.transaction(workspace_id) as conn:
        await queries.note_usage(conn, workspace_id, used=Used(input=5))
        told = await chats.show_usage(conn, workspace_id, settings)

    assert (told.model, told.is_stand_in) == ("stand-in", True)
    assert [day.cost_dollars for day in told.days] == [None]
