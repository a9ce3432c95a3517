"""Telling Sentry of bugs, where it is set: what broke and where, and nothing of the people it broke on."""

from collections.abc import Callable, Mapping
from typing import Any

TAGS = ("event", "request_id", "workspace_id", "trace_id")

Report = Callable[[BaseException, Mapping[str, Any]], None]
"""Takes a bug, and the line of the log that told of it."""


def sentry(service: str, dsn: str, *, describe: Callable[[BaseException], str]) -> Report | None:
    """Connect to Sentry; None where no `dsn` is given. `describe` names an error without quoting data."""
    if not dsn:
        return None
    # Who does not use it does not load it.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415

    def strip(event: Any, hint: Any) -> Any:
        error = hint["exc_info"][1] if "exc_info" in hint else None
        for told in event.get("exception", {}).get("values", ()):
            told["value"] = ""  # a database's message quotes people's data
        if error is not None and event.get("exception", {}).get("values"):
            event["exception"]["values"][-1]["value"] = describe(error)
        return event

    # Its integrations would tell of every failure that we expected and answered, and of requests with what people
    # looked for. A bug is logged once, at the edge; that is what is told.
    sentry_sdk.init(
        dsn=dsn,
        before_send=strip,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=lambda _, __: None), DedupeIntegration()],
        include_local_variables=False,
        max_breadcrumbs=0,
        server_name=service,
    )

    def report(error: BaseException, line: Mapping[str, Any]) -> None:
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("service", service)
            for name in TAGS:
                # What others log is prose, and may quote; what we log is named in one word.
                if name in line and " " not in str(line[name]):
                    scope.set_tag(name, str(line[name]))
            scope.capture_exception(error)

    return report
