"""Every failure at the HTTP edge becomes `application/problem+json` (RFC 9457)."""

import traceback
from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import ParameterKwarg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from servicekit.errors import Problem, RetryLater
from servicekit.fields import for_people
from servicekit.logs import describe

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
NUL_STATES = ("22021", "22P05", None)


def problem_response(
    status: int, slug: str, title: str, detail: str | None, extra: dict[str, Any], headers: dict[str, str]
) -> Response[bytes]:
    """Make the answer; `type` is the stable slug."""
    body = {"type": slug, "title": title, "status": status}
    if detail and detail != title:
        body["detail"] = detail
    content = msgspec.json.encode(body | extra)
    return Response(content, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def answer_problem(_: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    """Answer an expected failure."""
    return problem_response(error.status, error.slug, error.title, error.detail, error.extra, error.headers)


def answer_retry_later(_: Request[Any, Any, Any], error: RetryLater) -> Response[bytes]:
    """Answer "not now" with the time to come back."""
    seconds = str(max(int(error.after.total_seconds()), 1))
    return problem_response(503, "retry-later", "Not now", str(error), {}, {"Retry-After": seconds})


def answer_validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Answer input of the wrong shape, naming each field."""
    found = [item for item in error.extra if isinstance(item, dict)] if isinstance(error.extra, list) else []
    body = request.route_handler.parsed_data_field
    fields = []
    for item in found:
        field, message = str(item.get("key", "")), str(item.get("message", ""))
        if body and item.get("source") == "body":
            message = for_people(message, body.annotation, field)
        else:
            field = _name_outside(request, field)
        fields.append({"field": field, "message": message})
    return problem_response(400, "invalid-input", "Some of the input is not valid", None, {"errors": fields}, {})


def _name_outside(request: Request[Any, Any, Any], field: str) -> str:
    """Tell what callers know a parameter by; its name in our code may be another."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(field)
    known = parameter.kwarg_definition if parameter else None
    return (known.name or field) if isinstance(known, ParameterKwarg) else field


def answer_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework itself refused: an unknown route, a wrong method, a body it cannot read."""
    title = HTTP_TITLES.get(error.status_code, "The request was refused")
    slug = title.lower().replace(" ", "-")
    detail = error.detail if error.status_code < 500 else None
    return problem_response(error.status_code, slug, title, detail, {}, dict(error.headers or {}))


HTTP_TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    413: "Body too large",
    415: "Unsupported media type",
}


def answer_database(
    request: Request[Any, Any, Any], error: DBAPIError | psycopg.Error | NoConnectionFree
) -> Response[bytes]:
    """Answer a database that is away with 503, a text it cannot hold (NUL) with 400; the rest is a bug."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.DataError) and cause.sqlstate in NUL_STATES:
        return problem_response(400, "invalid-input", "Some of the input is not valid", "a NUL character", {}, {})
    if isinstance(cause, (psycopg.OperationalError, NoConnectionFree)):
        log.warning("database_away", failure=describe(error))
        return problem_response(503, "unavailable", "Not available just now", None, {}, {"Retry-After": "2"})
    return answer_bug(request, error)


def answer_undecodable(_: Request[Any, Any, Any], __: Exception) -> Response[bytes]:
    """Answer bytes that are no UTF-8."""
    return problem_response(400, "bad-request", "Bad request", "the text is not valid UTF-8", {}, {})


def answer_recursion(request: Request[Any, Any, Any], error: RecursionError) -> Response[bytes]:
    """Answer JSON that is nested deeper than it can be read; a recursion of our own is a bug."""
    *_, (innermost, _line) = traceback.walk_tb(error.__traceback__)
    if innermost.f_code.co_name == "decode_json":
        return problem_response(400, "bad-request", "Bad request", "the JSON is nested too deep", {}, {})
    return answer_bug(request, error)


def answer_bug(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a bug without its insides, and log it once."""
    log.error("request_failed", exc_info=error)
    return problem_response(500, "internal", "Something went wrong on our side", None, {}, {})


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    Problem: answer_problem,
    RetryLater: answer_retry_later,
    ValidationException: answer_validation,
    HTTPException: answer_http,
    DBAPIError: answer_database,
    psycopg.Error: answer_database,
    NoConnectionFree: answer_database,
    UnicodeDecodeError: answer_undecodable,
    RecursionError: answer_recursion,
    Exception: answer_bug,
}
