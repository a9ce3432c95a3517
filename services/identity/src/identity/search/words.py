"""What golden records are searched by: folded words, and how near another word is.

A record is found by the beginnings of its tokens: every word of its names and companies, its emails whole, the further
words of their local parts, their domains, and its phones as digits, with and without the country's code. Typing errors
are looked up among a workspace's words, not among its records: each word is kept under what is left of its first
letters when none or one of them is deleted (as SymSpell does), and what was typed is looked up in the same way.
"""

import re
from collections.abc import Iterable
from unicodedata import category, normalize

import msgspec
from rapidfuzz.distance import OSA

LONGEST_TOKEN = 60
MOST_TOKENS = 200
MOST_WORDS = 8
SHORTEST_SPELLED = 4
"""Shorter words are spelt as they are: one letter more or less makes of them any other."""

_HEAD = 6
"""Of so many letters one may be deleted: seven rows a word, and what is typed is recognised before it is complete."""

_MOST_NEAR = 10

# What decomposing leaves as it is, and people type without its stroke.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
    | dict.fromkeys("'\u2019\u2018\u00b4`\u02bc\0", "")
)
_UNTYPED = frozenset("'`\0")
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\D+")
_PHONE_TYPED = re.compile(r"(?<!\S)\+?\(?\d(?:[\d().\-/]|\s(?=[\d(]))*\d(?!\S)")

# ITU-T E.164: no country's code begins another's.
_COUNTRY_CODE = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")


class Asked(msgspec.Struct, frozen=True):
    """One word that is looked for: a record has it when any of its tokens begins with any of these.

    `parts` are what it is looked for by when nothing begins with it as a whole.
    """

    begins: tuple[str, ...]
    parts: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Write a text without what people do not type: case, accents, apostrophes, doubled spaces."""
    if text.isascii():
        plain = text.lower()
        if not _UNTYPED.isdisjoint(plain):
            plain = plain.translate(_PLAIN)
    else:
        # Once more, as some letters have their case only then.
        marked = normalize("NFKD", normalize("NFKD", text).casefold())
        plain = "".join(letter for letter in marked if category(letter) != "Mn").translate(_PLAIN)
    return " ".join(plain.split())


def words_of(text: str) -> list[str]:
    """List the words of a text, folded."""
    return [word[:LONGEST_TOKEN] for word in _WORD.findall(fold(text))]


def digits_of(phone: str) -> tuple[str, ...]:
    """Write a phone as it is dialled from abroad and at home, as far as it says so itself."""
    digits = _DIGIT.sub("", phone)
    if phone.lstrip().startswith("+") or digits.startswith("00"):
        abroad = digits.lstrip("0")
        code = _COUNTRY_CODE.match(abroad)
        return _without_empty(abroad, abroad[code.end() :].lstrip("0") if code else "")
    return _without_empty(digits.lstrip("0"))


def _without_empty(*digits: str) -> tuple[str, ...]:
    return tuple(each[:LONGEST_TOKEN] for each in digits if each)


def tokens_of(*, texts: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> tuple[str, ...]:
    """List what a record is found by, sorted: nothing twice, and nothing that an email begins with anyway."""
    words = {word for text in set(texts) for word in words_of(text)}
    whole = set[str]()
    for email in emails:
        folded = fold(email).replace(" ", "")[:LONGEST_TOKEN]
        local, _, domain = folded.partition("@")
        words.update(words_of(local))
        whole |= {folded, domain} - {""}
    for phone in phones:
        whole.update(digits_of(phone))
    # A spelled word stays also where an email begins with it: which words there are must be told by the tokens.
    kept = {word for word in words if is_spelled(word) or not any(each.startswith(word) for each in whole)}
    return tuple(sorted(kept | whole)[:MOST_TOKENS])


def is_spelled(token: str) -> bool:
    """Whether a token is a word that may be spelt wrong."""
    return len(token) >= SHORTEST_SPELLED and token.isalpha()


def head_of(word: str) -> str:
    """Take the letters of a word by which its spellings are told."""
    return word[:_HEAD]


def spellings(word: str) -> set[str]:
    """List what is left of the beginning of a word when none or one of its letters is deleted."""
    head = head_of(word)
    return {head, *(head[:at] + head[at + 1 :] for at in range(len(head)))}


def nearest(typed: str, words: Iterable[str]) -> list[str]:
    """List those words that begin like what was typed but for one letter too many, missing, wrong, or swapped."""
    near = [
        (len(word), word) for word in words if any(OSA.distance(typed, begin) <= 1 for begin in _begins(typed, word))
    ]
    return [word for _, word in sorted(near)[:_MOST_NEAR]]


def beginnings(near: Iterable[str]) -> list[str]:
    """Leave out what begins with another of them: whatever has the one has the other."""
    kept: list[str] = []
    for word in near:
        if not word.startswith(tuple(kept)):
            kept.append(word)
    return kept


def _begins(typed: str, word: str) -> set[str]:
    return {word[:length] for length in (len(typed) - 1, len(typed), len(typed) + 1)}


def asked(q: str) -> list[Asked]:
    """Read what somebody typed: words in any order, each the beginning of something."""
    numbers: list[str] = []

    def keep(match: re.Match[str]) -> str:
        numbers.append(match.group())
        return " "

    q = q.replace("\0", " ")
    chunks = _PHONE_TYPED.sub(keep, q).split()
    found = [each for chunk in chunks if (each := _asked(chunk))]
    found += [Asked(digits) for number in numbers if (digits := _number(number))]
    if not found and q.strip():
        return [Asked((fold(q) or q.strip(),))]
    return found[:MOST_WORDS]


def _asked(chunk: str) -> Asked | None:
    words = words_of(chunk)
    if not words:
        return None
    # An @ in front of a domain is no part of it, one behind a name is: no token begins with the first.
    whole = fold(chunk).strip("\"'()<>[].,;:").lstrip("@")[:LONGEST_TOKEN]
    if "@" in whole or len(words) == 1:
        return Asked((whole if "@" in whole else words[0],))
    return Asked((whole,), tuple(words))


def _number(typed: str) -> tuple[str, ...]:
    """Read digits as a phone, and as they stand where they are few: they may be part of a name."""
    digits = _DIGIT.sub("", typed)
    return tuple(dict.fromkeys((digits[:LONGEST_TOKEN], *digits_of(typed)[:1])))
