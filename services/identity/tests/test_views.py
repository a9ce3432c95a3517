"""Views that people keep, over HTTP."""

from typing import Any
from uuid import uuid4

from servicekit.testing import bearer, user_token

GB = {"combinator": "and", "rules": [{"field": "country", "operator": "eq", "value": "GB"}]}


async def ask(
    workspace: Any, method: str, path: str, *, status: int, body: Any = None, workspace_id: Any = None
) -> Any:
    """Ask identity as somebody of the workspace, or of another."""
    token = user_token(workspace_id=workspace_id or workspace.id, user_id=workspace.hubspot)
    async with workspace.http.request(method, path, json=body, headers=bearer(token)) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json() if status != 204 else None


async def test_a_view_is_kept_changed_and_deleted(workspace: Any) -> None:
    asked = {"name": " British ", "q": "ada", "filter": GB, "sort": "-name", "columns": ["email", "company"]}

    saved = await ask(workspace, "POST", "/views", status=201, body=asked)
    await ask(workspace, "POST", "/views", status=201, body={"name": "all"})
    changed = await ask(workspace, "PATCH", f"/views/{saved['id']}", status=200, body={"name": "Zed", "filter": None})
    listed = await ask(workspace, "GET", "/views", status=200)
    await ask(workspace, "DELETE", f"/views/{saved['id']}", status=204)

    assert saved["name"] == "British"
    assert saved["made_by"] == str(workspace.hubspot)
    assert {field: saved[field] for field in asked if field != "name"} == {
        k: v for k, v in asked.items() if k != "name"
    }
    assert (changed["name"], changed["filter"], changed["q"]) == ("Zed", None, "ada")
    assert changed["columns"] == ["email", "company"]
    assert [view["name"] for view in listed["items"]] == ["all", "Zed"]
    assert [view["name"] for view in (await ask(workspace, "GET", "/views", status=200))["items"]] == ["all"]


async def test_a_view_that_shows_nothing_or_is_not_there_is_refused(workspace: Any) -> None:
    saved = await ask(workspace, "POST", "/views", status=201, body={"name": "all"})
    wrong = {"combinator": "and", "rules": [{"field": "shoe_size", "operator": "eq", "value": "44"}]}

    for body in ({"name": " "}, {"name": "x", "sort": "shoe_size"}, {"name": "x", "columns": ["shoe_size"]}, {}):
        await ask(workspace, "POST", "/views", status=400, body=body)
    problem = await ask(workspace, "PATCH", f"/views/{saved['id']}", status=400, body={"filter": wrong})
    assert problem["pointer"] == "/filter/rules/0/field"
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        await ask(workspace, method, f"/views/{uuid4()}", status=404, body=body)
        await ask(workspace, method, f"/views/{saved['id']}", status=404, body=body, workspace_id=uuid4())
    assert (await ask(workspace, "GET", "/views", status=200, workspace_id=uuid4()))["items"] == []


async def test_a_workspace_keeps_only_so_many_views(workspace: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("identity.search.views.MOST_VIEWS", 1)
    await ask(workspace, "POST", "/views", status=201, body={"name": "all"})

    problem = await ask(workspace, "POST", "/views", status=409, body={"name": "more"})

    assert problem["type"] == "views-full"
