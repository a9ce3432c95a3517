from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from contracts.contacts import Contact
from hypothesis import given
from hypothesis import strategies as st
from providers.hubspot import HubSpot
from providers.hubspot_contacts import read_contact
from providers.hubspot_oauth import SCOPES
from providers.hubspot_shapes import SHAPES, read_dealing
from providers.records import read_each
from providers.source import OAuthApp, Skipped

APP = OAuthApp(
    client_id="our id", client_secret="our secret", authorize_url="https://a.example/oauth", api_url="https://b.example"
)


def contact_json(**changes: object) -> bytes:
    record = {
        "id": "713492963559",
        "properties": {"hs_object_id": "713492963559"},
        "createdAt": "2026-02-25T16:23:49.023Z",
        "updatedAt": "2026-03-12T07:34:24.559Z",
        "archived": False,
        "url": "https://app-eu1.hubspot.com/contacts/1/record/0-1/713492963559",
    }
    return msgspec.json.encode(record | changes)


def with_properties(**properties: object) -> Contact:
    return read_contact(contact_json(properties=properties)).contact


def test_a_contact_is_read_whole():
    raw = contact_json(
        properties={
            "address": "12 St James's Square",
            "city": "London",
            "company": "Analytical Engines",
            "country": "United Kingdom",
            "date_of_birth": "1915-12-10",
            "email": "ada@example.com",
            "firstname": " Ada ",
            "hs_additional_emails": "countess@example.org;ada.king@example.net",
            "hubspot_owner_id": "51430432",
            "jobtitle": "Mathematician",
            "lastname": "Lovelace",
            "mobilephone": "+44 7700 900123",
            "phone": "020 7946 0123",
            "state": "Greater London",
            "unheard_of": "kept in the raw record only",
            "zip": "SW1Y 4JH",
        }
    )

    assert read_contact(raw).contact == Contact(
        first_name="Ada",
        last_name="Lovelace",
        emails=("ada@example.com", "countess@example.org", "ada.king@example.net"),
        phones=("020 7946 0123", "+44 7700 900123"),
        company="Analytical Engines",
        job_title="Mathematician",
        birth_date="1915-12-10",
        street="12 St James's Square",
        city="London",
        postal_code="SW1Y 4JH",
        region="Greater London",
        country="United Kingdom",
        owner="51430432",
        url="https://app-eu1.hubspot.com/contacts/1/record/0-1/713492963559",
        created_at=datetime(2026, 2, 25, 16, 23, 49, 23_000, UTC),
        updated_at=datetime(2026, 3, 12, 7, 34, 24, 559_000, UTC),
    )


def test_a_contact_of_nulls_is_a_contact_of_nothing():
    contact = read_contact(contact_json(properties={"email": None, "firstname": None}, url=None)).contact

    assert contact == Contact(created_at=contact.created_at, updated_at=contact.updated_at)


@pytest.mark.parametrize(
    ("properties", "read"),
    [
        ({"email": "a@x.com", "hs_additional_emails": " b@x.com ;;A@X.COM; "}, ("a@x.com", "b@x.com")),
        ({"email": None, "hs_additional_emails": "b@x.com"}, ("b@x.com",)),
        ({"email": "nobody", "hs_additional_emails": None}, ()),
    ],
)
def test_the_primary_email_comes_first(properties, read):
    assert with_properties(**properties).emails == read


def test_an_overlong_name_is_left_out_and_the_rest_stays():
    contact = with_properties(firstname="x" * 1_000_000, lastname="Lovelace\0")

    assert (contact.first_name, contact.last_name) == (None, "Lovelace")


def test_impossible_times_are_left_out():
    contact = read_contact(
        contact_json(createdAt="2026-02-30T00:00:00Z", updatedAt="soon", properties={"createdate": "never"})
    ).contact

    assert (contact.created_at, contact.updated_at) == (None, None)


@pytest.mark.parametrize(
    ("properties", "absorbed"),
    [
        ({}, ()),
        ({"hs_merged_object_ids": None, "hs_calculated_merged_vids": ""}, ()),
        ({"hs_merged_object_ids": "201;202"}, ("201", "202")),
        ({"hs_calculated_merged_vids": "201:1705422467780;203:1705422467781"}, ("201", "203")),
        (
            {"hs_merged_object_ids": "202; 201", "hs_calculated_merged_vids": "201:1;713492963559:2;x;"},
            ("202", "201"),
        ),
    ],
)
def test_merged_contacts_are_found(properties, absorbed):
    assert read_contact(contact_json(properties=properties)).absorbed == absorbed


@pytest.mark.parametrize(
    "raw",
    [
        contact_json(id=None),
        contact_json(id=713492963559),
        contact_json(id=""),
        contact_json(id="12 OR 1=1"),
        contact_json(id="٣"),
        contact_json(id="9" * 30),
        contact_json(properties=None),
        contact_json(properties=[]),
        contact_json(properties={"email": 5}),
        contact_json(updatedAt=1705422467780),
        b'{"id":"1"}',
        b"{}",
        b"[]",
        b"",
        b"<html>",
    ],
)
def test_an_unreadable_contact_is_skipped_with_a_reason(raw):
    understood, skipped = read_each([raw], read_contact)

    assert not understood
    assert isinstance(skipped[0], Skipped)
    assert skipped[0].raw == raw
    assert skipped[0].reason


def test_a_property_that_is_no_text_is_named():
    _, (skipped,) = read_each([contact_json(properties={"email": "ada@example.com", "phone": 5})], read_contact)

    assert skipped.reason == "The property phone is neither text nor null"


@pytest.mark.parametrize(
    "properties",
    [
        {"company": "Engines", "associatedcompanyid": 5},
        {"createdate": 5, "lastmodifieddate": []},
        {"lifecyclestage": 5, "of_their_own": {"x": [1e300]}},
    ],
)
def test_a_property_that_is_not_needed_may_be_anything(properties):
    assert with_properties(**properties, email="ada@example.com").emails == ("ada@example.com",)


def test_a_property_that_is_needed_after_all_must_be_text():
    understood, skipped = read_each(
        [
            contact_json(id="1", properties={"associatedcompanyid": 5}),
            contact_json(id="2", properties={"createdate": 5}, createdAt=None),
        ],
        read_contact,
    )

    assert not understood
    assert [each.reason for each in skipped] == [
        "The property associatedcompanyid is neither text nor null",
        "The property createdate is neither text nor null",
    ]


def test_a_kept_contact_is_read_again_as_it_was():
    raw = contact_json(properties={"email": "ada@example.com"})

    assert HubSpot().normalize(raw) == read_contact(raw).contact


def test_a_deal_is_read_whole():
    raw = msgspec.json.encode(
        {
            "id": "479475667160",
            "properties": {
                "amount": "3000.50",
                "closedate": "2026-04-01T12:00:00Z",
                "createdate": "2026-02-25T16:26:25.880Z",
                "deal_currency_code": "EUR",
                "dealname": "An engine",
                "dealstage": "appointmentscheduled",
                "description": "Of brass\nand steel",
                "hs_lastmodifieddate": "2026-03-09T20:29:45.981Z",
                "hs_merged_object_ids": "5;6",
                "hubspot_owner_id": "7",
                "pipeline": "default",
            },
        }
    )

    deal = read_dealing(raw, SHAPES["deals"])

    assert deal.absorbed == ("5", "6")
    assert msgspec.to_builtins(deal.interaction) == {
        "kind": "deal",
        "title": "An engine",
        "body": "Of brass\nand steel",
        "status": "appointmentscheduled",
        "pipeline": "default",
        "amount": "3000.50",
        "currency": "EUR",
        "owner": "7",
        "occurred_at": "2026-02-25T16:26:25.880000Z",
        "ends_at": "2026-04-01T12:00:00Z",
        "created_at": "2026-02-25T16:26:25.880000Z",
        "updated_at": "2026-03-09T20:29:45.981000Z",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
property_values = (
    st.none() | st.text() | st.sampled_from(["a@x.com;;", "1:2;3", "\0", "2026-02-30", "1e9"]) | json_values
)
odd_records = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "x", "", 1, None]),
        "properties": st.dictionaries(
            st.sampled_from(
                [
                    "email",
                    "firstname",
                    "hs_additional_emails",
                    "hs_merged_object_ids",
                    "amount",
                    "hs_note_body",
                    "subject",
                ]
            ),
            property_values,
        ),
    },
    optional={"createdAt": property_values, "updatedAt": property_values, "url": property_values},
)


@given(st.binary() | odd_records.map(msgspec.json.encode) | json_values.map(msgspec.json.encode))
def test_no_record_is_too_odd(raw):
    readers = [partial(read_dealing, shape=shape) for shape in SHAPES.values()]
    for read in (read_contact, *readers):
        understood, skipped = read_each([raw], read)

        assert len(understood) + len(skipped) == 1


def test_consent_is_asked_for_at_hubspot_with_pkce():
    url = urlsplit(
        HubSpot().authorize_url(APP, redirect_uri="https://us.example/back?x=1", state="s&t", code_challenge="c-h_a")
    )

    assert f"{url.scheme}://{url.netloc}{url.path}" == APP.authorize_url
    assert parse_qs(url.query) == {
        "client_id": ["our id"],
        "redirect_uri": ["https://us.example/back?x=1"],
        "scope": [" ".join(SCOPES)],
        "optional_scope": ["crm.objects.contacts.write"],
        "state": ["s&t"],
        "code_challenge": ["c-h_a"],
        "code_challenge_method": ["S256"],
    }


def test_the_registration_comes_from_settings():
    settings = {"HUBSPOT_CLIENT_ID": "id", "HUBSPOT_CLIENT_SECRET": "secret"}

    assert HubSpot().environment(settings) == OAuthApp(
        client_id="id",
        client_secret="secret",
        authorize_url="https://app.hubspot.com/oauth/authorize",
        api_url="https://api.hubapi.com",
    )
    assert HubSpot().environment({"HUBSPOT_CLIENT_ID": "id", "HUBSPOT_CLIENT_SECRET": ""}) is None
    assert HubSpot().environment({}) is None
