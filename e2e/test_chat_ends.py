"""How an answer of the assistant ends when it does not just end, and that the conversation goes on all the same."""

import asyncio

import msgspec
import pytest
from lead.client import Gateway

from e2e.chatting import Chat, asked, calls, cut_call, heard, of, says, script, text_of
from e2e.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]


@pytest.mark.parametrize(
    ("answer", "reason", "notice"),
    [
        (says("", end="refusal"), "content-filter", "declined"),
        (says("I can", end="refusal"), "content-filter", "declined"),
        (says("", end="end_turn"), "stop", "said nothing"),
        (says("", thinking="Hm, long", end="max_tokens"), "length", "cut off"),
        (says("It is", end="max_tokens"), "length", "cut off"),
        (says("", end="model_context_window_exceeded"), "length", "as long as"),
    ],
)
async def test_an_end_that_words_do_not_tell_is_told(
    house: House, gateway: Gateway, answer: dict[str, object], reason: str, notice: str
) -> None:
    script(house, {"when": "Say", "answers": [answer]}, {"answers": [says("Hello.")]})
    chat = Chat(gateway, house)

    chunks = await chat.ask("Say something")

    assert len(asked(house)) == 1
    assert chunks[-1] == {"type": "finish", "finishReason": reason}
    assert notice in of(chunks, "data-notice")[-1]["data"]["text"]
    assert text_of(await chat.ask("Hi")) == "Hello."


async def test_a_call_that_was_cut_off_is_not_made(house: House, gateway: Gateway) -> None:
    cut = says("", tools=[cut_call("searchContacts", '{"query": "Ad')], end="max_tokens")
    script(house, {"answers": [cut, says("Shorter, then.")]})

    chunks = await Chat(gateway, house).ask("Look")

    assert [chunk["errorText"] for chunk in of(chunks, "tool-output-error")] == ["It was cut off."]
    assert text_of(chunks) == "Shorter, then."
    assert "was not made" in asked(house)[-1]["messages"][-1]["content"][0]["content"]


async def test_blank_words_in_front_of_a_call_do_not_end_the_conversation(house: House, gateway: Gateway) -> None:
    script(house, {"answers": [says("\n\n", tools=[calls("countContacts")]), says("Counted.")]})
    chat = Chat(gateway, house)

    assert text_of(await chat.ask("Count")).strip() == "Counted."
    script(house, {"answers": [says("Yes.")]})
    assert text_of(await chat.ask("Are you there?")) == "Yes."


async def test_a_stopped_answer_is_counted_and_the_model_knows_its_half(house: House, gateway: Gateway) -> None:
    script(house, {"answers": [says("Once upon a time " * 20, pause=0.05)]})
    chat = Chat(gateway, house)
    async with chat.begin("Tell me") as answer:
        chunks = []
        async for chunk in heard(answer):
            chunks.append(chunk)
            if len(of(chunks, "text-delta")) == 5:
                stopping = asyncio.create_task(chat.stop())
    assert await stopping == 204
    assert chunks[-1]["type"] == "abort"

    _, body = await gateway.call("GET", "/usage")
    assert msgspec.json.decode(body)["used_today"] > len(text_of(chunks)) // 4
    script(house, {"answers": [says("There was a countess.")]})
    await chat.ask("Go on")
    first, half, then = asked(house)[-1]["messages"]
    assert (first["role"], half["role"], then["role"]) == ("user", "assistant", "user")
    (block,) = half["content"]
    assert block["text"].startswith(text_of(chunks).rstrip())
    assert block["text"].endswith("[stopped here by the person]")
