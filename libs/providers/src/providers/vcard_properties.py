"""What a card says, property by property, whichever version wrote it: 2.1, 3.0 or 4.0."""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

import msgspec
from vobject.base import VObjectError, textLineToContentLine  # type: ignore[import-untyped]
from vobject.icalendar import stringToTextValues  # type: ignore[import-untyped]

MAX_VALUE_CHARS = 64_000
"""How long a value may be to be looked at: what is longer is absent from the contact, and stays in the kept card."""

READ = frozenset(
    {
        *("N", "FN", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "ADR", "URL", "BDAY", "UID", "REV", "CREATED"),
        *("KIND", "X-ADDRESSBOOKSERVER-KIND"),
    }
)
"""The properties we understand; the others stay in the kept card."""

CARELESS = "windows-1252"
"""What old programs mean when they encode letters and do not say how."""

_NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)", re.ASCII)
# The library's own expression takes exponential time for lines that nearly fit: it is asked only of those that do.
_FITS = re.compile(r'(?:[\w-]+\.)?[\w-]+(?:;[\w-]+(?:=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*+)?)*+:', re.ASCII)
_CHARSET = re.compile(rb"[^:]*;CHARSET=\"?([\w.:-]{1,40}?)\"?[;:]", re.IGNORECASE)
_SAID_CHARSET = re.compile(r';CHARSET="?([^";:,]*)', re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile("quoted-printable", re.IGNORECASE)
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""What Python can decode and no card is written in."""


class CardUnreadable(ValueError):
    """A card that cannot be read; the message is the reason people see."""


class Property(msgspec.Struct, frozen=True, gc=False):
    """One property: its types in small letters, and its value with the escapes of its version still in it."""

    name: str
    types: frozenset[str]
    value: str
    is_preferred: bool

    def text(self) -> str:
        """The value as one text."""
        return "".join(self._split("\0"))

    def parts(self, count: int) -> Sequence[str]:
        """The value in so many parts, as names and addresses have them; what is missing is empty."""
        return (self._split(";") + [""] * count)[:count]

    def _split(self, separator: str) -> list[str]:
        # At the end of a text the library takes a single backslash for the beginning of its own end mark.
        value = f"{self.value} " if self.value.endswith("\\") else self.value
        return [str(part) for part in stringToTextValues(value, listSeparator=separator)]


def decode_lines(lines: Sequence[bytes], encoding: str) -> str:
    """Write a card's lines as text, each property in the encoding it names. Raises `CardUnreadable`."""
    codec = encoding
    decoded = []
    for line in lines:
        if line[:1] not in b" \t":
            said = _CHARSET.match(line)
            codec = _codec_of(said[1].decode()) if said else encoding
        try:
            decoded.append(line.decode(codec))
        except UnicodeDecodeError:
            raise CardUnreadable(f"It holds bytes that are no {codec}") from None
    return "".join(decoded).removeprefix("\ufeff")


def logical_lines(text: str) -> Iterator[str]:
    """Put a card's lines together that were folded, by either way of it, without those that begin and end it."""
    pending: list[str] = []
    is_encoded = is_open = False
    for ended in StringIO(text, newline=None):
        line = ended.removesuffix("\n")
        if is_open:
            pending.append(f"\n{line}")
        elif line[:1] in {" ", "\t"}:
            pending.append(line[1:])
        else:
            yield from _saying("".join(pending))
            pending, is_encoded = [line], bool(_QUOTED_PRINTABLE.search(line.partition(":")[0]))
        is_open = is_encoded and line.endswith("=")
    yield from _saying("".join(pending))


def _saying(line: str) -> Iterator[str]:
    if line.strip() and line.strip().upper() not in {"BEGIN:VCARD", "END:VCARD"}:
        yield line


def read_properties(lines: Iterable[str]) -> dict[str, list[Property]]:
    """Read the properties that we understand, by their names. Raises `CardUnreadable`.

    A line that is no property may be half of a name, so it costs the card; what programs add of their own need not
    follow the rules.
    """
    properties: dict[str, list[Property]] = {}
    for line in lines:
        name = found[1].upper() if (found := _NAME.match(line)) else ""
        if name in READ or not name.startswith("X-"):
            fitting = _FITS.match(line)
            if not fitting:
                raise CardUnreadable(f"A line in it is no property: {line[:60]}")
            if name in READ and len(line) - len(fitting[0]) <= MAX_VALUE_CHARS:
                properties.setdefault(name, []).append(_read(name, line, head=fitting[0]))
    return properties


def _read(name: str, line: str, *, head: str) -> Property:
    head, value = _QUOTED_PRINTABLE.sub("QUOTED-PRINTABLE", head), line[len(head) :]
    for charset in _SAID_CHARSET.findall(head):
        _codec_of(charset)
    try:
        read = _content_line(head, value)
    except (LookupError, TypeError, ValueError, VObjectError) as error:
        raise CardUnreadable(f"{name} is not encoded as it says") from error
    said = [*read.singletonparams, *(each for value in read.params.get("TYPE", ()) for each in value.split(","))]
    types = frozenset(each.strip().lower() for each in said)
    return Property(name, types, read.value, "pref" in types or "PREF" in read.params)


def _content_line(head: str, value: str) -> Any:
    try:
        return textLineToContentLine(head + value)
    except UnicodeDecodeError:
        if _SAID_CHARSET.search(head):
            raise
        return textLineToContentLine(f"{head[:-1]};CHARSET={CARELESS}:{value}")


def _codec_of(charset: str) -> str:
    try:
        b"abcd".decode(charset)  # some codecs are none of text, which shows only where there is something to decode
        is_known = codecs.lookup(charset).name.replace("_", "-") not in _NO_CHARSETS
    except (LookupError, ValueError):
        is_known = False
    if not is_known:
        raise CardUnreadable(f"It names an encoding that nobody knows: {charset[:40]}")
    return charset
