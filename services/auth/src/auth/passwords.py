"""Which passwords are taken.

The rules follow NIST SP 800-63B: a length, and a look at what attackers try first; no required kinds of characters,
no expiry. A password is compared in Unicode's NFC (RFC 8265), so that two keyboards write the same one.
"""

import unicodedata
from typing import ClassVar

from servicekit.errors import BadRequest

MIN_CHARS = 10
MAX_CHARS = 256
MIN_DIFFERENT = 4
RULE = (
    f"A password has {MIN_CHARS} to {MAX_CHARS} characters, at least {MIN_DIFFERENT} different ones, is not your email"
    " address or name, and is not among the first an attacker would try."
)

COMMON = frozenset(
    """
    password12 password123 password1234 password12345 passw0rd123 password01 mypassword mypassword1
    passwordpassword 1password1 changeme123 changemenow letmein123 letmein1234 welcome123 welcome1234 welcome2024
    welcome2025 welcome2026 admin12345 admin123456 administrator adminadmin rootrootroot iloveyou12 iloveyou123
    iloveyouso sunshine123 princess123 football123 baseball123 superman123 batman1234 dragon1234 monkey1234
    master1234 michael123 charlie123 shadow1234 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty 1qaz2wsx3edc
    q1w2e3r4t5 q1w2e3r4t5y6 1q2w3e4r5t 1q2w3e4r5t6y zaq12wsxcde3 abc1234567 abcd123456 abc123abc123 a123456789
    aa123456789 123qweasdzxc 123456789a 123456789q 1234567891 12345678910 123123123123 1231231231 1111122222
    9876543210 trustno1trustno1 secret1234 computer123 internet123 whatever123 starwars123 pokemon123 leadmanager
    lead-manager leadmanager1 correcthorsebatterystaple
    """.split()  # noqa: SIM905 - words read better as words
)
ROWS = tuple(
    row * 3
    for row in ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertyuiopasdfghjklzxcvbnm")
)
"""Runs of keys and letters; any part of one is easily tried."""


class PasswordRefused(BadRequest):
    """The password is too easily found."""

    slug: ClassVar[str] = "password-refused"
    title: ClassVar[str] = "Choose another password"


def check(password: str, *, about: tuple[str, ...]) -> None:
    """Refuse a password that is easily found; `about` is what the world knows of the person.

    Raises `PasswordRefused`, which says the rule.
    """
    plain = normalise(password)
    folded = plain.casefold()
    known = {text.casefold() for text in about}
    known |= {text.partition("@")[0] for text in known}
    if (
        not MIN_CHARS <= len(plain) <= MAX_CHARS
        or "\x00" in plain
        or len(set(folded)) < MIN_DIFFERENT
        or folded in COMMON
        or folded in known
        or any(folded in row for row in ROWS)
    ):
        raise PasswordRefused(RULE)


def normalise(password: str) -> str:
    """Write a password in the one way that is hashed."""
    return unicodedata.normalize("NFC", password)
