"""Where turns are done: the model, and the session to the other services, held for the app's life."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientSession, DummyCookieJar
from litestar import Litestar
from servicekit.database import Database

from agent.keys import ChatKey
from agent.loop import Desk, Work
from agent.model import Model
from agent.proposal_queries import Proposal
from agent.queries import Message
from agent.settings import Settings
from agent.tools.api import Api
from agent.turns import Turn, Turns


class Workshop:
    """Does turns; `http` and the model are there while the app lives."""

    def __init__(self, db: Database, settings: Settings, turns: Turns) -> None:
        self._db, self._settings, self._turns = db, settings, turns

    @asynccontextmanager
    async def open(self, _: Litestar) -> AsyncIterator[None]:
        """Hold everything open; turns under way are stopped at the end, and say so."""
        self._model = Model(self._settings)
        async with ClientSession(cookie_jar=DummyCookieJar()) as self._http:
            try:
                yield
            finally:
                await self._turns.stop_all()
                await self._model.close()

    def api(self, token: str) -> Api:
        """Ask other services as this person."""
        return Api(self._http, self._settings, token)

    async def work(self, key: ChatKey, turn: Turn, message: Message, decided: Sequence[Proposal], token: str) -> None:
        """Do a turn."""
        desk = Desk(self._db, self._settings, self._model)
        await Work(desk, key, turn, self.api(token), message=message, decided=decided).run()
