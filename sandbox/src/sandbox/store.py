"""All the sandbox knows, and the one way to change it: `commit`."""

import msgspec

from sandbox.clock import now_ms
from sandbox.hubspot import changes
from sandbox.hubspot.account import HubSpot
from sandbox.journal import Journal
from sandbox.people import World
from sandbox.rosters import Roster
from sandbox.settings import PortalSetting, Settings


class WorldMade(changes.Change, frozen=True, kw_only=True):
    """Everything began, with the people of a seed."""

    seed: int


AnyChange = WorldMade | changes.AnyChange


class Sandbox:
    """The world, and the providers that show it."""

    world: World
    hubspot: HubSpot

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._journal: Journal[AnyChange] = Journal(
            settings.state,
            about=f"seed={settings.seed} people={settings.people} portals={settings.portals}",
            decoder=msgspec.json.Decoder(AnyChange),
        )
        past = self._journal.read()
        for change in past:
            self._apply(change)
        if not past:
            self.begin(seed=settings.seed, portals=settings.portal_list())

    def begin(self, *, seed: int, portals: tuple[PortalSetting, ...]) -> None:
        """Forget what happened and begin with these accounts."""
        self._journal.restart()
        self.commit(WorldMade(at=now_ms(), seed=seed))
        for portal in portals:
            self.open_portal(portal)

    def open_portal(self, portal: PortalSetting) -> None:
        """Open an account, in place of one of the same id; it shares people with those opened before it."""
        shared = round(portal.overlap * Roster.span(portal.contacts))
        self.commit(
            changes.PortalOpened(
                at=now_ms(),
                portal_id=portal.portal_id,
                name=portal.name,
                contacts=portal.contacts,
                first=max(0, self.hubspot.edge(without=portal.portal_id) - shared),
                imported=portal.imported,
            )
        )

    def commit(self, change: AnyChange) -> int:
        """Let something happen, and remember it; where it happened to a record, returns its row."""
        row = self._apply(change)
        self._journal.write(change)
        return row

    def _apply(self, change: AnyChange) -> int:
        if isinstance(change, WorldMade):
            self.world = World(change.seed)
            self.hubspot = HubSpot(self.world, lag_ms=round(self.settings.search_lag_seconds * 1000))
            return 0
        return self.hubspot.apply(change)
