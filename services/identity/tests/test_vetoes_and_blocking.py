"""What keeps groups apart, whose edges are guesses, and who is compared with whom."""

from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.normalise import Form
from identity.rules import blocking
from identity.rules.vetoes import conflict, mark_of, marks_of, torn

FATHER = Form(given="will", family="king", births=("1950-03-01",))
SON = Form(given="will", family="king", births=("1981-07-19",))
EITHER = Form(given="will", family="king")
TWIN, OTHER_TWIN = (Form(given=name, family="king", births=("1985-12-10",)) for name in ("ada", "mary"))
NAMELESS_TWIN = Form(family="king", births=("1985-12-10",))


def test_a_generation_apart_is_two_people_even_for_a_key() -> None:
    assert conflict(marks_of(FATHER), marks_of(SON), weaker_than_key=False) == "birth_dates_conflict"


def test_a_mistyped_year_is_no_conflict_where_the_names_agree() -> None:
    mistyped = Form(given="will", family="king", births=("1951-09-12",))

    assert conflict(marks_of(FATHER), marks_of(mistyped), weaker_than_key=False) is None


def test_senior_is_not_junior() -> None:
    elder, younger = Form(given="will", generation="1"), Form(given="will", generation="2")

    assert conflict(marks_of(elder), marks_of(younger), weaker_than_key=False) == "generations_conflict"


def test_names_keep_apart_what_is_weaker_than_a_key() -> None:
    assert conflict(marks_of(TWIN), marks_of(OTHER_TWIN), weaker_than_key=True) == "given_names_differ"
    assert conflict(marks_of(TWIN), marks_of(OTHER_TWIN), weaker_than_key=False) is None


def test_a_group_conflicts_with_all_that_any_member_conflicts_with() -> None:
    group = marks_of(EITHER) | marks_of(FATHER)

    assert conflict(group, marks_of(EITHER), weaker_than_key=True) is None
    assert conflict(group, marks_of(SON), weaker_than_key=True) == "birth_dates_conflict"


def test_names_in_each_others_place_are_no_two_people() -> None:
    crossed = Form(given="king", family="will")

    assert conflict(marks_of(EITHER), marks_of(crossed), weaker_than_key=True) is None


def test_a_record_that_may_be_either_ones_is_left_to_people() -> None:
    marks = dict(enumerate(map(mark_of, (FATHER, SON, EITHER))))

    assert torn([(0, 2, 120), (1, 2, 110)], marks) == {(0, 2), (1, 2)}
    assert torn([(0, 2, 120)], marks) == set()


def test_of_twins_the_one_without_a_given_name_is_left_to_people() -> None:
    marks = dict(enumerate(map(mark_of, (TWIN, OTHER_TWIN, NAMELESS_TWIN))))

    assert torn([(0, 2, 120), (1, 2, 120)], marks) == {(0, 2), (1, 2)}


def test_much_stronger_evidence_leaves_no_doubt() -> None:
    marks = dict(enumerate(map(mark_of, (FATHER, SON, EITHER))))

    assert torn([(0, 2, 300), (1, 2, 120)], marks) == {(1, 2)}


forms = st.builds(
    Form,
    given=st.sampled_from(["", "ada", "adda", "king"]),
    family=st.sampled_from(["", "king", "kign"]),
    births=st.sampled_from([(), ("1985-12-10",), ("1950-03-01",), ("1985-10-12", "1985-12-10")]),
    emails=st.sampled_from([(), ("ada77@x.org",)]),
    phones=st.sampled_from([(), ("+442079460000",)]),
)


@given(forms, forms, st.booleans())
def test_a_conflict_does_not_depend_on_the_side(left: Form, right: Form, weaker: bool) -> None:
    found = conflict(marks_of(left), marks_of(right), weaker_than_key=weaker)

    assert found == conflict(marks_of(right), marks_of(left), weaker_than_key=weaker)
    assert conflict(marks_of(left), marks_of(left), weaker_than_key=weaker) is None


@given(forms, forms, forms)
def test_what_conflicts_conflicts_still_when_a_group_grows(left: Form, right: Form, more: Form) -> None:
    if conflict(marks_of(left), marks_of(right), weaker_than_key=True):
        assert conflict(marks_of(left) | marks_of(more), marks_of(right), weaker_than_key=True)


def test_blocks_are_numbers_that_postgres_can_keep() -> None:
    blocks = blocking.blocks_of(Form(given="ada", family="king", births=("1985-12-10",), phones=("+442079460000",)))

    assert len(blocks) == 5
    assert all(-(2**63) <= block < 2**63 for block in blocks)


@pytest.mark.parametrize(
    "more",
    [
        {"company": "acme"}, {"emails": ("marshall@acme.com",)}, {"emails": ("theo@gmail.com",)}, {"city": "london"},
        {"postal": "sw1a 1aa"}, {"births": ("1985-12-10",)},
    ],
    ids=str,
)  # fmt: skip
def test_misspelt_and_crossed_names_share_a_block_beside_one_more_thing(more: dict[str, Any]) -> None:
    ada, misspelt, crossed = (
        Form(given=given, family=family, **more)
        for given, family in (("theodore", "marshall"), ("thedore", "marlshall"), ("marshall", "theodore"))
    )

    assert set(blocking.blocks_of(ada)) & set(blocking.blocks_of(misspelt))
    assert set(blocking.blocks_of(ada)) & set(blocking.blocks_of(crossed))


def test_names_that_only_sound_alike_make_no_block() -> None:
    ada, misspelt = (Form(given=given, family="marshall", city="rome") for given in ("theodore", "thedore"))
    elsewhere = msgspec.structs.replace(misspelt, city="oslo")

    assert set(blocking.blocks_of(ada)) & set(blocking.blocks_of(misspelt))
    assert not set(blocking.blocks_of(ada)) & set(blocking.blocks_of(elsewhere))


def test_a_mailbox_of_few_letters_and_no_values_make_no_block() -> None:
    assert blocking.blocks_of(Form(emails=("ada@x.org",))) == ()
    assert blocking.blocks_of(Form()) == ()


@given(st.lists(forms, max_size=12), st.integers(2, 6))
def test_pairs_are_those_of_the_blocks_that_are_not_too_large(members: list[Form], limit: int) -> None:
    blocks = {number: blocking.blocks_of(form) for number, form in enumerate(members)}
    carriers = {block: [n for n in blocks if block in blocks[n]] for found in blocks.values() for block in found}

    expected = {
        (left, right)
        for left, right in combinations(range(len(members)), 2)
        if any(len(carriers[block]) <= limit for block in set(blocks[left]) & set(blocks[right]))
    }

    assert blocking.pairs(blocks, limit) == expected
