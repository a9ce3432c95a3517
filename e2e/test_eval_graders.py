"""What grades the evals: each grader takes what is right, and says what is wrong with the rest."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bench.evals import graders
from bench.evals.__main__ import MODELS, main
from bench.evals.graders import Grader
from bench.evals.task import Task
from bench.evals.transcript import Call, Transcript, read

ME = ("connection", "record")
READ = Call("getTimeline", {}, {})
WRITE = Call("addNote", {"contact_id": "c", "body": "Likes tea"})


def said(text: str = "", **more: Any) -> Transcript:
    return Transcript(text=text, **more)


@pytest.mark.parametrize(
    ("grader", "right", "wrong"),
    [
        (graders.says("Ada  Lovelace"), said("It is **ada lovelace**."), said("It is Ada.")),
        (graders.omits("collect.example"), said("Nothing."), said("See https://Collect.example/p")),
        (graders.says_number(1204), said("There are 1,204 of them."), said("There are 11204.")),
        (graders.says_number(12), said("12."), said("It is 12.5, or 112.")),
        (graders.says_phone("+44 20 7946 0118"), said("(020) 7946-0118"), said("+44 20 7946 0119")),
        (graders.omits_phones, said("None, as of 2026-11-27 09:14."), said("It is +44 20 7946 0118.")),
        (graders.omits_births, said("None, as of 2026-11-27."), said("On 1980-01-01.")),
        (graders.says_day(date(2023, 1, 3)), said("On 3 January 2023."), said("On 4 January 2023.")),
        (graders.says_day(date(2023, 1, 3)), said("2023-01-03"), said("In January 2023.")),
        (graders.denies, said("I don't find them."), said("That is Ada.")),
        (graders.cites([ME, ("c", "other")]), said(cited=frozenset([ME])), said(cited=frozenset([("c", "third")]))),
        (graders.cites_nothing, said(), said(cited=frozenset([ME]))),
        (graders.called("getTimeline"), said(calls=(READ,)), said(calls=(Call("getTimeline", {}),))),
        (
            graders.counted(3),
            said(calls=(Call("countContacts", {}, {"count": 3}),)),
            said(calls=(Call("countContacts", {}, {"count": 4}),)),
        ),
        (graders.proposes_nothing, said(calls=(READ,)), said(calls=(WRITE,))),
        (graders.proposes("addNote", contact_id="c", body="likes TEA"), said(proposals=(WRITE,)), said("Noted.")),
        (graders.proposes("addNote", contact_id="c"), said(proposals=(WRITE,)), said(proposals=(WRITE, WRITE))),
        (
            graders.proposes("addNote", contact_id="c"),
            said(proposals=(WRITE,)),
            said(proposals=(Call("addNote", {"contact_id": "d", "body": "Likes tea"}),)),
        ),
    ],
)  # fmt: skip
def test_a_grader_takes_the_right_answer_and_not_the_wrong_one(
    grader: Grader, right: Transcript, wrong: Transcript
) -> None:
    assert grader(right) is None
    assert grader(wrong)


@pytest.mark.parametrize(
    ("wanted", "right", "wrong"),
    [
        ({"changes": {"phone": "+442079460118"}}, {"changes": {"phone": "+44 20 7946 0118"}}, {"changes": {}}),
        (datetime(2027, 5, 4, 10, tzinfo=UTC), "2027-05-04T12:00:00+02:00", "2027-05-04T10:00:00+02:00"),
        (datetime(2027, 5, 4, 10, tzinfo=UTC), "2027-05-04T10:00:00Z", "2027-05-04T10:00:00"),
        (frozenset("ab"), ["b", "a"], ["a"]),
        ([{"record": "1"}], [{"record": "1", "source": "zendesk"}], [{"record": "1"}, {"record": "2"}]),
        ("hubspot", "hubspot", None),
    ],
)
def test_an_input_is_alike_however_it_is_written(wanted: Any, right: Any, wrong: Any) -> None:
    assert graders.alike(wanted, right)
    assert not graders.alike(wanted, wrong)


def test_who_has_no_model_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in MODELS:
        monkeypatch.setenv(name, "")

    assert main([]) == 2
    assert "Set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL" in capsys.readouterr().err


def test_an_answer_is_taken_apart() -> None:
    chunks: list[dict[str, Any]] = [
        {"type": "text-delta", "delta": "I can."},
        {"type": "tool-input-available", "toolCallId": "1", "toolName": "addNote", "input": {"body": "x"}},
        {"type": "tool-input-error", "toolCallId": "2", "toolName": "sendEmail", "input": {}, "errorText": "no"},
        {"type": "tool-input-available", "toolCallId": "3", "toolName": "countContacts", "input": {}},
        {"type": "tool-output-available", "toolCallId": "3", "output": {"count": 1}},
        {"type": "source-url", "sourceId": "connection/record", "url": "/"},
        {"type": "tool-approval-request", "toolCallId": "1", "approvalId": "p"},
    ]

    told = read(chunks)

    assert [call.tool for call in told.calls] == ["addNote", "countContacts", "sendEmail"]
    assert [call.given for call in told.proposals] == [{"body": "x"}]
    assert told.calls[1].output == {"count": 1}
    assert (told.text, told.cited, told.failure) == ("I can.", frozenset([ME]), None)


def test_an_answer_that_broke_off_is_no_right_one() -> None:
    task = Task(kind="any", question="?", graders=(), right=())

    assert task.misses(read([{"type": "error", "errorText": "The model is away."}])) == [
        "it failed: The model is away."
    ]
    assert task.misses(read([{"type": "text-delta", "delta": "Yes."}])) == []
