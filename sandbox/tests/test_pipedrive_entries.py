"""Notes and activities, written."""

import pytest


async def test_a_note_is_about_a_person_and_answers_201(company):
    person = await company.create(name="Ada Lovelace")

    made = await company.call("POST", "/api/v1/notes", json={"content": "<b>Called</b>", "person_id": person})
    listed = await company.get("/api/v1/notes", person_id=person)

    assert made.status == 201
    assert (made["data"]["content"], made["data"]["person"]) == ("<b>Called</b>", {"name": "Ada Lovelace"})
    assert listed["data"] == [made["data"]]


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ({"content": "Nobody's"}, 400),
        ({"content": " ", "person_id": 1}, 400),
        ({"content": "x", "person_id": 999_999}, 404),
        ({"content": "x", "person_id": 1, "colour": "red"}, 400),
    ],
)
async def test_a_note_that_cannot_be_is_refused(company, note, status):
    assert (await company.call("POST", "/api/v1/notes", json=note)).status == status


async def test_an_activity_is_with_the_first_who_takes_part(company):
    one, two = [await company.create(name=name) for name in ("Ada", "Charles")]
    wish = {
        "subject": "Demo",
        "type": "meeting",
        "due_date": "2026-12-01",
        "due_time": "09:30",
        "duration": "00:45",
        "participants": [{"person_id": two}, {"person_id": one, "primary": True}],
        "location": {"value": "London"},
    }

    made = await company.call("POST", "/api/v2/activities", json=wish)
    listed = await company.get("/api/v2/activities", person_id=one)

    assert (made.status, made["data"]["person_id"], made["data"]["done"]) == (200, one, False)
    assert [each["id"] for each in listed["data"]] == [made["data"]["id"]]
    assert (made["data"]["due_date"], made["data"]["due_time"], made["data"]["location"]) == (
        *("2026-12-01", "09:30"),
        {"value": "London"},
    )


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"type": "seance"}, 400),
        ({"due_date": "tomorrow"}, 400),
        ({"due_time": "half past nine"}, 400),
        ({"participants": [{"person_id": 999_999}]}, 404),
        ({"person_id": 1}, 400),
    ],
)
async def test_an_activity_that_cannot_be_is_refused(company, wish, status):
    assert (await company.call("POST", "/api/v2/activities", json=wish)).status == status
