"""What HubSpot's ids are called: owners, pipelines and their stages, companies."""

from collections.abc import Awaitable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial

import msgspec
from aiohttp import ClientSession

from providers.hubspot_api import OWNERS, PIPELINES, Paging, call, is_object_id
from providers.hubspot_records import Record, Stream, read_batch
from providers.lexicon import Ask
from providers.source import Access, ProviderRefused
from providers.values import text

MOST_KEPT = 200
_OWNERS_LIMIT = 500
_MAX_ROUNDS = 20
_COMPANIES = Stream(object_type="companies", stamp="hs_lastmodifieddate", properties=("name",))
_RECORD = msgspec.json.Decoder(Record)


class _Owner(msgspec.Struct, rename="camel"):
    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None

    @property
    def name(self) -> str:
        full = text(f"{self.first_name or ''} {self.last_name or ''}")
        return full or text(self.email) or ""


class _Owners(msgspec.Struct):
    results: list[_Owner]
    paging: Paging | None = None


class _Stage(msgspec.Struct):
    id: str
    label: str


class _Pipeline(msgspec.Struct):
    id: str
    label: str
    stages: list[_Stage] = []


class _Pipelines(msgspec.Struct):
    results: list[_Pipeline]


class Names:
    """The names that the pages of a run need: each is asked for once, and kept along in the run's cursor.

    Fetches that are no run take the lists that are kept of the account for a while.

    Where a name is not to be had, the id stays. `gaps` say why, in words for people.
    """

    def __init__(self, http: ClientSession, access: Access, known: Mapping[str, str] | None = None) -> None:
        self._http = http
        self._access = access
        self._known = dict(known or {})
        self.gaps: list[str] = []

    @property
    def kept(self) -> dict[str, str]:
        """What to keep for the next page: the names met last."""
        return dict(list(self._known.items())[-MOST_KEPT:])

    def owner(self, owner_id: str | None) -> str | None:
        """An owner's name."""
        return self._known.get(f"owner {owner_id}") or text(owner_id)

    def pipeline(self, object_type: str, pipeline: str | None) -> str | None:
        """A pipeline's label."""
        return self._known.get(f"{object_type} {pipeline}") or text(pipeline)

    def stage(self, object_type: str, pipeline: str | None, stage: str | None) -> str | None:
        """The label of a stage, whose id is its pipeline's own."""
        return self._known.get(f"{object_type} {pipeline} {stage}") or text(stage)

    async def learn_owners(self, ids: Iterable[str | None]) -> None:
        """Ask for the owners we have no name of, those who left the account included. Raises `ProviderError`."""
        missing = self._missing(f"owner {each}" for each in ids if each)
        for archived in ("false", "true"):
            if missing and "owners" not in self._known:
                listed = self._look_up(f"owners, archived {archived}", missing, partial(self._list_owners, archived))
                missing = self._learn(missing, await self._or_nothing("owners", listed))
        self._known |= dict.fromkeys(missing, "")

    async def learn_stages(self, object_type: str, places: Iterable[tuple[str | None, str | None]]) -> None:
        """Ask for the pipelines and stages we have no label of. Raises `ProviderError`."""
        pipelines = f"pipelines of {object_type}"
        named = {name for pipeline, stage in places if pipeline for name in (pipeline, f"{pipeline} {stage}")}
        missing = self._missing(f"{object_type} {name}" for name in sorted(named))
        if missing and pipelines not in self._known:
            listed = self._look_up(pipelines, missing, partial(self._list_pipelines, object_type))
            missing = self._learn(missing, await self._or_nothing(pipelines, listed))
        self._known |= dict.fromkeys(missing, "")

    async def companies(self, ids: Iterable[str | None]) -> dict[str, str]:
        """Ask for the names of companies, which are too many to be kept. Raises `ProviderError`."""
        wanted = dict.fromkeys(each for each in ids if each and is_object_id(each))
        if not wanted or "companies" in self._known:
            return {}
        return await self._or_nothing("companies", self._read_companies(wanted))

    def _missing(self, keys: Iterable[str]) -> list[str]:
        wanted = dict.fromkeys(keys)
        # Those that are needed now are kept longest.
        self._known |= {key: self._known.pop(key) for key in wanted if key in self._known}
        return [key for key in wanted if key not in self._known]

    def _learn(self, missing: Iterable[str], met: Mapping[str, str]) -> list[str]:
        """Keep what was met of the names that are missing; return those that still are."""
        wanted = list(missing)
        self._known |= {key: met[key] for key in wanted if key in met}
        return [key for key in wanted if key not in met]

    async def _look_up(self, what: str, missing: Collection[str], ask: Ask) -> dict[str, str]:
        """Take from what is kept of the account, or ask; what has no name there may have one elsewhere."""
        return {key: name for key, name in (await self._access.names.look_up(what, missing, ask)).items() if name}

    async def _or_nothing(self, what: str, asked: Awaitable[dict[str, str]]) -> dict[str, str]:
        """Names are worth a line to people where they are refused, and never a record."""
        try:
            return await asked
        except ProviderRefused as refused:
            self._known[what] = ""
            self.gaps.append(f"The names of {what} are not read: {refused}")
            return {}

    async def _list_owners(self, archived: str) -> dict[str, str]:
        found: dict[str, str] = {}
        params = {"limit": str(_OWNERS_LIMIT), "archived": archived}
        for _ in range(_MAX_ROUNDS):
            answer = (await call(self._http, self._access, "GET", OWNERS, params=params)).read(_Owners)
            found |= {f"owner {each.id}": each.name for each in answer.results}
            if not answer.paging or not answer.paging.after:
                break
            params["after"] = answer.paging.after
        return found

    async def _list_pipelines(self, object_type: str) -> dict[str, str]:
        answer = await call(self._http, self._access, "GET", f"{PIPELINES}/{object_type}")
        found: dict[str, str] = {}
        for pipeline in answer.read(_Pipelines).results:
            found[f"{object_type} {pipeline.id}"] = text(pipeline.label) or ""
            found |= {f"{object_type} {pipeline.id} {each.id}": text(each.label) or "" for each in pipeline.stages}
        return found

    async def _read_companies(self, ids: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for raw in await read_batch(self._http, self._access, _COMPANIES, ids, _COMPANIES.properties):
            with suppress(ValueError, RecursionError):  # a company that cannot be read has no name for us
                record = _RECORD.decode(raw)
                found[record.id] = text(record.value("name")) or ""
        return found
