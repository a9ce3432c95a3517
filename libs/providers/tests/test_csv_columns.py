"""Which field a column means, and what people may say of it."""

import pytest
from contracts.contacts import Contact
from providers.csv_columns import FIELDS, OptionsRefused, check_mapping, field_of, name_columns, suggest
from providers.csv_names import NAMES


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("E-Mail", "emails"),
        ("email_address", "emails"),
        ("E-mail 1 - Value", "emails"),
        ("Correo electrónico", "emails"),
        ("Courriel", "emails"),
        ("Электронная почта", "emails"),
        ("メールアドレス", "emails"),
        ("Tel.", "phones"),
        ("Téléphone portable", "phones"),
        ("Mobile Phone", "phones"),
        ("Phone 2", "phones"),
        ("Vorname", "first_name"),
        ("Prénom", "first_name"),
        ("First Name", "first_name"),
        ("Imię", "first_name"),
        ("SURNAME", "last_name"),
        ("Nom de famille", "last_name"),
        ("Nachname ", "last_name"),
        ("Name", "full_name"),
        ("Nombre completo", "full_name"),
        ("Straße", "street"),
        ("PLZ", "postal_code"),
        ("ZIP / Postal Code", "postal_code"),
        ("Ort", "city"),
        ("Bundesland", "region"),
        ("State/Region", "region"),
        ("Land", "country"),
        ("Geburtsdatum", "birth_date"),
        ("Position", "job_title"),
        ("Firma", "company"),
        ("Contact owner", "owner"),
        ("Last Modified", "updated_at"),
        ("Favourite colour", None),
        ("", None),
        ("42", None),
    ],
)
def test_a_column_is_known_by_its_name_in_many_languages(name, field):
    assert field_of(name) == field


def test_every_name_leads_to_a_field_and_no_name_to_two():
    words = [word for words in NAMES.values() for word in words.split()]

    assert NAMES.keys() <= set(FIELDS)
    assert len(words) == len(set(words))
    assert set(Contact.__struct_fields__) <= set(FIELDS)


def test_columns_have_names_of_their_own():
    assert name_columns(["Email", "", "Email", " e  mail ", "Email (2)"]) == (
        "Email",
        "Column 2",
        "Email (2)",
        "e mail",
        "Email (2) (2)",
    )


def test_several_columns_may_hold_addresses_and_one_a_name():
    mapping = suggest(["First name", "Vorname", "Email", "Work email", "Mobile", "Tel"], [])

    assert mapping == {
        "First name": "first_name",
        "Email": "emails",
        "Work email": "emails",
        "Mobile": "phones",
        "Tel": "phones",
    }


def test_the_column_whose_name_says_it_best_is_taken():
    assert suggest(["Customer", "Name", "Website", "URL"], []) == {"Name": "full_name", "URL": "url"}
    assert suggest(["Customer", "E-mail"], []) == {"Customer": "full_name", "E-mail": "emails"}


def test_the_whole_name_is_not_needed_beside_its_parts():
    assert "full_name" not in suggest(["Name", "Vorname", "Nachname"], []).values()


def test_what_no_name_tells_the_cells_do():
    rows = [["a@example.com", "+49 30 123456", "Ada"], ["b@example.com", "", "Grace"]]

    assert suggest(["Column 1", "Column 2", "Column 3"], rows) == {"Column 1": "emails", "Column 2": "phones"}


def test_a_house_number_is_part_of_the_street_and_an_id_is_no_telephone():
    columns = ["given_name", "street_number", "address_1", "suburb", "soc_sec_id"]

    mapping = suggest(columns, [["ada", "12", "hawker place", "kew", "5304218"]])

    assert mapping == {"given_name": "first_name", "street_number": "street", "address_1": "street", "suburb": "city"}
    assert "street_number" not in suggest(["given_name", "street_number"], [])


def test_a_mapping_says_what_it_says():
    assert check_mapping(["a", "b", "c"], {"a": "email", "b": "emails", "c": None}) == {"a": "emails", "b": "emails"}


@pytest.mark.parametrize(
    ("mapping", "where", "what"),
    [
        ({"z": "emails"}, "mapping.z", "no such column"),
        ({"a": "shoe_size"}, "mapping.a", "no field shoe_size"),
        ({"a": "city", "b": "city"}, "mapping.b", "city is taken from the column a already"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_by_name(mapping, where, what):
    with pytest.raises(OptionsRefused) as refused:
        check_mapping(["a", "b"], mapping)

    ((named, said),) = refused.value.errors
    assert named == where
    assert what in said
