"""What is known of proposals, put together from what was heard at different times."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from agent.carrying_out import key_of, step_of
from agent.conversation import UNKNOWN
from agent.outcomes import Done, Outcome, joined, known, outcome_of, told, told_of
from agent.proposal_queries import Proposal
from agent.tools.tool import Plan, Step

NOW = datetime.now(UTC)


def proposal(state: Any, outcome: object = None, *, reason: str | None = None) -> Proposal:
    return Proposal(
        proposal_id=uuid4(),
        user_id=uuid4(),
        via="chat",
        chat_id="c",
        message_id="m",
        call_id="1",
        tool="addNote",
        input={},
        plan=Plan(title="A note", steps=(Step(says="Note at HubSpot"), Step(says="Note at Zendesk"))),
        state=state,
        reason=reason,
        outcome=outcome,
        created_at=NOW,
        expires_at=NOW,
        decided_at=NOW,
    )


def steps(*states: str) -> Outcome:
    return Outcome([Done(f"step {number}", state) for number, state in enumerate(states)])


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("succeeded", "succeeded"), "done"),
        (("succeeded", "conflict"), "failed"),
        (("failed", "failed"), "failed"),
        (("succeeded", "waiting"), "running"),
        (("failed", "waiting"), "running"),
    ],
)
def test_what_waits_is_neither_done_nor_failed(states: tuple[str, ...], state: str) -> None:
    assert steps(*states).state == state


LOGGED = Done("Log an email in HubSpot", "succeeded", "done", effect="Nothing is sent.")
FAILED = Done("Change phone in Zendesk", "failed", "Zendesk refused it.")


@pytest.mark.parametrize(
    ("became", "says"),
    [
        ([LOGGED], "Approved and done. Log an email in HubSpot: done (Nothing is sent.)"),
        ([FAILED], "Approved, but nothing was done. Change phone in Zendesk: Zendesk refused it."),
        ([LOGGED, FAILED], "Approved, but not all was done. "),
    ],
)
def test_the_model_hears_how_much_was_done_and_what_that_really_was(became: list[Done], says: str) -> None:
    _, block = told("call", Outcome(became))

    assert block["content"].startswith(says), block
    assert Outcome(became).shown()["steps"][0]["effect"] == became[0].effect


def test_a_last_word_stays_until_there_is_a_better_one() -> None:
    known_, heard = steps("succeeded", "waiting", "succeeded"), steps("waiting", "failed", "conflict")

    assert [step.state for step in joined(known_, heard).steps] == ["succeeded", "failed", "conflict"]


def test_the_way_back_that_was_known_stays_known_when_it_was_taken() -> None:
    known_ = Outcome([Done("Change the title", "succeeded", undo="/actions/7/undo")])
    heard = Outcome([Done("Change the title", "succeeded", url="https://crm.example/7")])

    assert joined(known_, heard).steps == [
        Done("Change the title", "succeeded", undo="/actions/7/undo", url="https://crm.example/7")
    ]


def test_of_a_proposal_nothing_is_known_until_something_was_heard() -> None:
    for outcome in (None, {"unknown": "nobody knows"}):
        assert outcome_of(proposal("running", outcome)).state == "running"
        assert told_of(proposal("running", outcome))[1]["content"] == UNKNOWN


def test_what_was_decided_is_told_beside_what_was_held_back() -> None:
    done = {"steps": [{"says": "Note", "state": "succeeded", "detail": "done"}]}
    held = [{"type": "tool_result", "tool_use_id": "0", "content": "7"}]

    for decided, words in [
        (proposal("done", done), "Approved and done. Note: done"),
        (proposal("refused", reason="not her"), "declined this proposal: not her"),
    ]:
        found = known(held, [decided])
        assert found["0"]["content"] == "7"
        assert words in found["1"]["content"]
    assert "1" not in known(held, [proposal("open")])
    assert "1" not in known(None, [proposal("running")])


def test_a_step_is_known_by_its_key_and_other_keys_are_not_ours() -> None:
    proposal_id = uuid4()

    assert step_of(key_of(proposal_id, 3)) == (proposal_id, 3)
    for key in (None, "", "a program's own", str(proposal_id), f"{proposal_id}:x"):
        assert step_of(key) is None
