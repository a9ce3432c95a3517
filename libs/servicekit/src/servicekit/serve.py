"""Serving one service until it is told to stop."""

import asyncio
import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

import uvicorn
from litestar import Litestar

from servicekit import logs, reporting, telemetry
from servicekit.app import STOPPING
from servicekit.settings import ServiceSettings, SettingsInvalid, load

S = TypeVar("S", bound=ServiceSettings)

GRACE_SECONDS = 10

COLLECT_AFTER = 100_000
"""How many new objects the garbage collector waits for. Its usual 700 makes it walk every batch of events dozens of
times over, and find nothing: what we make is freed by its reference count."""


class Server(uvicorn.Server):
    """Uvicorn, but streams that never end by themselves hear of the stop before it waits for them."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        self.announce_stop()
        super().handle_exit(sig, frame)

    def announce_stop(self) -> None:
        """Tell the app's streams that the server stops."""
        app = self.config.app
        assert isinstance(app, Litestar)
        stopping = app.state.get(STOPPING)
        if isinstance(stopping, asyncio.Event):
            stopping.set()


def server_of(app: Litestar, *, host: str, port: int, forwarded_allow_ips: str) -> Server:
    """Prepare the server of an app; it believes these proxies who a request comes from."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            forwarded_allow_ips=forwarded_allow_ips,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def rest_collector() -> None:
    """Let the garbage collector rest while batches are handled, and never look at what was made at the start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def serve(create_app: Callable[[S], Litestar], settings_type: type[S], service: str) -> None:
    """Read the settings, build the app and serve it; a wrong setting ends with a sentence and status 2."""
    try:
        settings = load(settings_type)
    except SettingsInvalid as error:
        print(f"{service}: {error}", file=sys.stderr)  # noqa: T201 - there are no logs yet
        sys.exit(2)
    report = reporting.sentry(service, settings.sentry_dsn, describe=logs.describe)
    logs.configure(service=service, level=settings.log_level, style=settings.log_format, report=report)
    telemetry.configure(service)
    app = create_app(settings)
    rest_collector()
    server = server_of(
        app,
        host=settings.host,
        port=settings.port,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )
    server.run()
