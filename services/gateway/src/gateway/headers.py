"""Which headers pass through the door, and which it says itself. Always a list: two `Set-Cookie` stay two."""

from collections.abc import Iterable, Mapping
from typing import Any

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    )
)
"""What concerns one connection, and not the request (RFC 9110, 7.6.1)."""

SAID_TO_SERVICES = frozenset(
    (b"host", b"expect", b"x-request-id", b"traceparent", b"tracestate", b"forwarded", b"x-real-ip")
)
"""What a client may not tell a service: we say it, or nobody does. So is all that begins with `x-forwarded-`."""

SAID_TO_CLIENTS = frozenset((b"date", b"server", b"x-request-id"))
"""What a service's answer repeats and our own server says."""

SECURITY: Mapping[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-site",
}
"""What every answer carries that does not say otherwise."""


def client_of(scope: Mapping[str, Any]) -> str:
    """Tell the address a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def to_service(
    received: Iterable[tuple[bytes, bytes]], *, client: str, scheme: str, request_id: str, trace: Mapping[str, str]
) -> Headers:
    """Make the headers a service gets."""
    received = list(received)
    dropped = SAID_TO_SERVICES | _of_connection(received)
    kept = [(name, value) for name, value in received if name not in dropped and not name.startswith(b"x-forwarded-")]
    # With both lengths given, two readers could find two ends of the body.
    if any(name == b"transfer-encoding" for name, _ in received):
        kept = [(name, value) for name, value in kept if name != b"content-length"]
    host = next((value for name, value in received if name == b"host"), b"")
    return [
        *kept,
        (b"x-forwarded-for", client.encode()),
        (b"x-forwarded-proto", scheme.encode()),
        (b"x-forwarded-host", host),
        (b"x-request-id", request_id.encode()),
        *((name.encode(), value.encode()) for name, value in trace.items()),
    ]


def to_client(received: Iterable[tuple[bytes, bytes]], *, has_body: bool) -> Headers:
    """Make the headers a client gets; an answer that has no body by its status tells no length of one."""
    lowered = [(name.lower(), value) for name, value in received]
    dropped = SAID_TO_CLIENTS | _of_connection(lowered) | (frozenset() if has_body else {b"content-length"})
    return [(name, value) for name, value in lowered if name not in dropped]


def secured(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Add the security headers that are not there."""
    present = list(headers)
    names = {name.lower() for name, _ in present}
    return [*present, *((name, value) for name, value in SECURITY.items() if name not in names)]


def _of_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    named = (name.strip().lower() for key, value in headers if key == b"connection" for name in value.split(b","))
    return HOP_BY_HOP.union(named)
