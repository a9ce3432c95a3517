"""The stand-in HubSpot as a whole: its accounts, and which grants and tokens still hold."""

from sandbox.hubspot import changes
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.tokens import Token
from sandbox.people import World
from sandbox.rosters import Roster


class HubSpot:
    """All accounts by their portal id."""

    def __init__(self, world: World, *, lag_ms: int) -> None:
        self.world = world
        self.portals: dict[int, Portal] = {}
        self._lag_ms = lag_ms
        self._revoked: set[str] = set()
        self._withdrawn: dict[int, int] = {}
        self._void_before = 0

    def apply(self, change: changes.AnyChange) -> int:
        """Let something happen; where it happened to a record, returns its row."""
        match change:
            case changes.PortalOpened():
                self.portals[change.portal_id] = Portal(self.world, change, lag_ms=self._lag_ms)
            case changes.PortalClosed():
                del self.portals[change.portal_id]
            case changes.GrantRevoked():
                self._revoked.add(change.grant)
            case changes.GrantsWithdrawn():
                self._withdrawn[change.portal_id] = change.at
            case changes.TokensExpired():
                self._void_before = change.at
            case _:
                return self.portals[change.portal_id].apply(change)
        return 0

    def edge(self, *, without: int | None = None) -> int:
        """The first person that no account's list reaches, but for one account."""
        rosters = [portal.roster for portal_id, portal in self.portals.items() if portal_id != without]
        return max((roster.first + Roster.span(roster.rows) for roster in rosters), default=0)

    def revoked(self, token: Token) -> bool:
        """Whether a grant is dead for good."""
        withdrawn = token.made <= self._withdrawn.get(token.portal_id, -1)
        return withdrawn or token.grant in self._revoked or token.portal_id not in self.portals

    def expired(self, token: Token, now: int) -> bool:
        """Whether a token's time is over."""
        early = token.use == "access" and token.made <= self._void_before
        return early or (token.ends is not None and token.ends <= now)
