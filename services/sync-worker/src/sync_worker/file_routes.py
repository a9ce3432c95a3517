"""HTTP in: files that people hand over, and a look at what they would become."""

from dataclasses import dataclass
from typing import Any

from contracts.files import FilePreview, FileTaken
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from servicekit.principal import Principal

from sync_worker.settings import Settings
from sync_worker.uploads import Uploads

_FORM = Schema(
    type=OpenAPIType.OBJECT,
    required=["file"],
    properties={
        "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="The CSV file"),
        "mapping": Schema(type=OpenAPIType.STRING, description='Which column is which field: {"E-Mail": "emails"}'),
        "key": Schema(type=OpenAPIType.STRING, description="The column whose value names a row"),
        "name": Schema(type=OpenAPIType.STRING, description="What the connection is called; the file's name"),
    },
)


@dataclass
class _WithForm(Operation):
    """A form that is read as it comes, so that no signature tells of it."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(content={"multipart/form-data": OpenAPIMediaType(schema=_FORM)}, required=True)


def routes(settings: Settings) -> list[HTTPRouteHandler]:
    """Make the routes that take files, which may be longer than other requests."""

    @post(
        "/connections/csv",
        status_code=202,
        operation_class=_WithForm,
        request_max_body_size=settings.max_upload_bytes,
    )
    async def take_csv(
        request: Request[Principal, str, Any], principal: NamedDependency[Principal], uploads: NamedDependency[Uploads]
    ) -> FileTaken:
        """Take a CSV file in, and read it: a new one, or another version of the one of that name."""
        return await uploads.take(principal, request.stream(), request.headers.get("content-type", ""))

    @post(
        "/connections/csv/preview",
        status_code=200,
        operation_class=_WithForm,
        request_max_body_size=settings.max_upload_bytes,
    )
    async def preview_csv(request: Request[Principal, str, Any], uploads: NamedDependency[Uploads]) -> FilePreview:
        """Tell what a CSV file would become, by its first part: nothing is kept. Its beginning is enough."""
        return await uploads.preview(request.stream(), request.headers.get("content-type", ""))

    return [take_csv, preview_csv]
