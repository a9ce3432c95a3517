"""The table of routes, and the paths that are refused before it is asked."""

import pytest
from gateway.routing import PathRefused, Route, find_route, read_path
from providers.files import FileSource
from providers.registry import FILES

CONNECTION = "/connections/0b5f8a3e-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("method", "path", "service", "public"),
    [
        ("POST", "/auth/register", "auth", True),
        ("POST", "/auth/login", "auth", True),
        ("POST", "/auth/login/", "auth", True),
        ("GET", "/auth/login", "auth", False),
        ("POST", "/auth/refresh", "auth", True),
        ("POST", "/auth/logout", "auth", True),
        ("GET", "/auth/jwks", "auth", True),
        ("GET", "/auth/me", "auth", False),
        ("POST", "/auth/tokens", "auth", False),
        ("GET", "/workspaces", "auth", False),
        ("GET", "/workspaces/x/members", "auth", False),
        ("GET", "/connections", "connections", False),
        ("GET", "/connections/hubspot/auth", "connections", False),
        ("GET", "/connections/hubspot/callback", "connections", True),
        ("POST", "/connections/hubspot/callback", "connections", False),
        ("GET", "/connections/hubspot/more/callback", "connections", False),
        ("POST", "/connections/zendesk", "connections", False),
        ("DELETE", CONNECTION, "connections", False),
        ("POST", f"{CONNECTION}/sync", "sync-worker", False),
        ("GET", f"{CONNECTION}/syncs", "sync-worker", False),
        ("GET", f"{CONNECTION}/actions", "sync-worker", False),
        ("POST", "/actions", "sync-worker", False),
        ("GET", f"{CONNECTION}/budget", "sync-worker", False),
        ("GET", f"{CONNECTION}/skipped", "sync-worker", False),
        ("GET", f"{CONNECTION}/skipped.csv", "sync-worker", False),
        ("GET", "/connections/{connection_id}/syncs", "sync-worker", False),
        ("GET", "/syncs/1", "sync-worker", False),
        ("GET", "/sources/a/b", "sync-worker", False),
        ("POST", "/actions/1", "sync-worker", False),
        ("POST", "/webhooks/hubspot", "connections", True),
        ("GET", "/webhooks/hubspot", "connections", False),
        ("GET", "/contacts", "identity", False),
        ("POST", "/contacts/merge", "identity", False),
        ("GET", "/explain", "identity", False),
        ("GET", "/suggestions", "identity", False),
        ("POST", "/suggestions/1/later", "identity", False),
        ("POST", "/decisions", "identity", False),
        ("GET", "/rules", "identity", False),
        ("PATCH", "/views/1", "identity", False),
        ("POST", "/chat", "agent", False),
        ("GET", "/chat/1/stream", "agent", False),
        ("POST", "/proposals/1/approve", "agent", False),
    ],
)
def test_a_path_goes_to_the_service_that_owns_it(method: str, path: str, service: str, public: bool) -> None:
    found = find_route(method, path)

    assert found is not None
    assert (found.service, found.public) == (service, public)


@pytest.mark.parametrize(
    ("method", "path", "load"),
    [
        ("POST", "/connections/csv/", "file"),
        ("GET", "/connections/csv", "usual"),
        ("POST", "/connections/acme", "usual"),
        ("POST", "/connections/acme/preview", "usual"),
        ("POST", "/connections/csv/previews", "usual"),
        ("POST", "/connections/zendesk", "usual"),
        ("POST", "/contacts/merge", "usual"),
        ("POST", "/webhooks/hubspot", "delivery"),
        ("POST", "/webhooks/zendesk/7/", "delivery"),
    ],
)
def test_long_bodies_are_taken_where_files_are_handed_over_and_nowhere_else(method: str, path: str, load: str) -> None:
    found = find_route(method, path)

    assert found is not None
    assert found.load == load


@pytest.mark.parametrize("kind", FILES.values(), ids=FILES)
def test_every_kind_of_file_is_taken_in_where_files_are_kept(kind: FileSource) -> None:
    for path in (f"/connections/{kind.slug}", f"/connections/{kind.slug}/preview"):
        assert find_route("POST", path) == Route("sync-worker", public=False, load="file")


@pytest.mark.parametrize(
    "path",
    [
        *("/auth/token", "/auth/token/", "/auth/token/x", "/internal/tokens", "/connectionsx", "/contactsandmore"),
        *("/health/live", "/health/ready", "/metrics", "/schema", "/schema/openapi.json", "/chats", "/", "", "/admin"),
    ],
)
def test_what_is_inside_and_what_is_nowhere_is_not_routed(path: str) -> None:
    assert find_route("POST", path) is None


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/contacts", "/contacts"),
        (b"/contacts/", "/contacts/"),
        (b"/%63ontacts", "/contacts"),
        (b"/auth/%74oken", "/auth/token"),
        (b"/auth/%2574oken", "/auth/%74oken"),
        (b"/sources/x/a%20b%C3%A4", "/sources/x/a bä"),
        (b"/contacts/...", "/contacts/..."),
    ],
)
def test_a_path_is_decoded_once(raw: bytes, path: str) -> None:
    assert read_path(raw) == path


@pytest.mark.parametrize(
    "raw",
    [
        *(b"//contacts", b"/contacts//x", b"/contacts/../auth/token", b"/contacts/%2e%2e/x", b"/./contacts"),
        *(b"/contacts/%2E./x", b"/contacts%2fx", b"/contacts%2Fx", b"/contacts%5cx", b"/contacts\\x", b"contacts"),
        *(b"/contacts/%00", b"/contacts/%0d%0a", b"/contacts/%7F", b"/contacts/%zz", b"/contacts/%", b"/contacts/%ff"),
        *(b"/contacts/\xc3\xa4", b"/contacts/{x}", b'/contacts/"', b"http://elsewhere/contacts", b"*", b""),
    ],
)
def test_a_path_that_two_readers_could_read_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(PathRefused):
        read_path(raw)
