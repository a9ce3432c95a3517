from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from contracts.contacts import Contact
from hypothesis import given
from hypothesis import strategies as st
from providers.pipedrive import Pipedrive
from providers.pipedrive_names import Names
from providers.pipedrive_persons import read_person, to_source
from providers.records import read_each
from providers.source import OAuthApp, Skipped, SourceContact

APP = OAuthApp(
    client_id="our id", client_secret="our secret", authorize_url="https://a.example/oauth", api_url="https://b.example"
)


NO_NAMES = Names()


def person_json(**changes: object) -> bytes:
    record = {
        "id": 8,
        "name": "Ada Lovelace",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "owner_id": None,
        "org_id": None,
        "add_time": "2026-05-15T09:54:31Z",
        "update_time": "2026-05-15T10:16:44Z",
        "emails": [],
        "phones": [],
        "is_deleted": False,
        "visible_to": 3,
        "label_ids": [],
        "picture_id": None,
        "custom_fields": {},
    }
    return msgspec.json.encode(record | changes)


def read_contact(
    raw: bytes, names: Names = NO_NAMES, company: str | None = None, url: str | None = None
) -> SourceContact:
    return to_source(read_person(raw), names, company=company, url=url)


def listed(*values: object) -> list[dict[str, object]]:
    return [{"value": value, "primary": False, "label": "work"} for value in values]


def test_a_person_is_read_whole():
    raw = person_json(
        emails=[*listed("countess@example.org"), {"value": "ada@example.com", "primary": True, "label": "home"}],
        phones=[{"value": "020 7946 0123", "primary": True}, {"value": "+44 7700 900123"}],
        owner_id=25_760_681,
        birthday="1915-12-10",
        job_title=" Mathematician ",
        postal_address={
            "value": "St James's Square 12, London",
            "country": "United Kingdom",
            "admin_area_level_1": "Greater London",
            "locality": "London",
            "route": "St James's Square",
            "street_number": "12",
            "postal_code": "SW1Y 4JH",
            "subpremise": None,
        },
        custom_fields={"0" * 40: {"value": 5, "currency": "EUR"}},
    )

    read = read_contact(raw)

    assert (read.provider_id, read.absorbed) == ("8", ())
    assert read.contact == Contact(
        first_name="Ada",
        last_name="Lovelace",
        emails=("ada@example.com", "countess@example.org"),
        phones=("020 7946 0123", "+44 7700 900123"),
        job_title="Mathematician",
        birth_date="1915-12-10",
        street="St James's Square 12",
        city="London",
        postal_code="SW1Y 4JH",
        region="Greater London",
        country="United Kingdom",
        owner="25760681",
        created_at=datetime(2026, 5, 15, 9, 54, 31, tzinfo=UTC),
        updated_at=datetime(2026, 5, 15, 10, 16, 44, tzinfo=UTC),
    )


def test_numbers_are_told_by_their_names_and_kept_with_them():
    colour, since = "a" * 40, "b" * 40
    raw = person_json(owner_id=5, org_id=9, custom_fields={colour: {"id": 1, "label": "Red"}, since: None, "c" * 40: 1})
    names = Names(users={5: "Robin Keeper"}, fields={colour: "Favourite colour", since: "Customer since"})

    read = read_contact(raw, names, "Analytical Engines")
    kept = msgspec.json.decode(read.raw)

    assert (read.contact.owner, read.contact.company) == ("Robin Keeper", "Analytical Engines")
    assert kept["person"] == msgspec.json.decode(raw)
    assert kept["names"] == {
        "organization": "Analytical Engines",
        "owner": "Robin Keeper",
        "fields": {colour: "Favourite colour"},
    }
    assert Pipedrive().normalize(read.raw) == read.contact


def test_where_people_see_a_person_is_kept_with_them():
    raw = person_json()

    read = read_contact(raw, url="https://acme.pipedrive.com/person/8")

    assert read.contact.url == "https://acme.pipedrive.com/person/8"
    assert Pipedrive().normalize(read.raw) == read.contact
    assert Pipedrive().normalize(raw).url is None


@pytest.mark.parametrize("names", [Names(), Names(users={}, fields={}), Names(users={6: "Somebody Else"})])
def test_what_has_no_name_is_kept_as_it_came_and_shown_by_its_number(names):
    raw = person_json(owner_id=5, org_id=9, custom_fields={"a" * 40: 1})

    read = read_contact(raw, names)

    assert read.raw == raw
    assert (read.contact.owner, read.contact.company) == ("5", None)


@pytest.mark.parametrize("given", [None, [], {}, {"a" * 40: [1, {"deep": True}]}])
def test_whatever_is_in_its_own_fields_a_person_can_be_read(given):
    assert read_contact(person_json(custom_fields=given)).contact.first_name == "Ada"


def test_a_person_of_nulls_is_a_contact_of_nothing():
    usual = msgspec.json.decode(person_json(postal_address=None, birthday=None, job_title=None))

    assert read_contact(person_json(**dict.fromkeys(usual) | {"id": 1})).contact == Contact()
    assert read_contact(b'{"id":1}').contact == Contact()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"name": "Ada King Lovelace", "first_name": "Ada King", "last_name": "Lovelace"}, ("Ada King", "Lovelace")),
        ({"name": "Ada", "first_name": "Ada", "last_name": None}, ("Ada", None)),
        ({"name": "Ada King Lovelace", "first_name": None, "last_name": None}, ("Ada", "King Lovelace")),
        ({"name": " Ada ", "first_name": None, "last_name": ""}, ("Ada", None)),
        ({"name": None, "first_name": None, "last_name": "Lovelace"}, (None, "Lovelace")),
    ],
)
def test_a_name_is_parted_as_pipedrive_parts_it(given, read):
    contact = read_contact(person_json(**given)).contact

    assert (contact.first_name, contact.last_name) == read


@pytest.mark.parametrize(
    ("emails", "read"),
    [
        (listed("a@x.com", " b@x.com ", "", None, "A@X.COM"), ("a@x.com", "b@x.com")),
        ([*listed("a@x.com"), {"value": "b@x.com", "primary": True}], ("b@x.com", "a@x.com")),
        (listed("nobody"), ()),
        ([{}], ()),
    ],
)
def test_the_primary_email_comes_first(emails, read):
    assert read_contact(person_json(emails=emails)).contact.emails == read


def test_an_overlong_name_is_left_out_and_the_rest_stays():
    contact = read_contact(person_json(first_name="x" * 1_000_000, last_name="Lovelace\0")).contact

    assert (contact.first_name, contact.last_name) == (None, "Lovelace")


@pytest.mark.parametrize(
    "raw",
    [
        person_json(id=None),
        person_json(id="8"),
        person_json(id=0),
        person_json(id=-8),
        person_json(id=2**63),
        person_json(id=True),
        person_json(emails="ada@example.com"),
        person_json(emails=["ada@example.com"]),
        person_json(emails=listed(5)),
        person_json(owner_id={"id": 5, "name": "Me"}),
        b"{}",
        b"[]",
        b"",
        b"<html>",
    ],
)
def test_an_unreadable_person_is_skipped_with_a_reason(raw):
    understood, skipped = read_each([raw], read_contact)

    assert not understood
    assert isinstance(skipped[0], Skipped)
    assert skipped[0].raw == raw
    assert skipped[0].reason


def test_a_kept_person_is_read_again_as_it_was():
    raw = person_json(emails=listed("ada@example.com"))

    assert Pipedrive().normalize(raw) == read_contact(raw).contact
    assert read_contact(raw).raw == raw


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
odd_persons = st.fixed_dictionaries(
    {"id": st.sampled_from([1, "x", "", 10**30, None])},
    optional={
        name: json_values | st.lists(st.fixed_dictionaries({"value": json_values}), max_size=2)
        for name in (
            "name",
            "first_name",
            "emails",
            "phones",
            "postal_address",
            "birthday",
            "owner_id",
            "custom_fields",
        )
    },
)


@given(st.binary() | odd_persons.map(msgspec.json.encode) | json_values.map(msgspec.json.encode))
def test_no_person_is_too_odd(raw):
    understood, skipped = read_each([raw], read_contact)

    assert len(understood) + len(skipped) == 1


def test_consent_is_asked_for_without_scopes_which_the_app_itself_has():
    url = urlsplit(
        Pipedrive().authorize_url(APP, redirect_uri="https://us.example/back?x=1", state="s&t", code_challenge="c")
    )

    assert f"{url.scheme}://{url.netloc}{url.path}" == APP.authorize_url
    assert parse_qs(url.query) == {
        "client_id": ["our id"],
        "redirect_uri": ["https://us.example/back?x=1"],
        "state": ["s&t"],
    }


def test_the_registration_comes_from_settings():
    settings = {"PIPEDRIVE_CLIENT_ID": "id", "PIPEDRIVE_CLIENT_SECRET": "secret"}

    assert Pipedrive().environment(settings) == OAuthApp(
        client_id="id",
        client_secret="secret",
        authorize_url="https://oauth.pipedrive.com/oauth/authorize",
        api_url="https://oauth.pipedrive.com",
    )
    assert Pipedrive().environment({"PIPEDRIVE_CLIENT_ID": "id", "PIPEDRIVE_CLIENT_SECRET": ""}) is None
    assert Pipedrive().environment({}) is None
