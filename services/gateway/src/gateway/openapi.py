"""One OpenAPI document of many: names prefixed by their service, only what is reached from outside."""

from collections.abc import Mapping
from typing import Any

from gateway.routing import find_route

Document = dict[str, Any]
METHODS = frozenset(("get", "put", "post", "delete", "patch", "head", "options"))
_MEMBERS = {"type": "string", "title": "string", "status": "integer", "detail": "string"}
SIGNED_IN: list[dict[str, list[str]]] = [{"signed_in": []}]

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

_INFO = {
    "title": "Lead Manager",
    "version": "1",
    "summary": "One golden record per person, joined live and reversibly from the tools where customers live.",
    "description": "Errors are `application/problem+json`; lists are `{items, next_cursor}` with opaque cursors; "
    "every answer carries an `X-Request-Id`. Sign in with `POST /auth/login` and send its `token` as bearer token.",
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
            "securitySchemes": {"signed_in": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
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
            reached[method] = {**told, "security": [] if route.public else SIGNED_IN}
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
