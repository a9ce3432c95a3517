"""Which mailboxes and telephones belong to more than one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.normalise import Form
from identity.resolution.sharing import is_shared


def named(*names: str) -> list[Form]:
    return [Form(given=name.partition(" ")[0], family=name.partition(" ")[2]) for name in names]


@pytest.mark.parametrize(
    ("carriers", "mailbox", "telephone"),
    [
        (named("ada king"), False, False),
        (named("ada king", "ada king", "aida king", "king ada"), False, False),
        (named("ada king", "ada lovelace"), False, False),
        (named("ada king", "will king"), True, False),
        (named("ada king", "will hill"), False, False),
        (named("ada ", "will "), False, False),
        (named("ada king", "will king", "mary king"), True, True),
        (named("bill king", "william king", "will king"), False, False),
        (named("ada king", "ada hill", "ada wood", "ada park"), True, True),
        (named(" king", " hill", " wood", " park"), True, True),
        (named("ada ", "ada ", ""), False, False),
        ([Form(births=(birth,)) for birth in ("1950-01-02", "1983-07-19")], False, True),
        ([Form(births=(birth,)) for birth in ("1980-01-02", "1981-09-12")], False, False),
        ([Form(given="will", generation=each) for each in "12"], False, True),
        ([Form(given=f"ada {chr(97 + n)}") for n in range(26)] + [Form(given=f"ada j{chr(97 + n)}") for n in range(26)],
         True, True),
        ([], False, False),
    ],
)  # fmt: skip
def test_a_value_is_shared_when_its_carriers_are_several(carriers: list[Form], mailbox: bool, telephone: bool) -> None:
    assert is_shared(carriers, telephone=False) is mailbox
    assert is_shared(carriers, telephone=True) is telephone


forms = st.builds(
    Form,
    given=st.sampled_from(["", "ada", "adda", "mary", "will"]),
    family=st.sampled_from(["", "king", "hill", "wood", "park"]),
    births=st.sampled_from([(), ("1985-12-10",), ("1950-03-01",)]),
)


@given(st.lists(forms, max_size=8), st.randoms(use_true_random=False), st.booleans())
def test_it_depends_on_who_they_are_and_not_on_their_order(
    carriers: list[Form], random: object, telephone: bool
) -> None:
    shuffled = carriers * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert is_shared(carriers, telephone=telephone) is is_shared(shuffled, telephone=telephone)
