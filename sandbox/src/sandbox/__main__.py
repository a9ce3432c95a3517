"""`python -m sandbox`."""

import sys

import uvicorn

from sandbox.app import create_app
from sandbox.settings import SettingsInvalid, load

if __name__ == "__main__":
    try:
        settings = load()
    except SettingsInvalid as error:
        sys.exit(str(error))
    # A caller that keeps its connections open must not keep us from stopping.
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
