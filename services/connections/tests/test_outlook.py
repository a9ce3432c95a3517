"""What is missing is named with what it is for, and an end is announced ahead."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from connections.outlook import with_outlook
from contracts.connections import ConnectionView
from providers.registry import PROVIDERS
from servicekit.testing import bearer, user_token

NOW = datetime(2027, 4, 2, 9, tzinfo=UTC)
API_TOKENS_END = datetime(2027, 4, 30, tzinfo=UTC)


def view_of(provider: str, scopes: tuple[str, ...] = (), ends_at: datetime | None = None) -> ConnectionView:
    return ConnectionView(
        id="0197a3c0-0000-7000-8000-000000000002",
        provider=provider,
        account_id="1",
        account_name="One",
        state="active",
        scopes=scopes,
        created_at=NOW,
        ends_at=ends_at,
    )


@pytest.mark.parametrize(
    ("provider", "granted", "missing"),
    [
        ("hubspot", ("oauth", "crm.objects.contacts.read"), {"crm.objects.deals.read"}),
        ("pipedrive", ("base", "contacts:full", "deals:read"), {"recents:read"}),
        ("zendesk", ("read", "write"), set()),
        ("zendesk", ("users:read",), {"tickets:read"}),
        ("zendesk", (), set()),
    ],
)
def test_missing_is_what_no_granted_scope_covers(provider: str, granted: tuple[str, ...], missing: set[str]) -> None:
    shown = with_outlook(view_of(provider, granted), PROVIDERS, now=NOW)

    assert missing <= set(shown.missing)
    assert set(granted).isdisjoint(shown.missing)
    assert all(words.startswith("to ") for words in shown.missing.values())
    assert bool(missing) == bool(shown.missing)
    assert {**shown.allowed, **shown.missing} == PROVIDERS[provider].needs
    assert set(shown.allowed).isdisjoint(shown.missing)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(days=31), None),
        (timedelta(days=30), "30 April 2027, in 30 days"),
        (timedelta(hours=5), "30 April 2027, today or tomorrow"),
        (timedelta(days=-1), "closed this way in on 30 April 2027"),
    ],
)
def test_an_end_is_announced_in_its_last_thirty_days(before: timedelta, words: str | None) -> None:
    shown = with_outlook(view_of("zendesk", ends_at=API_TOKENS_END), PROVIDERS, now=API_TOKENS_END - before)

    assert (words in shown.ending) if words and shown.ending else (shown.ending is words)


async def test_a_listed_connection_says_what_it_may_not_do(client: ClientSession, workspace, connect) -> None:
    await connect(workspace)

    async with client.get("/connections", headers=bearer(user_token(workspace_id=workspace))) as answer:
        [shown] = (await answer.json())["items"]

    assert shown["missing"] == {"deals:read": "to read deals"}
