"""`python -m gateway`."""

from servicekit.serve import serve

from gateway.app import create_app
from gateway.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "gateway")
