"""`python -m connections`."""

from servicekit.serve import serve

from connections.app import create_app
from connections.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "connections")
