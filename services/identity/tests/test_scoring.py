"""Two records side by side: what joins, what is asked about, what stays apart, and why."""

import pytest
from contracts.contacts import Contact
from hypothesis import given
from hypothesis import strategies as st
from identity.normalise import Form, form_of
from identity.rules.comparison import LEVELS, compare
from identity.rules.ruleset import DEFAULT, STRONGEST, Rules
from identity.rules.scoring import score


def form(first: str | None = None, last: str | None = None, /, **fields: str) -> Form:
    emails, phones = (tuple(filter(None, fields.pop(name, "").split(";"))) for name in ("email", "phone"))
    return form_of(Contact(first_name=first, last_name=last, emails=emails, phones=phones, **fields), "GB")  # type: ignore[arg-type]


ADA = form("Ada", "Lovelace", email="ada@lovelace.org", phone="+442079460000", birth_date="1985-12-10")
HOME = {"street": "12 Elm Street", "city": "Leeds", "postal_code": "LS1 1AA"}


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (form("Ada", "Lovelace", birth_date="1985-12-10"), ADA, "join"),
        (form("Lovelace", "Ada", birth_date="1985-12-10"), ADA, "join"),
        (form("Ada", "Lovlace", birth_date="10.12.1985"), ADA, "join"),
        (form("Ada", "Lovelace", birth_date="12/10/1985"), ADA, "join"),
        (form("Ada", "Lovelace", phone="020 7946 0000"), ADA, "join"),
        (form("Bob", "Smith", **HOME), form("Robert", "Smith", **HOME), "join"),
        (form("Ada", "Lovelace", email="ada@lovelace.rog"), ADA, "join"),
        (form("Ada", "King", birth_date="1985-12-10", phone="+442079460000"), ADA, "join"),
        (form("Hans", "Kirch", birth_date="1985-12-10"), form("Johann", "Kirch", birth_date="1985-12-10"), "join"),
        (form("Ada", "Lovelace"), ADA, "suggest"),
        (form("Ada", "Lovelace", company="Acme"), form("Ada", "Lovelace", company="Acme Ltd"), "suggest"),
        (form("Ada", "Lovelace", city="Leeds"), form("Ada", "Lovelace", city="Leeds"), "suggest"),
        (form(None, "Lovelace", birth_date="1985-12-10"), ADA, "join"),
        (form("Ada", birth_date="1985-12-10"), ADA, "suggest"),
        (form("Ada"), ADA, "apart"),
        (form("Grace", "Hopper", birth_date="1985-12-10"), ADA, "apart"),
        (form(None, None, phone="+442079460000"), ADA, "suggest"),
        (form(), ADA, "apart"),
        (form(), form(), "apart"),
    ],
)
def test_evidence_is_judged_as_a_careful_person_would(left: Form, right: Form, verdict: str) -> None:
    assert score(left, right, DEFAULT).verdict == score(right, left, DEFAULT).verdict == verdict


@pytest.mark.parametrize(
    ("left", "right", "guard"),
    [
        # A household: one name, one address, one telephone.
        (form("Ada", "King", phone="+442079460000", **HOME), form("Will", "King", phone="+442079460000", **HOME),
         "given_names_differ"),
        (form(None, "King", phone="+442079460000", **HOME), form("Will", "King", phone="+442079460000", **HOME),
         "nothing_personal"),
        (form("Pierre", "King", phone="+442079460000", **HOME), form("Piotr", "King", phone="+442079460000", **HOME),
         "nothing_personal"),
        # Twins, also those whose names are a letter apart.
        (form("Ada", "King", birth_date="1985-12-10", **HOME), form("Will", "King", birth_date="1985-12-10", **HOME),
         "given_names_differ"),
        (form("Maria", "King", birth_date="1985-12-10", **HOME), form("Mario", "King", birth_date="1985-12-10", **HOME),
         "given_names_differ"),
        (form(None, None, birth_date="1985-12-10", **HOME), form("Will", "King", birth_date="1985-12-10", **HOME),
         "nothing_personal"),
        # Father and son.
        (form("Will", "King", birth_date="1950-03-01", **HOME), form("Will", "King", birth_date="1981-07-19", **HOME),
         "birth_dates_conflict"),
        (form("Will", "King Sr.", **HOME), form("Will", "King Jr.", **HOME), "generations_conflict"),
        (form("Will", "King", **HOME), form("Will", "King Jr.", **HOME), "generation_unsure"),
        (form("Will", "King", email="will@a.org", **HOME), form("Will", "King", email="wk@b.org", **HOME), "namesakes"),
        # An office: one employer, one switchboard, one address.
        (form("Tom", "King", phone="+442079460000", company="Acme", **HOME),
         form("Tom", "Hill", phone="+442079460000", company="Acme", **HOME), "family_names_differ"),
        # Namesakes who work for one employer.
        (form("Tom", "King", company="Acme", city="Leeds"),
         form("Tom", "King", company="Acme", city="Leeds"), "only_names"),
    ],
)  # fmt: skip
def test_a_guard_leaves_to_people_what_is_shared_or_contradicts(left: Form, right: Form, guard: str) -> None:
    found, turned = score(left, right, DEFAULT), score(right, left, DEFAULT)

    assert found.verdict == turned.verdict != "join"
    assert guard in found.guards
    assert found.guards == turned.guards


def test_shared_values_are_no_evidence() -> None:
    left, right = form("Ada", "King", phone="+442079460000"), form("Ada", "King", phone="+442079460000")

    assert score(left, right, DEFAULT).verdict == "join"
    assert score(left, right, DEFAULT, frozenset({"+442079460000"})) == score(
        form("Ada", "King"), form("Ada", "King"), DEFAULT
    )


def test_a_mailbox_of_a_desk_is_no_evidence() -> None:
    assert compare(form("Ada", email="info@x.org"), form("Ada", email="info@x.org")).email == ""


def test_the_host_of_a_mailbox_is_an_employer_unless_it_is_open_to_all() -> None:
    assert compare(form("A", email="ada@acme.com"), form("B", email="bob@acme.com")).company == "same"
    assert compare(form("A", email="ada@gmail.com"), form("B", email="bob@gmail.com")).company == ""


def test_how_common_a_name_is_matters() -> None:
    left, right = form("Ada", "Smith", phone="+442079460000"), form("Ada", "Smith", phone="+442079460000")
    rules = Rules(strengths=DEFAULT.strengths, values={"family": {"smith": 20}})

    assert score(left, right, DEFAULT).strength - score(left, right, rules).strength == (
        DEFAULT.strengths["family"]["same"] - 20
    )


def test_crossed_names_are_worth_what_the_more_common_use_of_them_is() -> None:
    left, right = form("James", "Thomas"), form("Thomas", "James")
    rules = Rules(strengths=DEFAULT.strengths, values={"given": {"james": 10}, "family": {"thomas": 15}})

    assert score(left, right, rules).strength == score(right, left, rules).strength
    assert score(left, right, rules).strength < score(left, right, DEFAULT).strength


words = st.sampled_from(
    ["ada", "adah", "maria", "mario", "king", "kign", "a", "jose maria", "van king", "bob", "robert"]
)
dates = st.sampled_from(["1985-12-10", "1985-10-12", "1955-12-10", "1986-01-08", "2001-05-05"])
mailboxes = st.sampled_from(["ada@x.org", "ada@y.org", "adda@x.org", "king77@gmail.com", "king77@web.de"])
numbers = st.sampled_from(["+442079460000", "+12079460000", "+442079460001", "+442079460000;12"])
forms = st.builds(
    Form,
    given=words | st.just(""),
    family=words | st.just(""),
    emails=st.sets(mailboxes, max_size=2).map(lambda found: tuple(sorted(found))),
    phones=st.sets(numbers, max_size=2).map(lambda found: tuple(sorted(found))),
    births=st.sets(dates, max_size=2).map(lambda found: tuple(sorted(found))),
    company=words | st.just(""),
    street=words | st.just(""),
    house=st.sampled_from(["", "1", "2"]),
    postal=st.sampled_from(["", "1", "2"]),
    city=words | st.just(""),
    generation=st.sampled_from(["", "1", "2"]),
)
COUNTING = Rules(
    strengths=DEFAULT.strengths,
    values={
        "given": {"king": 5, "ada": 30},
        "family": {"ada": 12},
        "place": {"king": 1, "kign": 3},
        "company": {"a": 2},
    },
)


@given(forms, forms, st.sets(mailboxes | numbers, max_size=3))
def test_it_does_not_matter_which_of_two_is_left(left: Form, right: Form, shared: set[str]) -> None:
    for rules in (DEFAULT, COUNTING):
        found = score(left, right, rules, frozenset(shared))

        assert found == score(right, left, rules, frozenset(shared))
        assert found.strength <= STRONGEST


def test_every_level_has_a_strength_and_better_ones_are_worth_more() -> None:
    for field, levels in LEVELS.items():
        strengths = DEFAULT.strengths[field]

        assert set(strengths) == set(levels)
        assert all(strengths[levels[0]] >= strengths[level] >= strengths[levels[-1]] for level in levels)
