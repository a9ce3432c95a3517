"""The model, over the Messages API: one request, its answer piece by piece, and in plain words what went wrong."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import anthropic
import httpx2
import msgspec
import structlog
from anthropic import AsyncAnthropic
from anthropic.types import Usage
from prometheus_client import Counter

from agent.conversation import SYSTEM
from agent.costs import Used, cost_micros
from agent.settings import Settings

log = structlog.get_logger()

WORD = "sandbox"
"""What servers that need no key are shown for one."""
OVERLOADED = frozenset({"overloaded_error", "rate_limit_error", "api_error", "timeout_error"})

TOKENS = Counter("agent_tokens_total", "Tokens of the model", ["model", "kind"])
COST = Counter("agent_cost_dollars_total", "What they cost, by the prices in the settings", ["model"])


TOO_LONG = 413
TOO_LONG_WORDS = ("prompt is too long", "exceed context limit", "context length", "context window", "context size")
"""How servers say that a conversation is longer than what their model reads."""
BOUND_WORDS = ("thinking", "signature")


class ModelFailed(Exception):
    """The model gave no whole answer; the message is for people. `again` says that asking again may help."""

    def __init__(self, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.again = again


class ThinkingRefused(ModelFailed):
    """Thinking of before is not taken back: it is bound to something else than what stands in front of it now."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of an answer: a block begins, goes on or ends."""

    kind: str
    """`start`, `delta` or `stop`."""
    index: int = 0
    block: dict[str, Any] = {}
    text: str = ""


class Begun(msgspec.Struct, frozen=True):
    """An answer begins: this much went in, whatever becomes of it."""

    used: Used


class Answer(msgspec.Struct, frozen=True):
    """A whole answer, block for block as it came; there may be nothing in it."""

    content: list[dict[str, Any]]
    stop_reason: str
    used: Used


class Model:
    """The model that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = AsyncAnthropic(
            api_key=settings.anthropic_api_key or WORD,
            base_url=settings.anthropic_base_url or None,
            timeout=settings.agent_turn_seconds,
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()

    async def ask(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]], *, conversation: str
    ) -> AsyncIterator[Begun | Piece | Answer]:
        """Ask for the next answer: what went in, its pieces, and last the whole. Raises `ModelFailed`."""
        # The SDK makes a span of each call; this ties them to their conversation.
        client = self._client.with_options(
            open_telemetry={**self._client.open_telemetry, "conversation_id": conversation}
        )
        try:
            async with client.messages.stream(**self._request(messages, tools, conversation)) as stream:
                async for event in stream:
                    if event.type == "message_start":
                        yield Begun(_used(event.message.usage))
                    elif (piece := _piece_of(event)) is not None:
                        yield piece
                whole = await stream.get_final_message()
        except anthropic.APIStatusError as error:
            raise _failure(error) from error
        except anthropic.APIConnectionError as error:
            raise ModelFailed("The model could not be reached.", again=True) from error
        except (httpx2.TransportError, AssertionError) as error:  # the SDK asserts that anything came at all
            raise ModelFailed("The model's answer broke off.", again=True) from error
        if whole.stop_reason is None:
            raise ModelFailed("The model's answer broke off.", again=True)
        yield Answer(
            content=[block.model_dump(mode="json", exclude_none=True, by_alias=True) for block in whole.content],
            stop_reason=whole.stop_reason,
            used=_used(whole.usage),
        )

    def count(self, used: Used) -> int:
        """Count what was used, of all workspaces together; return what it cost."""
        told = self._settings
        prices = {"input_price": told.agent_input_price, "output_price": told.agent_output_price}
        micros = cost_micros(used, **prices) if told.has_prices else 0
        for kind, tokens in msgspec.structs.asdict(used).items():
            TOKENS.labels(told.model_name, kind).inc(tokens)
        COST.labels(told.model_name).inc(micros / 1_000_000)
        return micros

    def _request(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]], conversation: str
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._settings.model_name,
            "max_tokens": self._settings.agent_max_tokens,
            "system": SYSTEM,
            "messages": list(messages),
            "tools": list(tools),
        }
        if self._settings.agent_api_profile == "anthropic":
            request["cache_control"] = {"type": "ephemeral"}
            request["thinking"] = {"type": "adaptive", "display": "summarized"}
            request["metadata"] = {"user_id": conversation}
            if self._settings.agent_effort:
                request["output_config"] = {"effort": self._settings.agent_effort}
        return request


def _used(usage: Usage) -> Used:
    return Used(
        input=usage.input_tokens,
        cache_write=usage.cache_creation_input_tokens or 0,
        cache_read=usage.cache_read_input_tokens or 0,
        output=usage.output_tokens,
    )


def _piece_of(event: Any) -> Piece | None:
    """Read an event of the wire; those that the SDK derives from them are left out."""
    match event.type:
        case "content_block_start":
            return Piece("start", event.index, event.content_block.model_dump(mode="json", exclude_none=True))
        case "content_block_delta":
            delta = event.delta
            text = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
            if delta.type in text:
                return Piece("delta", event.index, text=getattr(delta, text[delta.type]))
        case "content_block_stop":
            return Piece("stop", event.index)
    return None


def _failure(error: anthropic.APIStatusError) -> ModelFailed:
    kind = getattr(error, "type", None) or ""
    failed, reason = _sorted(error.status_code, kind, str(error).casefold())
    # What it says may quote the conversation: only what we made of it is kept.
    log.warning("model_refused", status=error.status_code, kind=kind, reason=reason, request_id=error.request_id)
    return failed


def _sorted(status: int, kind: str, says: str) -> tuple[ModelFailed, str]:
    """Tell which refusal this is, in a sentence for people and a word for the log."""
    if status in (401, 403):
        sentence = "The model's service does not take our key; whoever runs Lead Manager can mend that."
        return ModelFailed(sentence), "key"
    if status == TOO_LONG or any(words in says for words in TOO_LONG_WORDS):
        return ModelFailed("This conversation is too long for the model; begin a new one."), "too_long"
    if kind in OVERLOADED or status in (408, 409, 429) or status >= 500:
        return ModelFailed("The model is overloaded just now; try again in a moment.", again=True), "overloaded"
    if status == 400 and any(word in says for word in BOUND_WORDS):
        return ThinkingRefused("The model's service does not take this conversation; begin a new one."), "thinking"
    return ModelFailed("The model's service did not take the question."), "other"
