"""Which passwords are taken."""

import pytest
from auth.passwords import PasswordRefused, check

ABOUT = ("ada.lovelace@example.com", "Ada Augusta", "Lovelace-King")


@pytest.mark.parametrize(
    "password",
    [
        "analytical engine",
        "lead-manager-demo",
        "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341",
        "x7" * 60 + "ab",
        "          a1b2",
    ],
)
def test_a_long_enough_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    check(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "y7" * 129,
        "aaaaaaaaaaaa",
        "abababababab",
        "password1234",
        "PassWord1234",
        "1234567890",
        "qwertyuiop",
        "klmnopqrstuv",
        "Ada.Lovelace@Example.com",
        "ada.lovelace",
        "Lovelace-King",
        "analytical\x00engine",
    ],
)
def test_what_an_attacker_would_try_first_is_refused_with_the_rule(password: str) -> None:
    with pytest.raises(PasswordRefused, match="10 to 256 characters"):
        check(password, about=ABOUT)
