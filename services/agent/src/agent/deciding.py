"""Carrying out, within a turn, what the person decided: all of a step, told to the page and to the model."""

from collections.abc import Mapping, Sequence

from agent import proposal_queries, queries
from agent.carrying_out import carry_out, note
from agent.conversation import INTERRUPTED, Said, closed, unanswered
from agent.outcomes import WAITING, known, told, told_of
from agent.proposal_queries import Proposal
from agent.sheet import Sheet
from agent.together import together
from agent.tools.api import Api

PATIENCE_SECONDS = 60.0
STILL_DONE = "What you approved is still being done, once. It is told here and under Proposals as soon as it is over."


async def carry_out_decided(sheet: Sheet, api: Api, decided: Sequence[Proposal]) -> bool:
    """Do what was approved, and hand all results of that step in; whether all came to its end. Raises `TurnLost`."""
    await together(_carry_out(sheet, api, each) for each in decided)
    async with sheet.locked() as (conn, chat):
        calls = unanswered(await queries.load_said(conn, sheet.key))
        proposals = await proposal_queries.of_calls(conn, sheet.key, [call["id"] for call in calls])
        await tell_decided(sheet, proposals)
        results = known(chat.held_back, proposals.values())
        is_over = not any(each.state in WAITING for each in proposals.values())
        if not is_over:
            await queries.hold_back(conn, sheet.key, list(results.values()))
            await sheet.say({"type": "data-notice", "data": {"text": STILL_DONE}})
        elif calls:
            await queries.add_said(conn, sheet.key, Said("user", closed(calls, results, INTERRUPTED)))
            await queries.hold_back(conn, sheet.key, None)
        await queries.save_message(conn, sheet.key, sheet.message())
    return is_over


async def _carry_out(sheet: Sheet, api: Api, proposal: Proposal) -> None:
    """Do one of them, and tell the page as soon as it is done."""
    if proposal.state == "refused":
        await sheet.say(told_of(proposal)[0])
        return
    heard = await carry_out(api, proposal.proposal_id, proposal.plan, patience_seconds=PATIENCE_SECONDS)
    async with sheet.transaction() as conn:
        outcome = await note(conn, sheet.key.workspace_id, proposal.proposal_id, heard)
    if outcome.is_ended:
        await sheet.say(told(proposal.call_id, outcome)[0])


async def tell_decided(sheet: Sheet, proposals: Mapping[str, Proposal]) -> None:
    """Tell the page of decisions that were being carried out: what is known of them by now."""
    for call_id, each in proposals.items():
        part = sheet.assembly.call(call_id)
        if part is None or part["state"] != "approval-responded":
            continue
        if each.state == "running":
            # The yes was given and is not taken back: another one finds out what came of it.
            asked = {"approvalId": str(each.proposal_id), "toolCallId": call_id}
            await sheet.say({"type": "tool-approval-request", **asked})
        elif each.state != "open":
            await sheet.say(told_of(each)[0])
