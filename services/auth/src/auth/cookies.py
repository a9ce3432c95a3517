"""The cookie a browser keeps its refresh token in: no script reads it, no other site sends it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

PATH = "/auth"


class RefreshCookie:
    """Named by the gateway's port, because cookies do not know ports: two checkouts on one host keep their own."""

    def __init__(self, public_url: str, lives: timedelta) -> None:
        address = urlsplit(public_url)
        self._secure = address.scheme == "https"
        self._lives = lives
        self.name = f"lead_refresh_{address.port or (443 if self._secure else 80)}"

    def token_of(self, request: Request[Any, Any, Any]) -> str | None:
        """Read the token a browser sent."""
        return request.cookies.get(self.name)

    def holding(self, token: str) -> Cookie:
        """Hand a token to the browser."""
        return self._cookie(token, int(self._lives.total_seconds()))

    def cleared(self) -> Cookie:
        """Take the token from the browser."""
        return self._cookie("", 0)

    def _cookie(self, value: str, max_age: int) -> Cookie:
        return Cookie(
            key=self.name,
            value=value,
            max_age=max_age,
            path=PATH,
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )
