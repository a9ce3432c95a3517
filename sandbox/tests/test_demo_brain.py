"""The stand-in's rules: what is asked of which tool, and what is said of what the tool found."""

from typing import Any

import msgspec
import pytest
from sandbox.model.demo import turn
from sandbox.model.wire import Block, Message, Question, Tool

SHOWN = "01a21c26-6cc5-762a-9cf0-cc2a2c738cf6"
CONTEXT = f"<context>Now it is Friday, 2026-11-27 12:46 UTC, looking at the contact {SHOWN}.</context>"
TOOLS = (
    *("searchContacts", "getContactDetails", "getTimeline", "listConflicts", "explainMatch", "countContacts"),
    *("findDuplicates", "listSources", "updateContact", "addNote", "sendEmail", "scheduleMeeting", "mergeContacts"),
)
ADA = {"contact_id": "c-1", "name": "Ada Lovelace", "email": "ada@example.com", "sources": ["hubspot", "zendesk"]}
OTHER = {"contact_id": "c-2", "name": "ADA LOVELACE", "email": "al@example.org", "company": "Engines"}
FOUND = {"total": 1, "contacts": [ADA]}
TWO = {"total": 2, "contacts": [ADA, OTHER]}


class Talk:
    """A conversation with the brain: a question, and the results that its calls get one after the other."""

    def __init__(self, text: str, *results: object, before: tuple[Message, ...] = (), tools: tuple[str, ...] = TOOLS):
        offered = [Tool(name=name, input_schema={}) for name in tools]
        messages = [*before, Message("user", [{"type": "text", "text": f"{text}\n\n{CONTEXT}"}])]
        self._question = Question(model="any", messages=messages, tools=offered)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.said: str | None = None
        for place, told in enumerate([*results, None]):
            (part,) = turn(self._question).parts
            self.said = part.text
            if part.tool is None:
                return
            self.calls.append((part.tool, part.input))
            call = {"type": "tool_use", "id": str(place), "name": part.tool, "input": part.input}
            messages.append(Message("assistant", [call]))
            messages.append(Message("user", [result(str(place), told)]))


def result(call_id: str, told: object) -> Block:
    block = {"type": "tool_result", "tool_use_id": call_id}
    if isinstance(told, Exception):
        return {**block, "content": str(told), "is_error": True}
    return {**block, "content": told if isinstance(told, str) else msgspec.json.encode(told).decode()}


def rules(*conditions: tuple[str, str, object]) -> dict[str, Any]:
    return {"conditions": [dict(zip(("field", "operator", "value"), each, strict=True)) for each in conditions]}


@pytest.mark.parametrize(
    ("asked", "given", "said"),
    [
        ("How many contacts do we have?", {}, "There are 1,400 contacts."),
        ("How many contacts do we have from Zendesk?", {"provider": "zendesk"}, "contacts known to Zendesk."),
        ("How many of our contacts does HubSpot know?", {"provider": "hubspot"}, "contacts known to HubSpot."),
        ("How many are in Berlin?", rules(("city", "eq", "Berlin")), "contacts in the city Berlin."),
        (
            "how many people in New York have no phone number, please?",
            rules(("has_phone", "eq", False), ("city", "eq", "New York")),
            "contacts without a phone in the city New York.",
        ),
        (
            "How many contacts in Pipedrive have an e-mail address?",
            {"provider": "pipedrive", **rules(("has_email", "eq", True))},
            "contacts known to Pipedrive with an e-mail address.",
        ),
        ("How many contacts work at Acme GmbH?", rules(("company", "contains", "Acme GmbH")), "at Acme GmbH."),
        ("How many customers are made of several records?", rules(("sources", "at_least", 2)), "more than one record."),
        ("How many contacts are named Ada?", rules(("name", "contains", "Ada")), "whose name contains Ada."),
        ("How many contacts need review?", rules(("needs_review", "eq", True)), "that need review."),
    ],
)
def test_it_counts_by_what_is_asked_and_says_by_what(asked: str, given: dict[str, Any], said: str) -> None:
    talk = Talk(asked, {"count": 1400})

    assert talk.calls == [("countContacts", given)]
    assert talk.said is not None
    assert talk.said.startswith("There are 1,400 contacts")
    assert said in talk.said


def test_a_place_that_is_no_city_is_looked_for_among_the_countries() -> None:
    talk = Talk("How many contacts are in Germany?", {"count": 0}, {"count": 1})

    assert [given for _, given in talk.calls] == [rules(("city", "eq", "Germany")), rules(("country", "eq", "Germany"))]
    assert talk.said is not None
    assert talk.said.startswith("There is 1 contact in the country Germany.")


def test_it_says_where_nobody_is() -> None:
    talk = Talk("How many contacts are in Atlantis?", {"count": 0}, {"count": 0})

    assert str(talk.said).startswith("There are 0 contacts in a city or country called Atlantis.")


@pytest.mark.parametrize(
    ("asked", "strange"),
    [
        ("How many contacts were born in May?", "were born"),
        ("How many are in Zendesk and HubSpot?", "HubSpot"),
        ("How many are in Berlin or Paris?", "or Paris"),
        ("How many deals do we have?", "deals"),
    ],
)
def test_what_it_cannot_count_by_is_said_and_not_left_out(asked: str, strange: str) -> None:
    talk = Talk(asked)

    assert talk.calls == []
    assert f'I do not know how to count by "{strange}".' in str(talk.said)


def test_who_somebody_is_comes_in_a_sentence_from_the_one_contact_that_was_looked_at() -> None:
    details = {
        "contact_id": "c-1",
        "name": "Ada Lovelace",
        "fields": {"job_title": "Countess", "company": "Engines", "city": "London", "url": "https://x.example/1"},
        "emails": ["ada@example.com", "al@example.org"],
        "phones": ["+44 20 7946 0000"],
        "disagreeing": {"url": ["a", "b"], "city": ["London", "Paris"]},
        "sources": [{"source": "hubspot", "record": "1"}, {"source": "zendesk", "record": "2"}],
    }

    talk = Talk("Who is Ada Lovelace?", {"total": 3, "contacts": [ADA]}, details)

    assert talk.calls == [
        ("searchContacts", {"query": "Ada Lovelace", "limit": 1}),
        ("getContactDetails", {"contact_id": "c-1"}),
    ]
    portrait, stand_in = str(talk.said).split("\n\n")
    assert portrait == (
        "**Ada Lovelace** is Countess at Engines, in London; e-mail ada@example.com and al@example.org; phone "
        "+44 20 7946 0000. Known from HubSpot and Zendesk; about city the sources disagree. 2 more are found by these "
        "words; an e-mail address tells them apart."
    )
    assert stand_in == "(I am the sandbox's stand-in for a model, and follow a few rules.)"


def test_who_is_called_just_so_is_told_of_and_without_a_title_is_at_a_company() -> None:
    several = {"total": 2, "contacts": [{**OTHER, "name": "Ada N. Lovelace"}, ADA]}

    talk = Talk("Who is Ada Lovelace?", several, several, {"name": "Ada Lovelace", "fields": {"company": "Engines"}})

    assert talk.calls[-1] == ("getContactDetails", {"contact_id": "c-1"})
    assert str(talk.said).startswith("**Ada Lovelace** is at Engines. 1 more is found by these words;")


def test_it_tells_what_the_sources_disagree_about() -> None:
    values = [{"value": "1", "source": "hubspot", "as_of": "2026-05-04T10:00:00Z"}, {"value": "2", "source": "csv"}]
    told = {"name": "Ada Lovelace", "conflicts": {"phone": {"values": values}, "url": {"values": values}}}

    talk = Talk("What disagrees between the sources for Ada Lovelace?", FOUND, told)

    assert talk.calls[-1] == ("listConflicts", {"contact_id": "c-1"})
    assert "- phone: 1 (HubSpot, 2026-05-04) / 2 (a file)" in str(talk.said)
    assert "url" not in str(talk.said)


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("who is ada lovelace?", "ada lovelace"),
        ("what do you know about ada king lovelace", "ada king lovelace"),
        ("Tell me about ADA LOVELACE's phone", "ADA LOVELACE"),
        ("Who has +44 20 7946 0000?", "+44 20 7946 0000"),
    ],
)
def test_a_name_is_found_however_it_is_written(asked: str, who: str) -> None:
    assert Talk(asked).calls == [("searchContacts", {"query": who, "limit": 1})]


def test_it_tells_what_happened() -> None:
    ticket = {"source": "zendesk", "kind": "ticket", "title": "Late", "occurred_at": "2026-05-04T10:00:00Z"}

    talk = Talk("What happened with Ada Lovelace?", FOUND, {"interactions": [ticket]})

    assert talk.calls[-1] == ("getTimeline", {"contact_id": "c-1", "limit": 5})
    assert "- 2026-05-04, ticket, Late (Zendesk)" in str(talk.said)


def test_of_one_kind_the_latest_are_told() -> None:
    note = {"source": "hubspot", "kind": "note", "body": "likes tea\nand cake"}
    ticket = {"source": "zendesk", "kind": "ticket", "title": "Late"}

    notes = Talk("What do the notes about ada lovelace say?", FOUND, {"interactions": [ticket, note]})
    deals = Talk("What is the latest deal with ada lovelace called?", FOUND, {"interactions": [ticket, note]})

    assert notes.calls[-1] == ("getTimeline", {"contact_id": "c-1", "limit": 50})
    assert str(notes.said).startswith("The latest first:\n- note, likes tea (HubSpot)\n\n")
    assert str(deals.said).startswith("I see no deal.")


def test_it_tells_why_records_are_one() -> None:
    edges = [{"sentence": "Same email", "joined": True}, {"sentence": "Other name", "joined": False}]

    talk = Talk("Why is Ada Lovelace one contact?", FOUND, {"sentence": "Two records.", "edges": edges})

    assert talk.calls[-1] == ("explainMatch", {"contact_id": "c-1"})
    assert str(talk.said).startswith("Two records.\n- Same email\n\n")


def test_it_lists_who_may_be_one_person_and_what_is_connected() -> None:
    pairs = Talk("Are there duplicates?", {"total": 154, "pairs": [{"why": "Same phone", "contacts": [ADA, OTHER]}]})
    hubspot = {"provider": "hubspot", "account": "Acme", "state": "active", "synced_at": "2026-05-04T10:00:59.123456Z"}
    sources = Talk("How fresh are our sources?", {"sources": [hubspot]})

    assert (pairs.calls, sources.calls) == ([("findDuplicates", {"limit": 5})], [("listSources", {})])
    assert "154 pairs of contacts wait" in str(pairs.said)
    assert "**Ada Lovelace** (ada@example.com, HubSpot and Zendesk) and **ADA LOVELACE**" in str(pairs.said)
    assert "- HubSpot (Acme): active, read last on 2026-05-04 at 10:00 UTC" in str(sources.said)


HELLO = "Hello,\n\nI am writing to you about the delay.\n\nKind regards"
ORDERS: list[tuple[str, str, dict[str, Any]]] = [
    ("Write a mail to Ada Lovelace about the delay", "sendEmail", {"subject": "The delay", "body": HELLO}),
    ("Please send an email to ada@example.com: We come.", "sendEmail", {"subject": "We come", "body": "We come."}),
    ("Email ada@example.com saying we come", "sendEmail", {"subject": "We come", "body": "we come"}),
    ("Write Ada Lovelace a message about the delay", "sendEmail", {"subject": "The delay", "body": HELLO}),
    ('Write to Ada Lovelace with the subject "Hi": "We come."', "sendEmail", {"subject": "Hi", "body": "We come."}),
    ('Add a note to Ada Lovelace: "Likes tea"', "addNote", {"body": "Likes tea"}),
    ("note about ada@example.com that change the phone to 1 is a joke", "addNote", {
        "body": "change the phone to 1 is a joke"
    }),
    ("Schedule a meeting with Ada Lovelace tomorrow at 3 pm about tea", "scheduleMeeting", {
        "title": "Tea", "starts_at": "2026-11-28T15:00:00+00:00"
    }),
    ("Schedule a call with Ada Lovelace on Friday at 9:30", "scheduleMeeting", {
        "title": "Meeting", "starts_at": "2026-12-04T09:30:00+00:00"
    }),
    ('Put down a meeting "Tea" with Ada Lovelace on 4 May 2027 at 10:00 UTC', "scheduleMeeting", {
        "title": "Tea", "starts_at": "2027-05-04T10:00:00+00:00"
    }),
    ("Book a meeting with Ada Lovelace on 2027-05-04T10:00", "scheduleMeeting", {
        "title": "Meeting", "starts_at": "2027-05-04T10:00:00+00:00"
    }),
    ("Change Ada Lovelace's phone to +44 20 7946 0000.", "updateContact", {"changes": {"phone": "+44 20 7946 0000"}}),
    ("Set the e-mail address of Ada Lovelace to a@b.example", "updateContact", {"changes": {"email": "a@b.example"}}),
    ("Change the company of Ada Lovelace to Engines Inc., but in Pipedrive only.", "updateContact", {
        "changes": {"company": "Engines Inc."}, "provider": "pipedrive"
    }),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "tool", "given"), ORDERS)
def test_an_order_is_proposed_with_its_tool(asked: str, tool: str, given: dict[str, Any]) -> None:
    talk = Talk(asked, FOUND, "Approved and done. It is written.")

    assert talk.calls[-1] == (tool, {"contact_id": "c-1", **given})
    assert str(talk.said).startswith("Approved and done.")


@pytest.mark.parametrize(("asked", "tool", "given"), ORDERS)
def test_nothing_is_proposed_where_several_may_be_meant(asked: str, tool: str, given: dict[str, Any]) -> None:
    del given
    several = {"total": 2, "contacts": [{**ADA, "email": "", "name": who} for who in ("Ada Lovelace", "ada lovelace")]}

    talk = Talk(asked, several, several)

    assert tool not in dict(talk.calls)
    assert "Several may be meant" in str(talk.said)


def test_who_is_found_alone_is_meant_however_the_name_is_written() -> None:
    alone = {"total": 1, "contacts": [{**ADA, "name": "Ада Лавлейс", "email": "ada@other.example"}]}

    talk = Talk("Add a note to ada@example.com: likes tea", alone)

    assert talk.calls[-1] == ("addNote", {"contact_id": "c-1", "body": "likes tea"})


def test_of_several_the_one_who_is_called_just_so_is_taken() -> None:
    longer = {**OTHER, "name": "Ada Lovelace-King"}

    talk = Talk(
        "Add a note to Ada Lovelace: likes tea",
        {"total": 2, "contacts": [longer]},
        {"total": 2, "contacts": [longer, ADA]},
    )

    assert talk.calls[-1] == ("addNote", {"contact_id": "c-1", "body": "likes tea"})


NAMESAKES = "The two contacts called Ada Lovelace are one person. Join them."


@pytest.mark.parametrize("asked", ["Join Ada Lovelace and ADA LOVELACE", NAMESAKES])
def test_two_of_one_name_are_joined(asked: str) -> None:
    talk = Talk(asked, TWO, "Approved and done.")

    assert talk.calls[-1] == ("mergeContacts", {"contact_ids": ["c-1", "c-2"]})


def test_of_three_those_two_of_the_name_are_joined_and_of_one_nothing_is() -> None:
    third = {**OTHER, "contact_id": "c-3", "name": "Ada Lovelace-King"}

    two = Talk(NAMESAKES, {"total": 3, "contacts": [ADA, third, OTHER]}, "Approved and done.")
    one = Talk(NAMESAKES, FOUND)

    assert two.calls[-1] == ("mergeContacts", {"contact_ids": ["c-1", "c-2"]})
    assert str(one.said).startswith("I need two contacts called Ada Lovelace, and found 1.")


def test_two_of_different_names_are_joined() -> None:
    other = {"total": 1, "contacts": [OTHER]}

    talk = Talk("Merge Ada Lovelace with al@example.org", FOUND, other, "Approved and done.")

    assert talk.calls[-1] == ("mergeContacts", {"contact_ids": ["c-1", "c-2"]})


def test_they_are_whom_was_spoken_of_and_this_is_whom_the_page_shows() -> None:
    looked = {"type": "tool_use", "id": "a", "name": "getContactDetails", "input": {"contact_id": "c-9"}}
    before = (
        Message("user", "Who is Ada Lovelace?"),
        Message("assistant", [looked]),
        Message("user", [result("a", {})]),
    )

    her = Talk("Change her phone to 12345", "Approved and done.", before=before)
    this = Talk("Add a note to this contact: likes tea", "Approved and done.", before=before)

    assert her.calls == [("updateContact", {"contact_id": "c-9", "changes": {"phone": "12345"}})]
    assert this.calls == [("addNote", {"contact_id": SHOWN, "body": "likes tea"})]


@pytest.mark.parametrize(
    ("asked", "results", "said"),
    [
        ("Sing!", [], "I am no model, only a few rules"),
        ("send an email", [], "Say to whom, and what about"),
        ("Add a note", [], "Say about whom, and what"),
        ("Change Ada Lovelace", [], "Say whose value, which, and to what"),
        ("Schedule a meeting with Ada Lovelace", [], "Say when, by a day and an hour in UTC"),
        ("Schedule a meeting with Ada Lovelace on 2027-02-31 at 10", [], "Say when, by a day and an hour in UTC"),
        (
            "Who is nobody@example.com?",
            [{"total": 0, "searched": [{"provider": "hubspot"}, {"provider": "zendesk"}]}],
            "I found nobody by nobody@example.com; I looked in HubSpot and Zendesk.",
        ),
        (
            "Who is Ada Lovelase?",
            [{**FOUND, "spelled_like": ["lovelace"]}],
            "I found nobody by Ada Lovelase. Is **Ada Lovelace**",
        ),
        ("Email ada@example.com: hi", [FOUND, ValueError("None can do that.")], "That did not work: None can do that."),
        (
            "Email ada@example.com: hi",
            [FOUND, ValueError("The person declined this proposal. Nothing was done. Do not propose it again.")],
            "You refused it; nothing was done.",
        ),
    ],
)
def test_what_does_not_go_on_is_said(asked: str, results: list[object], said: str) -> None:
    assert str(Talk(asked, *results).said).startswith(said)


def test_a_result_that_makes_no_sense_is_said() -> None:
    assert str(Talk("Who is Ada Lovelace?", {"contacts": ["… 12 more"]}).said).startswith("My rules do not understand")


def test_a_tool_that_is_not_offered_is_not_asked() -> None:
    assert "searchContacts is missing" in str(Talk("Who is Ada Lovelace?", tools=("countContacts",)).said)
