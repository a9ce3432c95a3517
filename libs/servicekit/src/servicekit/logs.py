"""One line per thing that happened: its name, ids, and never people's data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from functools import partial
from typing import Any, Literal

import structlog
from opentelemetry import trace
from sqlalchemy.exc import DBAPIError

from servicekit.reporting import Report


def configure(*, service: str, level: str, style: Literal["json", "console"], report: Report | None = None) -> None:
    """Send structlog's and the standard library's logs to stdout, in one shape; bugs are told to `report` besides."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        partial(_add_failure, report),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str) if style == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel("WARNING")
    for name in ("servicekit", "auth", "connections", "sync_worker", "identity", "gateway", "agent"):
        logging.getLogger(name).setLevel(level.upper())
    structlog.contextvars.bind_contextvars(service=service)


def _add_trace(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        entry["trace_id"] = format(span.trace_id, "032x")
    return entry


def _add_failure(report: Report | None, _: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say where a bug is and of which type, but not its message: a database's message quotes people's data."""
    info = entry.pop("exc_info", None)
    if not info:
        return entry
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        entry["failure"] = describe(error)
        entry["traceback"] = "".join(traceback.format_tb(error.__traceback__))
        if report:
            report(error, entry)
    return entry


def describe(error: BaseException) -> str:
    """Name an error without quoting data: its type, and a database's code."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = type(cause).__qualname__
    state = getattr(cause, "sqlstate", None)
    return f"{name} {state}" if state else name
