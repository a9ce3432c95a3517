"""The three fates of a failure: a `Problem` we expected, `RetryLater`, and anything else, which is a bug."""

from datetime import timedelta
from typing import Any, ClassVar


class Problem(Exception):
    """An expected failure, answered as `application/problem+json`.

    Subclass it beside the code that raises it; `slug` is stable and part of the interface, `detail` is for the
    person who reads it and carries no secrets, `extra` becomes further members of the answer.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra
        self.headers: dict[str, str] = {}


class BadRequest(Problem):
    """The request cannot be understood."""

    status = 400
    slug = "bad-request"
    title = "The request cannot be understood"


class Unauthorized(Problem):
    """Nobody is signed in, or the token is not taken."""

    status = 401
    slug = "unauthorized"
    title = "Sign in first"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(Problem):
    """Who is signed in may not do this."""

    status = 403
    slug = "forbidden"
    title = "Not allowed"


class NotFound(Problem):
    """No such thing, or none that this workspace may see."""

    status = 404
    slug = "not-found"
    title = "Not found"


class Conflict(Problem):
    """The request does not fit the present state."""

    status = 409
    slug = "conflict"
    title = "Conflict"


class TooManyRequests(Problem):
    """Come back after `retry_after` seconds."""

    status = 429
    slug = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after: int, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.headers["Retry-After"] = str(retry_after)


class Unavailable(Problem):
    """Something this answer needs is away."""

    status = 503
    slug = "unavailable"
    title = "Not available just now"


class RetryLater(Exception):
    """Not now: the edge puts the work back and tries again `after` that long."""

    def __init__(self, message: str, *, after: timedelta) -> None:
        super().__init__(message)
        self.after = after
