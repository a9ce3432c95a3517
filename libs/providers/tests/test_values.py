from datetime import UTC, datetime

import pytest
from contracts.contacts import MAX_FIELD_CHARS
from hypothesis import given
from hypothesis import strategies as st
from providers import values


@pytest.mark.parametrize(
    ("given_text", "read"),
    [
        ("  Ada ", "Ada"),
        ("A\0da", "Ada"),
        ("\0 \0", None),
        ("", None),
        (None, None),
        ("x" * MAX_FIELD_CHARS, "x" * MAX_FIELD_CHARS),
        ("x" * (MAX_FIELD_CHARS + 1), None),
        ("x" * 1_000_000, None),
    ],
)
def test_a_text_is_clean_or_absent(given_text, read):
    assert values.text(given_text) == read


@pytest.mark.parametrize(
    ("given_emails", "read"),
    [
        (["ada@x.com", "b@y.org"], ("ada@x.com", "b@y.org")),
        (["b@y.org", " Ada@X.com ", "ada@x.com", "B@y.ORG"], ("b@y.org", "Ada@X.com")),
        (["no address", "a@b@c", "@x.com", "ada@", None, ""], ()),
        (["a\0da@x.com"], ("ada@x.com",)),
        (["a" * 2000 + "@x.com", "ada@x.com"], ("ada@x.com",)),
    ],
)
def test_emails_keep_their_order_and_first_spelling(given_emails, read):
    assert values.emails(given_emails) == read


def test_no_person_has_more_than_the_most_addresses():
    assert len(values.emails(f"a{number}@x.com" for number in range(10_000))) == values.MAX_ADDRESSES


@pytest.mark.parametrize(
    ("stamp", "read"),
    [
        ("2026-03-12T07:34:24.559Z", datetime(2026, 3, 12, 7, 34, 24, 559_000, UTC)),
        ("2026-03-12T09:34:24+02:00", datetime(2026, 3, 12, 7, 34, 24, 0, UTC)),
        ("2026-03-12", datetime(2026, 3, 12, tzinfo=UTC)),
        ("2026-02-30T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("9999-12-31T00:00:00Z", None),
        ("1705422467780", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_is_in_utc_or_absent(stamp, read):
    assert values.instant(stamp) == read


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("1815-12-10", None),
        ("1915-12-10", "1915-12-10"),
        ("1985-12-10T00:00:00Z", "1985-12-10"),
        ("10/12/1985", None),
        ("1985-02-30", None),
        ("1985", None),
        (None, None),
    ],
)
def test_a_date_is_iso_or_absent(day, read):
    assert values.iso_date(day) == read


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("5000.00", "5000.00"),
        (" -3 ", "-3"),
        ("1e9", None),
        ("NaN", None),
        ("1,000", None),
        ("9" * 400, None),
        ("٣", None),
    ],
)
def test_a_decimal_is_plain_or_absent(number, read):
    assert values.decimal(number) == read


@pytest.mark.parametrize(("code", "read"), [("eur", "EUR"), ("EURO", None), ("€", None), (None, None)])
def test_a_currency_has_three_letters_or_is_absent(code, read):
    assert values.currency(code) == read


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://app.hubspot.com/contacts/1/record/0-1/2", "https://app.hubspot.com/contacts/1/record/0-1/2"),
        ("http://127.0.0.1:4100/x", "http://127.0.0.1:4100/x"),
        ("javascript:alert(1)", None),
        ('https://x.com/"onclick=', None),
        ("https://x.com/\nx", None),
    ],
)
def test_only_web_addresses_become_links(address, read):
    assert values.web_address(address) == read


@given(st.text())
def test_no_text_is_too_odd(odd):
    for read in (values.text, values.instant, values.iso_date, values.decimal, values.currency, values.web_address):
        kept = read(odd)

        assert kept is None or "\0" not in str(kept)
