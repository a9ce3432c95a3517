import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from providers.records import Unreadable, open_page, read_each


class Envelope(msgspec.Struct):
    total: int | None = None


class Named(msgspec.Struct):
    provider_id: str = msgspec.field(name="id")
    name: str | None = None


def read_named(raw: bytes) -> Named:
    named = msgspec.json.decode(raw, type=Named)
    if named.provider_id == "odd":
        raise Unreadable("The id is odd")
    return named


def test_records_keep_every_byte():
    body = b'{ "total": 2, "results": [ {"id" : "1",\n "z":1.50, "a":"\\u0041"} , {"id":"2"}\n], "paging": {} }'

    envelope, records = open_page(body, Envelope, "results")

    assert envelope.total == 2
    assert records == [b'{"id" : "1",\n "z":1.50, "a":"\\u0041"}', b'{"id":"2"}']


@pytest.mark.parametrize(
    "broken",
    [
        b'{"id":"2","name":"\\ud83d"}',
        b'{"id":"2","name":"a\tb, ]} \\" \n"}',
        b'{"id":"2","name":"\xff\xfe"}',
        b'{"id":"2","name":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"id":"2","other":"\xc3("}',
        b'{"id":2,"name":"a number for an id"}',
        b'{"id":"2","name":{"wrong":"type"}}',
        b'{"id":null}',
        b'{"id":"odd"}',
        b'"2"',
        b"null",
    ],
    ids=lambda raw: raw[:30].decode("latin-1"),
)
def test_a_broken_record_costs_itself_and_not_its_neighbours(broken):
    body = b'{"results":[{"id":"1","name":"Ada"},' + broken + b',{"id":"3","name":"Zoe"}],"total":3}'

    envelope, records = open_page(body, Envelope, "results")
    understood, skipped = read_each(records, read_named)

    assert envelope.total == 3
    assert [record.provider_id for record in understood] == ["1", "3"]
    assert [record.raw for record in skipped] == [broken]
    assert skipped[0].reason


def test_a_skipped_record_says_whose_it_is_and_why():
    records = [b'{"id":7,"name":"A"}', b'{"id":"8","name":5}', b'{"id":"odd"}', b'{"id":"9","x":"\xff"}']

    _, skipped = read_each(records, read_named)

    assert [(record.provider_id, record.reason) for record in skipped] == [
        ("7", "Expected `str`, got `int` - at `$.id`"),
        ("8", "Expected `str | null`, got `int` - at `$.name`"),
        ("odd", "The id is odd"),
        ("9", "Not valid UTF-8"),
    ]


def test_of_two_records_with_one_id_the_last_counts():
    understood, skipped = read_each([b'{"id":"1","name":"old"}', b'{"id":"2"}', b'{"id":"1","name":"new"}'], read_named)

    assert [(record.provider_id, record.name) for record in understood] == [("1", "new"), ("2", None)]
    assert not skipped


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"results":null}',
        b'{"results":{"id":"1"}}',
        b'{"results":[{"id":"1"},{"id',
        b'{"results":[{"id":"1"}',
        b'{"results":[{"id":"1"}]',
        b'{"results":[],"total":"many"}',
        b'{"page":{"results":[]}}',
        b'{"results":[],"total":' + b"[" * 50_000,
        b'{"results":[{"id":"1"}],"paging":"\\ud800"}',
        b'"' * 100_000,
        b'"' + b'\\"' * 100_000,
    ],
    ids=lambda raw: raw[:30].decode("latin-1"),
)
def test_a_broken_page_is_a_value_error(body):
    with pytest.raises(ValueError):  # noqa: PT011  (of several kinds)
        open_page(body, Envelope, "results")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


HALF_A_SURROGATE = b'"\\ud800"'  # no JSON reader takes it, so a page with it has to be cut


@given(st.lists(JSON, max_size=6))
@example([{"results": ["x"]}, "]", "}", '"results":['])
def test_cutting_finds_what_reading_finds(elements):
    encoded = [msgspec.json.encode(element) for element in elements]
    readable = b'{"a":{"results":[1]},"results":[' + b" , ".join(encoded) + b'],"total":4}'
    to_cut = b'{"a":{"results":[1]},"results":[' + b" , ".join([*encoded, HALF_A_SURROGATE]) + b'],"total":4}'

    read, found = open_page(readable, Envelope, "results")
    cut, left = open_page(to_cut, Envelope, "results")

    assert (read.total, found) == (4, encoded)
    assert (cut.total, left) == (4, [*encoded, HALF_A_SURROGATE])


@given(st.binary())
def test_no_bytes_are_too_odd_for_a_page(body):
    try:
        _, records = open_page(body, Envelope, "results")
    except ValueError:
        return
    understood, skipped = read_each(records, read_named)

    assert len(understood) + len(skipped) <= len(records)
