"""`python -m identity`."""

from servicekit.serve import serve

from identity.app import create_app
from identity.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "identity")
