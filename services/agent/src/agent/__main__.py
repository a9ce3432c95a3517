"""`python -m agent`."""

from servicekit.serve import serve

from agent.app import create_app
from agent.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "agent")
