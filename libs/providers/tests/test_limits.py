"""What calls take of each provider's windows, and what answers say of them."""

import pytest
from providers import hubspot_limits, pipedrive_limits, zendesk_limits
from providers.http import Answer
from providers.quota import Told, header_number
from providers.registry import PROVIDERS


def answer(status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(provider="Acme", status=status, headers=named, body=b"{}")


HUBSPOT_HEADERS = {
    "x_hubspot_ratelimit_max": "190",
    "x_hubspot_ratelimit_remaining": "17",
    "x_hubspot_ratelimit_interval_milliseconds": "10000",
}


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_windows_are_named_once_and_paced_ones_say_how_much_they_take(provider) -> None:
    names = [window.name for window in provider.windows]

    assert len(set(names)) == len(names) > 0
    assert all(window.most for window in provider.windows if not window.pool)
    assert all(":" not in name for name in names)


def test_hubspot_counts_searches_apart() -> None:
    assert hubspot_limits.price("/crm/objects/2026-03/contacts") == {"ten_seconds": 1, "daily": 1}
    assert hubspot_limits.price("/crm/objects/2026-03/contacts/search") == {"search": 1, "daily": 1}


def test_hubspot_tells_its_ten_seconds_and_of_private_apps_the_day() -> None:
    spent = hubspot_limits.price("/crm/objects/2026-03/contacts")
    daily = {"x_hubspot_ratelimit_daily": "250000", "x_hubspot_ratelimit_daily_remaining": "12"}

    assert hubspot_limits.told(answer(**HUBSPOT_HEADERS, **daily), spent) == [
        Told(name="daily", most=250_000, left=12),
        Told(name="ten_seconds", most=190, left=17),
    ]
    assert hubspot_limits.told(answer(), spent) == [Told(name="daily")]


@pytest.mark.parametrize(
    ("policy", "headers", "closed", "seconds"),
    [
        ("TEN_SECONDLY_ROLLING", HUBSPOT_HEADERS, "ten_seconds", 10.0),
        ("TEN_SECONDLY_ROLLING", {"Retry_After": "3"}, "ten_seconds", 3.0),
        ("TEN_SECONDLY_ROLLING", {"Retry_After": "4500"}, "ten_seconds", 4.5),  # milliseconds
        (
            "SECONDLY",
            {"Retry_After": "Thu, 26 Nov 2026 10:00:07 GMT", "Date": "Thu, 26 Nov 2026 10:00:00 GMT"},
            "ten_seconds",
            7.0,
        ),
        ("SECONDLY", {}, "ten_seconds", 1.0),
        ("DAILY", HUBSPOT_HEADERS, "daily", 3600.0),
        (None, {}, "ten_seconds", 10.0),
    ],
)
def test_hubspot_s_429_closes_the_window_it_names(policy, headers, closed, seconds) -> None:
    spent = hubspot_limits.price("/crm/objects/2026-03/contacts")

    assert hubspot_limits.told(answer(429, **headers), spent, policy) == [
        Told(name=closed, left=0, resets_after_seconds=seconds)
    ]


def test_hubspot_s_429_of_a_search_closes_searches_alone() -> None:
    spent = hubspot_limits.price("/crm/objects/2026-03/deals/search")

    assert hubspot_limits.told(answer(429), spent, "SECONDLY") == [
        Told(name="search", left=0, resets_after_seconds=1.0)
    ]


@pytest.mark.parametrize(
    ("method", "path", "tokens"),
    [
        ("GET", "/api/v2/persons", 10),
        ("GET", "/api/v2/persons/7", 1),
        ("GET", "/api/v2/stages", 5),
        ("GET", "/api/v2/deals/archived", 20),
        ("GET", "/api/v2/deals/7/followers", 10),
        ("GET", "/api/v2/persons/search", 20),
        ("GET", "/api/v2/itemSearch", 20),
        ("POST", "/api/v2/persons", 5),
        ("PATCH", "/api/v2/persons/7", 5),
        ("DELETE", "/api/v2/persons/7", 3),
        ("GET", "/api/v1/recents", 20),
        ("GET", "/api/v1/users/me", 2),
        ("GET", "/api/v1/notes/7", 2),
        ("GET", "/api/v1/webhooks", 10),
        ("PUT", "/api/v1/notes/7", 10),
        ("DELETE", "/api/v1/webhooks/7", 6),
        ("PUT", "/api/v1/persons/7/merge", 40),
        ("GET", "/api/v1/deals/7/flow", 40),
    ],
)
def test_a_call_to_pipedrive_costs_what_its_specifications_say(method: str, path: str, tokens: int) -> None:
    assert pipedrive_limits.price(method, path)["daily"] == tokens


def test_pipedrive_counts_searches_apart_too() -> None:
    assert pipedrive_limits.price("GET", "/api/v2/persons/search") == {"burst": 1, "search": 1, "daily": 20}


def test_pipedrive_tells_the_burst_and_the_day() -> None:
    headers = {
        "x_ratelimit_limit": "160",
        "x_ratelimit_remaining": "159",
        "x_ratelimit_reset": "2",
        "x_daily_ratelimit_token_limit": "150000",
        "x_daily_ratelimit_token_remaining": "148051",
    }

    assert pipedrive_limits.told(answer(**headers), {"burst": 1, "daily": 10}) == [
        Told(name="burst", most=160, left=159),
        Told(name="daily", most=150_000, left=148_051),
    ]


@pytest.mark.parametrize(
    ("headers", "closed", "seconds"),
    [
        ({"x_ratelimit_reset": "2"}, "burst", 2.0),
        ({"x_ratelimit_reset": "2", "Retry_After": "9"}, "burst", 9.0),
        ({"x_ratelimit_reset": "0"}, "burst", 2.0),
        ({"x_ratelimit_reset": "2", "x_daily_ratelimit_token_remaining": "4"}, "daily", 3600.0),
    ],
)
def test_pipedrive_s_429_closes_the_burst_or_the_day(headers, closed, seconds) -> None:
    first = pipedrive_limits.told(answer(429, **headers), {"burst": 1, "daily": 10})[0]

    assert (first.name, first.left, first.resets_after_seconds) == (closed, 0, seconds)


@pytest.mark.parametrize(
    ("method", "path", "price"),
    [
        ("GET", "/users/count.json", ["minute"]),
        ("GET", "/incremental/users/cursor", ["minute", "incremental_exports_cursor"]),
        ("GET", "/incremental/tickets/cursor.json", ["minute", "incremental_exports_cursor"]),
        ("GET", "/incremental/tickets", ["minute", "incremental_exports"]),
        ("GET", "/incremental/ticket_events.json", ["minute", "incremental_exports"]),
        ("GET", "/tickets.json", ["minute", "tickets_index"]),
        ("PUT", "/tickets/35.json", ["minute", "tickets_update", "per_ticket_updates:35"]),
        ("PUT", "/users/501.json", ["minute", "update_user:501"]),
        ("PUT", "/users/501/identities/9/make_primary", ["minute"]),
        ("GET", "/users/501.json", ["minute"]),
    ],
)
def test_zendesk_counts_endpoints_apart(method: str, path: str, price: list[str]) -> None:
    assert zendesk_limits.price(method, path) == dict.fromkeys(price, 1)


def test_zendesk_tells_the_account_s_minute_and_the_endpoint_s() -> None:
    headers = {
        "x_rate_limit": "400",
        "ratelimit_remaining": "399",
        "ratelimit_reset": "48",
        "zendesk_ratelimit_create_update_user": "total=5; remaining=2; resets=4",
        "Zendesk_RateLimit_Tickets_Index": "total=100; remaining=1; resets=4",
    }

    assert zendesk_limits.told(answer(**headers), {"minute": 1, "update_user:501": 1}) == [
        Told(name="minute", most=400, left=399, resets_after_seconds=48.0),
        Told(name="update_user:501", most=5, left=2, resets_after_seconds=4.0),
    ]


@pytest.mark.parametrize(
    ("headers", "closed", "seconds"),
    [
        ({"Retry_After": "30"}, "minute", 30.0),
        ({"zendesk_ratelimit_incremental_exports_cursor": "total=20; remaining=0; resets=17"}, "exports", 17.0),
        ({"zendesk_ratelimit_incremental_exports_cursor": "total=20; remaining=9; resets=17"}, "minute", 60.0),
    ],
)
def test_zendesk_s_429_closes_what_has_nothing_left(headers, closed, seconds) -> None:
    name = {"exports": "incremental_exports_cursor"}.get(closed, closed)

    told = zendesk_limits.told(answer(429, **headers), zendesk_limits.price("GET", "/incremental/users/cursor"))

    assert told == [Told(name=name, left=0, resets_after_seconds=seconds)]


@pytest.mark.parametrize(
    ("value", "number"), [("110", 110), (" 7 ", 7), ("", None), ("-1", None), ("1.5", None), ("٣", None)]
)
def test_a_header_holds_a_plain_number_or_says_nothing(value: str, number: int | None) -> None:
    assert header_number({"limit": value}, "limit") == number


def test_a_number_beyond_all_is_bounded() -> None:
    assert header_number({"limit": "9" * 5000}, "limit") == 10**12
