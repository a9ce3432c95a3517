"""Who was merged, told by what was kept of them: never somebody who may as well have been deleted."""

import msgspec
import pytest
from providers import zendesk_users
from providers.source import Page, SourceGone
from providers.zendesk import Zendesk


def user_json(
    number: int, *emails: str, created: str = "2025-01-01", updated: str = "2026-05-06", **more: object
) -> bytes:
    user = {"id": number, "role": "end-user", "active": True, "email": emails[0] if emails else None}
    stamps = {"created_at": f"{created}T00:00:00Z", "updated_at": f"{updated}T00:00:00Z"}
    return msgspec.json.encode(user | stamps | more)


def page_of(*users: bytes, further: dict[int, list[str]] | None = None) -> Page:
    identities = [
        msgspec.json.encode({"id": 1, "user_id": number, "type": "email", "value": email})
        for number, emails in (further or {}).items()
        for email in emails
    ]
    return zendesk_users.read_page(users, identities, [])


def kept_of(*emails: str, updated: str = "2026-05-06") -> dict[str, bytes]:
    [was] = page_of(user_json(7, *emails, updated=updated), further={7: list(emails[1:])}).contacts
    return {"7": was.raw}


GONE = user_json(7, active=False)


def survivors(page: Page, kept: dict[str, bytes]) -> dict[str, tuple[str, ...]]:
    told = Zendesk().tell_merged(page, kept)
    assert told.gone == page.gone
    return {each.provider_id: each.absorbed for each in told.contacts if each.absorbed}


def test_whose_addresses_all_went_to_one_other_lives_on_there():
    page = page_of(GONE, user_json(8, "w@x.example"), user_json(9), further={8: ["A@x.example", "b@x.example"]})

    assert survivors(page, kept_of("a@x.example", "B@x.example")) == {"8": ("7",)}


def test_who_had_no_address_of_their_own_may_get_one_by_it():
    assert survivors(page_of(GONE, user_json(8, "a@x.example")), kept_of("a@x.example")) == {"8": ("7",)}


ONE, BOTH = kept_of("a@x.example"), kept_of("a@x.example", "b@x.example")


@pytest.mark.parametrize(
    ("others", "kept", "why"),
    [
        (page_of(GONE, user_json(8, "w@x.example")), ONE, "nobody has the address"),
        (page_of(GONE, user_json(8, "a@x.example")), BOTH, "one address is missing"),
        (page_of(GONE, user_json(8, "a@x.example"), user_json(9, "b@x.example")), BOTH, "two"),
        (page_of(GONE, user_json(8, "a@x.example", created="2026-05-07")), ONE, "a newcomer has it"),
        (page_of(GONE, user_json(8, "a@x.example", created_at=None)), ONE, "nobody knows since when"),
        (page_of(GONE, user_json(8, "a@x.example")), kept_of(), "there was none"),
        (page_of(GONE, user_json(8, "a@x.example")), {}, "we never met them"),
        (page_of(GONE, user_json(8, "a@x.example")), {"7": b"{}"}, "what was kept cannot be read"),
        (page_of(user_json(7, "z@x.example", role="agent"), user_json(8, "a@x.example")), ONE, "an agent"),
    ],
)
def test_who_may_as_well_be_deleted_is(others, kept, why):
    assert len(others.gone) == 1
    assert survivors(others, kept) == {}, why


def test_who_was_deleted_for_good_is_erased_and_not_merged():
    page = page_of(user_json(7, active=False, name="Permanently Deleted User"), user_json(8, "a@x.example"))

    assert page.gone == (SourceGone(provider_id="7", reason="erased"),)
    assert survivors(page, kept_of("a@x.example")) == {}
