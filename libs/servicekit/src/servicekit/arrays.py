"""Columns of values as Postgres' own binary arrays, each made at one go.

The driver can do it too (`%(x)b` of a list), value by value; a batch of a thousand rows has tens of thousands of
values, and then that is a third of all that a handler does. What is made here is a parameter like any other: `%(x)s`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from struct import Struct, pack
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = Struct("!i").pack
_LENGTHS = [_LENGTH(length) for length in range(4_096)]
"""Of short values, which most are: to look one up is quicker than to make it."""
_NULL = b"\xff\xff\xff\xff"


class Array(msgspec.Struct, frozen=True, gc=False):
    """A one-dimensional array, as it goes over the wire.

    It has its bytes and is not bytes itself: to make a subclass of them is to copy them, megabytes for each column.
    """

    OID: ClassVar[int]
    ELEMENT: ClassVar[int]

    wire: bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self.wire)} bytes"  # whose values are nobody's business


class Texts(Array, frozen=True, gc=False):
    """`text[]`."""

    OID, ELEMENT = 1009, 25


class Uuids(Array, frozen=True, gc=False):
    """`uuid[]`."""

    OID, ELEMENT = 2951, 2950


class Integers(Array, frozen=True, gc=False):
    """`bigint[]`."""

    OID, ELEMENT = 1016, 20


class Moments(Array, frozen=True, gc=False):
    """`timestamptz[]`."""

    OID, ELEMENT = 1185, 1184


class Binaries(Array, frozen=True, gc=False):
    """`bytea[]`."""

    OID, ELEMENT = 1001, 17


Kind = Callable[[Collection[Any]], Array]


def columns(rows: Iterable[object], kinds: dict[str, Kind]) -> dict[str, Array]:
    """Turn rows on their side: an array for each of these fields (two or more), in the order of the rows."""
    turned = list(zip(*map(attrgetter(*kinds), rows), strict=True)) or [()] * len(kinds)
    return {name: make(values) for (name, make), values in zip(kinds.items(), turned, strict=True)}


def texts(values: Collection[str | bytes | None]) -> Texts:
    """Make `text[]`; bytes are UTF-8 already. Half a surrogate raises `UnicodeEncodeError`."""
    with suppress(TypeError, IndexError):  # most are short strings alone, and what is not says so
        return Texts(_head(Texts, len(values)) + _short(list(map(str.encode, values))))  # type: ignore[arg-type]
    parts = [_head(Texts, len(values))]
    add, known = parts.append, len(_LENGTHS)
    for value in values:
        if value is None:
            add(_NULL)
        else:
            encoded = value.encode() if isinstance(value, str) else value
            length = len(encoded)
            add(_LENGTHS[length] if length < known else _LENGTH(length))
            add(encoded)
    return Texts(b"".join(parts))


def _short(values: Sequence[bytes]) -> bytes:
    """Lay values together, each with its length in front. Raises `IndexError` when one is long."""
    parts = [b""] * (2 * len(values))
    parts[::2] = map(_LENGTHS.__getitem__, map(len, values))
    parts[1::2] = values
    return b"".join(parts)


def binaries(values: Collection[bytes]) -> Binaries:
    """Make `bytea[]`."""
    parts = [_head(Binaries, len(values))]
    for value in values:
        parts += (_LENGTH(len(value)), value)
    return Binaries(b"".join(parts))


def uuids(values: Collection[UUID]) -> Uuids:
    """Make `uuid[]`."""
    # Each with its length in front, the first one's from the empty value before it.
    return Uuids(_head(Uuids, len(values)) + b"\0\0\0\x10".join([b"", *[value.int.to_bytes(16) for value in values]]))


def integers(values: Collection[int]) -> Integers:
    """Make `bigint[]`; what needs more than 64 bits raises `struct.error`."""
    return Integers(_eight_bytes_each(Integers, values))


def moments(values: Collection[datetime]) -> Moments:
    """Make `timestamptz[]` of times with a zone."""
    return Moments(_eight_bytes_each(Moments, [(value - _EPOCH) // _MICROSECOND for value in values]))


def _eight_bytes_each(array: type[Array], values: Collection[int]) -> bytes:
    fields = [8] * (2 * len(values))
    fields[1::2] = values
    return _head(array, len(values)) + pack("!" + "iq" * len(values), *fields)


def _head(array: type[Array], length: int) -> bytes:
    """Dimensions, whether there may be nulls, the elements' type, how many there are, and the first one's number."""
    return pack("!iiIii", 1, 1, array.ELEMENT, length, 1)


def _dumper_of(array: type[Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = array.OID

        def dump(self, obj: Array) -> Buffer:
            return obj.wire

    return ArrayDumper


for _array in Array.__subclasses__():
    psycopg.adapters.register_dumper(_array, _dumper_of(_array))
