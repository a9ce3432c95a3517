"""What records are searched by, and what people type."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from identity.search.words import (
    Asked,
    asked,
    beginnings,
    digits_of,
    fold,
    is_spelled,
    nearest,
    spellings,
    tokens_of,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada  LOVELACE", ["ada", "lovelace"]),
        ("José Ñúñez-Östberg", ["jose", "nunez", "ostberg"]),
        ("Søren Kierkegård, Łódź", ["soren", "kierkegard", "lodz"]),
        ("O'Brien & Söhne GmbH", ["obrien", "sohne", "gmbh"]),
        ("Straße", ["strasse"]),
        ("\uff21\uff24\uff21", ["ada"]),
        ("山田 太郎", ["山田", "太郎"]),
        ("snake_case a.b", ["snake", "case", "a", "b"]),
        ("\0 % \u2013", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("+49 (151) 123-456", ("49151123456", "151123456")),
        ("0049 151 123456", ("49151123456", "151123456")),
        ("0151 123456", ("151123456",)),
        ("+1 555 010-9999", ("15550109999", "5550109999")),
        ("+353 1 234 5678", ("35312345678", "12345678")),
        ("555-0100", ("5550100",)),
        ("ext.", ()),
    ],
)
def test_phones_are_digits_as_dialled_from_abroad_and_at_home(phone: str, digits: tuple[str, ...]) -> None:
    assert digits_of(phone) == digits


def test_tokens_are_words_whole_emails_domains_and_phones_without_what_an_email_begins_with() -> None:
    tokens = tokens_of(
        texts=["Ada", "Lovelace", "Analytical Engines"], emails=["ada.king@Example.com"], phones=["+1 555 0100"]
    )

    assert tokens == (
        "15550100",
        "5550100",
        "ada.king@example.com",
        "analytical",
        "engines",
        "example.com",
        "king",
        "lovelace",
    )


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("  Ada LOVE ", [Asked(("ada",)), Asked(("love",))]),
        ("second@", [Asked(("second@",))]),
        ("<ada@Example.com>,", [Asked(("ada@example.com",))]),
        ("@example.com", [Asked(("example.com",), ("example", "com"))]),
        ("ada.king", [Asked(("ada.king",), ("ada", "king"))]),
        ("Jean-Luc", [Asked(("jean-luc",), ("jean", "luc"))]),
        ("ada 0151 123 456", [Asked(("ada",)), Asked(("0151123456", "151123456"))]),
        ("+49 (151) 123", [Asked(("49151123",))]),
        ("007", [Asked(("007", "7"))]),
        ("ada & bob", [Asked(("ada",)), Asked(("bob",))]),
        ("%", [Asked(("%",))]),
        ("   ", []),
    ],
)
def test_what_is_typed_is_words_emails_and_numbers(q: str, found: list[Asked]) -> None:
    assert asked(q) == found


@example("\0")
@given(st.text(max_size=200))
def test_whatever_is_typed_can_be_read(q: str) -> None:
    for word in asked(q):
        assert all(word.begins)
        assert "\0" not in "".join(word.begins)


@pytest.mark.parametrize(
    "typed", ["lovelcae", "lovelac", "lovelacee", "lovalace", "ovelace", "lovleac", "lovela", "kovelace"]
)
def test_one_letter_wrong_is_near_also_before_the_word_is_complete(typed: str) -> None:
    others = ["loveless", "wallace", "ada"]

    assert "lovelace" in nearest(typed, [*others, "lovelace"])
    assert spellings(typed) & spellings("lovelace")


@pytest.mark.parametrize("typed", ["lvlace", "evolace", "grace"])
def test_two_letters_wrong_are_not_near(typed: str) -> None:
    assert nearest(typed, ["lovelace"]) == []


@given(st.text(alphabet="abcde", min_size=4, max_size=9), st.data())
def test_a_word_with_one_letter_wrong_shares_a_spelling_with_it(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]])
    )

    assert word in nearest(wrong, [word])
    assert not is_spelled(wrong) or spellings(wrong) & spellings(word)


def test_what_begins_with_another_is_left_out() -> None:
    assert beginnings(["schmidt", "schmitt", "schmidtke", "schmid", "schmidts"]) == ["schmidt", "schmitt", "schmid"]
