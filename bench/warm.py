"""What the stand-in has to do once, done before the clock runs.

Its people are made up when they are first asked for, and the computers of a provider are not ours to measure.
"""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession, DummyCookieJar
from connections import handshakes
from lead import browser
from providers.registry import PROVIDERS
from providers.source import Access

NOWHERE = "http://127.0.0.1:9/back"


async def read_through(sandbox_url: str, account: str) -> int:
    """Count and read all contacts of an account of the sandbox, as sync-worker will; return how many there are."""
    name, _, account_id = account.partition(":")
    provider = PROVIDERS[name]
    app = provider.environment(
        {
            "HUBSPOT_CLIENT_ID": "sandbox-hubspot",
            "HUBSPOT_CLIENT_SECRET": "sandbox-hubspot-secret",
            "HUBSPOT_AUTHORIZE_URL": f"{sandbox_url}/oauth/authorize",
            "HUBSPOT_API_URL": sandbox_url,
        }
    )
    assert app is not None
    verifier = handshakes.new_secret()
    challenge = handshakes.challenge_of(verifier)
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        url = provider.authorize_url(app, redirect_uri=NOWHERE, state="bench", code_challenge=challenge)
        back = parse_qs(urlsplit(await browser.consent(http, url, account_id)).query)
        grant = await provider.exchange(http, app, code=back["code"][0], redirect_uri=NOWHERE, code_verifier=verifier)
        access = Access(
            access_token=grant.access_token, token_type=grant.token_type, api_url=sandbox_url, account_id=account_id
        )
        await provider.count(http, access, "contacts")
        read, cursor = 0, None
        while True:
            page = await provider.fetch_page(
                http, access, "contacts", cursor=cursor, bookmark=None, now=datetime.now(UTC)
            )
            read, cursor = read + len(page.contacts), page.next_cursor
            if cursor is None:
                return read
