import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers.names import cut_name

CASES = [
    (None, (None, None)),
    ("", (None, None)),
    ("   ", (None, None)),
    ("Ada", ("Ada", None)),
    ("Ada Lovelace", ("Ada", "Lovelace")),
    ("  Ada \t Lovelace\n", ("Ada", "Lovelace")),
    ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
    ("Gabriel García Márquez", ("Gabriel", "García Márquez")),
    ("山田 太郎", ("山田", "太郎")),
    ("Lovelace, Ada", ("Ada", "Lovelace")),
    ("van Beethoven, Ludwig", ("Ludwig", "van Beethoven")),
    ("Martin Luther King, Jr.", ("Martin", "Luther King, Jr.")),
    ("John Smith, Ph.D.", ("John", "Smith, Ph.D.")),
    ("Acme, Inc.", ("Acme,", "Inc.")),
    ("Lovelace, Ada, Countess", ("Lovelace,", "Ada, Countess")),
    ("Lovelace,Ada", ("Lovelace,Ada", None)),
    ("ada@example.com", (None, None)),
    ("+44 20 7946 0123", (None, None)),
    ("Caller +44 20 7946 0123", ("Caller", "+44 20 7946 0123")),
    ("x" * 1_001, (None, None)),
    ("Null\0byte Name", ("Nullbyte", "Name")),
]


@pytest.mark.parametrize(("full", "cut"), CASES)
def test_a_name_is_cut(full, cut):
    assert cut_name(full) == cut


@given(st.lists(st.text("abcäß-.'", min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_what_was_cut_is_the_name_again_when_put_together(words):
    full = " ".join(words)

    first, last = cut_name(full)

    assert " ".join(filter(None, (first, last))) == (full if any(letter.isalpha() for letter in full) else "")
