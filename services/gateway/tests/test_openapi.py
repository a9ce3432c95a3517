"""One description of many."""

from gateway.openapi import merge

USER = {"$ref": "#/components/schemas/User"}


def operation(name: str) -> dict[str, object]:
    answers = {"200": {"content": {"application/json": {"schema": USER}}}, "400": {"description": "a framework's own"}}
    return {"operationId": name, "responses": answers}


AUTH = {
    "paths": {
        "/auth/login": {"post": operation("login")},
        "/auth/me": {"get": operation("me")},
        "/auth/token": {"post": operation("token")},
        "/internal/keys": {"get": operation("keys")},
    },
    "components": {
        "schemas": {"User": {"properties": {"role": {"$ref": "#/components/schemas/Role"}}}, "Role": {}, "Unused": {}}
    },
}
WORKER = {
    "paths": {
        "/connections/{connection_id}/syncs": {"get": operation("syncs"), "parameters": [{"name": "connection_id"}]},
        "/connections": {"get": operation("not_mine")},
    },
    "components": {"schemas": {"User": {"type": "string"}}},
}
OWN = {
    "paths": {
        "/events": {"get": {"operationId": "events", "security": [{"signed_in": []}]}},
        "/health": {"get": {"operationId": "health"}},
    }
}


def test_only_what_is_reached_from_outside_is_described() -> None:
    merged = merge({"auth": AUTH, "sync-worker": WORKER}, own=OWN)

    assert list(merged["paths"]) == [
        "/auth/login",
        "/auth/me",
        "/connections/{connection_id}/syncs",
        "/events",
        "/health",
    ]
    assert merged["paths"]["/connections/{connection_id}/syncs"]["parameters"] == [{"name": "connection_id"}]


def test_names_are_prefixed_by_their_service_wherever_they_are_used() -> None:
    merged = merge({"auth": AUTH, "sync-worker": WORKER}, own=OWN)

    assert set(merged["components"]["schemas"]) == {"auth_User", "auth_Role", "sync_worker_User", "Problem"}
    assert merged["components"]["schemas"]["auth_User"]["properties"]["role"] == {
        "$ref": "#/components/schemas/auth_Role"
    }
    login = merged["paths"]["/auth/login"]["post"]
    assert login["operationId"] == "auth_login"
    assert login["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/auth_User"
    }


def test_it_says_what_needs_a_token() -> None:
    paths = merge({"auth": AUTH}, own=OWN)["paths"]

    assert paths["/auth/login"]["post"]["security"] == []
    assert paths["/auth/me"]["get"]["security"] == [{"signed_in": []}]
    assert paths["/events"]["get"]["security"] == [{"signed_in": []}]
    assert paths["/health"]["get"]["security"] == []


def test_what_a_personal_token_opens_is_told_as_its_service_tells_it() -> None:
    ways = [{"signed_in": []}, {"personal_token": ["contacts:read"]}]
    paths = {"/contacts": {"get": {**operation("contacts"), "security": ways}}, "/rules": {"patch": operation("rules")}}

    merged = merge({"identity": {"paths": paths}}, own={})

    assert merged["paths"]["/contacts"]["get"]["security"] == ways
    assert merged["paths"]["/rules"]["patch"]["security"] == [{"signed_in": []}]
    assert set(merged["components"]["securitySchemes"]) == {"signed_in", "personal_token"}


def test_every_failure_is_described_as_a_problem() -> None:
    answers = merge({"auth": AUTH}, own=OWN)["paths"]["/auth/me"]["get"]["responses"]

    assert set(answers) == {"200", "default"}
    assert "application/problem+json" in answers["default"]["content"]
