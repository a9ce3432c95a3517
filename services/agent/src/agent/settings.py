"""What the agent is told."""

from typing import Literal

from servicekit.settings import ServiceSettings

STAND_IN = "stand-in"


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The model, how it is reached, and how much of it anybody may use.

    Without a key, and without an address of its own, there is no model, and the chat says so.
    """

    anthropic_api_key: str = ""
    anthropic_base_url: str = ""
    """Where another server speaks the Messages API: its root, without `/v1`."""
    agent_model: str = "claude-sonnet-5-5"
    agent_api_profile: Literal["anthropic", "compatible"] = "anthropic"
    """`compatible` sends only what Ollama, llama.cpp, LM Studio and vLLM understand."""
    agent_max_tokens: int = 8_192
    """Of one answer of the model, thinking included."""
    agent_effort: Literal["", "low", "medium", "high", "max"] = ""
    agent_is_stand_in: bool = False
    """Whether the model is the sandbox's: then every chat says so."""

    agent_max_steps: int = 12
    """Answers of the model in one turn."""
    agent_max_tools: int = 40
    """Calls of tools in one turn."""
    agent_turn_tokens: int = 500_000
    """Going in and coming out in one turn; what is read from the prompt cache counts a tenth, as it costs."""
    agent_turn_seconds: float = 180.0
    agent_tokens_a_day: int = 2_000_000
    """Of one workspace, counted in the same way."""
    agent_input_price: float = 0.0
    """Dollars for a million tokens that go in, and come out: what things cost is told by these."""
    agent_output_price: float = 0.0
    agent_turns_at_once: int = 100
    """In one process."""
    agent_turns_of_one: int = 5
    """Of one person, of those."""
    proposal_hours: float = 24.0
    """How long a proposal can be approved."""

    mcp_hosts: str = ""
    """Hosts, comma-separated, by which programs may reach `/mcp` beside that of the public address."""
    mcp_open_proposals: int = 50
    """Of one person's programs, waiting for a decision."""
    cors_origins: str = ""
    """The gateway's: pages of these origins may use `/mcp`."""

    @property
    def has_model(self) -> bool:
        """Whether there is a model to ask."""
        return bool(self.anthropic_api_key or self.anthropic_base_url)

    @property
    def model_name(self) -> str:
        """What answers, by its name."""
        return STAND_IN if self.agent_is_stand_in else self.agent_model

    @property
    def has_prices(self) -> bool:
        """Whether we are told what the model costs; a stand-in costs nothing."""
        return not self.agent_is_stand_in and bool(self.agent_input_price or self.agent_output_price)
