"""Telling encodings, however the bytes arrive."""

import pytest
from providers.encoding import EncodingWatch

GERMAN = "Vorname;Nachname;Ort\nJürgen;Müller;Köln\nZoë;Façade;Genève\n"
POLISH = "Imię;Nazwisko\nŁukasz;Wiśniewski\nŻaneta;Kowalczyk\nGrażyna;Wójcik\n"
RUSSIAN = "Имя;Фамилия\nИван;Петров\nОльга;Смирнова\n"  # noqa: RUF001 - Cyrillic on purpose
JAPANESE = "氏名,メール\n山田太郎,y@example.jp\n鈴木花子,s@example.jp\n"


def kept(data: bytes, piece: int) -> tuple[bytes, EncodingWatch]:
    watch = EncodingWatch()
    parts = [watch.take(data[at : at + piece]) for at in range(0, len(data), piece)]
    return b"".join([*parts, watch.end()]), watch


@pytest.mark.parametrize("piece", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("text", "codec", "came_as"),
    [
        ("plain,ascii\n1,2\n", "ascii", "utf-8"),
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8"),
        (GERMAN, "utf-16", "utf-16-le"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "utf-32", "utf-32-le"),
        (GERMAN, "cp1252", "cp1252"),
        (POLISH, "cp1250", "cp1250"),
        (RUSSIAN, "cp1251", "cp1251"),
        (JAPANESE, "shift_jis", "cp932"),
    ],
)
def test_what_is_kept_reads_as_it_was_written(text, codec, came_as, piece):
    found, watch = kept(text.encode(codec), piece)

    assert watch.came_as == came_as
    assert found.decode(watch.encoding).removeprefix("\ufeff") == text


def test_a_letter_beyond_ascii_is_noticed_however_late_it_comes():
    late = b"a,b\n" + b"1,2\n" * 100_000 + "Müller,1\n".encode("cp1252") * 3

    found, watch = kept(late, 65_536)

    assert (watch.encoding, found) == ("cp1252", late)


def test_a_few_broken_rows_make_no_other_encoding_of_a_file():
    watch = kept("Müller,1\n".encode() * 50 + b"M\xfcller,1\n" * 3, 1_000)[1]

    assert watch.encoding == "utf-8"


def test_half_a_surrogate_in_utf16_spoils_what_it_stands_in_and_nothing_else():
    data = "\ufeffa,b\nx\ud83d,1\ny,2\n".encode("utf-16-le", "surrogatepass")

    found, watch = kept(data, 3)

    lines = found.splitlines()
    assert (watch.encoding, lines[0], lines[2]) == ("utf-8", b"a,b", b"y,2")
    with pytest.raises(UnicodeDecodeError):
        lines[1].decode()


def test_an_empty_file_is_text():
    assert kept(b"", 1)[0] == b""
