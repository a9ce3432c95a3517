"""vCard files as a source: what phones and mail programs export, and what becomes of it."""

import time
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept_file import KeptFile
from providers import vcard_cards, vcard_file
from providers.files import FileUnclear
from providers.vcard_contact import A_LIST, NOBODY
from providers.vcard_file import VCardFile

SOURCE = VCardFile()

ANDROID = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=C3=BC=6C=6C=65=72;=4A=C3=BC=72=
=67=65=6E;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=C3=BC=72=67=65=6E=20=4D=C3=BC=
=6C=6C=65=72
TEL;CELL:+491701234567
TEL;WORK;PREF:+493012345
TEL;FAX;WORK:+493099999
EMAIL;HOME:juergen@example.com
ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;=48=61=75=70=74=73=74=72=2E=20=31;=4B=C3=B6=6C=6E;;50667;DE
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 /2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBY=

END:VCARD
"""
GOOGLE = r"""BEGIN:VCARD
VERSION:3.0
N:Lovelace;Ada;King;Countess;
FN:Countess Ada King Lovelace
item1.EMAIL;TYPE=INTERNET:ada@example.com
item1.X-ABLabel:Analytical
EMAIL;TYPE=INTERNET;TYPE=HOME;TYPE=PREF:ada.home@example.com
TEL;TYPE=CELL:030 1234567
ORG:Engines\, Wheels & Sons;Research
TITLE:Programmer
BDAY:1915-12-10
ADR;TYPE=HOME:;;12 St James Square\, left;London;Greater London;SW1Y 4LE;UK
item2.URL:https\://ada.example.com
X-Phonetic Name:Ada
NOTE:First\nof them
END:VCARD
"""
OUTLOOK = """BEGIN:VCARD
VERSION:2.1
X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns="http://schemas.example.com" ver="1.0"/>
N;LANGUAGE=de;ENCODING=QUOTED-PRINTABLE:M=FCnch;Bea
FN;ENCODING=QUOTED-PRINTABLE:Bea M=FCnch
ORG:Acme
TEL;WORK;VOICE:+49 89 1
EMAIL;PREF;INTERNET:bea@example.com
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRgABAQEA

REV:20240301T101500Z
END:VCARD
"""
FOUR = """BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
FN:Cleo Patra
EMAIL;TYPE=work:cleo@work.example
EMAIL;PREF=1:cleo@example.com
TEL;VALUE=uri;TYPE="voice,home":tel:+33-1-23;ext=7
BDAY:19800229
KIND:individual
PHOTO:data:image/jpeg;base64,/9j/4AAQ
REV:20240301T101500Z
END:VCARD
"""


def file_of(*cards: str | bytes, end: str = "\r\n") -> KeptFile:
    encoded = [each.replace("\n", end).encode() if isinstance(each, str) else each for each in cards]
    return KeptFile(SOURCE, b"".join(encoded))


def card(*lines: str, uid: str | None = None, version: str = "3.0") -> str:
    said = [*([f"UID:{uid}"] if uid else []), *lines]
    return "\n".join(["BEGIN:VCARD", f"VERSION:{version}", *said, "END:VCARD", ""])


def people(numbers: range) -> list[str]:
    return [card(f"N:Last{n};First{n};;;", f"EMAIL:p{n}@example.com", uid=str(n)) for n in numbers]


async def contact_of(*cards: str | bytes, end: str = "\r\n"):
    (found,) = await file_of(*cards, end=end).contacts()
    return found.contact


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
async def test_what_an_android_phone_exports(end):
    contact = await contact_of(ANDROID, end=end)

    assert (contact.first_name, contact.last_name) == ("Jürgen", "Müller")
    assert contact.phones == ("+493012345", "+491701234567")
    assert contact.emails == ("juergen@example.com",)
    assert (contact.street, contact.city, contact.postal_code, contact.country) == (
        "Hauptstr. 1",
        "Köln",
        "50667",
        "DE",
    )


async def test_what_google_and_apple_export():
    contact = await contact_of(GOOGLE)

    assert (contact.first_name, contact.last_name) == ("Ada", "Lovelace")
    assert contact.emails == ("ada.home@example.com", "ada@example.com")
    assert (contact.company, contact.job_title) == ("Engines, Wheels & Sons", "Programmer")
    assert (contact.birth_date, contact.region) == ("1915-12-10", "Greater London")
    assert (contact.street, contact.url) == ("12 St James Square, left", "https://ada.example.com")


async def test_what_outlook_exports_in_an_encoding_it_does_not_name():
    contact = await contact_of(OUTLOOK)

    assert (contact.first_name, contact.last_name, contact.company) == ("Bea", "Münch", "Acme")
    assert contact.updated_at is not None
    assert contact.updated_at.isoformat() == "2024-03-01T10:15:00+00:00"


async def test_what_version_4_says():
    (found,) = await file_of(FOUR).contacts()

    assert found.provider_id == "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
    assert (found.contact.first_name, found.contact.last_name) == ("Cleo", "Patra")
    assert found.contact.emails == ("cleo@example.com", "cleo@work.example")
    assert (found.contact.phones, found.contact.birth_date) == (("+33-1-23",), "1980-02-29")


async def test_a_file_may_hold_all_versions_and_a_mark_before_each():
    file = file_of(*[b"\xef\xbb\xbf" + each.encode() for each in (ANDROID, GOOGLE, OUTLOOK, FOUR)])

    assert [each.contact.first_name for each in await file.contacts()] == ["Jürgen", "Ada", "Bea", "Cleo"]
    assert await file.skipped() == []


@pytest.mark.parametrize("codec", ["utf-16", "cp1252", "utf-8-sig"])
async def test_a_file_in_another_encoding_is_read(codec):
    contact = await contact_of(card("N:Überall;Ümit", "EMAIL:u@example.com").encode(codec))

    assert (contact.first_name, contact.last_name) == ("Ümit", "Überall")


async def test_properties_in_encodings_of_their_own_are_read():
    data = (
        b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=Windows-1251:"
        + "Иванова;Екатерина".encode("cp1251")
        + "\nORG;CHARSET=UTF-8:Größe\nEND:VCARD\n".encode()
    )

    contact = await contact_of(data)

    assert (contact.first_name, contact.last_name, contact.company) == ("Екатерина", "Иванова", "Größe")


async def test_a_kept_card_reads_again_as_it_did():
    cyrillic = b"BEGIN:VCARD\nN;CHARSET=Windows-1251:" + "Я;Ян".encode("cp1251") + b"\nEND:VCARD\n"
    file = file_of(ANDROID, GOOGLE, OUTLOOK, FOUR, cyrillic)

    contacts = await file.contacts()

    assert len(contacts) == 5
    for each in contacts:
        assert SOURCE.normalize(each.raw, file.layout) == each.contact
    assert msgspec.json.decode(contacts[1].raw) == {"card": GOOGLE.replace("\n", "\r\n")}


async def test_a_uid_names_a_card_and_tells_its_line():
    contacts = await file_of(card("FN:Ada", uid="one"), card("FN:Bea", uid="two")).contacts()

    assert [(each.provider_id, each.line) for each in contacts] == [("one", 1), ("two", 6)]


async def test_without_a_uid_a_card_is_named_by_what_it_says_of_a_person():
    (first,) = await file_of(card("FN:Ada Lovelace", "EMAIL:a@example.com", "REV:2024-01-01")).contacts()
    (again,) = await file_of(
        card("EMAIL:a@exam", " ple.com", "FN:Ada Lovelace", "REV:2025-02-02", "PHOTO;ENCODING=b:/9j/", version="4.0")
    ).contacts()
    (other,) = await file_of(card("FN:Ada Lovelace", "EMAIL:b@example.com")).contacts()

    assert first.provider_id == again.provider_id != other.provider_id
    assert first.line is None


async def test_a_run_reads_every_card_once_and_a_page_again_is_the_same_page():
    file = file_of(*people(range(5_000)))

    pages = await file.run()

    assert len(pages) > 2
    assert [each.provider_id for page in pages for each in page.contacts] == [str(n) for n in range(5_000)]
    assert not [each for page in pages for each in page.skipped]
    assert await file.page(pages[0].next_cursor) == pages[1]
    assert all(page.bookmark is None for page in pages)


VALUES = st.text(st.sampled_from("ab ö€,;:=\"'\t"), max_size=12)


@given(
    names=st.lists(VALUES, min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n", "\r"]), block=st.integers(1, 90)
)
async def test_wherever_pages_are_cut_the_cards_are_those_that_were_written(names, end, block):
    cards = [card(f"NOTE:{name}", "FN:Ada", uid=f"{n}") for n, name in enumerate(names)]

    with patch.multiple(vcard_file, BLOCK_BYTES=block, LONG_BLOCK_BYTES=block):
        file = file_of(*cards, end=end)
        contacts = await file.contacts()

    assert [msgspec.json.decode(each.raw)["card"] for each in contacts] == [each.replace("\n", end) for each in cards]
    assert [each.line for each in contacts] == [1 + 6 * number for number in range(len(cards))]
    assert await file.skipped() == []


JUNK = st.text(st.sampled_from('NFT:;="\\,.-_ \t\r\nüBEGINDVCAR0=\0'), max_size=40)
NAMES = st.sampled_from(["N", "FN", "ORG", "TEL", "ADR", "item1.EMAIL", "REV", "BDAY", "PHOTO", "X-A", "NOTE"])
PARAMS = st.sampled_from(
    ["", ";CELL", ";TYPE=", ';TYPE="a,b"', ";ENCODING=QUOTED-PRINTABLE", ";ENCODING=b", ";CHARSET=", ";CHARSET=zip"]
)
LINES = st.tuples(NAMES, st.lists(PARAMS, max_size=3).map("".join), st.just(":"), JUNK).map("".join)


@given(st.lists(LINES, max_size=6))
async def test_whatever_a_card_says_it_is_read_or_told_and_the_next_one_is_read(lines):
    file = file_of(card("FN:Before"), card(*lines), card("FN:After"), end="\n")

    contacts = await file.contacts()

    assert {"Before", "After"} <= {each.contact.first_name for each in contacts}
    assert all(SOURCE.normalize(each.raw, file.layout) == each.contact for each in contacts)
    assert len(contacts) + len(await file.skipped()) >= 3


async def test_a_bad_card_costs_itself_and_says_where_and_why():
    half = "BEGIN:VCARD\nVERSION:3.0\nUID:half\nFN:Hal\n"
    file = file_of(
        "\n\nhello\n",
        card("FN:Adä", uid="1"),
        half,
        card("FN:Bea", "this is no property", uid="2"),
        card("FN:Cléo", uid="3"),
        card("NOTE:who?", uid="4"),
        card("FN:Friends", "KIND:group", "MEMBER:urn:uuid:1", uid="5"),
        card("FN;CHARSET=klingon:Qapla'", uid="6"),
        card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=FF", uid="7"),
        b"BEGIN:VCARD\nUID:8\nFN:B\xff\nEND:VCARD\n",
        "END:VCARD\n",
        "BEGIN:VCARD\nFN:Zo",
        end="\n",
    )

    told = [(each.line, each.provider_id, each.reason) for page in await file.run() for each in page.skipped]

    assert [each.provider_id for each in await file.contacts()] == ["1", "3"]
    assert told == [
        (3, None, vcard_cards.STRAY),
        (9, "half", vcard_cards.UNCLOSED),
        (13, "2", "A line in it is no property: this is no property"),
        (24, "4", NOBODY),
        (29, "5", A_LIST),
        (36, "6", "It names an encoding that nobody knows: klingon"),
        (41, "7", "FN is not encoded as it says"),
        (46, "8", "It holds bytes that are no utf-8"),
        (50, None, vcard_cards.STRAY),
        (51, None, vcard_cards.UNCLOSED),
    ]


async def test_an_end_somebody_forgot_does_not_swallow_the_file():
    file = file_of("BEGIN:VCARD\nFN:Open\n", *people(range(2_000)))

    assert len(await file.contacts()) == 2_000
    assert [(line, reason) for line, reason, _ in await file.skipped()] == [(1, vcard_cards.UNCLOSED)]


async def test_a_million_letters_are_no_name_and_the_card_stays():
    file = file_of(card(f"N:{'x' * 1_000_000};Ada", "EMAIL:a@example.com", uid="1"), card("FN:Bea", uid="2"))

    long, bea = await file.contacts()

    assert (long.contact.first_name, long.contact.last_name, long.contact.emails) == (None, None, ("a@example.com",))
    assert len(long.raw) > 1_000_000
    assert bea.contact.first_name == "Bea"


async def test_a_card_too_long_for_any_block_is_passed_by():
    lines = ["NOTE:" + "x" * 70, *[" " + "x" * 70] * 150_000]
    file = file_of(card("FN:Ada", uid="1"), card(*lines, uid="2"), card("FN:Cleo", uid="3"))

    assert [each.provider_id for each in await file.contacts()] == ["1", "3"]
    ((line, reason, raw),) = await file.skipped()
    assert (line, reason) == (6, vcard_file.CARD_TOO_LONG)
    assert len(raw) == vcard_file.RAW_BYTES
    assert file.most_read <= vcard_file.LONGEST_CARD_BYTES
    assert (await file.contacts())[1].line == 6 + 4 + len(lines)


async def test_a_picture_longer_than_any_block_on_one_line_is_passed_by_as_well():
    file = file_of(card("PHOTO;ENCODING=b:" + "A" * 20_000_000, "FN:Ada", uid="1"), card("FN:Bea", uid="2"))

    assert [each.provider_id for each in await file.contacts()] == ["2"]
    assert [(each.provider_id, each.reason) for page in await file.run() for each in page.skipped] == [
        ("1", vcard_file.CARD_TOO_LONG)
    ]


async def test_pictures_are_kept_up_to_a_length_and_then_left_out_by_name():
    folded = "\n ".join(["PHOTO;ENCODING=b;TYPE=JPEG:", *["A" * 74] * 20_000])
    plain = "\n".join(["LOGO;ENCODING=BASE64;PNG:", *["B" * 76] * 2_000, ""])
    file = file_of(card(folded, "SOUND;ENCODING=b:QUFB", plain, "FN:Ada"))

    (found,) = await file.contacts()

    kept = msgspec.json.decode(found.raw)
    assert kept["left_out"] == "PHOTO (1,540,029 bytes), LOGO (156,027 bytes)"
    assert "SOUND;ENCODING=b:QUFB" in kept["card"]
    assert "PHOTO;ENCODING=b;TYPE=JPEG:\r\n" in kept["card"]
    assert len(found.raw) < 1_000
    assert found.contact.first_name == "Ada"


async def test_nul_stays_in_raw_and_leaves_the_values():
    (found,) = await file_of(card("N:Love\0lace;A\0da;;;")).contacts()

    assert (found.contact.first_name, found.contact.last_name) == ("Ada", "Lovelace")
    assert "A\0da" in msgspec.json.decode(found.raw)["card"]


@pytest.mark.parametrize(
    "line",
    [
        *("FN;A=" + ",x" * 100_000, 'FN;A=x"' + ";B" * 100_000, "FN" + ";" * 100_000, "FN" + "-" * 200_000),
        *("FN;CHARSET=" + "a" * 200_000, "FN;ENCODING=QUOTED-PRINTABLE:" + "=\n" * 100_000, "NOTE:" + "\n " * 100_000),
        *("FN:" + "\\" * 60_000, "N:" + ";" * 60_000, "PHOTO;" + ";BASE64" * 50_000, "UID" + ";" * 200_000),
    ],
    ids=range(11),
)
async def test_no_line_takes_long(line):
    file = file_of(card("FN:Before"), card(line, "EMAIL:a@example.com"), card("FN:After"), end="\n")
    began = time.process_time()

    contacts = await file.contacts()

    assert time.process_time() - began < 2
    assert [contacts[0].contact.first_name, contacts[-1].contact.first_name] == ["Before", "After"]


async def test_a_value_may_end_in_a_backslash_and_hold_a_plain_comma():
    contact = await contact_of(card("FN:Lovelace, Ada", "TITLE:Boss, of all\\", "N:;;;;"))

    assert (contact.first_name, contact.last_name, contact.job_title) == ("Ada", "Lovelace", "Boss, of all\\")


async def test_the_card_of_a_company_is_no_person_of_that_name():
    contact = await contact_of(card("FN:Acme Ltd", "N:;;;;", "ORG:Acme Ltd", "TEL:030 1"))

    assert (contact.first_name, contact.last_name, contact.company) == (None, None, "Acme Ltd")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no card"),
        (b"Vorname,E-Mail\nAda,a@example.com\n", "no card"),
        (b"BEGIN:VCARD\nFN:Ada\n", "Line 1: The card is not closed"),
        (b"\nBEGIN:VCARD\nNOTE:x\nEND:VCARD\n", "Line 2: It says of nobody"),
    ],
)
def test_a_file_without_a_card_is_refused_with_the_reason(data, what):
    with pytest.raises(FileUnclear, match=what):
        KeptFile(SOURCE, data)


def test_a_preview_shows_the_first_cards_and_what_is_wrong_with_others():
    file = file_of(ANDROID, "BEGIN:VCARD\nFN:Open\n", *people(range(30)))

    shown = SOURCE.preview(file.beginning, {})

    assert (shown.encoding, len(shown.contacts), shown.columns, shown.delimiter) == ("utf-8", 20, [], None)
    assert shown.contacts[0].first_name == "Jürgen"
    assert shown.rows[0]["card"].startswith("BEGIN:VCARD")
    assert [(each.line, each.reason) for each in shown.problems] == [(16, vcard_cards.UNCLOSED)]
