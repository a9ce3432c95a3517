"""The wiring of the agent."""

from functools import partial

from litestar import Litestar
from servicekit.app import service_app
from servicekit.database import Database
from servicekit.principal import KeySource

from agent.handlers import subscriptions
from agent.mcp_routes import mcp_route
from agent.mcp_server import mcp_server
from agent.routes import ROUTES
from agent.settings import Settings
from agent.turns import Turns
from agent.working import Workshop

NAME = "agent"


def create_app(settings: Settings, keys: KeySource | None = None) -> Litestar:
    """Build the agent; `keys` are auth's published ones unless others are given."""
    db = Database.connect(settings, NAME)
    turns = Turns(settings.agent_turns_at_once, of_one=settings.agent_turns_of_one)
    workshop = Workshop(db, settings, turns)
    mcp, mcp_life = mcp_route(mcp_server(db, settings, workshop), settings)
    return service_app(
        name=NAME,
        settings=settings,
        routes=[*ROUTES, mcp],
        db=db,
        subscriptions=subscriptions(),
        dependencies={"turns": turns, "workshop": workshop},
        workers={"heartbeat": partial(turns.beat, db)},
        lifespan=[workshop.open, mcp_life],
        keys=keys,
    )
