"""Taking a page of JSON apart into records, so that one bad record costs itself and not its neighbours."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol, TypeVar

import msgspec
from contracts.interactions import InteractionKind

from providers.source import Skipped
from providers.values import text

# A string runs to its quote or to the end of the input, so that a page cut inside one is still read only once.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},:]', re.DOTALL)


class _Identified(Protocol):
    @property
    def provider_id(self) -> str: ...


RecordT = TypeVar("RecordT", bound=_Identified)
EnvelopeT = TypeVar("EnvelopeT", bound=msgspec.Struct)


class _Id(msgspec.Struct):
    id: str | int


class Unreadable(ValueError):
    """A record that cannot be read; the message is the reason people see."""


def open_page(body: bytes, envelope: type[EnvelopeT], member: str) -> tuple[EnvelopeT, list[bytes]]:
    """Take a page apart into what surrounds its list `member`, and the bytes of each record as they came.

    `envelope` must be readable with `member` left out. Raises `ValueError` when the page itself is broken.
    """
    try:
        opened = _opener(envelope, member).decode(body)
        return opened, [bytes(record) for record in getattr(opened, member)]
    except (ValueError, RecursionError):
        # One record may be what no JSON reader takes (half a surrogate, a bare control character, endless
        # nesting). Cutting needs only quotes and brackets, and leaves the judging to each record.
        return _cut_page(body, envelope, member)


@lru_cache
def _opener(envelope: type[EnvelopeT], member: str) -> msgspec.json.Decoder[EnvelopeT]:
    """Make what reads an envelope with its list in one go, the records in it as they came."""
    config = envelope.__struct_config__
    whole = msgspec.defstruct(
        envelope.__name__, [(member, list[msgspec.Raw])], bases=(envelope,), kw_only=True, frozen=config.frozen
    )
    return msgspec.json.Decoder(whole)


def read_each(
    records: Iterable[bytes], read: Callable[[bytes], RecordT], *, kind: InteractionKind | None = None
) -> tuple[tuple[RecordT, ...], tuple[Skipped, ...]]:
    """Read every record by itself; of two with one id the last counts, and what cannot be read is `Skipped`.

    `kind` is what they are, None for contacts.
    """
    understood: dict[str, RecordT] = {}
    skipped: list[Skipped] = []
    for raw in records:
        try:
            raw.decode()  # fields we never look at are kept too, so all of a record has to be text
            record = read(raw)
            understood[record.provider_id] = record
        except (ValueError, RecursionError) as error:
            skipped.append(Skipped(provider_id=_id_of(raw), reason=_reason(error), raw=raw, kind=kind))
    return tuple(understood.values()), tuple(skipped)


def _id_of(raw: bytes) -> str | None:
    try:
        return text(str(msgspec.json.decode(raw, type=_Id).id), max_chars=100)
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    match error:
        case Unreadable() | msgspec.ValidationError():
            return str(error)
        case UnicodeDecodeError():
            return "Not valid UTF-8"
        case RecursionError():
            return "Nested too deeply"
        case _:
            return "Not valid JSON"


def _cut_page(body: bytes, envelope: type[EnvelopeT], member: str) -> tuple[EnvelopeT, list[bytes]]:
    start, end, records = _cut_list(body, b'"%s"' % member.encode())
    try:
        return msgspec.json.decode(body[:start] + b"[]" + body[end:], type=envelope), records
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _cut_list(body: bytes, name: bytes) -> tuple[int, int, list[bytes]]:
    """Find the list of this name in the outermost object: where it starts and ends, and its elements."""
    depth, start, element = 0, -1, -1
    last, records = b"", []
    for token in _TOKEN.finditer(body):
        match token[0]:
            case b"{" | b"[" as bracket:
                depth += 1
                if depth == 2 and start < 0 and bracket == b"[" and last == name + b":":
                    start, element = token.start(), token.end()
            case b"}" | b"]":
                depth -= 1
                if depth == 1 and element >= 0:
                    if body[element : token.start()].strip():
                        records.append(body[element : token.start()].strip())
                    return start, token.end(), records
            case b"," if depth == 2 and element >= 0:
                records.append(body[element : token.start()].strip())
                element = token.end()
        last = last + b":" if token[0] == b":" else token[0]
    raise ValueError(f"no complete list {name.decode()}")
