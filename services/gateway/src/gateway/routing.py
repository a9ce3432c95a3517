"""Which service answers which path, and what needs no token. The first rule that fits decides."""

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import unquote_to_bytes

import msgspec
from providers.registry import FILES
from servicekit.errors import BadRequest

Service = Literal["auth", "connections", "sync-worker", "identity", "agent"]
UPSTREAMS: tuple[Service, ...] = ("auth", "connections", "sync-worker", "identity", "agent")

# `*` is one segment, a final `/**` is any number of them, none included.
RULES: tuple[tuple[str, Service | None], ...] = (
    ("/auth/token/**", None),  # between services
    ("/auth/**", "auth"),
    ("/workspaces/**", "auth"),
    *((f"/connections/{kind.slug}", "sync-worker") for kind in FILES.values()),
    *((f"/connections/{kind.slug}/preview", "sync-worker") for kind in FILES.values()),
    ("/connections/*/sync", "sync-worker"),
    ("/connections/*/syncs", "sync-worker"),
    ("/connections/*/actions", "sync-worker"),
    ("/connections/*/budget", "sync-worker"),
    ("/connections/*/coverage", "sync-worker"),
    ("/connections/*/skipped", "sync-worker"),
    ("/connections/*/skipped.csv", "sync-worker"),
    ("/connections/**", "connections"),
    ("/webhooks/**", "connections"),
    ("/syncs/**", "sync-worker"),
    ("/sources/**", "sync-worker"),
    ("/actions/**", "sync-worker"),
    ("/contacts/**", "identity"),
    ("/explain", "identity"),
    ("/suggestions/**", "identity"),
    ("/decisions/**", "identity"),
    ("/history/**", "identity"),
    ("/rules/**", "identity"),
    ("/views/**", "identity"),
    ("/chat/**", "agent"),
    ("/proposals/**", "agent"),
    ("/usage", "agent"),
    ("/mcp", "agent"),
)

PUBLIC: tuple[tuple[str, str], ...] = (
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("POST", "/auth/tokens/exchange"),
    ("GET", "/auth/jwks"),
    ("GET", "/connections/*/callback"),
    ("POST", "/webhooks/**"),
)

UPLOADS: tuple[tuple[str, str], ...] = (
    *(("POST", f"/connections/{kind.slug}") for kind in FILES.values()),
    *(("POST", f"/connections/{kind.slug}/preview") for kind in FILES.values()),
)


Load = Literal["usual", "file", "delivery"]


class Route(msgspec.Struct, frozen=True):
    """Where a request goes, whether it may come without a token, and what its body is."""

    service: Service
    public: bool
    load: Load = "usual"


class PathRefused(BadRequest):
    """Two readers could understand this path differently."""

    slug = "path-refused"
    title = "This path is not taken"


def _compiled(pattern: str) -> re.Pattern[str]:
    open_end = pattern.endswith("/**")
    exact = re.escape(pattern.removesuffix("/**")).replace(r"\*", "[^/]+")
    return re.compile(exact + ("(?:/.*)?" if open_end else ""))


_RULES = [(_compiled(pattern), service) for pattern, service in RULES]
_PUBLIC = [(method, _compiled(pattern)) for method, pattern in PUBLIC]
_UPLOADS = [(method, _compiled(pattern)) for method, pattern in UPLOADS]


def find_route(method: str, path: str) -> Route | None:
    """Find who answers; `path` is decoded, or a template such as `/contacts/{id}`. None when nobody does."""
    path = path.rstrip("/")
    service = next((service for pattern, service in _RULES if pattern.fullmatch(path)), None)
    if service is None:
        return None
    return Route(service, _is_among(_PUBLIC, method, path), _load(method, path))


def _load(method: str, path: str) -> Load:
    if _is_among(_UPLOADS, method, path):
        return "file"
    return "delivery" if is_delivery(path) else "usual"


def is_delivery(path: str) -> bool:
    """Whether providers call here, and nobody else does."""
    return path.startswith("/webhooks/")


def _is_among(rules: Sequence[tuple[str, re.Pattern[str]]], method: str, path: str) -> bool:
    return any(method == taken and pattern.fullmatch(path) for taken, pattern in rules)


_PLAIN = re.compile(rb"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
_ENCODED_SEPARATOR_OR_CONTROL = re.compile(rb"%(?:2[Ff]|5[Cc]|[01][0-9A-Fa-f]|7[Ff])")


def read_path(raw: bytes) -> str:
    """Decode a request's path as the services will; `raw` has no query.

    Raises `PathRefused` for all that could mean one path here and another there: dot segments, doubled or encoded
    slashes, control characters, bytes that are no UTF-8.
    """
    if not _PLAIN.fullmatch(raw) or _ENCODED_SEPARATOR_OR_CONTROL.search(raw) or b"//" in raw:
        raise PathRefused
    try:
        path = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise PathRefused from None
    if {".", ".."} & set(path.split("/")):
        raise PathRefused
    return path
