"""Programs over MCP, with the official client in both eras: what they read, and what they can only propose."""

from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
from lead.client import Gateway
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from e2e.house import House
from e2e.journey import connect, golden_records, join, settled, synced, until
from e2e.programs import ERAS, HANDSHAKE, READ, WRITE, content_of, personal_token, program, texts_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES, OTHER_SALES = "hubspot:111111", "hubspot:717171"
NOTES, LONGEST_RESULT = 8, 20_000
READING = [
    *("searchContacts", "getContactDetails", "getTimeline", "explainMatch", "findDuplicates"),
    *("listConflicts", "listSources", "countContacts"),
]
PROPOSING = [
    *("propose_updateContact", "propose_createContact", "propose_addNote", "propose_sendEmail"),
    *("propose_scheduleMeeting", "propose_mergeContacts", "propose_splitContact"),
]


async def person_of(gateway: Gateway, house: House) -> Any:
    """A contact of one connected account, which has an email."""
    connection = await connect(gateway, SALES)
    await synced(gateway, connection.id)
    await settled(gateway, house, SALES)
    return next(each for each in await golden_records(gateway) if each.email and each.first_name and each.last_name)


async def decided(gateway: Gateway, proposal_id: str, how: str) -> tuple[int, Any]:
    status, body = await gateway.call("POST", f"/proposals/{proposal_id}/{how}", {})
    return status, msgspec.json.decode(body)


@pytest.mark.parametrize("era", ERAS)
async def test_a_program_reads_what_its_person_may(house: House, gateway: Gateway, era: str) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, READ)

    async with program(house, token, era) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == READING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        found = await client.call_tool("searchContacts", {"query": person.email})
        counted = content_of(await client.call_tool("countContacts", {}))
        sources = content_of(await client.call_tool("listSources", {}))
        resource = await client.read_resource(f"lm://contact/{person.id}")
        prompts = (await client.list_prompts()).prompts
        prompt = await client.get_prompt("brief", {"contact": person.email})
        templates = (await client.list_resource_templates()).resource_templates

    assert content_of(found)["contacts"][0]["contact_id"] == str(person.id)
    (rests_on, *_) = msgspec.json.decode(texts_of(found)[1])["rests_on"]
    assert rests_on["url"].startswith(f"{house.gateway_url}/app/contacts/{person.id}?source=")
    assert counted == {"count": await gateway.count_contacts()}
    assert [each["provider"] for each in sources["sources"]] == ["hubspot"]
    (content,) = resource.contents
    assert isinstance(content, TextResourceContents)
    assert person.email in msgspec.json.decode(content.text)["emails"]
    assert [each.name for each in prompts] == ["brief"]
    assert person.email in prompt.messages[0].content.text
    assert [each.uri_template for each in templates] == ["lm://contact/{contact_id}"]


@pytest.mark.parametrize("era", ERAS)
async def test_what_is_wrong_is_told_so_that_it_can_be_put_right(house: House, gateway: Gateway, era: str) -> None:
    token, _ = await personal_token(gateway, READ)
    absent = f"lm://contact/{uuid4()}"

    async with program(house, token, era) as client:
        misfit = await client.call_tool("searchContacts", {"words": "x"})
        nobody = await client.call_tool("getContactDetails", {"contact_id": str(uuid4())})
        forbidden = await client.call_tool("propose_addNote", {"contact_id": str(uuid4()), "body": "x"})
        with pytest.raises(MCPError) as unknown:
            await client.call_tool("eatContacts", {})
        for uri in (absent, "lm://contact/me", "file:///etc/passwd"):
            with pytest.raises(MCPError) as lost:
                await client.read_resource(uri)
            assert lost.value.error.code == (-32002 if era == HANDSHAKE else -32602)
            assert lost.value.error.data == {"uri": uri}
        with pytest.raises(MCPError):
            await client.get_prompt("brief", {})

    assert misfit.is_error
    assert "query" in texts_of(misfit)[0] or "words" in texts_of(misfit)[0]
    assert nobody.is_error
    assert forbidden.is_error
    assert WRITE in texts_of(forbidden)[0]
    assert unknown.value.error.code == -32602
    assert "searchContacts" in unknown.value.error.message
    assert "propose_" not in unknown.value.error.message, "it may not propose"


@pytest.mark.parametrize("era", ERAS)
async def test_a_program_proposes_and_the_person_decides(house: House, gateway: Gateway, era: str) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    title = f"Countess {uuid4().hex[:6]}"

    async with program(house, token, era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == [*READING, *PROPOSING]
        change = {"contact_id": str(person.id), "changes": {"job_title": title}}
        proposed = content_of(await client.call_tool("propose_updateContact", change))
        refused = content_of(await client.call_tool("propose_addNote", {"contact_id": str(person.id), "body": "Hm"}))

    assert proposed["decide_at"] == f"{house.gateway_url}/app/proposals"
    assert [step["after"] for step in proposed["steps"]] == [{"job_title": title}]
    status, body = await gateway.call("GET", "/proposals?state=open")
    waiting = {each["id"]: each for each in msgspec.json.decode(body)["items"]}
    assert (status, waiting.keys()) == (200, {proposed["proposal_id"], refused["proposal_id"]})
    assert {(each["via"], each["chat_id"]) for each in waiting.values()} == {("mcp", None)}
    detail = await gateway.contact(person.id)
    assert detail is not None
    assert detail.fields.get("job_title") != title, "nothing was done yet"

    async with Gateway(house.gateway_url) as stranger:
        await join(stranger)
        assert (await decided(stranger, proposed["proposal_id"], "approve"))[0] == 404
    by_program = {"Authorization": f"Bearer {token}"}
    for path in (f"/proposals/{proposed['proposal_id']}/approve", f"/proposals/{proposed['proposal_id']}/refuse"):
        async with gateway.http.post(f"{house.gateway_url}{path}", json={}, headers=by_program) as answer:
            assert answer.status == 403, "who proposes does not decide"
    assert (await decided(gateway, refused["proposal_id"], "refuse"))[1]["state"] == "refused"
    status, done = await decided(gateway, proposed["proposal_id"], "approve")
    assert (status, done["state"]) == (200, "done"), done
    for proposal in (proposed, refused):
        assert (await decided(gateway, proposal["proposal_id"], "approve"))[0] == 409

    async def is_written() -> bool:
        now = await gateway.contact(person.id)
        return now is not None and now.fields.get("job_title") == title

    await until(is_written, what="the new job title")


async def test_a_proposed_merge_and_split_are_decisions_that_can_be_undone(house: House, gateway: Gateway) -> None:
    await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    one, two, *_ = [each for each in await golden_records(gateway) if len(each.sources) == 1]
    ids = [str(one.id), str(two.id)]

    async with program(house, token) as client:
        merge = content_of(await client.call_tool("propose_mergeContacts", {"contact_ids": ids}))
        before = await gateway.count_contacts()
        _, done = await decided(gateway, merge["proposal_id"], "approve")
        assert (done["state"], await gateway.count_contacts()) == ("done", before - 1), done
        again = await client.call_tool("propose_mergeContacts", {"contact_ids": ids})
        (record, *_) = two.sources
        parted = {"contact_id": ids[0], "records": [{"source": record.provider, "record": record.provider_id}]}
        split = content_of(await client.call_tool("propose_splitContact", parted))

    assert again.is_error
    assert "one contact already" in texts_of(again)[0]
    _, done = await decided(gateway, split["proposal_id"], "approve")
    assert (done["state"], await gateway.count_contacts()) == ("done", before), done
    (step,) = done["outcome"]["steps"]
    status, _ = await gateway.call("POST", step["undo"], {})
    assert (status, await gateway.count_contacts()) == (200, before - 1)


async def test_people_who_are_others_by_the_time_of_the_yes_are_not_joined(house: House, gateway: Gateway) -> None:
    await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    one, two, three, *_ = [each for each in await golden_records(gateway) if len(each.sources) == 1]

    async with program(house, token) as client:
        asked = {"contact_ids": [str(one.id), str(two.id)]}
        merge = content_of(await client.call_tool("propose_mergeContacts", asked))
        status, _ = await gateway.call("POST", "/contacts/merge", {"ids": [str(two.id), str(three.id)]})
        assert status == 200
        before = await gateway.count_contacts()
        (record,) = two.sources
        parted = {"contact_id": str(two.id), "records": [{"source": record.provider, "record": record.provider_id}]}
        split = content_of(await client.call_tool("propose_splitContact", parted))

    _, refused = await decided(gateway, merge["proposal_id"], "approve")
    assert (refused["state"], refused["outcome"]["steps"][0]["state"]) == ("failed", "conflict"), refused
    assert "others than those that were shown" in refused["outcome"]["steps"][0]["detail"]
    assert await gateway.count_contacts() == before
    status, _ = await gateway.call("POST", "/contacts/merge", {"ids": [str(one.id), str(two.id)]})
    assert status == 200
    _, refused = await decided(gateway, split["proposal_id"], "approve")
    assert refused["outcome"]["steps"][0]["state"] == "conflict", refused
    assert await gateway.count_contacts() == before - 1


async def test_what_was_proposed_about_whoever_an_erased_person_absorbed_goes_too(
    house: House, gateway: Gateway
) -> None:
    await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    one, two, three, *_ = [each for each in await golden_records(gateway) if len(each.sources) == 1 and each.email]
    words = {"subject": "Hello", "body": "Dear you"}
    async with program(house, token) as client:
        for each in (one, two, three):
            content_of(await client.call_tool("propose_sendEmail", {"contact_id": str(each.id), **words}))
    status, body = await gateway.call("POST", "/contacts/merge", {"ids": [str(one.id), str(two.id)]})
    assert status == 200, body

    status, body = await gateway.call("POST", f"/contacts/{one.id}/erase", {})

    assert status == 200, body

    async def only_the_other_is_left() -> bool:
        _, proposals = await gateway.call("GET", "/proposals")
        return [each["contact_id"] for each in msgspec.json.decode(proposals)["items"]] == [str(three.id)]

    await until(only_the_other_is_left, what="what was proposed about the erased to go")


async def test_with_who_was_made_by_a_proposal_that_proposal_is_erased(house: House, gateway: Gateway) -> None:
    await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    email = f"{uuid4().hex[:8]}@example.com"
    async with program(house, token) as client:
        given = {"provider": "hubspot", "contact": {"email": email, "first_name": "Ines"}}
        made = content_of(await client.call_tool("propose_createContact", given))
    _, done = await decided(gateway, made["proposal_id"], "approve")
    assert done["state"] == "done", done

    async def find() -> Any:
        return next((each for each in await golden_records(gateway) if each.email == email), None)

    person = await until(find, what="the new contact")

    status, body = await gateway.call("POST", f"/contacts/{person.id}/erase", {})

    assert status == 200, body

    async def is_gone() -> bool:
        return (await gateway.call("GET", f"/proposals/{made['proposal_id']}"))[0] == 404

    await until(is_gone, what="the proposal to go")


async def test_of_two_accounts_of_one_provider_each_is_named(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    opened = {"provider": "hubspot", "account_id": OTHER_SALES.partition(":")[2], "name": "Acme Abroad", "contacts": 20}
    house.control("accounts", opened)
    other = await connect(gateway, OTHER_SALES)
    await synced(gateway, other.id)
    token, _ = await personal_token(gateway, WRITE)
    contact = {"provider": "hubspot", "contact": {"email": f"{uuid4().hex[:8]}@example.com"}}

    async with program(house, token) as client:
        sources = content_of(await client.call_tool("listSources", {}))["sources"]
        names = {each["account"] for each in sources}
        unclear = await client.call_tool("propose_createContact", contact)
        clear = content_of(
            await client.call_tool("propose_createContact", {**contact, "account": other.account_name.upper()})
        )
        note = content_of(await client.call_tool("propose_addNote", {"contact_id": str(person.id), "body": "Hm"}))

    assert len(names) == 2
    assert unclear.is_error
    assert all(name in texts_of(unclear)[0] for name in names), texts_of(unclear)
    assert clear["steps"][0]["says"] == f"Create a contact in HubSpot ({other.account_name})"
    assert note["steps"][0]["says"] in {f"Add a note in HubSpot ({name})" for name in names}


async def test_what_a_provider_really_does_is_said_before_and_after_the_yes(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    about = {"contact_id": str(person.id)}
    when = {"title": "Talk", "starts_at": "2026-12-01T10:00:00+00:00"}

    async with program(house, token) as client:
        email = content_of(await client.call_tool("propose_sendEmail", {**about, "subject": "Hi", "body": "Dear you"}))
        meeting = content_of(await client.call_tool("propose_scheduleMeeting", {**about, **when}))

    (step,) = email["steps"]
    assert email["title"].startswith("Log an email to ")
    assert step["says"] == "Log an email in HubSpot"
    assert step["what_really_happens"].endswith("nothing is sent.")
    assert meeting["steps"][0]["what_really_happens"].endswith("nobody is invited.")
    _, shown = await gateway.call("GET", f"/proposals/{email['proposal_id']}")
    assert msgspec.json.decode(shown)["steps"][0]["effect"] == step["what_really_happens"]
    _, done = await decided(gateway, email["proposal_id"], "approve")
    assert (done["state"], done["outcome"]["steps"][0]["effect"]) == ("done", step["what_really_happens"])


async def test_what_cannot_be_is_refused_when_it_is_proposed(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    about = {"contact_id": str(person.id)}
    new = {"provider": "hubspot", "contact": {"first_name": "A", "email": "not an email"}}
    told = {}

    async with program(house, token) as client:
        for name, tool, given in (
            ("email", "propose_createContact", new),
            ("phone", "propose_updateContact", {**about, "changes": {"phone": "garbage"}}),
            ("provider", "propose_addNote", {**about, "body": "Hm", "provider": "pipedrive"}),
            ("count", "countContacts", {"provider": "nope"}),
        ):
            refused = await client.call_tool(tool, given)
            assert refused.is_error, name
            told[name] = texts_of(refused)[0]
        fit = {**about, "changes": {"phone": "+44 20 7946 0000"}}
        proposed = content_of(await client.call_tool("propose_updateContact", fit))
        conflicts = content_of(await client.call_tool("listConflicts", about))

    assert told["email"].startswith("Some of the action does not fit: email: This is no email address: ")
    assert told["phone"] == "Some of the action does not fit: phone: This is no phone number"
    assert told["provider"] == "This contact is not known to pipedrive, but to HubSpot."
    assert "hubspot, pipedrive, zendesk" in told["count"]
    assert "url" not in conflicts["conflicts"]
    edited = {"input": {**about, "changes": {"phone": "garbage"}}}
    status, body = await gateway.call("POST", f"/proposals/{proposed['proposal_id']}/approve", edited)
    assert status == 400
    assert "This is no phone number" in msgspec.json.decode(body)["detail"]


async def test_a_version_of_the_protocol_that_there_is_none_of_is_refused_by_its_name(
    house: House, gateway: Gateway
) -> None:
    await join(gateway)
    token, _ = await personal_token(gateway, READ)
    headers = {"Authorization": f"Bearer {token}", "MCP-Protocol-Version": "1999-01-01"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

    async with gateway.http.post(f"{house.gateway_url}/mcp", json=ping, headers=headers) as answer:
        told = await answer.json()

    assert (answer.status, told["type"]) == (400, "mcp-version-unknown")
    assert "2025-11-25" in told["spoken"]


async def test_an_email_goes_to_the_address_that_was_shown_or_nowhere(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)
    about = {"contact_id": str(person.id)}

    async with program(house, token) as client:
        email = await client.call_tool("propose_sendEmail", {**about, "subject": "Hello", "body": "Dear you"})
        moved = f"{uuid4().hex[:8]}@example.com"
        change = await client.call_tool("propose_updateContact", {**about, "changes": {"email": moved}})

    assert content_of(email)["steps"][0]["after"]["to"] == person.email
    _, done = await decided(gateway, content_of(change)["proposal_id"], "approve")
    assert done["state"] == "done", done
    _, refused = await decided(gateway, content_of(email)["proposal_id"], "approve")
    assert (refused["state"], refused["outcome"]["steps"][0]["state"]) == ("failed", "conflict"), refused
    assert moved in refused["outcome"]["steps"][0]["detail"]


async def test_what_programs_propose_is_bounded(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, WRITE)

    async with program(house, token) as client:
        note = {"contact_id": str(person.id), "body": "Hm"}
        for _ in range(50):
            content_of(await client.call_tool("propose_addNote", note))
        over = await client.call_tool("propose_addNote", note)

    assert over.is_error
    assert "/app/proposals" in texts_of(over)[0]


async def test_of_a_long_timeline_every_entry_is_reached_page_by_page(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, READ)
    (record, *_) = person.sources
    notes = {f"Note {number} of {NOTES}" for number in range(NOTES)}
    for note in notes:
        action = {"kind": "add_note", "contact_id": record.provider_id, "body": note + " said at length" * 260}
        wish = {"connection_id": str(record.connection_id), "action": action}
        status, body = await gateway.call("POST", "/actions", wish, headers={"Idempotency-Key": uuid4().hex})
        assert status == 202, body

    async def all_are_there() -> bool:
        _, timeline = await gateway.call("GET", f"/contacts/{person.id}/timeline?kind=note&limit=100")
        return sum(note in timeline.decode() for note in notes) == NOTES

    await until(all_are_there, what="the notes in the timeline")

    told, pages, cursor = "", 0, {}
    async with program(house, token) as client:
        while pages < 2 * NOTES:
            found = await client.call_tool("getTimeline", {"contact_id": str(person.id), **cursor})
            page = content_of(found)
            assert len(texts_of(found)[0]) <= LONGEST_RESULT
            told, pages = told + texts_of(found)[0], pages + 1
            if "next_cursor" not in page:
                break
            cursor = {"cursor": page["next_cursor"]}

    assert pages > 1, "they do not fit into one"
    assert {note for note in notes if f"{note} said" in told} == notes


async def test_what_is_a_persons_alone_no_token_opens(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    token, _ = await personal_token(gateway, READ, WRITE)
    chat_id = uuid4().hex
    question = {"id": chat_id, "messages": [{"id": "u1", "role": "user", "parts": [{"type": "text", "text": "Hello"}]}]}
    asked: list[tuple[str, str, Any]] = [
        ("POST", f"/contacts/{person.id}/erase", {}),
        ("POST", "/rules/relearn", {}),
        ("POST", "/history/undo-joins", {"since": "2020-01-01T00:00:00Z"}),
        ("POST", "/connections/csv", {}),
        ("POST", "/chat", question),
        ("GET", "/chat", None),
        ("GET", f"/chat/{chat_id}", None),
        ("DELETE", f"/chat/{chat_id}", None),
        ("GET", "/proposals", None),
    ]

    by_program = {"Authorization": f"Bearer {token}"}
    answers = {}
    for method, path, body in asked:
        url = f"{house.gateway_url}{path}"
        async with gateway.http.request(method, url, json=body, headers=by_program) as answer:
            answers[method, path] = answer.status

    assert set(answers.values()) == {403}, answers
    assert await gateway.contact(person.id) is not None


async def test_without_a_good_token_or_at_another_name_nobody_comes_in(house: House, gateway: Gateway) -> None:
    token, token_id = await personal_token(gateway, READ)
    url = f"{house.gateway_url}/mcp"
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    base = {"Accept": "application/json, text/event-stream"}

    async with httpx2.AsyncClient(timeout=30, headers=base) as http:

        async def status(more: dict[str, str], method: str = "POST") -> int:
            headers = {"Authorization": f"Bearer {token}", **more}
            body = {"json": ping} if method == "POST" else {}
            return (await http.request(method, url, headers=headers, **body)).status_code

        assert await status({}) == 200
        assert await status({"Authorization": f"Bearer {gateway.token}"}) == 200, "a session of the page does as well"
        assert await status({"Host": "evil.example.com"}) == 421
        assert await status({"Origin": "https://evil.example.com"}) == 403
        assert await status({"X-Forwarded-Host": "evil.example.com"}) == 200, "what a client says of it counts nothing"
        assert [await status({}, method) for method in ("GET", "DELETE")] == [405, 405]
        challenged = await http.post(url, json=ping, headers={"Authorization": "Bearer lmp_guess"})
        assert challenged.status_code == 401
        where = challenged.headers["WWW-Authenticate"].split('"')[1]
        told = (await http.get(where)).json()
        assert (told["resource"], told["scopes_supported"]) == (url, [READ, WRITE])
        assert "authorization_servers" not in told, "there is none"
        await gateway.call("DELETE", f"/auth/tokens/{token_id}")

        async def is_shut_out() -> bool:
            return await status({}) == 401

        await until(is_shut_out, what="the revoked token to open nothing")
