"""What others check an MCP server with: `python -m e2e.mcp_checks` runs it against a house of its own.

The scenarios of the protocol's conformance suite that are for every server, in both eras (most of the others want tools
of the suite's own), and the Inspector's command line. They come from npm, by the Node that builds the page.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import ClientSession, web
from lead.client import Gateway
from lead.web import environment, npm

from e2e.house import House, embedded
from e2e.journey import connect, golden_records, join, settled, synced
from e2e.programs import READ, WRITE, personal_token

SALES = "hubspot:111111"
SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"
INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
HANDSHAKE, STATELESS = "2025-11-25", "2026-07-28"
SCENARIOS = {
    HANDSHAKE: (
        *("server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list", "prompts-list"),
        "dns-rebinding-protection",
    ),
    STATELESS: (
        *("tools-list", "resources-list", "prompts-list", "sep-2164-resource-not-found", "caching"),
        *("http-header-validation", "dns-rebinding-protection"),
    ),
}
PATIENCE_SECONDS = 300
LAST_LINES = 30


class Check(msgspec.Struct, frozen=True):
    """A check from outside: what it is called, the command, and how it ended."""

    name: str
    command: list[str]
    status: int = 0
    said: str = ""


@asynccontextmanager
async def carrying(token: str, house: House) -> AsyncIterator[str]:
    """Serve the house's `/mcp` to who cannot send a token: it is added on the way, and nothing else is changed."""

    async def pass_on(request: web.Request) -> web.Response:
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        async with http.request(
            request.method, f"{house.gateway_url}/mcp", headers=headers, data=await request.read()
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name in ("Content-Type", "Allow")}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    app = web.Application()
    app.router.add_route("*", "/mcp", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    async with ClientSession() as http:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://localhost:{runner.addresses[0][1]}/mcp"
        finally:
            await runner.cleanup()


def checks_of(url: str, gateway_url: str, token: str, *, contact: str, email: str) -> Iterator[Check]:
    """List all checks; `url` needs no token."""
    suite = npm("exec", "--yes", f"--package={SUITE}", "--", "conformance", "server", "--url", url)
    for era, scenarios in SCENARIOS.items():
        for scenario in scenarios:
            yield Check(f"conformance {era} {scenario}", [*suite, "--spec-version", era, "--scenario", scenario])
    inspector = npm(
        *("exec", "--yes", f"--package={INSPECTOR}", "--", "mcp-inspector", "--cli", f"{gateway_url}/mcp"),
        *("--transport", "http", "--header", f"Authorization: Bearer {token}", "--method"),
    )
    asked = {
        "tools/list": ["--strict"],
        "tools/call": ["--tool-name", "searchContacts", "--tool-arg", f"query={email}"],
        "resources/templates/list": [],
        "resources/read": ["--uri", f"lm://contact/{contact}"],
        "prompts/list": [],
        "prompts/get": ["--prompt-name", "brief", "--prompt-args", f"contact={email}"],
    }
    for method, more in asked.items():
        yield Check(f"inspector {method}", [*inspector, method, *more])


async def run(check: Check) -> Check:
    """Run a check in a folder that is empty, so that it finds no packages of ours."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *check.command,
            cwd=folder,
            env=environment(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            said, _ = await process.communicate()
    return msgspec.structs.replace(check, status=process.returncode or 0, said=said.decode(errors="replace"))


async def check_all(house: House, *, only: str, verbose: bool) -> int:
    """Check a house by what is called so; print each result, and return how many failed."""
    failed = 0
    async with Gateway(house.gateway_url) as gateway:
        await join(gateway)
        connection = await connect(gateway, SALES)
        await synced(gateway, connection.id)
        await settled(gateway, house, SALES)
        person = next(each for each in await golden_records(gateway) if each.email)
        token, _ = await personal_token(gateway, READ, WRITE)
        async with carrying(token, house) as url:
            for check in checks_of(url, house.gateway_url, token, contact=str(person.id), email=str(person.email)):
                if only not in check.name:
                    continue
                done = await run(check)
                failed += done.status != 0
                _print(f"{'passed' if done.status == 0 else 'FAILED'}  {done.name}")
                if done.status or verbose:
                    _print(
                        "\n".join(
                            f"        {line}" for line in done.said.splitlines()[None if verbose else -LAST_LINES :]
                        )
                    )
    return failed


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run all checks in a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--verbose", action="store_true", help="show what each of them said")
    parser.add_argument("--only", default="", help="those in whose names this stands")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as aside, embedded(Path(aside)) as house:
        failed = asyncio.run(check_all(house, only=asked.only, verbose=asked.verbose))
    _print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
