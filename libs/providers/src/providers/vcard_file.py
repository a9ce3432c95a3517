"""vCard files: address books as phones and mail programs export them, many cards in one file."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import ClassVar

import msgspec
from contracts.contacts import Contact
from contracts.files import FilePreview, FileProblem

from providers.files import PREVIEW_CONTACTS, Beginning, FileSource, FileUnclear, StoredFile
from providers.source import Page, Skipped, SourceContact
from providers.values import text
from providers.vcard_cards import BEGIN, Card, is_mark, pass_card, read_cards, sift, uid_in
from providers.vcard_contact import read_contact
from providers.vcard_properties import CardUnreadable, decode_lines, logical_lines, read_properties

BLOCK_BYTES = 64_000
LONG_BLOCK_BYTES = 1_000_000
"""How long a block is where pictures leave room for few cards in it."""

LONGEST_CARD_BYTES = 8_000_000
MOST_TEXT_BYTES = 2_000_000
CARDS_A_PAGE = 200
MAX_UID_CHARS = 500
ID_BYTES = 16
RAW_BYTES = 64_000
"""How much is kept of what cannot be read."""

CARD_TOO_LONG = f"The card is longer than {LONGEST_CARD_BYTES:,} bytes, or is not closed"
TOO_LONG = f"It is longer than {MOST_TEXT_BYTES:,} bytes beside its pictures"
NO_CARD = "There is no card in this file: no line says BEGIN:VCARD"

_NOT_SAID_OF_ANYBODY = ("REV", "PRODID", "VERSION")


class _Layout(msgspec.Struct, frozen=True):
    encoding: str


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card as it is kept; `left_out` says which pictures were too long for that."""

    card: str
    left_out: str = ""


class _Place(msgspec.Struct, frozen=True):
    """Where a page begins, and how much is read for it; `is_inside` says that it is within a card that was given up."""

    offset: int = 0
    line: int = 1
    is_inside: bool = False
    size: int = 0


class VCardFile(FileSource):
    """An address book, a card each."""

    name: ClassVar[str] = "vcard_file"
    slug: ClassVar[str] = "vcard"
    label: ClassVar[str] = "vCard file"
    says: ClassVar[str] = "An address book's contacts"
    endings: ClassVar[tuple[str, ...]] = (".vcf", ".vcard")
    streams: ClassVar[tuple[str, ...]] = ("contacts",)
    listings: ClassVar[dict[str, None]] = {"contacts": None}

    def plan(self, beginning: Beginning, said: Mapping[str, str]) -> bytes:
        """See whether there are cards; each says itself how it is to be read."""
        layout = _Layout(beginning.encoding)
        if not any(is_mark(line, BEGIN) for line in beginning.head.splitlines()):
            raise FileUnclear(NO_CARD)
        if beginning.is_whole:
            contacts, skipped = _read_beginning(beginning, layout)
            if not contacts:
                raise FileUnclear(f"Line {skipped[0].line}: {skipped[0].reason}")
        return msgspec.json.encode(layout)

    def preview(self, beginning: Beginning, said: Mapping[str, str]) -> FilePreview:
        """Show the first cards."""
        self.plan(beginning, said)
        contacts, skipped = _read_beginning(beginning, _Layout(beginning.encoding))
        return FilePreview(
            encoding=beginning.came_as,
            contacts=[each.contact for each in contacts[:PREVIEW_CONTACTS]],
            rows=[msgspec.json.decode(each.raw, type=dict[str, str]) for each in contacts[:PREVIEW_CONTACTS]],
            problems=[FileProblem(line=each.line, reason=each.reason) for each in skipped],
        )

    async def fetch_page(self, file: StoredFile, stream: str, *, cursor: str | None) -> Page:
        """Read the cards from a place on: those that a block holds whole."""
        layout = msgspec.json.decode(file.layout, type=_Layout)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        size = max(place.size, BLOCK_BYTES)
        while True:
            block = await file.read(place.offset, size)
            is_last = place.offset + len(block) >= file.size
            if place.is_inside:
                return _page((), (), _after(place, pass_card(block, is_last=is_last)), file)
            cards = read_cards(block, first_line=place.line, is_last=is_last, at_most=CARDS_A_PAGE)
            if cards.consumed or is_last:
                contacts, skipped = _read_all(cards.cards, layout)
                following = _after(place, (cards.consumed, cards.lines, False))
                if len(cards.cards) < CARDS_A_PAGE:
                    following = msgspec.structs.replace(following, size=min(size * 2, LONG_BLOCK_BYTES))
                return _page(contacts, skipped, following, file)
            if size >= LONGEST_CARD_BYTES:
                return _give_up(block, place, file)
            size = min(size * 4, LONGEST_CARD_BYTES)

    def normalize(self, raw: bytes, layout: bytes) -> Contact:
        """Read a kept card again."""
        kept = sift(msgspec.json.decode(raw, type=_Kept).card.encode())
        return read_contact(read_properties(logical_lines(b"".join(kept.text).decode())))


def _page(
    contacts: tuple[SourceContact, ...], skipped: tuple[Skipped, ...], following: _Place, file: StoredFile
) -> Page:
    cursor = msgspec.json.encode(following).decode() if following.offset < file.size else None
    return Page(contacts=contacts, skipped=skipped, next_cursor=cursor)


def _after(place: _Place, passed: tuple[int, int, bool]) -> _Place:
    consumed, lines, is_inside = passed
    return _Place(place.offset + consumed, place.line + lines, is_inside)


def _give_up(block: bytes, place: _Place, file: StoredFile) -> Page:
    """Tell of a card that fits into no block, and go on behind what was seen of it."""
    reason = Skipped(provider_id=uid_in(block), reason=CARD_TOO_LONG, raw=block[:RAW_BYTES], line=place.line)
    end = block.rfind(b"\n") + 1 or len(block)
    return _page((), (reason,), _after(place, (end, len(block[:end].splitlines()), True)), file)


def _read_beginning(beginning: Beginning, layout: _Layout) -> tuple[tuple[SourceContact, ...], tuple[Skipped, ...]]:
    cards = read_cards(beginning.head, first_line=1, is_last=beginning.is_whole, at_most=CARDS_A_PAGE)
    return _read_all(cards.cards, layout)


def _read_all(cards: Sequence[Card], layout: _Layout) -> tuple[tuple[SourceContact, ...], tuple[Skipped, ...]]:
    contacts: list[SourceContact] = []
    skipped: list[Skipped] = []
    for card in cards:
        try:
            if card.reason:
                raise CardUnreadable(card.reason)
            contacts.append(_read(card, layout))
        except CardUnreadable as error:
            uid = text(uid_in(card.raw), max_chars=MAX_UID_CHARS)
            skipped.append(Skipped(provider_id=uid, reason=str(error), raw=card.raw[:RAW_BYTES], line=card.line))
    return tuple(contacts), tuple(skipped)


def _read(card: Card, layout: _Layout) -> SourceContact:
    sifted = sift(card.raw)
    if sum(map(len, sifted.text)) > MOST_TEXT_BYTES:
        raise CardUnreadable(TOO_LONG)
    lines = list(logical_lines(decode_lines(sifted.text, layout.encoding)))
    properties = read_properties(lines)
    contact = read_contact(properties)
    uid = next((text(each.text(), max_chars=MAX_UID_CHARS) for each in properties.get("UID", ())), None)
    left_out = ", ".join(f"{name} ({length:,} bytes)" for name, length in sifted.left_out.items())
    kept = decode_lines(sifted.kept.splitlines(keepends=True), layout.encoding)
    return SourceContact(
        provider_id=uid or _name_of(lines),
        raw=msgspec.json.encode(_Kept(kept, left_out)),
        contact=contact,
        line=card.line if uid else None,
    )


def _name_of(lines: Sequence[str]) -> str:
    """Name a card by all it says of a person, in whatever order; its pictures and when it was written do not count."""
    said = sorted(line for line in lines if not line.upper().startswith(_NOT_SAID_OF_ANYBODY))
    return blake2b(msgspec.json.encode(said), digest_size=ID_BYTES).hexdigest()
