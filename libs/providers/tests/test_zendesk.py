from datetime import UTC, datetime

import msgspec
import pytest
from contracts.contacts import Contact
from contracts.interactions import Interaction
from hypothesis import given
from hypothesis import strategies as st
from providers import zendesk_tickets, zendesk_users
from providers.source import OAuthApp, Page, SourceGone, SourceInteraction
from providers.zendesk import Zendesk

ADA = 46406156914577


def user_json(**changes: object) -> bytes:
    user = {
        "id": ADA,
        "url": f"https://acme.zendesk.com/api/v2/users/{ADA}.json",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": None,
        "role": "end-user",
        "active": True,
        "created_at": "2026-05-06T07:46:22Z",
        "updated_at": "2026-05-06T07:46:23Z",
        "organization_id": None,
    }
    return msgspec.json.encode(user | changes)


def identity_json(value: object, type: object = "email", *, number: int = 1, **changes: object) -> bytes:  # noqa: A002
    identity = {"id": number, "user_id": ADA, "type": type, "value": value, "primary": False}
    return msgspec.json.encode(identity | changes)


def organization_json(**changes: object) -> bytes:
    organization = {"id": 57, "name": "Analytical Engines", "notes": "", "updated_at": "2026-05-06T08:46:27Z"}
    return msgspec.json.encode(organization | changes)


def read(*users: bytes, identities: tuple[bytes, ...] = (), organizations: tuple[bytes, ...] = ()) -> Page:
    return zendesk_users.read_page(users, identities, organizations)


def contact_of(*identities: bytes, **changes: object) -> Contact:
    [contact] = read(user_json(**changes), identities=identities).contacts
    return contact.contact


def test_a_user_is_read_whole():
    contact = contact_of(
        identity_json("+442079460123", "phone_number", number=3),
        identity_json("countess@example.org", number=2),
        identity_json("ada@example.com", number=1, primary=True),
        identity_json("12345", "twitter", number=4),
        phone="020 7946 0123",
    )

    assert contact == Contact(
        first_name="Ada",
        last_name="Lovelace",
        emails=("ada@example.com", "countess@example.org"),
        phones=("020 7946 0123", "+442079460123"),
        url=f"https://acme.zendesk.com/agent/users/{ADA}",
        created_at=datetime(2026, 5, 6, 7, 46, 22, tzinfo=UTC),
        updated_at=datetime(2026, 5, 6, 7, 46, 23, tzinfo=UTC),
    )


def test_a_user_of_nulls_is_a_contact_of_nothing():
    nulls = dict.fromkeys(["name", "email", "phone", "url", "created_at", "updated_at", "active"])

    assert contact_of(**nulls) == Contact()


def test_a_large_id_is_kept_to_the_last_digit():
    [contact] = read(user_json(id=9_007_199_254_740_993)).contacts

    assert contact.provider_id == "9007199254740993"


def test_the_raw_record_holds_the_user_and_its_identities_as_they_came_whatever_their_order():
    first, second = identity_json("a@example.com", number=1), identity_json("b@example.com", number=2)
    user = user_json().replace(b":", b" :")

    [one] = read(user, identities=(first, second)).contacts
    [other] = read(user, identities=(second, first)).contacts

    assert one.raw == other.raw == b'{"user":%b,"identities":[%b,%b]}' % (user, first, second)
    assert Zendesk().normalize(one.raw) == one.contact


def test_a_user_works_at_its_organization():
    theirs = (organization_json(), organization_json(id=58, name="Others"))

    [one, other] = read(user_json(organization_id=57), user_json(id=8), organizations=theirs).contacts

    assert (one.contact.company, other.contact.company) == ("Analytical Engines", None)
    assert Zendesk().normalize(one.raw) == one.contact


def test_what_else_an_organization_says_changes_no_contact():
    user = user_json(organization_id=57)

    [before] = read(user, organizations=(organization_json(),)).contacts
    [after] = read(
        user, organizations=(organization_json(notes="Pays late.", updated_at="2026-06-01T00:00:00Z"),)
    ).contacts

    assert before == after


@pytest.mark.parametrize(
    "odd", [b"[]", b"{}", organization_json(name=None), organization_json(name=5), organization_json(name=" "), b"\xff"]
)
def test_an_organization_that_cannot_be_read_costs_a_company_and_no_contact(odd):
    [contact] = read(user_json(organization_id=57), organizations=(odd,)).contacts

    assert contact.contact.company is None


@pytest.mark.parametrize(("shared", "phones"), [(True, ("+1",)), (False, ("020", "+1")), (None, ("020", "+1"))])
def test_a_number_that_is_shared_is_nobodys_own(shared, phones):
    own = identity_json("+1", "phone_number")

    assert contact_of(own, phone="020", shared_phone_number=shared).phones == phones


def test_identities_of_others_are_theirs():
    [contact] = read(user_json(), identities=(identity_json("bob@example.com", user_id=7),)).contacts

    assert contact.contact.emails == ("ada@example.com",)


@pytest.mark.parametrize(
    "odd",
    [
        b"[]",
        b"{}",
        b"null",
        identity_json(None),
        identity_json("no address"),
        identity_json(5),
        identity_json("b@example.com", None),
        identity_json("b@example.com", user_id=None),
        b'{"user_id":%d,"type":"email","value":"\xff@example.com"}' % ADA,
    ],
)
def test_an_identity_that_is_none_costs_itself_alone(odd):
    assert contact_of(odd, identity_json("c@example.com")).emails == ("ada@example.com", "c@example.com")


def test_who_was_deleted_is_gone_whatever_became_of_the_address():
    page = read(user_json(active=False, email=None), user_json(id=7, active=False, name="Permanently Deleted User"))

    assert page.gone == (
        SourceGone(provider_id=str(ADA), reason="deleted"),
        SourceGone(provider_id="7", reason="erased"),
    )
    assert page.contacts == ()


@pytest.mark.parametrize("role", ["agent", "admin", "a role of the future"])
def test_who_is_no_customer_or_no_longer_is_no_contact(role):
    page = read(user_json(role=role))

    assert page.gone == (SourceGone(provider_id=str(ADA), reason="absent"),)
    assert page.contacts == ()


def test_of_a_user_met_twice_on_a_page_the_last_state_counts():
    became_agent = read(user_json(), user_json(role="agent"))
    became_customer = read(user_json(active=False), user_json())

    assert (len(became_agent.contacts), len(became_agent.gone)) == (0, 1)
    assert (len(became_customer.contacts), len(became_customer.gone)) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "Expected `int`, got `null` - at `$.id`"),
        ({"id": "7"}, "Expected `int`, got `str` - at `$.id`"),
        ({"id": 0}, "Expected `int` >= 1 - at `$.id`"),
        ({"id": -7}, "Expected `int` >= 1 - at `$.id`"),
        ({"id": 2**63}, "Expected `int` <= 9223372036854775807 - at `$.id`"),
        ({"id": True}, "Expected `int`, got `bool` - at `$.id`"),
        ({"email": ["ada@example.com"]}, "Expected `str | null`, got `array` - at `$.email`"),
        ({"role": None}, "Zendesk does not say whether this is a customer or an agent"),
    ],
)
def test_a_user_that_cannot_be_read_is_skipped_with_its_reason_and_the_others_stay(changes, reason):
    odd = user_json(**changes)

    page = read(odd, user_json(id=8))

    assert [(skipped.reason, skipped.raw) for skipped in page.skipped] == [(reason, odd)]
    assert [contact.provider_id for contact in page.contacts] == ["8"]


@given(st.dictionaries(st.sampled_from(["name", "email", "phone", "url", "created_at", "role"]), st.none() | st.text()))
def test_no_text_anywhere_breaks_a_page(changes):
    page = read(user_json(**changes), user_json(id=8))

    assert len(page.contacts) + len(page.gone) + len(page.skipped) == 2


def ticket_json(**changes: object) -> bytes:
    ticket = {
        "id": 35436,
        "url": "https://acme.zendesk.com/api/v2/tickets/35436.json",
        "subject": "Engine stuck",
        "description": "It goes clack.",
        "status": "open",
        "priority": "urgent",
        "requester_id": ADA,
        "assignee_id": 46406145565073,
        "created_at": "2026-05-06T08:16:30Z",
        "updated_at": "2026-05-06T08:16:33Z",
        "generated_timestamp": 1778055393,
    }
    return msgspec.json.encode(ticket | changes)


def test_a_ticket_is_read_whole():
    [read] = zendesk_tickets.read_page([ticket_json()]).interactions

    assert read.interaction == Interaction(
        kind="ticket",
        title="Engine stuck",
        body="It goes clack.",
        status="open",
        priority="urgent",
        owner="46406145565073",
        url="https://acme.zendesk.com/agent/tickets/35436",
        occurred_at=datetime(2026, 5, 6, 8, 16, 30, tzinfo=UTC),
        created_at=datetime(2026, 5, 6, 8, 16, 30, tzinfo=UTC),
        updated_at=datetime(2026, 5, 6, 8, 16, 33, tzinfo=UTC),
        contact_ids=(str(ADA),),
    )
    assert read.provider_id == "35436"


def test_a_ticket_concerns_who_asked_and_who_is_in_copy_and_not_the_agents_who_follow():
    agent, copied, old_copied = 46406145565073, 46406156914578, 46406156914579
    collaborators = [agent, copied, old_copied, ADA]

    raw = ticket_json(email_cc_ids=[copied], follower_ids=[agent], collaborator_ids=collaborators)
    [read] = zendesk_tickets.read_page([raw]).interactions

    assert read.interaction.contact_ids == (str(ADA), str(copied), str(old_copied))


def test_a_ticket_of_nulls_is_a_ticket_all_the_same():
    nulls = dict.fromkeys(msgspec.json.decode(ticket_json()))

    read = zendesk_tickets.read_ticket(ticket_json(**nulls | {"id": 1}))

    assert isinstance(read, SourceInteraction)
    assert read.interaction == Interaction(kind="ticket")


def test_a_deleted_ticket_is_gone_and_an_unreadable_one_skipped():
    page = zendesk_tickets.read_page([ticket_json(status="deleted"), ticket_json(id="x"), ticket_json(id=2)])

    assert page.gone == (SourceGone(provider_id="35436", reason="deleted", kind="ticket"),)
    assert len(page.skipped) == len(page.interactions) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.zendesk.com/users/1",
        "javascript:alert(1)//x/api/v2/users/1.json",
        "https://acme.zendesk.com/api/v2/users/1.json?x",
        "",
    ],
)
def test_an_address_that_leads_to_no_page_is_left_out(address):
    assert contact_of(url=address).url is None


def test_without_a_registration_only_api_tokens_are_taken():
    for settings in ({}, {"ZENDESK_CLIENT_ID": "id"}, {"ZENDESK_CLIENT_SECRET": "secret"}):
        assert Zendesk().environment(settings) == OAuthApp(
            client_id="",
            client_secret="",
            authorize_url="https://{subdomain}.zendesk.com/oauth/authorizations/new",
            api_url="https://{subdomain}.zendesk.com",
        )


def test_the_environment_says_who_we_are_and_where_zendesk_is():
    settings = {
        "ZENDESK_CLIENT_ID": "id",
        "ZENDESK_CLIENT_SECRET": "secret",
        "ZENDESK_AUTHORIZE_URL": "http://here/{subdomain}/oauth",
        "ZENDESK_API_URL": "http://there/{subdomain}",
    }

    assert Zendesk().environment(settings) == OAuthApp(
        client_id="id",
        client_secret="secret",
        authorize_url="http://here/{subdomain}/oauth",
        api_url="http://there/{subdomain}",
    )
