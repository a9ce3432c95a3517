"""HTTP in, for people who connect an account: these routes are shaped by what each provider asks for and takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from contracts.connections import ConnectionView
from contracts.pages import ItemPage
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, MultiDict
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema
from litestar.params import Body, FromPath, FromQuery
from providers.files import FileSource
from providers.source import SourceProvider
from servicekit.errors import BadRequest
from servicekit.principal import Principal

from connections import authorization, handshakes, operations
from connections.forms import FormField, fields_of
from connections.outlook import with_outlook
from connections.registrations import Registrations
from connections.settings import Settings
from connections.vault import Vault

NO_STORE = {"Cache-Control": "no-store"}


class Authorization(msgspec.Struct, frozen=True):
    """Where to send the person."""

    url: str


class FileForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is handed over: a form with it as its `file`, posted to `path`, or to `path/preview` for a look first.

    `endings` are how the names of such files end. `options` may be said of it beside a `name`, each told what it means.
    """

    path: str
    endings: list[str]
    options: dict[str, str]


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """A provider and the ways into it that are open here; one without any is not set up.

    `label` is what people call it, `says` in a few words what comes from it. `consent` says that people can be sent
    there, once they answered what it `asks`. `credentials` are what may be handed over in place of a consent, and
    `credentials_note` what is to be known of them. `sample` is there where an account holds sample data: what to answer
    to `asks` to come to it. Where there is a `file`, there is no account: it is a kind of file.
    """

    name: str
    label: str
    says: str
    consent: bool
    asks: list[FormField]
    credentials: list[FormField]
    credentials_note: str | None = None
    file: FileForm | None = None
    sample: dict[str, str] | None = None


def routes(providers: Mapping[str, SourceProvider], files: Mapping[str, FileSource]) -> list[HTTPRouteHandler]:
    """Make the way out to the consent of every provider, and a way in for each that takes credentials."""
    takes = {name: provider.credentials for name, provider in providers.items() if provider.credentials}
    signing_in = [_sign_in(name, given) for name, given in takes.items()]
    return [_list_providers(providers, files), _begin_authorization(providers), *signing_in]


def _list_providers(providers: Mapping[str, SourceProvider], files: Mapping[str, FileSource]) -> HTTPRouteHandler:
    @get("/connections/providers")
    async def list_providers(
        vault: NamedDependency[Vault], settings: NamedDependency[Settings]
    ) -> ItemPage[ProviderView]:
        """List what can be connected or handed over, and what a person is asked for on each way in."""
        registrations, samples = vault.registrations, settings.samples
        accounts = [_view(provider, registrations, samples.get(provider.name)) for provider in providers.values()]
        return ItemPage(items=accounts + [_file_view(kind) for kind in files.values()])

    return list_providers


def _view(provider: SourceProvider, registrations: Registrations, sample: str | None) -> ProviderView:
    taken = provider.credentials if registrations.knows(provider.name) else None
    consent = provider.name in registrations.names
    # Whatever a provider asks beforehand, it is which account is meant.
    answers = None if sample is None or not consent else dict.fromkeys(provider.asks.__struct_fields__, sample)
    return ProviderView(
        name=provider.name,
        label=provider.label,
        says=provider.says,
        consent=consent,
        asks=fields_of(provider.asks),
        credentials=fields_of(taken) if taken else [],
        credentials_note=taken.__doc__ if taken else None,
        sample=answers,
    )


def _file_view(kind: FileSource) -> ProviderView:
    form = FileForm(path=f"/connections/{kind.slug}", endings=list(kind.endings), options=dict(kind.options))
    return ProviderView(
        name=kind.name, label=kind.label, says=kind.says, consent=False, asks=[], credentials=[], file=form
    )


def _begin_authorization(providers: Mapping[str, SourceProvider]) -> HTTPRouteHandler:
    @get("/connections/{provider:str}/auth", opt={"any_query": True}, operation_class=_told(providers))
    async def begin_authorization(
        provider: FromPath[str],
        request: Request[Principal, str, Any],
        principal: NamedDependency[Principal],
        vault: NamedDependency[Vault],
        settings: NamedDependency[Settings],
        return_to: FromQuery[str | None] = None,
    ) -> Response[Authorization]:
        """Begin to connect an account: where to send the person, and a cookie that ties it to their browser."""
        assert principal.user_id is not None, "only people come here"
        name = handshakes.cookie_name(settings.public_url)
        browser = handshakes.browser_secret(request.cookies.get(name))
        url = await authorization.begin(
            vault,
            provider,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            browser=browser,
            public_url=settings.public_url,
            return_to=return_to,
            asked=_asked(request.query_params),
        )
        return Response(Authorization(url), cookies=[_cookie(name, browser, settings)], headers=NO_STORE)

    return begin_authorization


def _sign_in(provider: str, credentials: type[msgspec.Struct]) -> HTTPRouteHandler:
    async def connect_with_credentials(
        data: msgspec.Struct, principal: NamedDependency[Principal], vault: NamedDependency[Vault]
    ) -> ConnectionView:
        assert principal.user_id is not None, "only people come here"
        connection_id = await authorization.sign_in(
            vault, provider, data, workspace_id=principal.workspace_id, user_id=principal.user_id
        )
        async with vault.db.transaction(principal.workspace_id) as conn:
            made = await operations.get_connection(conn, connection_id)
        return with_outlook(made, vault.registrations.providers, now=datetime.now(UTC))

    # The body is the provider's own struct: checked before we see it, and described to those who call.
    connect_with_credentials.__annotations__["data"] = Annotated[credentials, Body(media_type=RequestEncodingType.JSON)]
    connect_with_credentials.__doc__ = f"Connect an account with credentials. {credentials.__doc__}"
    return post(f"/connections/{provider}", operation_id=f"Connect{provider.title()}")(connect_with_credentials)


def _asked(query: MultiDict[str]) -> dict[str, str]:
    """Tell what a person said beforehand; whether the provider asks for it, it says itself."""
    said = [(name, value) for name, value in query.multi_items() if name != "return_to"]
    if len(dict(said)) < len(said):
        raise BadRequest("a query field is given twice")
    return dict(said)


def _cookie(name: str, browser: str, settings: Settings) -> Cookie:
    return Cookie(
        key=name,
        value=browser,
        path="/connections",
        max_age=int(handshakes.LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https:"),
    )


def _told(providers: Mapping[str, SourceProvider]) -> type[Operation]:
    """Describe the query fields that single providers ask for: no signature names them."""
    asked = [parameter for name, provider in providers.items() for parameter in _parameters(name, provider.asks)]

    @dataclass
    class BeginAuthorization(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *asked]

    return BeginAuthorization


def _parameters(provider: str, asks: type[msgspec.Struct]) -> list[Parameter]:
    _, described = msgspec.json.schema_components([asks])
    fields = described[asks.__name__]["properties"]
    return [
        Parameter(
            name=name,
            param_in="query",
            description=f"{provider} asks for it: {field.get('description', name)}",
            schema=Schema(type=OpenAPIType.STRING, pattern=field.get("pattern"), max_length=field.get("maxLength")),
        )
        for name, field in fields.items()
    ]
