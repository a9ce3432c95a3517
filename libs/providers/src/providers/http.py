"""Asking a provider over HTTP, and believing nothing of what comes back until it is read."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.request import getproxies

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from aiohttp.hdrs import CONTENT_TYPE, DATE, RETRY_AFTER

from providers.records import EnvelopeT, open_page
from providers.source import ProviderUnavailable

MAX_ANSWER_BYTES = 50 * 2**20
MAX_WAIT_SECONDS = 24 * 3600.0
TIMEOUT = ClientTimeout(total=60, sock_connect=10, sock_read=30)

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer read to its end: not a redirect, not a failure of the server; its body may still be anything."""

    provider: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the provider did what was asked."""
        return self.status < 300

    @property
    def is_json(self) -> bool:
        """Whether the body claims to be JSON."""
        return "json" in self.headers.get(CONTENT_TYPE, "").lower()

    @property
    def clock(self) -> datetime | None:
        """The provider's own time of the answer."""
        return _http_date(self.headers.get(DATE, ""))

    def read(self, wanted: type[T]) -> T:
        """Read the whole body as JSON. Raises `ProviderUnavailable` when it is something else."""
        self._expect_json()
        try:
            return msgspec.json.decode(self.body, type=wanted)
        except (ValueError, RecursionError) as error:
            raise self._unreadable() from error

    def read_page(self, envelope: type[EnvelopeT], member: str) -> tuple[EnvelopeT, list[bytes]]:
        """Take the body apart into an envelope and records. Raises `ProviderUnavailable` when it is no page."""
        self._expect_json()
        try:
            return open_page(self.body, envelope, member)
        except ValueError as error:
            raise self._unreadable() from error

    def _expect_json(self) -> None:
        if not self.is_json:
            raise ProviderUnavailable(f"{self.provider} answered with something that is not JSON.")

    def _unreadable(self) -> ProviderUnavailable:
        return ProviderUnavailable(f"{self.provider} answered with JSON we cannot read.")


def open_session() -> ClientSession:
    """Open a line to providers, through the proxy of whoever runs this, where there is one.

    Cookies are not kept: one account's would be sent along for another's. Without a proxy the environment is not read
    at all, which costs every request a trip to another thread.
    """
    return ClientSession(cookie_jar=DummyCookieJar(), trust_env=bool(getproxies()))


async def ask(
    http: ClientSession,
    method: str,
    url: str,
    *,
    provider: str,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: object = None,
) -> Answer:
    """Send a request and read the answer to its end. Raises `ProviderUnavailable` when there is none to use.

    Redirects are not followed: an API has no reason to send us and our token elsewhere.
    """
    headers = {"Accept": "application/json", **(headers or {})}
    data: Mapping[str, str] | bytes | None = form
    if json is not None:
        data, headers = msgspec.json.encode(json), {**headers, CONTENT_TYPE: "application/json"}
    try:
        async with http.request(
            method, url, params=params, data=data, headers=headers, allow_redirects=False, timeout=TIMEOUT
        ) as response:
            body = await _read_to_end(response, provider)
    except TimeoutError as error:
        raise ProviderUnavailable(f"{provider} did not answer in time.") from error
    except ClientError as error:
        raise ProviderUnavailable(f"{provider} could not be reached, or broke off its answer.") from error
    if 300 <= response.status < 400:
        raise ProviderUnavailable(f"{provider} answered with a redirect ({response.status}).")
    if response.status >= 500:
        raise ProviderUnavailable(
            f"{provider} has trouble of its own ({response.status}).",
            after_seconds=retry_after(response.headers),
        )
    return Answer(provider=provider, status=response.status, headers=response.headers, body=body)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long `Retry-After` asks to wait, as seconds or as a date by the provider's own clock."""
    value = headers.get(RETRY_AFTER, "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_WAIT_SECONDS)
    until = _http_date(value)
    if until is None:
        return None
    seconds = (until - (_http_date(headers.get(DATE, "")) or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), MAX_WAIT_SECONDS)


async def _read_to_end(response: ClientResponse, provider: str) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise ProviderUnavailable(f"{provider} answered with more than {MAX_ANSWER_BYTES >> 20} MB.")
    return b"".join(chunks)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
