"""What the demo says at its end."""

import pytest
from lead.demo import in_words


@pytest.mark.parametrize(
    ("counted", "says"),
    [
        (797, "797 lies between, as it should."),
        (684, "684 lies between, as it should."),
        (683, "683 does not lie between: something is wrong."),
        (833, "833 does not lie between: something is wrong."),
    ],
)
def test_a_stranger_is_told_whether_the_number_can_be_right(counted: int, says: str) -> None:
    sentence = in_words(counted, fewest=684, most=832)

    assert sentence.startswith(f"{counted} golden records. ")
    assert "records of 684 people" in sentence
    assert "joined by equal email addresses alone they would be 832. " in sentence
    assert sentence.endswith(says)
