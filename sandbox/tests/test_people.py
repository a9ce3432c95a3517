"""The seeded people: the same for the same seed, and as untidy as real ones."""

import pytest
from sandbox.people import World
from sandbox.rosters import Roster


def roster(seed: int = 7, salt: int = 1, first: int = 0, rows: int = 4000) -> Roster:
    return Roster(World(seed), salt=salt, first=first, rows=rows)


def test_the_same_seed_gives_the_same_people_in_any_order():
    forwards = [roster().sighting(row) for row in range(100)]
    backwards = [roster().sighting(row) for row in reversed(range(100))]

    assert forwards == backwards[::-1]
    assert forwards != [roster(seed=8).sighting(row) for row in range(100)]


def test_no_address_stands_on_two_rows_of_a_roster():
    people = roster()
    emails = [email.lower() for row in range(people.rows) for email in people.emails(row)]

    assert len(emails) == len(set(emails))


@pytest.mark.parametrize("seed", [0, 7, 12345])
def test_every_address_leads_back_to_its_row(seed: int):
    people = roster(seed=seed, first=31, rows=600)

    for row in range(people.rows):
        for email in people.emails(row):
            assert people.row_of(email.upper()) == row


@pytest.mark.parametrize(
    "stranger", ["nobody@nowhere.example", "a.b3@postbox.example", "@", "", "info@amber-x.example"]
)
def test_an_address_of_nobody_leads_nowhere(stranger: str):
    assert roster().row_of(stranger) is None


def test_people_are_as_untidy_as_real_ones():
    seen = [roster().sighting(row) for row in range(2000)]

    assert any(len(one.emails) >= 3 for one in seen)
    assert any(not one.emails for one in seen)
    assert any(one.given is None for one in seen)
    assert any(one.family and one.family.isupper() for one in seen)
    assert any(one.family and not one.family.isascii() for one in seen)
    assert any(email.startswith(("info@", "sales@")) for one in seen for email in one.emails)
    assert any(email != email.lower() for one in seen for email in one.emails)
    assert len({one.phone[:2] for one in seen if one.phone}) > 5


def test_two_accounts_write_one_person_differently():
    one, two = roster(salt=1), roster(salt=2)
    rows = [row for row in range(200) if one.sighting(row).family and two.sighting(row).family]

    same = [row for row in rows if one.sighting(row) == two.sighting(row)]

    assert len(same) < len(rows) / 10
