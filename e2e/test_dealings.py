"""What a timeline should show, by the soak's own rules."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from e2e.dealings import Shown, expected

MOMENT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)


def test_a_deal_is_in_the_stage_that_is_named_beside_it() -> None:
    properties = {"dealname": " Renewal ", "amount": "10.50", "dealstage": "7", "deal_currency_code": "EUR"}
    record = {"properties": properties, "createdAt": "2024-05-06T09:30:00Z", "url": "https://x.example/1"}

    assert expected("hubspot", "deals", record, "Won") == Shown(
        title="Renewal",
        status="Won",
        amount=Decimal("10.5"),
        currency="EUR",
        url="https://x.example/1",
        occurred_at=MOMENT,
    )


@pytest.mark.parametrize(
    ("note", "letters"), [("Bring the <b>figures</b>.", "Bringthefigures."), ("a &amp; b<br>c", "a&bc"), (None, None)]
)
def test_of_html_the_letters_count(note: str | None, letters: str | None) -> None:
    record = {"subject": "Call", "note": note, "public_description": None, "done": False}
    times = {"due_date": "2024-05-06", "due_time": "09:30", "add_time": "2023-01-01T00:00:00Z"}

    assert expected("pipedrive", "activities", record | times, None) == Shown(
        title="Call", body=letters, status="to do", occurred_at=MOMENT
    )


def test_a_comment_leads_to_its_ticket() -> None:
    ticket = {"subject": "Help", "url": "https://acme.zendesk.com/api/v2/tickets/7.json"}
    comment = {"plain_body": "Try again.", "public": False, "created_at": "2024-05-06T09:30:00Z"}

    told = expected("zendesk", "comments", {"ticket": ticket, "comment": comment}, None)

    assert (told.url, told.status) == ("https://acme.zendesk.com/agent/tickets/7", "private")
