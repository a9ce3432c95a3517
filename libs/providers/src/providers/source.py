"""What a source of contacts is: one class each, and the plain values it speaks in.

Most are accounts at a provider (`SourceProvider`), some are files that were handed over (`FileSource` in `files.py`).
Either translates. It holds no state, opens no transaction and knows neither our database nor our services:
what it needs comes as arguments, what it learns goes back as values. It never guesses: an answer it does not
understand is an error, a record it cannot read is `Skipped` with its reason, and the rest of the page goes on.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from aiohttp import ClientSession
from contracts.actions import Action, ActionKind
from contracts.contacts import Contact, GoneReason
from contracts.interactions import Interaction, InteractionKind

from providers.lexicon import Lexicon
from providers.quota import UNMETERED, Meter, Window
from providers.webhooks import Delivery, Hint, Subscription

if TYPE_CHECKING:  # they speak of pages and errors themselves
    from providers.actions import Ability, Attempt, Done

IDS_AT_MOST = 100
"""How many records are fetched by their ids at once."""


class OAuthApp(msgspec.Struct, frozen=True, kw_only=True):
    """Our registration with a provider. The addresses are settings, so that a sandbox can stand in.

    Without a `client_id` nobody can be sent to the provider's consent; credentials of their own still open it.
    `account_id` is set where it was located at an account.
    """

    client_id: str
    client_secret: str
    authorize_url: str
    api_url: str
    account_id: str = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider granted: tokens, how long they live, and for which account.

    `token_type` is the scheme the access token goes by in the header `Authorization`. `ends_at` is when the provider
    closes this way in for good, whatever is refreshed until then.
    """

    access_token: str
    refresh_token: str | None
    expires_at: datetime | None
    scopes: tuple[str, ...]
    account_id: str
    account_name: str
    api_url: str | None = None
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    ends_at: datetime | None = None


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a call to a provider needs.

    `meter` keeps count of the calls to the account, `names` of what the account calls things.
    """

    access_token: str
    token_type: str
    api_url: str
    account_id: str
    meter: Meter = UNMETERED
    names: Lexicon = msgspec.field(default_factory=Lexicon)

    @property
    def authorization(self) -> str:
        """What the header `Authorization` says."""
        return f"{self.token_type} {self.access_token}"


class NothingAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What most providers ask a person before the consent."""


class SourceContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A contact of a page: its raw JSON byte for byte as it came, and what we understood of it.

    `absorbed` are ids of records the provider merged into this one: they are gone, and this one lives on. `line` is
    where a file shows it: there an id counts once, and whatever comes under it again is told as skipped.
    """

    provider_id: str
    raw: bytes
    contact: Contact
    absorbed: tuple[str, ...] = ()
    line: int | None = None


class SourceInteraction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An interaction of a page, raw and understood."""

    provider_id: str
    raw: bytes
    interaction: Interaction


class SourceGone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record the provider says it no longer has; `kind` is None for a contact."""

    provider_id: str
    reason: GoneReason
    kind: InteractionKind | None = None
    merged_into: str | None = None


class Skipped(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record we could not read: its raw bytes are kept, and the reason is shown to people.

    `kind` is None for a contact, `line` is a file's.
    """

    provider_id: str | None
    reason: str
    raw: bytes
    kind: InteractionKind | None = None
    line: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one stream.

    `next_cursor` is where the run goes on, None at the stream's end; `bookmark` is what the next run starts from,
    set on the last page (it may be the one the run was given). `total` is the provider's own count where it
    gives one. `gap` is what the provider no longer tells of, and no later run will bring either, in words for people.
    """

    contacts: tuple[SourceContact, ...] = ()
    interactions: tuple[SourceInteraction, ...] = ()
    gone: tuple[SourceGone, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    next_cursor: str | None = None
    bookmark: str | None = None
    total: int | None = None
    gap: str | None = None


class ProviderError(Exception):
    """Something a provider did that we expected it might; the message is safe to show and holds no secrets."""


class GrantRevoked(ProviderError):
    """The provider refuses the grant, the code or the credentials for good: the person must connect again."""


class AccessExpired(ProviderError):
    """The access token is no longer taken; a fresh one may be."""


class RateLimited(ProviderError):
    """The provider asks us to wait `after_seconds`, or would if we called now."""

    def __init__(self, message: str, *, after_seconds: float) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class ProviderUnavailable(ProviderError):
    """The provider does not answer as it should just now (5xx, a cut body, HTML from the edge): try later.

    `after_seconds` is set where the provider says when (a maintenance, an account on the move).
    """

    def __init__(self, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class ProviderRefused(ProviderError):
    """The provider refuses this very request, and would again (a missing scope, an unknown object)."""


class NotThere(ProviderRefused):
    """The provider does not have what this request is about."""


class AccountUnfit(ProviderRefused):
    """The account that was connected, or who connected it, cannot do what we need; the message says what would help."""


class LeftToOwner(ProviderError):
    """Only its owner can end this grant, at the provider; the message says how."""


class Source(ABC):
    """What contacts come from, as far as all kinds are alike."""

    name: ClassVar[str]
    label: ClassVar[str]
    """What people call it."""

    says: ClassVar[str]
    """What comes from it, in a few words for people."""

    streams: ClassVar[tuple[str, ...]]
    """What a sync reads, in this order; `contacts` comes before what refers to them."""

    listings: ClassVar[Mapping[str, InteractionKind | None]] = MappingProxyType({})
    """Streams that show every living record of a kind (None: contacts), when they are read to their end from no
    bookmark: what such a reading did not show is gone. At most one stream for each kind."""

    names_survivors: ClassVar[bool] = True
    """Whether its pages say who was merged into whom. Where they do not, `tell_merged` is asked."""

    def tell_merged(self, page: Page, kept: Mapping[str, bytes]) -> Page:
        """Tell which of a page's gone contacts live on in others of it; `kept` is the raw JSON of those that lived.

        Only asked of sources that do not name survivors. It never guesses: who may as well be deleted, is.
        """
        raise NotImplementedError


class SourceProvider(Source):
    """One provider. Adding one means a module with such a class, its sandbox twin, and a line in the registry."""

    asks: ClassVar[type[msgspec.Struct]] = NothingAsked
    """What a person says before they are sent away; every field is a text, its `Meta` is shown to people.

    `Meta.extra` tells a form more: `kind` (`email`, `secret`), `suffix` (what stands after the text where people know
    it from), `is_account_id` (the text is the grant's `account_id`).
    """

    credentials: ClassVar[type[msgspec.Struct] | None] = None
    """What a person may hand over in place of a consent, for providers that know such a way in."""

    windows: ClassVar[tuple[Window, ...]] = ()
    """What it counts an account's calls by; every call spends of them and learns from its answer (`Access.meter`)."""

    grants_stay: ClassVar[bool] = True
    """Whether who connects an account again gives the grant they gave before: its end would be the new one's too."""

    refusals: ClassVar[frozenset[str]] = frozenset({"access_denied"})
    """What the callback's `error` says when the person said no."""

    fetchable: ClassVar[Mapping[InteractionKind | None, str]] = MappingProxyType({})
    """The kinds that `fetch_records` reads (None: contacts), each with the stream that shows its living records."""

    fetched_at_most: ClassVar[Mapping[InteractionKind | None, int]] = MappingProxyType({})
    """Of how many of a kind `fetch_records` is asked at once, where a record takes calls of its own; else
    `IDS_AT_MOST`."""

    webhooks: ClassVar[Literal["app", "connection"] | None] = None
    """Whether changes are told of: at one address for all accounts of our app, proved by the app's secret, or at one
    for each connection, to which we subscribe and which has a secret of its own."""

    actions: ClassVar[Mapping[ActionKind, "Ability"]] = MappingProxyType({})
    """What can be done at the provider, and what really happens then."""

    impossible: ClassVar[Mapping[ActionKind, str]] = MappingProxyType({})
    """Why the other actions cannot be done, each in a sentence for people."""

    needs: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The scopes we need, each with what it is for, in words for people ("to read deals")."""

    def lacks(self, granted: Collection[str]) -> dict[str, str]:
        """Tell which needed scopes these do not cover. A grant that names none is not bound by scopes."""
        if not granted:
            return {}
        return {scope: purpose for scope, purpose in self.needs.items() if not self.covers(granted, scope)}

    def covers(self, granted: Collection[str], scope: str) -> bool:
        """Whether the granted scopes allow what this one does; a wider one may."""
        return scope in granted

    def locate(self, app: OAuthApp, asked: Mapping[str, str]) -> OAuthApp:
        """Our registration at the account that a person named; the same for all where nothing is asked.

        `asked` comes from outside. Raises `msgspec.ValidationError` when it is not what `asks` describes.
        """
        msgspec.convert(dict(asked), self.asks)
        return app

    @abstractmethod
    def authorize_url(self, app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
        """Where to send the person; `app` is located, and `code_challenge` is PKCE's, method S256."""

    @abstractmethod
    async def exchange(
        self, http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Grant:
        """Turn the code of a callback into a grant; `app` is located. Raises `ProviderError`."""

    async def sign_in(self, http: ClientSession, app: OAuthApp, given: msgspec.Struct) -> Grant:
        """Turn what `credentials` describes into a grant. Raises `GrantRevoked` when the provider does not take it.

        Only asked of providers that name `credentials`.
        """
        raise NotImplementedError

    @abstractmethod
    async def refresh(self, http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
        """A fresh grant for an old one. Raises `GrantRevoked` when the person must connect again."""

    @abstractmethod
    async def revoke(self, http: ClientSession, app: OAuthApp, grant: Grant) -> None:
        """Give the grant back. An already dead one is no error.

        Raises `AccessExpired` where it is done with an access token, and a fresh one may do it: whoever refreshes the
        grant for that keeps what comes. Raises `LeftToOwner` where we cannot do it at all.
        """

    @abstractmethod
    async def count(self, http: ClientSession, access: Access, stream: str) -> int | None:
        """The provider's own count of a stream, where it gives one."""

    @abstractmethod
    async def fetch_page(
        self,
        http: ClientSession,
        access: Access,
        stream: str,
        *,
        cursor: str | None,
        bookmark: str | None,
        now: datetime,
    ) -> Page:
        """The next page of a stream.

        `cursor` is the last page's `next_cursor`, None at the start of a run; `bookmark` is what the last
        complete run left, None for a first or a full one. Both are ours to store and the provider's to read.
        Raises `ProviderError`.
        """

    async def fetch_records(
        self, http: ClientSession, access: Access, kind: InteractionKind | None, ids: Sequence[str]
    ) -> Page:
        """These records of a kind that is `fetchable`, at most `IDS_AT_MOST`, read as the streams read them.

        Each is among the page's records, skipped or gone. Raises `ProviderError`.
        """
        raise NotImplementedError

    async def act(self, http: ClientSession, access: Access, action: Action, attempt: "Attempt") -> "Done":
        """Carry out one of the `actions`, once.

        What is not as the action expects is a conflict, and nothing is written. After an attempt of which nobody knows
        what became, that is found out first. Raises `ActionConflict`, `WriteUnsure` when the answer to what was
        written did not come, `OutcomeUnknown`, and `ProviderError` as reading does when nothing was written.
        """
        raise NotImplementedError

    def read_delivery(self, delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
        """Check who sent a delivery, and read what it hints at; nothing, where that is no record we keep.

        Raises `Forged`. Only asked of providers that have `webhooks`, as are the three below.
        """
        raise NotImplementedError

    async def subscribe(self, http: ClientSession, access: Access, *, url: str, secret: str) -> Subscription:
        """Have changes told to this address, and to no other subscription of ours to it that was left behind.

        `secret` is ours to offer; the subscription's is the one that counts. Raises `ProviderError`: a
        `ProviderRefused` is no failure of the connection, whose changes are asked for as before.
        """
        raise NotImplementedError

    async def unsubscribe(self, http: ClientSession, access: Access, subscription_id: str) -> None:
        """End a subscription. One that has ended is no error. Raises `ProviderError`."""
        raise NotImplementedError

    async def is_subscribed(self, http: ClientSession, access: Access, subscription_id: str) -> bool:
        """Whether the provider still keeps a subscription, and sends by it. Raises `ProviderError`."""
        raise NotImplementedError

    @abstractmethod
    def normalize(self, raw: bytes) -> Contact:
        """Read a kept raw contact again. Raises `ValueError` when it cannot be read."""

    @abstractmethod
    def environment(self, settings: Mapping[str, str]) -> OAuthApp | None:
        """Our registration out of settings such as `HUBSPOT_CLIENT_ID`; None when this provider is not set up.

        One that takes credentials needs no registration for them: its app may lack the `client_id`.
        """
