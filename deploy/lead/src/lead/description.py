"""The interface's description, made without running anything: what the gateway answers at `/openapi.json`."""

from importlib import import_module

import msgspec
from gateway.openapi import Document, merge
from litestar import Litestar
from servicekit.house import SERVICES, package_of

from lead.settings import GATEWAY

# Of a shape that the services take; nothing is connected to.
_PLACEHOLDERS = {
    "port": 0,
    "service_database_url": "postgresql://nowhere/nothing",
    "lead_secret": "not a secret, only long enough to be one",
}


def describe() -> bytes:
    """Return the whole document as JSON, indented, for people and for what generates code."""
    documents = {service: _describe_service(service) for service in SERVICES}
    own = documents.pop(GATEWAY)
    return msgspec.json.format(msgspec.json.encode(merge(documents, own=own)), indent=1) + b"\n"


def _describe_service(service: str) -> Document:
    document: Document = app_of(service).openapi_schema.to_schema()
    return document


def app_of(service: str) -> Litestar:
    """Build a service to look at, and not to run."""
    package = package_of(service)
    settings = import_module(f"{package}.settings").Settings(**_PLACEHOLDERS)
    app: Litestar = import_module(f"{package}.app").create_app(settings)
    return app
