"""One OpenAPI document of many: names prefixed by their service, only what is reached from outside."""

from collections.abc import Mapping
from typing import Any

from gateway.routing import find_route

Document = dict[str, Any]
METHODS = frozenset(("get", "put", "post", "delete", "patch", "head", "options"))
_MEMBERS = {"type": "string", "title": "string", "status": "integer", "detail": "string"}
SIGNED_IN: list[dict[str, list[str]]] = [{"signed_in": []}]
_WAYS_IN: Document = {
    "signed_in": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `token` that `POST /auth/login` answers with.",
    },
    "personal_token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "lmp_…",
        "description": "A token that a person made for a program, with the scope that is named beside the route.",
    },
}

PROBLEM: Document = {
    "type": "object",
    "description": "What went wrong (RFC 9457); `type` is stable, further members depend on it.",
    "required": ["type", "title", "status"],
    "properties": {name: {"type": kind} for name, kind in _MEMBERS.items()},
    "additionalProperties": True,
}
ANY_PROBLEM: Document = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

ABOUT = """\
Answers are JSON. Errors are `application/problem+json`: `type` is stable, `detail` says what is wrong. Lists are
`{items, next_cursor}`; a page's `next_cursor` is the `cursor` of the next. Every answer carries an `X-Request-Id`.

There are two ways in, both sent as `Authorization: Bearer …`:

- A person signs in: `POST /auth/login` with `{"email", "password"}` answers with a `token` for some minutes and a
  cookie, for which `POST /auth/refresh` gives the next one. It opens everything that the person may do.
- A program shows a personal token (`lmp_…`), made on the page under Settings (Access tokens), or by `POST /auth/tokens`
  with `{"name", "scopes"}`. `contacts:read` lets it look; `contacts:write` also lets it say who is who, set values and
  answer suggestions, all of which can be taken back, keep views and ask for syncs. What it opens is marked with its
  scope below; where there is no scope, a signed-in person is needed.

Assistants and other programs that speak the Model Context Protocol (MCP) find the same contacts at `/mcp`, with a
personal token: with `contacts:read` they look, with `contacts:write` they also propose, and a person decides."""

_INFO = {
    "title": "Lead Manager",
    "version": "1",
    "summary": "One golden record per person, joined live and reversibly from the tools where customers live.",
    "description": ABOUT,
}


def merge(documents: Mapping[str, Document], *, own: Document) -> Document:
    """Join the services' documents, and the gateway's own, into one."""
    paths: Document = {}
    schemas: Document = {}
    for service, document in [("gateway", own), *documents.items()]:
        renamed = _renamed(document, service)
        for path, operations in renamed.get("paths", {}).items():
            if reached := _reached(service, path, operations):
                paths.setdefault(path, {}).update(reached)
        schemas |= renamed.get("components", {}).get("schemas", {})
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in ("gateway", *documents)],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(_used(schemas | {"Problem": PROBLEM}, paths).items())),
            "securitySchemes": _WAYS_IN,
        },
    }


def _reached(service: str, path: str, operations: Document) -> Document:
    """Keep the operations of a path that come to this service from outside."""
    reached: Document = {}
    for method, operation in operations.items():
        if method not in METHODS:
            continue
        route = find_route(method.upper(), path)
        told = {**operation, "tags": [service], "responses": _answers(operation)}
        if service == "gateway":
            reached[method] = {"security": [], **told}
        elif route and route.service == service:
            reached[method] = {**told, "security": [] if route.public else operation.get("security") or SIGNED_IN}
    if reached and "parameters" in operations:
        reached["parameters"] = operations["parameters"]
    return reached


def _answers(operation: Document) -> Document:
    """Say what every failure looks like, in place of the framework's own 400, which no service gives."""
    told = {status: answer for status, answer in operation.get("responses", {}).items() if status != "400"}
    return {**told, "default": ANY_PROBLEM}


_REFERENCE = "#/components/schemas/"


def _renamed(document: Document, service: str) -> Document:
    """Prefix schema names, what refers to them, and operation ids."""
    prefix = service.replace("-", "_") + "_"

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            if isinstance(value, str) and value.startswith(_REFERENCE):
                return _REFERENCE + prefix + value.removeprefix(_REFERENCE)
            return value
        renamed = {key: walk(item) for key, item in value.items()}
        if isinstance(renamed.get("operationId"), str):
            renamed["operationId"] = prefix + renamed["operationId"]
        return renamed

    renamed: Document = walk(document)
    schemas = renamed.get("components", {}).get("schemas", {})
    renamed.setdefault("components", {})["schemas"] = {prefix + name: schema for name, schema in schemas.items()}
    return renamed


def _used(schemas: Document, paths: Document) -> Document:
    """Keep the schemas that the paths refer to, directly or not."""
    used: Document = {}
    todo = _references(paths)
    while todo:
        name = todo.pop()
        if name in schemas and name not in used:
            used[name] = schemas[name]
            todo |= _references(schemas[name])
    return used


def _references(value: Any) -> set[str]:
    if isinstance(value, str) and value.startswith(_REFERENCE):
        return {value.removeprefix(_REFERENCE)}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_references, parts))
