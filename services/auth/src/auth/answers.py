"""What people are answered when they sign in: a token in the body, and one in a cookie."""

from datetime import datetime, timedelta

import msgspec
from contracts.people import SessionView
from litestar import Response

from auth import access_tokens
from auth.cookies import RefreshCookie
from auth.keys import Keys
from auth.sessions import SignedIn


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Signs the tokens of those who are signed in."""

    keys: Keys
    cookie: RefreshCookie
    lives: timedelta

    async def session(self, signed_in: SignedIn, *, now: datetime, status_code: int) -> Response[SessionView]:
        """Answer a sign-in, or its renewal."""
        key = await self.keys.signing()
        token = access_tokens.for_person(key, signed_in.user, now=now, lives=self.lives)
        view = SessionView(token=token, expires_at=now + self.lives, user=signed_in.user)
        return Response(
            view,
            status_code=status_code,
            headers={"Cache-Control": "no-store"},
            cookies=[self.cookie.holding(signed_in.refresh_token)],
        )
