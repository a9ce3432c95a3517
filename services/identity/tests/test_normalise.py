"""What means the same is written the same, and what does not is not."""

import phonenumbers
import pytest
from contracts.contacts import Contact
from hypothesis import given, settings
from hypothesis import strategies as st
from identity.normalise import Form, form_of
from identity.normalise.addresses import city, postal_code, street_and_house
from identity.normalise.companies import company
from identity.normalise.countries import region_of
from identity.normalise.dates import readings
from identity.normalise.emails import is_personal, mailbox
from identity.normalise.letters import fold, fold_name
from identity.normalise.names import family_key, name
from identity.normalise.nicknames import are_forms_of_one, are_one_name_abroad, is_known
from identity.normalise.phones import e164


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("Ada.Lovelace+news@GoogleMail.com", "adalovelace@gmail.com"),
        ("ada.lovelace+news@example.com", "ada.lovelace+news@example.com"),
        ("ada.lovelace+news@outlook.com", "ada.lovelace@outlook.com"),
        ("+tag@gmail.com", "+tag@gmail.com"),
        ("Ada <ADA@example.com>", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("a\u200bda@ex\u00adample.com.", "ada@example.com"),
        ("\uff41da\uff20example.com", "ada@example.com"),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada lovelace@example.com", None),
        ("ada@", None),
        ("n/a", None),
        ("", None),
        (f"{'a' * 400}@example.com", None),
    ],
)
def test_an_email_is_the_mailbox_that_mail_would_reach(email: str, expected: str | None) -> None:
    assert mailbox(email) == expected


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("ada@example.com", True),
        ("info@example.com", False),
        ("sales+emea@example.com", False),
        ("ada@mailinator.com", False),
        ("ada@deep.mailinator.com", False),
        ("infos@example.com", True),
    ],
)
def test_desks_and_throwaways_are_nobodys(address: str, personal: bool) -> None:
    assert is_personal(address) is personal


@pytest.mark.parametrize(
    ("phone", "region", "expected"),
    [
        ("+49 30 1234567", None, "+49301234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("(030) 123-4567", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("+49 (0)30 1234567", "DE", "+49301234567"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("415-555-2671 ext. 12", "US", "+14155552671;12"),
        ("1 415 555 2671", "US", "+14155552671"),
        ("06 698 12345", "IT", "+390669812345"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("\u0660\u0663\u0660 \u0661\u0662\u0663\u0664\u0665\u0666\u0667", "DE", "+49301234567"),
        ("030 1234567", None, None),
        ("ask Ada", "DE", None),
        ("12", "DE", None),
        ("", "DE", None),
    ],
)
def test_a_phone_is_what_would_be_dialled_from_anywhere(phone: str, region: str | None, expected: str | None) -> None:
    assert e164(phone, region) == expected


@given(
    prefix=st.sampled_from(["", "0", "00", "8", "1", "+1", "+44", "+49", "+39", "+7", "+52", "+54", "+225"]),
    digits=st.text("0123456789", min_size=4, max_size=13),
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
)
@settings(max_examples=400, deadline=None)
def test_the_short_way_of_reading_a_phone_says_what_the_library_says(prefix: str, digits: str, region: str) -> None:
    try:
        number = phonenumbers.parse(prefix + digits, region)
        possible = phonenumbers.is_possible_number(number)
    except phonenumbers.NumberParseException:
        possible = False

    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None

    # Numbers that are dialled inside one house are left out.
    assert e164(prefix + digits, region) == (expected if expected and len(expected) > 7 else None)


def test_a_contacts_own_country_comes_before_the_workspaces() -> None:
    contact = Contact(phones=("030 1234567",), country="Deutschland")

    assert form_of(contact, "US").phones == ("+49301234567",)
    assert form_of(Contact(phones=("030 1234567",)), "DE").phones == ("+49301234567",)


@pytest.mark.parametrize(
    ("country", "region"),
    [("Germany", "DE"), ("deutschland", "DE"), ("de", "DE"), ("U.S.A.", "US"), ("\u00d6sterreich", "AT"), ("UK", "GB"),
     ("Espa\u00f1a", "ES"), ("T\u00fcrkiye", "TR"), ("\u0420\u043e\u0441\u0441\u0438\u044f", "RU"), ("Atlantis", None)],
)  # fmt: skip
def test_countries_are_known_by_the_names_people_use(country: str, region: str | None) -> None:
    assert region_of(country) == region


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Ada", "Lovelace", ("ada", "lovelace", "")),
        ("Dr. J\u00fcrgen", "M\u00fcller", ("jurgen", "muller", "")),
        ("JUERGEN", "MUELLER", ("jurgen", "muller", "")),
        (None, "Lovelace, Ada", ("ada", "lovelace", "")),
        ("Lovelace, Ada", None, ("ada", "lovelace", "")),
        ("Mr. Bob", "Smith Jr.", ("bob", "smith", "2")),
        ("Sr. Pablo", "Ruiz", ("pablo", "ruiz", "")),
        ("John", "Smith III", ("john", "smith", "3")),
        ("\u0421\u0435\u0440\u0433\u0435\u0439", "\u0418\u0432\u0430\u043d\u043e\u0432", ("sergey", "ivanov", "")),
        ("Jos\u00e9 Mar\u00eda", "Garc\u00eda-M\u00e1rquez", ("jose maria", "garcia marquez", "")),
        ("Siobh\u00e1n", "O\u2019Brien", ("siobhan", "obrien", "")),
        ("Samuel", "Boeing", ("samuel", "boeing", "")),
        ("unknown", "n/a", ("", "", "")),
        ("Herr", "123", ("", "", "")),
        (None, None, ("", "", "")),
    ],
)
def test_names_lose_how_they_are_written(first: str | None, last: str | None, expected: tuple[str, str, str]) -> None:
    assert name(first, last) == expected


@pytest.mark.parametrize(
    ("family", "key"), [("van der berg", "berg"), ("garcia marquez", "garcia"), ("de", "de"), ("", "")]
)
def test_one_word_stands_for_a_family_name(family: str, key: str) -> None:
    assert family_key(family) == key


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [
        ("bob", "robert", True),
        ("bob", "rob", True),
        ("peggy", "margaret", True),
        ("pierre", "piotr", False),
        ("robert", "albert", False),
        ("john", "mary", False),
        ("xq", "xq2", False),
    ],
)
def test_nicknames_are_forms_of_one_name(left: str, right: str, one: bool) -> None:
    assert are_forms_of_one(left, right) is are_forms_of_one(right, left) is one


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [("sasha", "aleksandr", True), ("pepe", "jose", True), ("hans", "giovanni", True), ("hans", "pedro", False)],
)
def test_a_name_goes_by_others_abroad(left: str, right: str, one: bool) -> None:
    assert are_one_name_abroad(left, right) is are_one_name_abroad(right, left) is one


def test_what_is_a_name_is_told_from_a_slip() -> None:
    assert is_known("mario")
    assert is_known("maria")
    assert not is_known("mraia")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Acme GmbH & Co. KG", "acme"),
        ("ACME, Inc.", "acme"),
        ("The Acme Company Ltd", "acme"),
        ("A.c.m.e. G.m.b.H.", "acme"),
        ("\u041e\u041e\u041e \u0420\u043e\u043c\u0430\u0448\u043a\u0430", "romashka"),
        ("Soci\u00e9t\u00e9 G\u00e9n\u00e9rale S.A.", "societe generale"),
        ("Tokyo Denki Kabushiki Kaisha", "tokyo denki"),
        ("Kowalski sp. z o.o.", "kowalski"),
        ("Johnson & Johnson", "johnson and johnson"),
        ("Deutsche Bank AG", "deutsche bank"),
        ("Ltd", "ltd"),
        ("The The", "the the"),
    ],
)
def test_a_company_is_itself_without_its_legal_form(written: str, expected: str) -> None:
    assert company(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12a Elm Street", ("elm st", "12a")),
        ("Elm St. 12 A", ("elm st", "12a")),
        ("Hauptstra\u00dfe 7", ("hauptstr", "7")),
        ("Hauptstr. 7", ("hauptstr", "7")),
        ("Haupt-Strasse 7", ("haupt str", "7")),
        ("Apt 4, 221B Baker Street", ("baker st", "221b")),
        ("Rua das Flores, n\u00ba 10", ("r das flores", "10")),
        ("Broadway", ("broadway", "")),
        ("", ("", "")),
    ],
)
def test_a_street_is_split_from_its_house(written: str, expected: tuple[str, str]) -> None:
    assert street_and_house(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("SW1A 1AA", "sw1a1aa"),
        ("sw1a1aa", "sw1a1aa"),
        ("D-10115", "10115"),
        ("94103-1234", "94103"),
        ("00-950", "00950"),
    ],
)
def test_a_postal_code_is_its_letters_and_digits(written: str, expected: str) -> None:
    assert postal_code(written) == expected


def test_a_city_is_without_its_accents_and_its_district() -> None:
    assert city("S\u00e3o Paulo (Centro)") == "sao paulo"
    assert city("Sankt Gallen") == city("St. Gallen") == "st gallen"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1980-04-03", ("1980-04-03",)),
        ("3.4.1980", ("1980-04-03",)),
        ("1980/4/3", ("1980-04-03",)),
        ("19800403", ("1980-04-03",)),
        ("1980-04-03T00:00:00Z", ("1980-04-03",)),
        ("25/12/1980", ("1980-12-25",)),
        ("12/25/1980", ("1980-12-25",)),
        ("03/04/1980", ("1980-03-04", "1980-04-03")),
        ("04/04/1980", ("1980-04-04",)),
        ("3.4.80", ("1980-04-03", "2080-04-03")),
        ("April 3rd, 1980", ("1980-04-03",)),
        ("3 de abril de 1980", ("1980-04-03",)),
        ("3. M\u00e4rz 1980", ("1980-03-03",)),
        ("3 avril 1980", ("1980-04-03",)),
        ("1980-02-30", ()),
        ("1970-01-01", ()),
        ("April 1980", ()),
        ("1980", ()),
        ("yesterday", ()),
        ("99999999", ()),
        ("", ()),
    ],
)
def test_a_date_means_all_it_may_mean(written: str, expected: tuple[str, ...]) -> None:
    assert readings(written) == expected


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    for folded, again in ((fold(text), fold), (fold_name(text), fold), (company(text), fold), (city(text), fold)):
        assert again(folded) == folded
        assert folded.isascii()


@given(st.emails() | st.text(max_size=40))
def test_a_mailbox_is_its_own_mailbox(email: str) -> None:
    once = mailbox(email)

    assert once is None or mailbox(once) == once


contacts = st.builds(
    Contact,
    first_name=st.none() | st.text(max_size=20),
    last_name=st.none() | st.text(max_size=20),
    emails=st.lists(st.emails() | st.text(max_size=20), max_size=4).map(tuple),
    phones=st.lists(st.text("+0123456789 ()-ext", max_size=20), max_size=3).map(tuple),
    birth_date=st.none() | st.dates().map(str) | st.text("0123456789./- ", max_size=12),
    company=st.none() | st.text(max_size=20),
    street=st.none() | st.text(max_size=30),
    city=st.none() | st.text(max_size=20),
    postal_code=st.none() | st.text(max_size=10),
    country=st.none() | st.text(max_size=10),
)


@given(contacts)
@settings(deadline=None)
def test_any_contact_has_a_form_that_does_not_depend_on_the_order_of_its_values(contact: Contact) -> None:
    turned = Contact(**{field: getattr(contact, field) for field in contact.__struct_fields__}
                     | {"emails": contact.emails[::-1], "phones": contact.phones[::-1]})  # fmt: skip

    assert form_of(contact, "GB") == form_of(turned, "GB")


def test_a_contact_that_says_nothing_has_an_empty_form() -> None:
    assert form_of(Contact()) == Form()
