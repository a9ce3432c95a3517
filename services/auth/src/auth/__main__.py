"""`python -m auth`."""

from servicekit.serve import serve

from auth.app import create_app
from auth.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "auth")
