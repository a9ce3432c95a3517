"""Taking a block of a vCard file apart into cards, so that a bad card costs itself and not those behind it."""

import re

import msgspec

BEGIN, END = b"BEGIN:VCARD", b"END:VCARD"
MARK = b"\xef\xbb\xbf"
BLOB_KEPT_BYTES = 100_000
"""How long a picture, a sound or a key may be to be kept with its card."""

STRAY = "This belongs to no card"
UNCLOSED = "The card is not closed"

_BLOB = re.compile(rb"(?:[\w-]+\.)?(?:(?:PHOTO|LOGO|SOUND|KEY)[;:]|[\w-]+;[^:]*(?:BASE64|ENCODING=B)\b)", re.IGNORECASE)
_UID = re.compile(rb"^(?:[\w-]+\.)?UID(?:;[^:\r\n]*)?:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


class Card(msgspec.Struct, frozen=True, gc=False):
    """A card that begins on a line of the file, as it came; or what is none, with the reason."""

    line: int
    raw: bytes
    reason: str | None = None


class Cards(msgspec.Struct, frozen=True):
    """The whole cards of a block: what follows them begins `consumed` bytes and `lines` lines further."""

    cards: list[Card]
    consumed: int
    lines: int


class Sifted(msgspec.Struct, frozen=True):
    """A card in two: `text` are its lines without pictures and the like, `kept` those that are kept of it.

    `left_out` names what was too long for that, with its length.
    """

    text: list[bytes]
    kept: bytes
    left_out: dict[str, int]


def read_cards(block: bytes, *, first_line: int, is_last: bool, at_most: int) -> Cards:
    """Read the cards that a block shows whole; `is_last` says that the file ends with it.

    A card that is not closed ends where the next one begins: an end that somebody forgot must not swallow the file.
    """
    lines = _whole_lines(block, is_last=is_last)
    cards: list[Card] = []
    done, begun = 0, False
    for number, line in enumerate(lines):
        is_begin = line[:1] in b"Bb\xef" and is_mark(line, BEGIN)
        if is_begin:
            _leave(cards, lines[done:number], first_line + done, UNCLOSED if begun else STRAY)
            done, begun = number, True
            if len(cards) >= at_most:
                break
        elif begun and line[:1] in b"Ee" and is_mark(line, END):
            cards.append(Card(first_line + done, b"".join(lines[done : number + 1])))
            done, begun = number + 1, False
            if len(cards) >= at_most:
                break
    else:
        if is_last or not begun:
            _leave(cards, lines[done:], first_line + done, UNCLOSED if begun else STRAY)
            done = len(lines)
    return Cards(cards, sum(map(len, lines[:done])), done)


def pass_card(block: bytes, *, is_last: bool) -> tuple[int, int, bool]:
    """Tell how many bytes and lines of a block are the rest of a card that was given up, and whether it goes on."""
    lines = _whole_lines(block, is_last=is_last)
    for number, line in enumerate(lines):
        if is_mark(line, BEGIN):
            return sum(map(len, lines[:number])), number, False
        if is_mark(line, END):
            return sum(map(len, lines[: number + 1])), number + 1, False
    # A picture may be one line that is longer than the block: then the next block begins inside it.
    return (sum(map(len, lines)), len(lines), True) if lines else (len(block), 0, True)


def is_mark(line: bytes, mark: bytes) -> bool:
    """Whether a line begins or ends a card."""
    return line.removeprefix(MARK).rstrip().upper() == mark


def sift(card: bytes) -> Sifted:
    """Part the pictures of a card from its text."""
    text: list[bytes] = []
    kept: list[bytes] = []
    left_out: dict[str, int] = {}
    lines = card.splitlines(keepends=True)
    number = 0
    while number < len(lines):
        end = number + 1
        if not _BLOB.match(lines[number]):
            text.append(lines[number])
            kept.append(lines[number])
        else:
            while end < len(lines) and _goes_on(lines[end]):
                end += 1
            blob = b"".join(lines[number:end])
            head, colon, _ = blob.partition(b":")
            if len(blob) > BLOB_KEPT_BYTES:
                name = re.split(rb"[;:]", head)[0][:40].decode("ascii", "replace").upper()
                left_out[name] = left_out.get(name, 0) + len(blob)
                blob = head[:BLOB_KEPT_BYTES] + colon + b"\r\n"
            kept.append(blob)
        number = end
    return Sifted(text, b"".join(kept), left_out)


def uid_in(card: bytes) -> str | None:
    """Find the UID of a card that cannot be read, so that it is not taken for gone."""
    found = _UID.search(card)
    return found[1].decode("utf-8", "replace") if found else None


def _leave(cards: list[Card], lines: list[bytes], first_line: int, reason: str) -> None:
    """Tell of lines that are no card, if they say anything."""
    blank = next((number for number, line in enumerate(lines) if line.strip(b" \t\r\n\0\x1a" + MARK)), len(lines))
    if blank < len(lines):
        cards.append(Card(first_line + blank, b"".join(lines[blank:]), reason))


def _goes_on(line: bytes) -> bool:
    """Whether a line belongs to a picture: folded as lines are, or as some programs write them, plainly Base64."""
    return line[:1] in b" \t" or (b":" not in line and bool(line.strip()))


def _whole_lines(block: bytes, *, is_last: bool) -> list[bytes]:
    lines = block.splitlines(keepends=True)
    if lines and not is_last and not lines[-1].endswith(b"\n"):
        lines.pop()  # more of it may follow, if only the second half of a line's end
    return lines
