"""CSV files as a source: what the conformance suite asks of accounts, as far as it can be asked of a file."""

import csv
import io
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept_file import KeptFile
from providers import csv_file
from providers.csv_file import CsvFile
from providers.csv_layout import Layout
from providers.files import FileUnclear, OptionsRefused

SOURCE = CsvFile()
PEOPLE = 5_000


class Kept(KeptFile):
    def __init__(self, data: bytes, mapping=None, key=None) -> None:
        said = {"mapping": mapping and msgspec.json.encode(mapping).decode(), "key": key}
        super().__init__(SOURCE, data, **{option: text for option, text in said.items() if text})
        self.plan = msgspec.json.decode(self.layout, type=Layout)


def people(count: int = PEOPLE) -> bytes:
    rows = [f'{n},First{n},"Last, {n}",p{n}@example.com,"line one\nline two"\n' for n in range(count)]
    return ("Id,Vorname,Nachname,E-Mail,Notes\n" + "".join(rows)).encode()


async def first(data: str | bytes, **plan):
    (contact, *_) = await Kept(data.encode() if isinstance(data, str) else data, **plan).contacts()
    return contact


async def test_a_run_reads_every_row_once():
    pages = await Kept(people()).run()
    contacts = [each for page in pages for each in page.contacts]

    assert len(pages) > 2
    assert len({each.provider_id for each in contacts}) == len(contacts) == PEOPLE
    assert not [each for page in pages for each in page.skipped]
    assert all(page.bookmark is None for page in pages)


async def test_a_page_asked_for_again_is_the_same_page():
    file = Kept(people())
    opening = await file.page()

    assert await file.page() == opening
    assert await file.page(opening.next_cursor) == await file.page(opening.next_cursor)


async def test_a_kept_row_reads_again_as_it_did():
    file = Kept(people(50))

    for each in await file.contacts():
        assert SOURCE.normalize(each.raw, file.layout) == each.contact


async def test_a_row_is_kept_whole_and_understood_in_part():
    contact = await first('Vorname,Schuhgröße,E-Mail\nAda,"3,5",ada@example.com\n')

    assert msgspec.json.decode(contact.raw) == {"Vorname": "Ada", "Schuhgröße": "3,5", "E-Mail": "ada@example.com"}
    assert (contact.contact.first_name, contact.contact.emails) == ("Ada", ("ada@example.com",))


async def test_without_a_key_a_row_is_named_by_what_it_says_whatever_order_its_columns_have():
    one = await first("Vorname,E-Mail\nAda,ada@example.com\n")
    turned = await first("E-Mail;Vorname\r\nada@example.com; Ada \r\n")
    other = await first("Vorname,E-Mail\nAda,ada@example.org\n")

    assert one.provider_id == turned.provider_id != other.provider_id
    assert one.line is None


async def test_rows_that_say_the_same_are_one_record():
    contacts = await Kept(b"Vorname,E-Mail\nAda,a@example.com\nAda,a@example.com\n").contacts()

    assert len({each.provider_id for each in contacts}) == 1


async def test_a_key_names_the_row():
    contacts = await Kept(b"Nr,E-Mail\n 7 ,a@example.com\n8,b@example.com\n", key="Nr").contacts()

    assert [(each.provider_id, each.line) for each in contacts] == [("7", 2), ("8", 3)]


CELLS = st.text(st.sampled_from('ab ö€"\n\r,;|\t='), max_size=12)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12)


@given(table=TABLES, codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), block=st.integers(1, 60))
async def test_wherever_pages_are_cut_the_rows_are_those_that_were_written(table, codec, block):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("Nr", "E-Mail", "Notes"), *_numbered(table)])

    with patch.object(csv_file, "BLOCK_BYTES", block):
        contacts = await Kept(written.getvalue().encode(codec), key="Nr").contacts()

    assert [list(msgspec.json.decode(each.raw).values()) for each in contacts] == _numbered(table)


def _numbered(table):
    return [[str(number), *cells] for number, cells in enumerate(table)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_delimiters_and_line_ends_are_told(delimiter, end):
    lines = [["Vorname", "Nachname", "E-Mail"], ["Ada", '"King, Countess; of | Lovelace"', "ada@example.com"]]

    contact = await first(end.join(delimiter.join(line) for line in lines) + end)

    assert contact.contact.last_name == "King, Countess; of | Lovelace"


async def test_a_spreadsheets_word_on_its_delimiter_is_no_row():
    file = Kept(b"sep=;\r\nE-Mail;Name\r\na@example.com;Ada, Bea\r\n")

    assert (file.plan.delimiter, file.plan.columns) == (";", ("E-Mail", "Name"))
    assert len(await file.contacts()) == 1


async def test_a_file_without_a_header_is_understood_by_its_cells():
    contact = await first("ada@example.com,+49 30 123456,x\nbea@example.com,+49 30 123457,y\n")

    assert contact.contact.emails == ("ada@example.com",)
    assert contact.contact.phones == ("+49 30 123456",)
    assert msgspec.json.decode(contact.raw)["Column 3"] == "x"


async def test_columns_a_person_names_settle_where_the_header_is():
    assert (await first("007,a\n1,b\n", mapping={"007": "phones", "a": "last_name"})).contact.last_name == "b"
    assert len(await Kept(b"x,y\na,b\n", mapping={"Column 2": "last_name"}).contacts()) == 2


async def test_cells_become_values_or_are_absent():
    contact = (
        await first(
            "Name,Mails,Telefon,Geburtsdatum,Website,Created at,Title\n"
            '"Lovelace, Ada","a@example.com; b@example.com, no",030 1 ::: 030 2,10.12.1985,'
            "javascript:x,2024-02-30,  \n",
            mapping={
                "Name": "full_name",
                "Mails": "emails",
                "Telefon": "phones",
                "Geburtsdatum": "birth_date",
                "Website": "url",
                "Created at": "created_at",
                "Title": "job_title",
            },
        )
    ).contact

    assert (contact.first_name, contact.last_name, contact.birth_date) == ("Ada", "Lovelace", "1985-12-10")
    assert (contact.emails, contact.phones) == (("a@example.com", "b@example.com"), ("030 1", "030 2"))
    assert (contact.url, contact.created_at, contact.job_title) == (None, None, None)


async def test_a_street_may_be_told_by_two_columns_and_a_date_nobody_can_be_sure_of_stays_as_it_is():
    contact = (await first("given_name,house_number,street,dob\nAda, 12 ,Hawker Place,5/10/1985\n")).contact

    assert (contact.street, contact.birth_date) == ("12 Hawker Place", "5/10/1985")


async def test_a_bad_row_costs_itself_and_says_where_and_why():
    file = Kept(
        b"Id,E-Mail,Ort\n"
        b"1,a@example.com,Bern\n"
        b"2,b@example.com\n"
        b'3,"c@example.com,Ulm\n'
        b'4,"d@example.com",Ulm\n'
        b",e@example.com,Ulm\n"
        b",,\n"
        b"\n"
        b"5,f@example.com,B\xc3\xb6rnsen\n"
        b"6,g@example.com,B\xff\n"
        b"7,h@example.com,Ulm,more\n"
        b'8,"i@example.com',
        key="Id",
    )

    assert [each.provider_id for each in await file.contacts()] == ["1", "4", "5"]
    assert await file.skipped() == [
        (3, "It has 2 cells, and the file 3 columns", b"2,b@example.com"),
        (4, "The quotes in this row do not fit together", b'3,"c@example.com,Ulm\n'),
        (6, "The column Id is empty, or longer than 500 characters", b",e@example.com,Ulm"),
        (10, "It holds bytes that are no utf-8", b"6,g@example.com,B\xff\n"),
        (11, "It has 4 cells, and the file 3 columns", b"7,h@example.com,Ulm,more"),
        (12, "A quote is opened here and not closed", b'8,"i@example.com'),
    ]


async def test_a_quote_somebody_forgot_does_not_swallow_the_file():
    data = b"Id,E-Mail\n" + b'1,"a@example.com\n' + b"".join(b"%d,b%d@example.com\n" % (n, n) for n in range(60_000))

    file = Kept(data)

    assert len(await file.contacts()) == 60_000
    ((line, reason, _),) = await file.skipped()
    assert line == 2
    assert "a quote is not closed" in reason
    assert file.most_read <= csv_file.LONGEST_ROW_BYTES


async def test_a_cell_too_long_costs_its_row():
    file = Kept(b"Id,E-Mail\n1,%s\n2,b@example.com\n" % (b"x" * 200_000))

    assert [msgspec.json.decode(each.raw)["Id"] for each in await file.contacts()] == ["2"]
    assert [line for line, *_ in await file.skipped()] == [2]


async def test_a_line_too_long_for_any_block_is_passed_by():
    file = Kept(b"Id,E-Mail\n" + b"x," * 5_000_000 + b"\n2,b@example.com\n")

    assert [msgspec.json.decode(each.raw)["Id"] for each in await file.contacts()] == ["2"]
    ((line, reason, raw),) = await file.skipped()
    assert (line, reason) == (2, csv_file.ROW_TOO_LONG)
    assert len(raw) <= csv_file.BLOCK_BYTES


async def test_a_row_of_many_long_cells_is_read_whole():
    cells = b",".join([b"x" * 100_000] * 12)
    names = b",".join(b"c%d" % n for n in range(12))

    (contact,) = await Kept(b"E-Mail," + names + b"\na@example.com," + cells + b"\n").contacts()

    assert len(contact.raw) > 1_200_000


async def test_nul_and_odd_letters_stay_in_raw_and_leave_the_values():
    contact = await first("Vorname,E-Mail\nA\0da\u2028,a@example.com\n")

    assert contact.contact.first_name == "Ada"
    assert msgspec.json.decode(contact.raw)["Vorname"] == "A\0da\u2028"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no row"),
        (b"\n\n ,\n", "no row"),
        (b"Vorname,E-Mail\n", "no rows below its header"),
        (b'"Vorname,E-Mail\nAda,a@example.com\n', "Line 1"),
        (b",".join([b"x"] * 1_001) + b"\n", "1000 columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(data, what):
    with pytest.raises(FileUnclear, match=what):
        Kept(data)


def test_columns_that_tell_of_nobody_are_refused():
    with pytest.raises(OptionsRefused, match="no column says who a row is"):
        Kept(b"Shoe size,Colour\n42,red\n")
    with pytest.raises(OptionsRefused, match="no column Nr"):
        Kept(b"E-Mail,Name\na@example.com,Ada\n", key="Nr")
