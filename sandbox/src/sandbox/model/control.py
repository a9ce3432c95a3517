"""The control of the model: which scripts it follows, the newest that fits, and what decides where none does."""

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency

from sandbox.conditions import Conditions
from sandbox.model.script import Brain, Script
from sandbox.wire import HTTPRequest, Refusal, answer


class _Choice(msgspec.Struct):
    brain: Brain


@get("/model")
async def show_scripts(conditions: NamedDependency[Conditions]) -> Response[bytes]:
    """The scripts, and what the model was asked."""
    return answer(conditions.book)


@post("/model", status_code=200)
async def add_script(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> Response[bytes]:
    """Follow a script."""
    try:
        script = msgspec.json.decode(await request.body(), type=Script)
    except msgspec.MsgspecError as error:
        raise Refusal(400, {"message": f"not understood: {error}"}) from error
    conditions.book.scripts.insert(0, script)
    return answer(script)


@post("/model/brain", status_code=200)
async def choose_brain(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> Response[bytes]:
    """Have another brain decide."""
    try:
        choice = msgspec.json.decode(await request.body(), type=_Choice)
    except msgspec.MsgspecError as error:
        raise Refusal(400, {"message": f"not understood: {error}"}) from error
    conditions.book.brain = choice.brain
    return answer(choice)


@delete("/model")
async def forget_scripts(conditions: NamedDependency[Conditions]) -> None:
    """Go back to the rules of the demo."""
    conditions.book.forget()


ROUTES = (show_scripts, add_script, choose_brain, forget_scripts)
