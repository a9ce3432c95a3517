"""Which of the grants that accounts made, and of their tokens, still hold."""

from typing import assert_never

from sandbox import changes
from sandbox.tokens import Token


class Grants:
    """What became of grants since they were made."""

    def __init__(self) -> None:
        self._revoked: set[str] = set()
        self._withdrawn: dict[str, int] = {}
        self._void_before = 0

    def apply(self, change: changes.AnyGrantChange) -> None:
        """Let something happen to them."""
        match change:
            case changes.GrantRevoked():
                self._revoked.add(change.grant)
            case changes.GrantsWithdrawn():
                self._withdrawn[change.account] = change.at
            case changes.TokensExpired():
                self._void_before = change.at
            case _:
                assert_never(change)

    def revoked(self, token: Token) -> bool:
        """Whether a grant is dead for good."""
        return token.made <= self._withdrawn.get(token.account, -1) or token.grant in self._revoked

    def expired(self, token: Token, now: int) -> bool:
        """Whether a token's time is over."""
        early = token.use == "access" and token.made <= self._void_before
        return early or (token.ends is not None and token.ends <= now)
