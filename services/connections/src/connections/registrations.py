"""The providers we are registered with, and the line to them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import ClientSession
from providers.http import open_session
from providers.source import OAuthApp, SourceProvider
from servicekit.errors import NotFound, Unavailable


class ProviderUnknown(NotFound):
    """There is no such provider."""

    slug = "provider-unknown"
    title = "No such provider"


class ProviderNotSetUp(Unavailable):
    """The provider is known, but whoever runs this has not registered with it."""

    slug = "provider-not-set-up"
    title = "This provider is not set up"


class Registered(msgspec.Struct, frozen=True):
    """A provider, our registration with it, and the line to it."""

    provider: SourceProvider
    app: OAuthApp
    http: ClientSession


class Registrations:
    """Every provider, and our registrations with those that are set up; open for the app's life."""

    def __init__(self, providers: Mapping[str, SourceProvider], environ: Mapping[str, str]) -> None:
        self.providers = providers
        self._apps = {
            name: app for name, provider in providers.items() if (app := provider.environment(environ)) is not None
        }

    @property
    def names(self) -> list[str]:
        """The providers we are registered with, and so can send people to and refresh tokens at."""
        return [name for name, app in self._apps.items() if app.client_id]

    def telling(self, way: str) -> list[str]:
        """The providers we are set up with that tell of changes in this way (`app`, `connection`)."""
        return [name for name in self._apps if self.providers[name].webhooks == way]

    def knows(self, name: str) -> bool:
        """Whether `of` finds this provider."""
        return name in self._apps

    @asynccontextmanager
    async def open(self, _: Any = None) -> AsyncIterator[None]:
        """Open the line."""
        async with open_session() as self._http:
            yield

    def of(self, name: str) -> Registered:
        """Find a provider. Raises `ProviderUnknown` and `ProviderNotSetUp`."""
        if name not in self.providers:
            raise ProviderUnknown
        if name not in self._apps:
            raise _not_set_up(name)
        return Registered(self.providers[name], self._apps[name], self._http)

    def asking_consent(self, name: str) -> Registered:
        """Find a provider that people can be sent to. Raises `ProviderUnknown` and `ProviderNotSetUp`."""
        found = self.of(name)
        if not found.app.client_id:
            raise _not_set_up(name)
        return found


def _not_set_up(name: str) -> ProviderNotSetUp:
    prefix = name.upper()
    return ProviderNotSetUp(f"set {prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET for the service connections")
