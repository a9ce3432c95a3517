"""HTTP in: files that people hand over, and a look at what they would become; two routes for each kind of file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.files import FilePreview, FileTaken
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from providers.files import FileSource
from providers.source import Source
from servicekit.principal import PERSON, Principal

from sync_worker.settings import Settings
from sync_worker.uploads import NAME, Uploads

# A file is connected as an account is: by a person.
_BY_PEOPLE = {"scope": PERSON}


def routes(sources: Mapping[str, Source], settings: Settings) -> list[HTTPRouteHandler]:
    """Make the routes that take files, which may be longer than other requests."""
    kinds = [source for source in sources.values() if isinstance(source, FileSource)]
    return [route for kind in kinds for route in (_take(kind, settings), _preview(kind, settings))]


def _take(source: FileSource, settings: Settings) -> HTTPRouteHandler:
    @post(
        f"/connections/{source.slug}",
        operation_id=f"Take{source.slug.title()}",
        description=f"Take a file in ({source.label}), and read it: a new one, or another version of that name's.",
        status_code=202,
        operation_class=_with_form(source),
        request_max_body_size=settings.max_upload_bytes,
        opt=_BY_PEOPLE,
    )
    async def take_file(
        request: Request[Principal, str, Any], principal: NamedDependency[Principal], uploads: NamedDependency[Uploads]
    ) -> FileTaken:
        return await uploads.take(source, principal, request.stream(), request.headers.get("content-type", ""))

    return take_file


def _preview(source: FileSource, settings: Settings) -> HTTPRouteHandler:
    @post(
        f"/connections/{source.slug}/preview",
        operation_id=f"Preview{source.slug.title()}",
        description=f"Tell what a file ({source.label}) would become; nothing is kept. Its beginning is enough.",
        status_code=200,
        operation_class=_with_form(source),
        request_max_body_size=settings.max_upload_bytes,
        opt=_BY_PEOPLE,
    )
    async def preview_file(request: Request[Principal, str, Any], uploads: NamedDependency[Uploads]) -> FilePreview:
        return await uploads.preview(source, request.stream(), request.headers.get("content-type", ""))

    return preview_file


def _with_form(source: FileSource) -> type[Operation]:
    """Describe the form: it is read as it comes, so that no signature tells of it."""
    options = {name: Schema(type=OpenAPIType.STRING, description=what) for name, what in source.options.items()}
    form = Schema(
        type=OpenAPIType.OBJECT,
        required=["file"],
        properties={
            "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description=f"The {source.label}"),
            **options,
            NAME: Schema(type=OpenAPIType.STRING, description="What the connection is called; the file's name"),
        },
    )

    @dataclass
    class WithForm(Operation):
        def __post_init__(self) -> None:
            content = {"multipart/form-data": OpenAPIMediaType(schema=form)}
            self.request_body = RequestBody(content=content, required=True)

    return WithForm
