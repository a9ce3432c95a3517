"""Letters: any script brought down to plain lower-case words, so that what reads alike is alike."""

import re

from anyascii import anyascii

INVISIBLE = dict.fromkeys(map(ord, "\0\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\ufeff"))
"""NUL, soft hyphen, and what copy and paste leaves between letters without showing."""


class _Plain(dict[int, str]):
    """What each letter is in plain ones, looked up once: names come back, and the library reads tables for each."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = "" if code in INVISIBLE else anyascii(chr(code))
        return plain


_PLAIN = _Plain()

_APOSTROPHES = re.compile("['`\"\u00b4\u2018\u2019\u02bb\u02bc]")
_WORDS = re.compile("[a-z0-9]+")


def fold(text: str) -> str:
    """Write a text as words of a-z and 0-9 with one space between; what is in another script is transliterated."""
    if not text.isascii():
        text = text.translate(_PLAIN)
    text = text.lower()
    if text.isalpha():
        return text
    # O'Brien and OBrien are one name; Smith-Jones and Smith Jones too.
    return " ".join(_WORDS.findall(_APOSTROPHES.sub("", text)))


_UMLAUTS = re.compile("(?<=[bcdfghjklmnprstvwxyz])(ae|oe|ue)(?=[bcdfghjklmnpqrstvwxyz]{2}|[bcdfghjklmnpqrstvwxyz]e)")


def fold_name(name: str) -> str:
    """Fold a name: as any text, and Mueller is Müller is Muller."""
    folded = fold(name)
    return _UMLAUTS.sub(_without_e, folded) if "e" in folded else folded


def _without_e(match: re.Match[str]) -> str:
    return match[0][0]
