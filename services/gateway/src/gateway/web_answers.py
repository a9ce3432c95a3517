"""Answering with the page that people use."""

from typing import Any

from litestar import Request
from litestar.exceptions import MethodNotAllowedException
from litestar.response.base import ASGIResponse
from servicekit.errors import NotFound

from gateway import pages
from gateway.web import HASHED, Web, WebFile


def answer(web: Web, path: str, request: Request[Any, Any, Any]) -> ASGIResponse:
    """Answer a path below `/app/`. Raises `NotFound`, and `MethodNotAllowedException` for all but reading."""
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowedException(headers={"Allow": "GET, HEAD"})
    if file := web.find(path):
        return _with_file(file, request)
    if not web.expected or path.startswith(HASHED):
        raise NotFound("nothing is here; /docs says what is where")
    headers = pages.HEADERS | {"Retry-After": "2"}
    return _answer(request, pages.read_page(pages.BEING_BUILT), "text/html", headers, status_code=503)


def _with_file(file: WebFile, request: Request[Any, Any, Any]) -> ASGIResponse:
    headers = file.headers()
    if request.headers.get("if-none-match") == file.etag:
        return ASGIResponse(status_code=304, headers=headers)
    content, encoding = file.encoded(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return _answer(request, content, file.media_type, headers)


def _answer(
    request: Request[Any, Any, Any], content: bytes, media_type: str, headers: dict[str, str], *, status_code: int = 200
) -> ASGIResponse:
    head = request.method == "HEAD"
    return ASGIResponse(
        body=b"" if head else content,
        content_length=len(content),
        is_head_response=head,
        media_type=media_type,
        headers=headers,
        status_code=status_code,
    )
