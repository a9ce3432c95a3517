"""For tests: a sandbox in their own process, really served. pytest loads this by itself."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest

ServeSandbox = Callable[..., str]


@pytest.fixture
def serve_sandbox() -> Iterator[ServeSandbox]:
    """Start sandboxes with these settings; each answers at the address it returns until the test is over."""
    with ExitStack() as stack:

        def start(**settings: Any) -> str:
            return stack.enter_context(served_sandbox(**settings))

        yield start


@contextmanager
def served_sandbox(**settings: Any) -> Iterator[str]:
    """A sandbox with these settings, in a thread of its own: it answers at the address until the block ends."""
    started: Future[tuple[str, Callable[[], object]]] = Future()
    thread = Thread(target=lambda: asyncio.run(_serve(started, settings)), name="sandbox")
    thread.start()
    address, stop = started.result()
    yield address
    stop()
    thread.join()


async def _serve(started: "Future[tuple[str, Callable[[], object]]]", settings: dict[str, Any]) -> None:
    # Most test runs need no sandbox, and should not wait for its imports.
    import uvicorn  # noqa: PLC0415

    from sandbox.app import create_app  # noqa: PLC0415
    from sandbox.settings import Settings  # noqa: PLC0415

    try:
        app = create_app(Settings(**settings))
        config = uvicorn.Config(app, port=0, ws="none", log_level="critical", lifespan="on")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
    except BaseException as error:
        started.set_exception(error)
        raise
    port = server.servers[0].sockets[0].getsockname()[1]
    started.set_result((f"http://127.0.0.1:{port}", lambda: setattr(server, "should_exit", True)))
    await server.main_loop()  # which sets the clock that answers bear
    await server.shutdown()
