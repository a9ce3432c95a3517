"""What a plan is made of: its steps as people see them, each tried out before anybody is asked."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from agent.together import together
from agent.tools import showing
from agent.tools.api import Api, Conflicting
from agent.tools.tool import Step


def shown_by(contact: dict[str, Any], source: dict[str, Any], field: str) -> str | None:
    """Tell what one source shows in a field, as far as it was read."""
    told = contact["lineage"].get(field)
    values = [told["chosen"], *told["losers"]] if told else []
    key = source["connection_id"], source["provider_id"]
    return next((each["value"] for each in values if (each["connection_id"], each["provider_id"]) == key), None)


def step_at(
    source: dict[str, Any],
    says: str,
    action: dict[str, Any],
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
    effect: str | None = None,
) -> Step:
    """Make a step of an action at a source."""
    wish = {"connection_id": source["connection_id"], "action": action}
    record = f"{source['connection_id']}/{source['provider_id']}" if "provider_id" in source else None
    return Step(
        says=says,
        provider=source["provider"],
        effect=effect,
        before=before or {},
        after=after,
        record=record,
        action=wish,
    )


async def check_all(api: Api, steps: Sequence[Step]) -> None:
    """Learn of each step whether it could be done, before anybody is asked for a yes. Raises `ToolFailed`."""
    await together(_check_one(api, step) for step in steps)


async def _check_one(api: Api, step: Step) -> None:
    # What a paused connection cannot do now it may do by the time of the yes.
    with suppress(Conflicting):
        await api.check(step.action)


def key_of(source: dict[str, Any]) -> dict[str, Any]:
    """Name a source record as decisions do."""
    return {"connection_id": source["connection_id"], "provider_id": source["provider_id"]}


def name_of(contact: dict[str, Any]) -> str:
    """Say what a contact is called, within a sentence."""
    return showing.name_of(contact["fields"], nameless="a contact")


def listed(names: Any) -> str:
    """Write names as a list in words."""
    *most, last = [str(name).replace("_", " ") for name in names]
    return f"{', '.join(most)} and {last}" if most else last
