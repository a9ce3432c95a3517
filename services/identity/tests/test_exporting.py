"""Contacts as a CSV file, over HTTP."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from servicekit.testing import bearer, user_token


async def export(workspace: Any, *, status: int = 200, workspace_id: Any = None, **query: Any) -> tuple[Any, bytes]:
    """Fetch an export; return its headers and its bytes."""
    headers = bearer(user_token(workspace_id=workspace_id or workspace.id))
    async with workspace.http.get("/contacts/export", params=query, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return answer.headers, await answer.read()


def read(content: bytes) -> list[list[str]]:
    """Read a CSV file as a spreadsheet does."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_an_export_has_every_value_and_no_formula(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(
            1, "ada@example.com", first_name='=HYPERLINK("x")', last_name='Love, "lace"\nII', phones=("+44 20",),
            company="@acme", city="Zürich", owner="-Mary",
        ),
        workspace.fetched(2, "ada@example.com", "king@example.com", connection_id=workspace.zendesk),
        workspace.deal(7, 1, occurred_at=datetime(2026, 3, 1, tzinfo=UTC)),
    )  # fmt: skip
    names = "first_name,last_name,emails,phone,company,city,owner,sources,source_records,last_interaction_at,created_at"

    headers, content = await export(workspace, columns=names)

    assert content.startswith(b"\xef\xbb\xbffirst_name,last_name")
    assert content.endswith(b"\r\n")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="contacts-{datetime.now(UTC).year}-' in headers["Content-Disposition"]
    assert read(content) == [
        names.split(","),
        [
            "'=HYPERLINK(\"x\")", 'Love, "lace"\nII', "ada@example.com; king@example.com", "'+44 20", "'@acme",
            "Zürich", "'-Mary", "hubspot; zendesk", "hubspot:1; zendesk:2",
            "2026-03-01T00:00:00+00:00", "2026-01-01T00:00:01+00:00",
        ],
    ]  # fmt: skip


async def test_an_export_is_of_what_is_found_in_slices(workspace: Any, monkeypatch: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, first_name="Ada" if n % 2 else "Bob") for n in range(9)))
    monkeypatch.setattr("identity.contacts.exporting.AT_ONCE", 2)
    odd = {"combinator": "and", "rules": [{"field": "name", "operator": "eq", "value": "ada"}]}

    _, everybody = await export(workspace, columns="first_name", bom="false")
    _, by_word = await export(workspace, columns="id,created_at", q="ada")
    _, by_filter = await export(workspace, filter=json.dumps(odd))

    assert everybody == b"first_name\r\n" + b"Bob\r\nAda\r\n" * 4 + b"Bob\r\n"
    assert [row[1][17:19] for row in read(by_word)[1:]] == ["01", "03", "05", "07"]
    assert len(read(by_filter)) == 5


async def test_an_export_is_refused_where_it_means_nothing_or_comes_too_often(workspace: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("identity.contacts.exporting.MOST_EXPORTS", 1)

    await export(workspace, status=400, columns="email,shoe_size")
    await export(workspace, status=400, filter="{")
    await export(workspace)
    headers, problem = await export(workspace, status=429)
    _, nobody = await export(workspace, workspace_id=uuid4())

    assert json.loads(problem)["type"] == "too-many-exports"
    assert 0 < int(headers["Retry-After"]) <= 600
    assert len(read(nobody)) == 1
