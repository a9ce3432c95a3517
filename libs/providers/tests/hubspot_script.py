"""Reading from a HubSpot whose answers are scripted: what the tests of its connector share."""

from datetime import UTC, datetime

from providers.hubspot import HubSpot
from providers.source import Access, Page

NOW = datetime(2030, 1, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
BOOKMARK = '{"since":"2026-03-18T10:52:06Z"}'


async def read(
    http, script, stream: str, cursor: str | None = None, bookmark: str | None = None, custom: tuple[str, ...] = ()
) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    if cursor is None and stream in {"contacts", "deals", "tickets"}:
        own = [{"name": name, "hubspotDefined": False} for name in custom]
        script.answers.insert(0, {"results": [{"name": "email", "hubspotDefined": True}, *own]})
    return await HubSpot().fetch_page(http, access, stream, cursor=cursor, bookmark=bookmark, now=NOW)


def record(number: object, **changes: object) -> dict[str, object]:
    return {"id": str(number), "properties": {"email": f"p{number}@example.com"}} | changes


def asked(script) -> list[tuple[str, dict[str, str], object]]:
    """What was asked of records; which properties there are is asked at the start of each run."""
    return [each for each in script.asked if "/properties/" not in each[0]]


def results(*records: object, after: str | None = None, **more: object) -> dict[str, object]:
    paging = {"paging": {"next": {"after": after, "link": "https://elsewhere.example/"}}} if after else {}
    return {"results": list(records)} | paging | more
