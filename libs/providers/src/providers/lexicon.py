"""What an account calls what its records number: asked for once, and kept for a while.

A run takes what it has learned along in its cursor. Small fetches have none, and would ask for all of it each time.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping

NAMES_AT_MOST = 20_000
"""Longer lists are not kept, but asked for each time."""

Ask = Callable[[], Awaitable[Mapping[str, str]]]


class Lexicon:
    """The lists of names of one account, in memory alone; who hands out access says for how long."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, str]] = {}

    async def look_up(self, what: str, ids: Collection[str], ask: Ask) -> Mapping[str, str]:
        """Return a list that names these ids, asked for anew where one is lacking.

        What has no name even then is in it with an empty one, so that nobody asks again. Raises what `ask` raises.
        """
        known = self._lists.get(what, {})
        if what in self._lists and known.keys() >= set(ids):
            return known
        named = {**dict.fromkeys((*known, *ids), ""), **await ask()}
        if len(named) <= NAMES_AT_MOST:
            self._lists[what] = named
        return named

    def forget(self) -> None:
        """Have everything asked for anew."""
        self._lists.clear()
