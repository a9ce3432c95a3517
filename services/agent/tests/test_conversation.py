"""What the model is sent, and what a page makes of what it hears."""

from agent.chunks import Assembly
from agent.conversation import Said, as_sent, closed, fingerprint, result, takeable, unanswered
from agent.tools.registry import DESCRIBED, TOOLS


def call(name: str) -> dict[str, object]:
    return {"type": "tool_use", "id": name, "name": "searchContacts", "input": {}}


def test_what_was_said_without_an_answer_between_is_one_message() -> None:
    first, second = [{"type": "text", "text": "a"}], [{"type": "text", "text": "b"}]

    assert as_sent([Said("user", first), Said("user", second)]) == [{"role": "user", "content": [*first, *second]}]
    assert first == [{"type": "text", "text": "a"}]


def test_what_the_models_service_would_refuse_is_not_kept() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    words = {"type": "text", "text": "\n\nYes."}

    assert takeable([thought, {"type": "text", "text": "\n\n"}, words, call("1")]) == [thought, words, call("1")]
    assert takeable([{"type": "thinking", "thinking": "Hm, lo"}, {"type": "text", "text": ""}]) == []


def test_thinking_of_before_is_left_out_and_nothing_else() -> None:
    thought, words = {"type": "thinking", "thinking": "Hm.", "signature": "s"}, {"type": "text", "text": "a"}
    said = [
        Said("user", [words], 1),
        Said("assistant", [thought], 2),
        Said("user", [words], 3),
        Said("assistant", [thought, call("1")], 4),
    ]

    assert as_sent(said, thinks_from=4) == [
        {"role": "user", "content": [words, words]},
        {"role": "assistant", "content": [thought, call("1")]},
    ]
    assert as_sent(said, thinks_from=5)[-1] == {"role": "assistant", "content": [call("1")]}


def test_what_stands_in_front_of_a_conversation_has_a_name() -> None:
    names = {fingerprint(model, tools) for model in ("a", "b") for tools in (DESCRIBED, DESCRIBED[1:])}

    assert len(names) == 4
    assert fingerprint("a", DESCRIBED) in names


def test_every_call_gets_a_result() -> None:
    said = [Said("user", []), Said("assistant", [call("1"), {"type": "text", "text": "x"}, call("2")])]

    found = closed(unanswered(said), {"1": result("1", "found")}, "not done")

    assert [(each["tool_use_id"], each.get("is_error", False)) for each in found] == [("1", False), ("2", True)]
    assert unanswered([*said, Said("user", found)]) == []


def test_a_page_has_what_it_heard() -> None:
    assembly = Assembly()
    for chunk in (
        {"type": "start", "messageId": "m"},
        {"type": "start-step"},
        {"type": "text-start", "id": "t"},
        {"type": "text-delta", "id": "t", "delta": "Half"},
        {"type": "text-end", "id": "t"},
        {"type": "reset-step"},
        {"type": "tool-input-start", "toolCallId": "c", "toolName": "addNote"},
        {"type": "tool-input-available", "toolCallId": "c", "toolName": "addNote", "input": {"body": "x"}},
        {"type": "tool-approval-request", "approvalId": "a", "toolCallId": "c"},
    ):
        assembly.take(chunk)

    assert assembly.parts == [
        {"type": "step-start"},
        {
            "type": "tool-addNote",
            "toolCallId": "c",
            "state": "approval-requested",
            "input": {"body": "x"},
            "approval": {"id": "a"},
        },
    ]
    assembly.decided("c", approved=False, reason="no")
    assembly.take({"type": "tool-output-denied", "toolCallId": "c"})
    assert assembly.parts[-1]["state"] == "output-denied"
    assert assembly.parts[-1]["approval"] == {"id": "a", "approved": False, "reason": "no"}


def test_tools_are_described_as_the_api_takes_them() -> None:
    assert [each["name"] for each in DESCRIBED] == list(TOOLS)
    for each in DESCRIBED:
        assert each["input_schema"]["type"] == "object"
        assert not each["input_schema"]["additionalProperties"]
